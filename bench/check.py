#!/usr/bin/env python3
"""gpuvet against what people run instead, in the same environment: check.py GPUVET VENV [RUNS]

VENV is a virtual environment with a CUDA build of torch. All contenders run once a round, turn
about, after one round that is not counted; the figures are medians. Prints the table that
docs/benchmarks.md quotes. Needs strace and GNU time for the last columns; without them they stay
empty.
"""

import os
import pathlib
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ROUNDS = 15
CALLS = 2000  # of gpuvet, at most
PADDING = 500


def environment(venv):
    return {"PATH": f"{venv}/bin:/usr/local/bin:/usr/bin:/bin", "VIRTUAL_ENV": str(venv),
            "HOME": os.environ.get("HOME", "/")}


def call(words, env, **how):
    return subprocess.run(words, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                          stderr=how.pop("stderr", subprocess.DEVNULL), close_fds=False, check=False,
                          **how)


def milliseconds(words, env):
    began = time.perf_counter()
    call(words, env)
    return (time.perf_counter() - began) * 1000


def peak_mib(words, env):
    """GNU time's word for it: a child of this Python would begin with this Python's own peak."""
    gnu_time = shutil.which("time")
    if not gnu_time:
        return None
    done = call([gnu_time, "-f", "peak %M", *words], env, stderr=subprocess.PIPE)
    return int(re.findall(rb"peak (\d+)", done.stderr)[-1]) / 1024


def calls(words, env, only=None):
    """How many system calls are made, children's too."""
    if not shutil.which("strace"):
        return None
    with tempfile.NamedTemporaryFile("r", errors="replace") as trace:
        call([shutil.which("strace"), "-f", "-o", trace.name, *words], env)
        lines = trace.read().splitlines()
    pattern = re.compile(rf"^\d+ +(?:{only or '[a-z]'})\w*\(")
    return sum(bool(pattern.match(line)) for line in lines)


def loaded_size(path):
    """Bytes of the executable without its debugging information."""
    with tempfile.NamedTemporaryFile() as stripped:
        subprocess.run(["strip", "-o", stripped.name, path], check=True)
        return os.path.getsize(stripped.name)


def padded(venv, folder):
    """The environment again, out of links, and with as many more packages."""
    site, = venv.glob("lib/python3*/site-packages")
    copy = folder / site.relative_to(venv)
    copy.mkdir(parents=True)
    shutil.copy(venv / "pyvenv.cfg", folder)
    (folder / "bin").symlink_to(venv / "bin")
    for entry in site.iterdir():
        (copy / entry.name).symlink_to(entry)
    plain = ["--env", str(folder)]
    yield plain
    for i in range(PADDING):
        info = copy / f"padding{i}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: padding{i}\nVersion: 1.0\n")
        (info / "RECORD").write_text("")
    yield plain


def opens_for_padding(gpuvet, venv):
    with tempfile.TemporaryDirectory() as folder:
        return [calls([gpuvet, *words], environment(venv), only="open")
                for words in padded(venv, pathlib.Path(folder))]


def cell(value, digits=0):
    return "" if value is None else f"{value:,.{digits}f}"


def main():
    gpuvet, venv = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2]).absolute()
    rounds = int(sys.argv[3]) if len(sys.argv) > 3 else ROUNDS
    python, env = str(venv / "bin/python"), environment(venv)
    # Files alone: asking the driver takes the driver's time, on a machine that has one.
    knows = call([gpuvet, "--no-driver", "--version"], env).returncode == 0
    contenders = {
        "gpuvet": [gpuvet, *(["--no-driver"] if knows else [])],
        "torch.cuda.is_available()": [python, "-c", "import torch; torch.cuda.is_available()"],
        "torch.utils.collect_env": [python, "-m", "torch.utils.collect_env"],
    }
    times = {name: [] for name in contenders}
    for i in range(rounds + 1):
        for name, words in contenders.items():
            took = milliseconds(words, env)
            if i:
                times[name].append(took)

    print(f"{platform.machine()}, {os.cpu_count()} CPUs, Linux {platform.release()}; "
          f"{rounds} rounds; gpuvet as `{' '.join(['gpuvet', *contenders['gpuvet'][1:]])}`\n")
    print("| | median ms | lowest | highest | times gpuvet | peak MiB | system calls |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    base = statistics.median(times["gpuvet"])
    for name, words in contenders.items():
        median = statistics.median(times[name])
        print(f"| {name} | {median:,.1f} | {min(times[name]):,.1f} | {max(times[name]):,.1f} | "
              f"{median / base:,.0f} | {cell(peak_mib(words, env), 1)} | {cell(calls(words, env))} |")
    print(f"\nexecutable: {loaded_size(gpuvet):,} bytes stripped")
    before, after = opens_for_padding(gpuvet, venv)
    print(f"opens: {cell(before)}; with {PADDING} more packages in site-packages: {cell(after)}")
    if not shutil.which("strace"):
        sys.exit("strace is not installed: nothing was counted")
    made = calls(contenders["gpuvet"], env)
    print(f"system calls of gpuvet: {cell(made)} (at most {CALLS:,}) {'met' if made <= CALLS else 'MISSED'}")
    sys.exit(made > CALLS)


if __name__ == "__main__":
    main()
