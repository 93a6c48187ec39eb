#!/usr/bin/env python3
"""Compares the libraries that gpuvet predicts for the first work on a GPU with those that come in.

    tests/real/use.py GPUVET PYTHON

PYTHON is an interpreter with torch, on a machine with a GPU. After the import, and after the first
matrix product, convolution, FFT and linear solve, /proc/self/maps is read; what is there must be what
`gpuvet --json` lists under facts.loader.libraries, as plain and with variables set that change nothing
for torch. Left out of both sides: Python's extension modules, and what those of numpy bring.
"""
import json
import os
import subprocess
import sys

from trace import is_library

WORK = """
import sys, torch
def mapped():
    lines = open("/proc/self/maps").read().splitlines()
    return sorted({line.split(None, 5)[5] for line in lines if ".so" in line and len(line.split(None, 5)) == 6})
imported = mapped()
x = torch.randn(512, 512, device="cuda")
y = (x @ x, x.half() @ x.half(), torch.nn.functional.conv2d(x[None, None], x[None, None, :3, :3]),
     torch.nn.functional.conv2d(x[None, None].half(), x[None, None, :3, :3].half()),
     torch.fft.fft(x), torch.linalg.solve(x, x), torch.linalg.svd(x))
torch.cuda.synchronize()
import json
print(json.dumps({"import": imported, "use": mapped(), "torch": torch.__version__,
                  "gpu": torch.cuda.get_device_name()}))
"""


def compare(gpuvet, python, name, variables):
    # From an empty cache: else the second run compiles nothing, and does not load the compiler.
    environment = {**os.environ, "CUDA_CACHE_DISABLE": "1", **variables}
    done = subprocess.run([python, "-c", WORK], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True)
    if done.returncode:
        print("skipped: %s: %s" % (name, (done.stderr.splitlines() or ["?"])[-1]))
        return False
    real = json.loads(done.stdout)
    asked = subprocess.run([gpuvet, "--json", "--python", python], env=environment, stdout=subprocess.PIPE, text=True)
    items = json.loads(asked.stdout)["facts"]["loader"]["libraries"]
    predicted = {when: {item["path"]["value"] for item in items if item["when"]["value"] == when}
                 for when in ("import", "use")}
    imported = {path for path in real["import"] if is_library(path)}
    used = {path for path in real["use"] if is_library(path)} - imported
    said = []
    for when, there in (("import", imported), ("use", used)):
        ours = {path for path in predicted[when] if is_library(path)}
        said += ["%s, only real: %s" % (when, path) for path in sorted(there - ours)]
        said += ["%s, only predicted: %s" % (when, path) for path in sorted(ours - there)]
    print("%s %s: torch %s on %s, %d libraries at import, %d more at use" % (
        "not ok" if said else "ok", name, real["torch"], real["gpu"], len(imported), len(used)))
    for line in said:
        print("    " + line)
    return bool(said)


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    situations = {
        "as it is": {},
        "LD_LIBRARY_PATH with an empty folder first":
            {"LD_LIBRARY_PATH": "/var/empty:" + os.environ.get("LD_LIBRARY_PATH", "")},
        "LD_PRELOAD of the maths library": {"LD_PRELOAD": "libm.so.6"},
        "CUDA_MODULE_LOADING=EAGER": {"CUDA_MODULE_LOADING": "EAGER"},
    }
    failed = sum(compare(os.path.abspath(sys.argv[1]), sys.argv[2], name, variables)
                 for name, variables in situations.items())
    print("%d failed" % failed)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
