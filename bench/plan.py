#!/usr/bin/env python3
"""How long a plan takes: plan.py GPUVET

The machine is described, so that what is measured is the program from its start to its end: the parsing of
names, the solver and the report. Medians, after one round that is not counted; peak memory is GNU time's.
"""

import os
import re
import shutil
import statistics
import subprocess
import sys
import time

ROUNDS = 100
MACHINE = ["--gpu", "RTX 3090", "--driver", "535.183", "--python", "3.12", "--platform", "manylinux_2_35_x86_64"]
RUNS = {
    "the program alone (--version)": ["--version"],
    "plan": ["plan", *MACHINE],
    "plan torch torchvision torchaudio xformers": ["plan", *MACHINE, "torch", "torchvision", "torchaudio",
                                                   "xformers"],
    "none fits, with its ways out": ["plan", *MACHINE[:2], "--gpu", "1080", "--driver", "470", "--python", "3.12",
                                     "torch==2.8", "torchvision", "xformers"],
    "plan --matrix": ["plan", *MACHINE, "--matrix"],
    "plan --matrix -v": ["plan", *MACHINE, "--matrix", "-v"],
    "plan --matrix --json": ["plan", *MACHINE, "--matrix", "--json"],
}


def milliseconds(command):
    taken = []
    for _ in range(ROUNDS + 1):
        began = time.perf_counter()
        subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        taken.append((time.perf_counter() - began) * 1000)
    return taken[1:]


def peak(command):
    if not shutil.which("time"):
        return 0
    done = subprocess.run([shutil.which("time"), "-f", "peak %M", *command], stdout=subprocess.DEVNULL,
                          stderr=subprocess.PIPE, check=False)
    return int(re.findall(rb"peak (\d+)", done.stderr)[-1]) / 1024


def main():
    gpuvet = os.path.abspath(sys.argv[1])
    print("| | median ms | lowest | peak MiB |\n| --- | ---: | ---: | ---: |")
    for name, words in RUNS.items():
        taken = milliseconds([gpuvet, *words])
        print(f"| {name} | {statistics.median(taken):.1f} | {min(taken):.1f} | {peak([gpuvet, *words]):.1f} |",
              flush=True)


if __name__ == "__main__":
    main()
