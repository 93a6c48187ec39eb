#!/usr/bin/env python3
"""What gpuvet predicts of torch against what torch answers: predict.py BUILD PYTHON

On a machine with a GPU, as root (some situations are made in a mount namespace, or for another user).
BUILD holds src/cli/gpuvet and tests/fakes; PYTHON has a CUDA build of torch. Each situation prints both
answers, is_available() and device_count(), and at the end how many match. What this machine does not
allow to be made (no unshare, no mknod, a PYTHON that only root can read) is said, and not counted.
"""

import contextlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

ASK_TORCH = ("import torch, json, warnings; warnings.simplefilter('ignore');"
             "print(json.dumps([torch.cuda.is_available(), torch.cuda.device_count()]))")
FILL = """
import sys, torch
held = []
size = torch.cuda.mem_get_info()[0]
while size > 1 << 20:
    try:
        held.append(torch.empty(size, dtype=torch.uint8, device='cuda'))
    except torch.OutOfMemoryError:
        size //= 2
print('full', flush=True)
sys.stdin.read()
"""
HIDE = "mount --bind /dev/null {node} && exec \"$@\""
CLOSE = ("d=$(mktemp -d) && mount -t tmpfs none $d && for n in /dev/nvidia*; do [ -c $n ] || continue; "
         "c=$d/${{n##*/}}; cp -a $n $c && chmod {mode} $c && mount --bind $c $n || exit 99; done; "
         "exec \"$@\"")
NOBODY = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"]


class Situation:
    def __init__(self, name, variables=None, within="", prefix=(), paths=()):
        """`within`: what a mount namespace is made of; `paths` go before LD_LIBRARY_PATH."""
        self.name, self.variables, self.paths = name, variables or {}, paths
        inside = ["unshare", "-m", "sh", "-c", within, "sh"] if within else []
        self.prefix = inside + list(prefix)

    def environment(self):
        known = os.environ.get("LD_LIBRARY_PATH", "")
        path = ":".join([*map(str, self.paths), *([known] if known else [])])
        return os.environ | self.variables | ({"LD_LIBRARY_PATH": path} if path else {})

    def run(self, command):
        return subprocess.run(self.prefix + command, env=self.environment(), capture_output=True,
                              text=True, timeout=120, check=False)

    def can_be_made(self, python):
        """Another user may have no way to PYTHON."""
        return self.run(["test", "-r", os.path.realpath(python)]).returncode == 0


def value(fact):
    return fact.get("value") if fact.get("state") == "known" else None


def predicted(situation, gpuvet, python):
    report = json.loads(situation.run([gpuvet, "--json", "--python", python]).stdout)
    of_torch = report["facts"]["torch"].get("predicted", {})
    why = of_torch.get("is_available", {}).get("from", "-")
    return [value(of_torch.get(name, {})) for name in ("is_available", "device_count")], why, report


def answered(situation, python):
    result = situation.run([python, "-c", ASK_TORCH])
    lines = result.stdout.strip().splitlines()
    return json.loads(lines[-1]) if lines else [f"torch failed: {result.stderr.strip()[-200:]}"]


def first_uuid(gpuvet):
    report = json.loads(subprocess.run([gpuvet, "--json"], capture_output=True, text=True,
                                       check=False).stdout)
    devices = report["facts"].get("nvml", {}).get("devices", [])
    return value(devices[0]["uuid"]) if devices else "GPU-unknown"


def alone(folder, library, as_name):
    """A folder that holds this one library, as the loader finds it first."""
    target = folder / as_name.replace(".", "-")
    target.mkdir()
    shutil.copy(library, target / as_name)
    return target


def situations(build, folder, uuid):
    visible, check = "CUDA_VISIBLE_DEVICES", {"PYTORCH_NVML_BASED_CUDA_CHECK": "1"}
    fakes = build / "tests/fakes"
    yield Situation("as it is")
    for text in ("0", "", "-1", "0,0", "99", "0,99", "abc", uuid, uuid[:10], "GPU-", f"{uuid},{uuid}",
                 "GPU-00000000-0000-0000-0000-000000000000", "MIG-00000000-0000-0000-0000-000000000000"):
        yield Situation(f"{visible}={text}", {visible: text})
    for node in ("/dev/nvidia0", "/dev/nvidia-uvm", "/dev/nvidiactl"):
        if pathlib.Path(node).exists():
            yield Situation(f"{node} hidden", within=HIDE.format(node=node))
    yield Situation("nodes closed to another user", within=CLOSE.format(mode="000"), prefix=NOBODY)
    yield Situation("another user, nodes open", within=CLOSE.format(mode="666"), prefix=NOBODY)
    yield Situation("stub libcuda", {"FAKE_CUDA": "cuInit=34"},
                    paths=[alone(folder, fakes / "libcuda.so.1", "libcuda.so.1")])
    yield Situation("libnvidia-ml of another version", {"FAKE_NVML": "nvmlInit_v2=18"},
                    paths=[alone(folder, fakes / "libnvidia-ml.so.1", "libnvidia-ml.so.1")])
    yield Situation("LD_PRELOAD of nothing", {"LD_PRELOAD": "/nonexistent/junk.so"})
    yield Situation("LD_LIBRARY_PATH of nothing", paths=["/nonexistent"])
    yield Situation("NVML-based check", check)
    yield Situation("NVML-based check, -1", check | {visible: "-1"})
    yield Situation("NVML-based check, wrong UUID", check | {visible: "GPU-00000000"})
    if pathlib.Path("/dev/nvidia-uvm").exists():
        yield Situation("NVML-based check, uvm hidden", check, within=HIDE.format(node="/dev/nvidia-uvm"))


@contextlib.contextmanager
def memory_filled(python):
    with subprocess.Popen([python, "-c", FILL], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, text=True) as holder:
        holder.stdout.readline()
        yield
        holder.stdin.close()


def compare(situation, gpuvet, python):
    if not situation.can_be_made(python):
        print(f"  (not made) {situation.name}")
        return None
    guess, why, report = predicted(situation, gpuvet, python)
    truth = answered(situation, python)
    mark = "=" if guess == truth else "X"
    verdict = report["verdict"]
    print(f"{mark} {situation.name}: predicted {guess} ({why}), torch {truth};"
          f" {verdict['cause'] or verdict['state']}", flush=True)
    return guess == truth


def main():
    build, python = pathlib.Path(sys.argv[1]).resolve(), sys.argv[2]
    gpuvet = str(build / "src/cli/gpuvet")
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        folder.chmod(0o755)
        results = [compare(one, gpuvet, python) for one in situations(build, folder, first_uuid(gpuvet))]
    began = time.monotonic()
    with memory_filled(python):
        print(f"  (memory filled in {time.monotonic() - began:.0f} s)")
        results.append(compare(Situation("memory filled"), gpuvet, python))
    made = [result for result in results if result is not None]
    print(f"{sum(made)} of {len(made)} match")
    sys.exit(0 if all(made) and len(made) >= 12 else 1)


if __name__ == "__main__":
    main()
