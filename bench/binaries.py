#!/usr/bin/env python3
"""What gpuvet reads of real libraries, as ratios: binaries.py BUILD ENVIRONMENT

ENVIRONMENT has a CUDA build of torch from PyPI; BUILD holds bench/headers, bench/inside and
src/cli/gpuvet (ninja bench/headers bench/inside src/cli/gpuvet). Turn about, in one run:
    all GPU code of libtorch_cuda.so against a program that only walks its headers: at most 2 x, and
        bytes asked for, at most 1 % of the file; beside them the pages that the kernel then holds,
        where the file could be dropped from its cache before
    the loader's whole prediction of `import torch`, warm: at most 20 ms
The programs time themselves, so that their start does not count. Where other work runs on the machine,
the processor's time tells more than the clock's, and both are printed.
"""
import glob
import os
import shutil
import statistics
import subprocess
import sys

TURNS, ROUNDS = 9, 25


def run(*words):
    return [float(word) for word in subprocess.run(list(map(str, words)), stdout=subprocess.PIPE,
                                                   check=True, text=True).stdout.split()]


def cached(path):
    """Bytes of it in the page cache."""
    return int(subprocess.run(["fincore", "-bnro", "RES", path], stdout=subprocess.PIPE, check=True,
                              text=True).stdout)


def cold(command, path):
    """Bytes cached before and after one run, from a cache without the file."""
    with open(path, "rb") as file:
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    before = cached(path)
    run(*command, path, 1)
    return before, cached(path)


def said(what, value, bound, unit):
    print(f"{what}: {value:.2f}{unit} (at most {bound:g}{unit}) {'met' if value <= bound else 'MISSED'}")
    return value <= bound


def gpu_code(build, library):
    size = os.path.getsize(library)
    commands = {"headers": [f"{build}/bench/headers"], "exact": [f"{build}/bench/inside", "gpu-code"],
                "sample": [f"{build}/bench/inside", "gpu-code-sample"]}
    results = {name: [] for name in commands}
    for _ in range(TURNS):
        for name, command in commands.items():
            results[name].append(run(*command, library, ROUNDS))
    middle = {name: statistics.median(row[0] for row in rows) for name, rows in results.items()}
    cpu = {name: statistics.median(row[-1] for row in rows) for name, rows in results.items()}
    print(f"{library}: {size:,} bytes, {results['headers'][0][1]:,.0f} entries")
    for name, rows in results.items():
        asked = f", {rows[0][3]:,.0f} bytes asked for" if name != "headers" else ""
        print(f"  {name:8} middle {middle[name]:9.1f} us, of the processor {cpu[name]:9.1f} us, "
              f"{rows[0][1]:,.0f} entries{asked}")
    good = said("exact / headers", middle["exact"] / middle["headers"], 2, "")
    good &= said("exact / headers, processor", cpu["exact"] / cpu["headers"], 2, "")
    for name in ("exact", "sample"):
        good &= said(f"{name}, asked for / file", 100 * results[name][0][3] / size, 1, " %")
    if shutil.which("fincore"):
        for name, command in commands.items():
            before, after = cold(command, library)
            print(f"  {name:8} pages: {before:,} bytes of the file cached before, {after:,} after")
    return good


def loader(build, environment):
    rows = [run(f"{build}/bench/inside", "loader", environment, ROUNDS) for _ in range(TURNS)]
    middle = statistics.median(row[0] for row in rows) / 1000
    print(f"{environment}: {rows[0][1]:.0f} libraries, {rows[0][3]:,.0f} bytes asked for, "
          f"lowest {min(row[0] for row in rows) / 1000:.2f} ms, of the processor "
          f"{statistics.median(row[-1] for row in rows) / 1000:.2f} ms")
    return said("prediction, middle", middle, 20, " ms")


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    build, environment = sys.argv[1], os.path.abspath(sys.argv[2])
    library, = glob.glob(environment + "/lib/python3*/site-packages/torch/lib/libtorch_cuda.so")
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} CPUs")
    good = gpu_code(build, library)
    good &= loader(build, environment)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
