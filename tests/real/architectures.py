#!/usr/bin/env python3
"""Compares the GPU code that gpuvet finds in real libraries with what cuobjdump lists.

    tests/real/architectures.py GPU_CODE FOLDER [PART …]

GPU_CODE is build/tests/real/gpu_code (ninja tests/real/gpu_code). Under FOLDER lie environments, as
tests/real/fetch.sh makes them, with triton's copies of cuobjdump, and NVIDIA's own in FOLDER/tools. Each library with a section .nv_fatbin or __nv_relfatbin, and one of the PARTs in
its path, is read once, however many links lead to it. For every architecture the number of entries
must be the number of files that `cuobjdump --list-elf` and `--list-ptx` list, with three things that
nvcc 13.0 and the files themselves show of cuobjdump:
- It lists .nv_fatbin alone where there are both sections: a copy in which the other one has that name
  is listed, too.
- It names a family target as its plain one: of `-gencode arch=compute_103f,code=sm_103f` it lists
  sm_103. So the "f" is left out of the comparison, and shown.
- There is no "a" target before sm_90a (PTX ISA, .target); the flag from which it reads sm_50a, sm_60a
  and sm_61a out of cuBLAS 12.1 meant something else then.
The last column says whether gpuvet's sample names the same targets as its exact reading.
"""
import collections
import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

PATIENCE = 900  # seconds for one list of cuobjdump's


def cuobjdumps(folder, path):
    """Of the library's own environment first: triton brings one of its own CUDA's age. An old one
    does not know new code, and a new one fails at some old code ("Invalid ELF")."""
    own = folder + "/" + os.path.relpath(path, folder).split("/")[0]
    found = [tool for env in [own, *sorted(glob.glob(folder + "/*"))] for tool in
             glob.glob(env + "/lib/python3*/site-packages/triton/backends/nvidia/bin/cuobjdump") +
             glob.glob(env + "/lib/python3*/site-packages/nvidia/*/bin/cuobjdump")]
    return list(dict.fromkeys(found + [tool for tool in [shutil.which("cuobjdump")] if tool]))


def sections_of(path):
    """Those that hold GPU code."""
    with open(path, "rb") as file:
        if file.read(4) != b"\x7fELF":
            return []
    text = subprocess.run(["readelf", "-SW", path], stdout=subprocess.PIPE, text=True,
                          stderr=subprocess.DEVNULL, check=False).stdout
    return re.findall(r" (\.nv_fatbin|__nv_relfatbin) ", text)


def libraries(folder, parts):
    seen = set()
    for path in sorted(glob.glob(folder + "/*/lib/python3*/site-packages/**/*.so*", recursive=True)):
        if os.path.islink(path) or (parts and not any(part in path for part in parts)):
            continue
        key = (os.stat(path).st_dev, os.stat(path).st_ino)
        if key not in seen and sections_of(path):
            seen.add(key)
            yield path


def real_target(target):
    return target.rstrip("a") if int(target.rstrip("af")) < 90 else target


def list_with(cuobjdump, path):
    """{"sm_90a": entries, "compute_90": entries}, or None where it gives up."""
    counts = collections.Counter()
    for option, kind in ("--list-elf", "sm"), ("--list-ptx", "compute"):
        run = subprocess.run([cuobjdump, option, path], stdout=subprocess.PIPE, text=True,
                             stderr=subprocess.PIPE, timeout=PATIENCE, check=False)
        if "fatal" in run.stderr:
            return None
        counts.update("%s_%s" % (kind, real_target(target)) for target in re.findall(
            r"^(?:ELF|PTX) file +\d+: .*\.(?:sm|compute)_(\d+[af]?)\.(?:cubin|ptx)$", run.stdout, re.M))
    return dict(counts)


def add_relocatable(tool, path, counts):
    with tempfile.NamedTemporaryFile(suffix=".so") as copy:
        subprocess.run(["objcopy", "--rename-section", ".nv_fatbin=.other", "--rename-section",
                        "__nv_relfatbin=.nv_fatbin", path, copy.name], check=True)
        more = list_with(tool, copy.name)
    return None if more is None else dict(collections.Counter(counts) + collections.Counter(more))


def listed(tools, path):
    """The list of the first that reads it, and the seconds that it took."""
    both = len(set(sections_of(path))) == 2
    for tool in tools:
        began = time.monotonic()
        counts = list_with(tool, path)
        if counts is not None and both:
            counts = add_relocatable(tool, path, counts)
        if counts is not None:
            return counts, time.monotonic() - began
    return None, 0


def without_family(counts):
    plain = collections.Counter()
    for name, count in counts.items():
        plain[name.rstrip("f")] += count
    return dict(plain)


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
    if not cuobjdumps(folder, folder):
        print("skipped: no cuobjdump; tests/real/fetch.sh brings it")
        return 0
    print("| library | entries | by gpuvet s | by cuobjdump s | cuobjdump | sample |")
    print("| --- | --- | ---: | ---: | --- | --- |")
    said = collections.Counter()
    for path in libraries(folder, sys.argv[3:]):
        theirs, slow = listed(cuobjdumps(folder, path), path)
        ours, sample, quick = read(gpu_code, path)
        verdict = "no list" if theirs is None else "same" if without_family(ours) == theirs else "DIFFERS"
        said[verdict] += 1
        name = re.sub(r"lib/python3\.\d+/site-packages/", "", os.path.relpath(path, folder))
        print("| %s | %s | %.3f | %.1f | %s | %s |" % (
            name, " ".join("%s=%d" % item for item in sorted(ours.items())), quick, slow,
            verdict if verdict != "DIFFERS" else "DIFFERS: %s" % theirs, sample), flush=True)
    print("\n%d libraries: %d same, %d differ, %d that cuobjdump cannot list" % (
        said.total(), said["same"], said["DIFFERS"], said["no list"]))
    return said["DIFFERS"] != 0 or not said


if __name__ == "__main__":
    sys.exit(main())
