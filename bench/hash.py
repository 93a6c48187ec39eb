#!/usr/bin/env python3
"""`gpuvet --thorough` against sha256sum: hash.py GPUVET VENV [ROUNDS]

Both read every file that RECORD of the environment's torch and of NVIDIA's packages names, all in
the page's cache, turn about; sha256sum on one core, in one call for all files. What gpuvet takes
without hashing is taken off its time. The ratio is of speed per core: bytes a second, divided by
the cores that gpuvet may use.
"""

import csv
import os
import pathlib
import statistics
import subprocess
import sys
import time


def recorded(venv):
    site = next(pathlib.Path(venv).glob("lib/python3*/site-packages"))
    for record in [*site.glob("torch-*.dist-info/RECORD"), *site.glob("nvidia_*.dist-info/RECORD")]:
        for row in csv.reader(record.open(encoding="utf-8")):
            path = site / row[0]
            if row[1] and not row[0].startswith("..") and path.is_file():
                yield str(path)


def seconds(words, **how):
    began = time.perf_counter()
    subprocess.run(words, stdout=subprocess.DEVNULL, check=False, **how)
    return time.perf_counter() - began


def main():
    gpuvet, venv = os.path.abspath(sys.argv[1]), sys.argv[2]
    rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 3
    files = list(recorded(venv))
    size = sum(map(os.path.getsize, files))
    listed = b"\0".join(map(os.fsencode, files))
    cores = len(os.sched_getaffinity(0))
    plain = [gpuvet, "--env", venv, "--no-driver", "-q"]
    ours, theirs = [], []
    for number in range(rounds + 1):
        took = seconds([*plain, "--thorough"]) - seconds(plain)
        sums = seconds(["xargs", "-0", "sha256sum"], input=listed)
        if number:      # the first round fills the cache
            ours.append(took)
            theirs.append(sums)
    ours, theirs = statistics.median(ours), statistics.median(theirs)
    print(f"{len(files):,} files, {size / 1e9:.2f} GB, {cores} cores, {rounds} rounds, medians")
    print(f"gpuvet    {ours:.2f} s, {size / ours / cores / 1e6:,.0f} MB/s a core")
    print(f"sha256sum {theirs:.2f} s, {size / theirs / 1e6:,.0f} MB/s a core")
    print(f"ratio a core: {theirs / ours / cores:.2f} (budget: at least 0.9)")
    return theirs / ours / cores < 0.9


if __name__ == "__main__":
    sys.exit(main())
