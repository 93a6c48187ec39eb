#!/usr/bin/env python3
"""lock.py GPUVET ENVIRONMENTS: locks of real CUDA environments, each verified on itself and on the others.

A lock must find itself the same, and another release of torch broken by the row that says so; every verification
must take less than 100 ms (the best of five).
"""

import json
import pathlib
import subprocess
import sys
import tempfile
import time

VERSIONS = ("2.4.1", "2.6.0", "2.8.0")
SECONDS = 0.1


def run(*words):
    return subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)


def best(*words):
    took = []
    for _ in range(5):
        start = time.monotonic()
        run(*words)
        took.append(time.monotonic() - start)
    return min(took)


def main():
    gpuvet, environments = sys.argv[1], pathlib.Path(sys.argv[2])
    versions = [version for version in VERSIONS if (environments / version).is_dir()]
    wrong = [] if len(versions) > 1 else ["there are not two environments"]
    with tempfile.TemporaryDirectory() as folder:
        for version in versions:
            lock = pathlib.Path(folder) / version
            run(gpuvet, "lock", "--env", environments / version, "-q", "-o", lock)
            print(f"{version}: {lock.stat().st_size} bytes, needs driver "
                  f"{json.loads(lock.read_text())['needs']['driver_min']}")
            for other in versions:
                words = (gpuvet, "lock", "--env", environments / other, "--verify", lock)
                it = json.loads(run(*words, "--json").stdout)["lock"]
                rules = {d["rule"] for d in it["differences"] if d["state"] == "broken"}
                took = best(*words, "-q")
                print(f"  on {other}: {it['state']}, {len(it['differences'])} differences, "
                      f"{took * 1000:.0f} ms, broken by {sorted(rules)}")
                if took > SECONDS:
                    wrong.append(f"{version} on {other} took {took * 1000:.0f} ms")
                if (it["state"] == "same") != (other == version) or ("torch-other" in rules) == (other == version):
                    wrong.append(f"{version} on {other}: {it['state']}")
    for line in wrong:
        print("FAILED", line)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
