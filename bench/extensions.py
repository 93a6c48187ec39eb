#!/usr/bin/env python3
"""60 compiled extensions beside a real torch: extensions.py GPUVET ENVIRONMENT [COUNT]

Makes COUNT (60) packages with one extension each, compiled against the libraries of ENVIRONMENT's
torch (gcc -shared) and needing some 200 of their symbols, in a copy of links that is removed
afterwards. Times `gpuvet --no-driver` without and with them, turn about; the difference is what the
extensions cost: at most 150 ms for 60.
"""
import glob
import os
import pathlib
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import time

TURNS, SYMBOLS, BOUND = 11, 200, 150
LIBRARIES = ("libc10.so", "libtorch_cpu.so", "libtorch_python.so")


def exported(library):
    """Functions, by their mangled names."""
    text = subprocess.run(["nm", "-D", "--defined-only", library], stdout=subprocess.PIPE, text=True,
                          check=True).stdout
    return [line.split()[2] for line in text.splitlines() if " T _Z" in line and "@" not in line]


def write_extension(path, symbols, libs):
    calls = "".join(f"extern void f{i}(void) __asm__(\"{name}\");\n" for i, name in enumerate(symbols))
    table = ", ".join(f"f{i}" for i in range(len(symbols)))
    source = f"{calls}void (*const table[])(void) = {{ {table} }};\nvoid *PyInit_x(void) {{ return 0; }}\n"
    subprocess.run(["gcc", "-shared", "-fPIC", "-x", "c", "-", "-x", "none", "-Wl,--no-as-needed",
                    "-Wl,--unresolved-symbols=ignore-all", *libs, "-o", path], input=source, text=True,
                   check=True)


def environment(real, folder):
    """The environment again, out of links."""
    site, = real.glob("lib/python3*/site-packages")
    copy = folder / site.relative_to(real)
    copy.mkdir(parents=True)
    (folder / "pyvenv.cfg").write_bytes((real / "pyvenv.cfg").read_bytes())
    (folder / "bin").symlink_to(real / "bin")
    for entry in site.iterdir():
        (copy / entry.name).symlink_to(entry)
    return copy


def add_extensions(site, count):
    libs = [str(site / "torch/lib" / name) for name in LIBRARIES]
    symbols = [name for lib in libs for name in exported(lib)]
    suffix = sysconfig.get_config_var("EXT_SUFFIX")
    step = max(1, len(symbols) // (SYMBOLS * count))
    for i in range(count):
        package, info = site / f"torch_made{i}", site / f"torch_made{i}-1.0.dist-info"
        package.mkdir()
        info.mkdir()
        (package / "__init__.py").write_text("")
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: torch_made{i}\nVersion: 1.0\n")
        (info / "RECORD").write_text(f"torch_made{i}/_C{suffix},,\n")
        write_extension(package / f"_C{suffix}", symbols[i * step::step * count][:SYMBOLS], libs)


def milliseconds(gpuvet, folder):
    began = time.perf_counter()
    subprocess.run([gpuvet, "--no-driver", "-q", "--env", str(folder)], check=False,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return (time.perf_counter() - began) * 1000


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    gpuvet, real = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2]).absolute()
    count = int(sys.argv[3]) if len(sys.argv) > 3 else 60
    with tempfile.TemporaryDirectory() as name:
        folders = {"without": pathlib.Path(name) / "without", "with": pathlib.Path(name) / "with"}
        sites = {how: environment(real, folder) for how, folder in folders.items()}
        add_extensions(sites["with"], count)
        made = glob.glob(str(sites["with"]) + "/torch_made*/_C*.so")
        times = {how: [] for how in folders}
        for turn in range(TURNS + 1):
            for how, folder in folders.items():
                took = milliseconds(gpuvet, folder)
                if turn:
                    times[how].append(took)
    middle = {how: statistics.median(values) for how, values in times.items()}
    cost = middle["with"] - middle["without"]
    print(f"load {os.getloadavg()[0]:.1f}; without {middle['without']:.1f} ms, with {len(made)} extensions "
          f"{middle['with']:.1f} ms: {cost:.1f} ms (at most {BOUND}) {'met' if cost <= BOUND else 'MISSED'}")
    return 0 if cost <= BOUND else 1


if __name__ == "__main__":
    sys.exit(main())
