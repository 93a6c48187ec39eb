#!/usr/bin/env python3
"""explain on a long log beside grep -c with as many words: explain.py GPUVET [MB [-E]]

The log is one of training, with one line that tells. grep gets the words that explain searches for, by
which it picks its lines: -F with the fixed words is the least that could be asked of it, -i as explain
reads them whatever their case; -cE, where -E is asked for, takes them as expressions, over a hundredth of the
log. Prints a table of megabytes a second of one core's processor time and the peak of memory (GNU time).
"""

import os
import pathlib
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import tomllib

ROUNDS = 3
WORDS = pathlib.Path(__file__).resolve().parent.parent / "knowledge" / "patterns"
PASTE = b"""Traceback (most recent call last):
  File "train.py", line 31, in <module>
    model.to("cuda")
RuntimeError: CUDA error: no kernel image is available for execution on the device
NVIDIA GeForce RTX 5090 with CUDA capability sm_120 is not compatible with the current PyTorch installation.
"""
LAST = b"NVRM: Xid (PCI:0000:01:00): 79, pid=1, GPU has fallen off the bus.\n"


def write_log(path, size):
    block = b"".join(b"2026-11-24 10:%02d:%02d INFO trainer: epoch %d step %d loss %.4f lr 3e-4 mem 11.2 GiB\n"
                     % (i // 60 % 60, i % 60, i // 500, i, 2.0 / (1 + i)) for i in range(20000))
    with open(path, "wb") as log:
        while log.tell() < size:
            log.write(block)
        log.write(LAST)


def words():
    """The words by which patterns are found."""
    found = []
    for path in sorted(WORDS.glob("*.toml")):
        for pattern in tomllib.loads(path.read_text(encoding="utf-8"))["pattern"]:
            word = pattern["words"]
            found += word if isinstance(word, list) else [word]
    return sorted(set(found))


def expression(word):
    return re.sub(r"([][\\.*^$+?(){}|])", r"\\\1", word).replace(" ", "[[:space:]]+")


def measure(command):
    seconds = []
    for _ in range(ROUNDS):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        # Into a pipe: with /dev/null behind it grep stops at the first line that matches.
        subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                       env=os.environ | {"LC_ALL": "C"}, check=False)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    peak = subprocess.run([shutil.which("time"), "-f", "peak %M", *command], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, check=False).stderr if shutil.which("time") else b""
    found = re.findall(rb"peak (\d+)", peak)
    return statistics.median(seconds), int(found[-1]) / 1024 if found else 0


def main():
    gpuvet, size = os.path.abspath(sys.argv[1]), int(sys.argv[2] if len(sys.argv) > 2 else 1000) * 10**6
    with tempfile.TemporaryDirectory() as folder:
        log, list_ = f"{folder}/train.log", f"{folder}/words"
        write_log(log, size)
        pathlib.Path(list_).write_text("\n".join(words()) + "\n", encoding="utf-8")
        list_e, tenth, paste = f"{folder}/expressions", f"{folder}/tenth.log", f"{folder}/paste"
        hundredth = f"{folder}/hundredth.log"
        pathlib.Path(list_e).write_text("\n".join(map(expression, words())) + "\n", encoding="utf-8")
        write_log(tenth, size // 10)
        write_log(hundredth, size // 100)
        pathlib.Path(paste).write_bytes(PASTE)
        contenders = [("gpuvet explain", [gpuvet, "explain", log, "-q"], size),
                      ("gpuvet explain, a tenth", [gpuvet, "explain", tenth, "-q"], size // 10),
                      ("grep -cF", ["grep", "-cF", "-f", list_, log], size),
                      ("grep -ciF, a tenth", ["grep", "-ciF", "-f", list_, tenth], size // 10)]
        if "-E" in sys.argv:
            contenders.append(("grep -cE, a hundredth", ["grep", "-cE", "-f", list_e, hundredth], size // 100))
        print(f"{size // 10**6} MB, {len(words())} words, {ROUNDS} rounds\n")
        print("| | MB/s | seconds | peak MiB |\n| --- | ---: | ---: | ---: |")
        for name, command, count in contenders:
            seconds, peak = measure(command)
            print(f"| {name} | {count / 1e6 / seconds:,.0f} | {seconds:.2f} | {peak:,.1f} |", flush=True)
        print(f"\na paste of {len(PASTE)} bytes: {measure([gpuvet, 'explain', paste])[0] * 1000:.1f} ms")


if __name__ == "__main__":
    main()
