#!/usr/bin/env python3
"""Compares the GPU code that gpuvet finds in real libraries with what cuobjdump lists.

    tests/real/architectures.py GPU_CODE FOLDER [PART …]

GPU_CODE is build/tests/real/gpu_code (ninja tests/real/gpu_code). Under FOLDER lie environments, as
tests/real/fetch.sh makes them, and cuobjdump, if $PATH has none (pip package nvidia-cuda-cuobjdump,
in FOLDER/tools). Each library with a section .nv_fatbin or __nv_relfatbin, and one of the PARTs in
its path, is read once, however many links lead to it. For every architecture the number of entries
must be the number of files that `cuobjdump --list-elf` and `--list-ptx` list. The last column says
whether gpuvet's sample names the same targets as its exact reading.
"""
import collections
import glob
import os
import re
import shutil
import subprocess
import sys
import time

PATIENCE = 900  # seconds for one list of cuobjdump's


def cuobjdump_of(folder):
    found = shutil.which("cuobjdump") or next(
        iter(glob.glob(folder + "/tools/lib/python3*/site-packages/nvidia/*/bin/cuobjdump")), None)
    if found:
        os.chmod(found, 0o755)
    return found


def has_gpu_code(path):
    with open(path, "rb") as file:
        if file.read(4) != b"\x7fELF":
            return False
    text = subprocess.run(["readelf", "-SW", path], stdout=subprocess.PIPE, text=True,
                          stderr=subprocess.DEVNULL, check=False).stdout
    return bool(re.search(r" (\.nv_fatbin|__nv_relfatbin) ", text))


def libraries(folder, parts):
    seen = set()
    for path in sorted(glob.glob(folder + "/*/lib/python3*/site-packages/**/*.so*", recursive=True)):
        if os.path.islink(path) or (parts and not any(part in path for part in parts)):
            continue
        key = (os.stat(path).st_dev, os.stat(path).st_ino)
        if key not in seen and has_gpu_code(path):
            seen.add(key)
            yield path


def listed(cuobjdump, path):
    """{"sm_90a": entries, "compute_90": entries}, and the seconds it took."""
    counts, began = collections.Counter(), time.monotonic()
    for option, kind in ("--list-elf", "sm"), ("--list-ptx", "compute"):
        run = subprocess.run([cuobjdump, option, path], stdout=subprocess.PIPE, text=True,
                             stderr=subprocess.PIPE, timeout=PATIENCE, check=False)
        counts.update("%s_%s" % (kind, target) for target in re.findall(
            r"^(?:ELF|PTX) file +\d+: .*\.(?:sm|compute)_(\d+[af]?)\.(?:cubin|ptx)$", run.stdout, re.M))
    return dict(counts), time.monotonic() - began


def read(gpu_code, path):
    """The same by gpuvet, and whether its sample agrees."""
    began = time.monotonic()
    run = subprocess.run([gpu_code, path], stdout=subprocess.PIPE, text=True, check=False)
    exact = re.search(r"^  exact :(.*)$", run.stdout, re.M)
    counts = {name: int(count) for name, count in re.findall(r"(\S+)=(\d+)", exact[1])} if exact else {}
    return counts, "same" if run.returncode == 0 else "differs", time.monotonic() - began


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    gpu_code, folder = sys.argv[1], os.path.realpath(sys.argv[2])
    cuobjdump = cuobjdump_of(folder)
    if not cuobjdump:
        print("skipped: no cuobjdump; tests/real/fetch.sh brings it")
        return 0
    print("| library | entries | by gpuvet s | by cuobjdump s | cuobjdump | sample |")
    print("| --- | --- | ---: | ---: | --- | --- |")
    compared = differing = 0
    for path in libraries(folder, sys.argv[3:]):
        theirs, slow = listed(cuobjdump, path)
        ours, sample, quick = read(gpu_code, path)
        compared, differing = compared + 1, differing + (ours != theirs)
        name = re.sub(r"lib/python3\.\d+/site-packages/", "", os.path.relpath(path, folder))
        print("| %s | %s | %.3f | %.1f | %s | %s |" % (
            name, " ".join("%s=%d" % item for item in sorted(ours.items())), quick, slow,
            "same" if ours == theirs else "DIFFERS: %s" % theirs, sample), flush=True)
    print("\n%d libraries compared, %d differ" % (compared, differing))
    return differing != 0


if __name__ == "__main__":
    sys.exit(main())
