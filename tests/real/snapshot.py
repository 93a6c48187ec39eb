#!/usr/bin/env python3
"""snapshot.py GPUVET UNPACK ENVIRONMENTS: a snapshot of a real CUDA torch, and a real upgrade that breaks it.

Size, time and equality of the replay; then cuDNN is replaced by pip in a copy, and diff must name the change.
So that the verdict does not hang on this machine's GPU, both states are shown with the GPU and the driver
of a fake machine that works.
"""

import json
import pathlib
import subprocess
import sys
import tempfile
import time

VERSION = "2.6.0"
MACHINE = "ubuntu-22.04-rtx3060"
SIZE, SECONDS = 2_000_000, 0.3


def run(*words):
    return subprocess.run(words, stdout=subprocess.PIPE, check=False).stdout


def best(*words):
    took = []
    for _ in range(5):
        start = time.monotonic()
        run(*words)
        took.append(time.monotonic() - start)
    return min(took)


def with_gpu(gpuvet, unpack, folder, snapshot):
    """A report of the snapshot, its hardware and driver replaced."""
    if not (folder / "machine").exists():
        run(unpack, MACHINE, folder / "machine")
    working = json.loads(run(gpuvet, "--root", folder / "machine", "--json"))["facts"]
    report = json.loads(run(gpuvet, "--snapshot", snapshot, "--json"))
    for layer in ("hardware", "driver", "kernel_log"):
        report["facts"][layer] = working[layer]
    snapshot.with_suffix(".json").write_text(json.dumps(report["facts"]))
    return snapshot.with_suffix(".json")


def main():
    gpuvet, unpack, environment = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3]) / VERSION
    wrong = []
    with tempfile.TemporaryDirectory(dir=sys.argv[3]) as folder:
        folder = pathlib.Path(folder)
        took = best(gpuvet, "snapshot", "--env", environment, "-q", "-o", folder / "a")
        size = (folder / "a").stat().st_size
        was = json.loads(run(gpuvet, "--env", environment, "--json"))
        now = json.loads(run(gpuvet, "--snapshot", folder / "a", "--json"))
        print(f"snapshot of torch {VERSION}: {size} bytes, {took * 1000:.0f} ms")
        if size > SIZE or took > SECONDS:
            wrong.append("too large or too slow")
        if was["verdict"] != now["verdict"]:
            wrong.append("the replay says something else")
        run("cp", "-a", "--reflink=auto", environment, folder / "env")
        # The copy's own place must not differ: what moved is no change of the stack.
        run(gpuvet, "snapshot", "--env", folder / "env", "-q", "-o", folder / "a")
        run(sys.executable, "-m", "pip", "--python", folder / "env/bin/python", "install", "-q", "--no-deps",
            "nvidia-cudnn-cu12==9.0.0.312")
        run(gpuvet, "snapshot", "--env", folder / "env", "-q", "-o", folder / "b")
        sides = [with_gpu(gpuvet, unpack, folder, folder / name) for name in ("a", "b")]
        took = best(gpuvet, "diff", folder / "a", folder / "b")
        diff = json.loads(run(gpuvet, "diff", *sides, "--json"))["diff"]
        print(f"diff: {took * 1000:.0f} ms, {len(diff['changes'])} changes, explained by {diff['explained_by']}")
        print(json.dumps(diff["verdicts"]))
        if not diff["explained_by"] or not all("cudnn" in fact for fact in diff["explained_by"]):
            wrong.append("the upgrade is not named as the cause")
    for line in wrong:
        print("FAILED", line)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
