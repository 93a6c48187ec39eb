#!/usr/bin/env python3
"""Times what asks the driver, turn about, and prints ratios: driver.py BUILD [PYTHON]

On a machine with a GPU (ninja bench/floor bench/init src/cli/gpuvet), PYTHON has torch:
    check             against bare cuInit, and its bound of 1.15 x + 30 ms
    verify --quick    against the floor program, at most 1.10 x, and the usual script, 12 times faster
Everywhere (ninja tests/fakes/libcuda.so.1 tests/fakes/libnvidia-ml.so.1):
    eight fake GPUs that take 200 ms each against one: the time of one, not of eight. A claim about the
    fakes only.
"""

import os
import pathlib
import statistics
import subprocess
import sys
import time

ROUNDS = 15
SCRIPT = "import torch; a = torch.rand(1000, 1000, device='cuda'); (a @ a).sum().item()"


def once(command, environment):
    began = time.monotonic()
    result = subprocess.run(command, env=environment, stdout=subprocess.DEVNULL,
                            stderr=subprocess.DEVNULL, check=False)
    return (time.monotonic() - began) * 1000, result.returncode


def measure(commands, rounds=ROUNDS, environment=None):
    """Middle time of each in ms; None where it does not work here."""
    times = {name: [] for name in commands}
    codes = {}
    for _ in range(rounds):
        for name, command in commands.items():
            took, codes[name] = once(command, environment or os.environ)
            times[name].append(took)
    for name, values in times.items():
        print(f"{name:16} middle {statistics.median(values):9.1f} ms  lowest {min(values):9.1f} ms"
              f"  exit {codes[name]}")
    return {name: statistics.median(values) for name, values in times.items()}


def ratio(what, value, bound, good):
    print(f"{what}: {value:.2f} ({bound}) {'met' if good else 'MISSED'}")
    return good


def on_a_gpu(build, python):
    gpuvet = build / "src/cli/gpuvet"
    commands = {"cuInit": [build / "bench/init"], "check": [gpuvet, "-q"],
                "floor": [build / "bench/floor"], "verify --quick": [gpuvet, "verify", "--quick", "-q"]}
    if once(commands["floor"], os.environ)[1] != 0:
        print("no GPU here: only the fakes are timed")
        return True
    if python:
        commands["check"] += ["--python", python]
    middle = measure(commands)
    bound = 1.15 * middle["cuInit"] + 30
    good = ratio("check / (1.15 x cuInit + 30 ms)", middle["check"] / bound, "at most 1",
                 middle["check"] <= bound)
    quick = middle["verify --quick"]
    good &= ratio("verify --quick / floor", quick / middle["floor"], "at most 1.10",
                  quick <= 1.10 * middle["floor"])
    if python:
        script = measure({"script": [python, "-c", SCRIPT]}, 3)["script"]
        good &= ratio("script / verify --quick", script / quick, "at least 12", script >= 12 * quick)
    return good


def on_fakes(build):
    def environment(count):
        slow = f"count={count};slow=nvmlDeviceGetHandleByIndex_v2:200"
        return os.environ | {"LD_LIBRARY_PATH": str(build / "tests/fakes"), "FAKE_NVML": slow,
                             "FAKE_CUDA": f"count={count};slow=cuDeviceGet:200"}

    check = {"check": [build / "src/cli/gpuvet", "-q"]}
    print("one fake GPU of 200 ms, then eight:")
    one = measure(check, 5, environment(1))["check"]
    eight = measure(check, 5, environment(8))["check"]
    return ratio("eight / one", eight / one, "at most 1.5", eight <= 1.5 * one)


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    good = on_a_gpu(build, sys.argv[2] if len(sys.argv) > 2 else None)
    sys.exit(0 if on_fakes(build) and good else 1)


if __name__ == "__main__":
    main()
