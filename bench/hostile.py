#!/usr/bin/env python3
"""explain on texts that are made to be slow: hostile.py GPUVET [MB [SHAPE]]

Each shape at its size (4 MB) and at a quarter of it: what is linear takes four times as long. Prints a
table of processor time, the quotient, and the peak of memory.
"""

import os
import pathlib
import random
import re
import resource
import subprocess
import sys
import tempfile
import tomllib

HERE = pathlib.Path(__file__).resolve().parent
PATTERNS = HERE.parent / "knowledge" / "patterns"


def patterns():
    for path in sorted(PATTERNS.glob("*.toml")):
        yield from tomllib.loads(path.read_text(encoding="utf-8"))["pattern"]


def words():
    """The words by which explain picks its lines."""
    found = [pattern["words"] for pattern in patterns()]
    return sorted({word for each in found for word in (each if isinstance(each, list) else [each])})


def repeated(*parts):
    """The parts over and over, up to the size."""
    joined = "".join(parts).encode()
    return lambda size: joined * (size // len(joined) + 1)


def noise(size):
    return random.Random(1).randbytes(size)


def noise_without_ends(size):
    return noise(size).replace(b"\n", b"\x00")


def each_alone(end):
    """One word at a time, a run of each."""
    def make(size):
        all_words = words()
        share = size // len(all_words)
        return b"".join((word + end).encode() * (share // len((word + end).encode()) + 1)
                        for word in all_words)
    return make


def shuffled(end):
    def make(size):
        order, text = random.Random(2), []
        count = size // 16
        pool = words()
        for _ in range(count):
            text.append(order.choice(pool) + end)
        return "".join(text).encode()
    return make


def examples(change):
    """What patterns match, each example changed so that its end is missing or another."""
    def make(size):
        text = "\n".join(change(pattern["example"]) for pattern in patterns() if "example" in pattern)
        return repeated(text + "\n")(size)
    return make


def bombs(size):
    """Before and after each word, runs that expressions may try to divide in many ways."""
    runs = ("a" * 900, "1." * 450, " " * 900, "/a" * 450, "x=1 " * 225, "0" * 900, "'a', " * 180, "a: " * 300)
    order = random.Random(3)
    text = []
    length = 0
    for word in words() * 50:
        text.append(f"{order.choice(runs)} {word} {order.choice(runs)}\n")
        length += len(text[-1])
        if length > size:
            break
    return "".join(text).encode()


SHAPES = {
    "noise": noise,
    "noise in one line": noise_without_ends,
    "zeros": repeated("\0"),
    "line ends": repeated("\n"),
    "one endless line of a": repeated("a"),
    "one endless line of blanks": repeated(" "),
    "every byte": lambda size: bytes(range(256)) * (size // 256 + 1),
    "bytes of no UTF-8": lambda size: b"\xff\xfe\xc3\x28\xe2\x80" * (size // 6 + 1),
    "each word in one line": each_alone(" "),
    "each word without blanks": each_alone(""),
    "each word a line": each_alone("\n"),
    "words mixed, in one line": shuffled(" "),
    "words mixed, a line each": shuffled("\n"),
    "candidate lines": repeated("CUDA error: x\n"),
    "short candidate lines": repeated("Xid\n"),
    "one word, one line": repeated("CUDA error: "),
    "expression bombs": bombs,
    "examples": examples(str),
    "examples without their ends": examples(lambda text: text[:-max(1, len(text) // 4)]),
    "examples in reverse": examples(lambda text: " ".join(reversed(text.split()))),
    "quotations in quotations": repeated("> " * 2000, "CUDA error: x\n"),
    "colours": repeated("\x1b[31mCUDA\x1b[0m \x1b[1merror:\x1b[0m x\n"),
    "colours that do not end": repeated("\x1b[", "1;" * 2000, "CUDA error\n"),
    "HTML escapes": repeated("&quot;&lt;&gt;&amp;&#39;"),
    "curly quotes": repeated("\u201c\u201d\u2018\u2019"),
    "addresses": repeated("://a:"),
    "keys": repeated("-----BEGIN "),
    "names of secrets": repeated("token password secret api_key "),
    "starts of tokens": repeated("hf_ sk- eyJ "),
    "secrets beside words": repeated("CUDA error: ://a:b token hf_ -----BEGIN \n"),
}


def measure(gpuvet, path):
    """Seconds of the processor, MiB of memory."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([gpuvet, "explain", path, "-q"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode not in (0, 1, 2):
        sys.exit(f"explain ended with {done.returncode}: {done.stdout[:200]}")
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def peak(gpuvet, path):
    done = subprocess.run(["time", "-f", "peak %M", gpuvet, "explain", path, "-q"], stdout=subprocess.DEVNULL,
                          stderr=subprocess.PIPE, check=False)
    return int(re.findall(rb"peak (\d+)", done.stderr)[-1]) / 1024


def main():
    gpuvet = os.path.abspath(sys.argv[1])
    size = int(float(sys.argv[2] if len(sys.argv) > 2 else 4) * 10**6)
    wanted = sys.argv[3] if len(sys.argv) > 3 else ""
    print(f"{size / 1e6:.0f} MB of each\n\n| | s | times a quarter | peak MiB |\n| --- | ---: | ---: | ---: |")
    with tempfile.TemporaryDirectory() as folder:
        for name, make in SHAPES.items():
            if wanted not in name:
                continue
            took = []
            for part in (size // 4, size):
                path = pathlib.Path(folder, "text")
                path.write_bytes(make(part)[:part])
                took.append(measure(gpuvet, path))
            print(f"| {name} | {took[1]:.3f} | {took[1] / max(took[0], 0.001):.1f} | {peak(gpuvet, path):.1f} |",
                  flush=True)


if __name__ == "__main__":
    main()
