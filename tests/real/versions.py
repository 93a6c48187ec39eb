#!/usr/bin/env python3
"""Compares the versions that gpuvet reads of CUDA libraries with what the libraries answer.

    tests/real/versions.py GPUVET FOLDER [NAME …]

FOLDER holds virtual environments, each with a torch from PyPI (tests/real/fetch.sh makes them). Each
library is loaded and asked, which needs no GPU. Twice: as installed, where the package tells the
version; and without the packages' metadata, where the library's bytes have to.

Then cuDNN is broken in two ways, with an older one that pip downloads into FOLDER/wheels: installed in
place of torch's own, and in LD_LIBRARY_PATH. Where torch.backends.cudnn.version() raises, gpuvet must
name the cause, and none where it does not. Copies are made of hard links, in FOLDER/broken, and removed afterwards.
"""
import glob
import json
import os
import shutil
import subprocess
import sys

ASK = r"""
import ctypes, json, sys
import torch

def numbers(library, function, count):
    values = [ctypes.c_int() for _ in range(count)]
    getattr(library, function)(*map(ctypes.byref, values))
    return [value.value for value in values]

def properties(library, function):
    value, found = ctypes.c_int(), []
    for which in range(3):
        getattr(library, function)(which, ctypes.byref(value))
        found.append(value.value)
    return found

def answer(name, library):
    if name.startswith(("libcudnn.so", "libcudnn_graph.so", "libcudnn_ops_infer.so")):
        library.cudnnGetVersion.restype = ctypes.c_size_t
        value = library.cudnnGetVersion()
        scale = 10000 if value >= 90000 else 1000
        return [value // scale, value % scale // 100, value % 100]
    if name.startswith("libcudart"):
        value = numbers(library, "cudaRuntimeGetVersion", 1)[0]
        return [value // 1000, value % 1000 // 10]
    if name.startswith("libnccl"):
        value = numbers(library, "ncclGetVersion", 1)[0]
        return [value // 10000, value % 10000 // 100, value % 100]
    if name.startswith("libnvJitLink"):
        return numbers(library, "nvJitLinkVersion", 2)
    if name.startswith("libnvrtc.so"):
        return numbers(library, "nvrtcVersion", 2)
    for word in ("cublasLt", "cublas", "cufft", "curand", "cusparseLt", "cusparse", "cusolver"):
        if name.startswith("lib%s.so" % word):
            return properties(library, word + "GetProperty")
    return None

for path in sys.argv[1:]:
    name = path.rsplit("/", 1)[-1]
    try:
        said = answer(name, ctypes.CDLL(path))
    except (OSError, AttributeError):
        said = None
    if said:
        print("@@" + json.dumps([path, ".".join(map(str, said))]))
"""
VERSION = "import torch; print(torch.backends.cudnn.version())"
# Older than what torch pins: torch -> requirement
OLDER = {"2.6.0": "nvidia-cudnn-cu12==9.0.0.312", "2.15.0": "nvidia-cudnn-cu13==9.13.0.50"}
CLEAN = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent"}


def value(fact):
    return fact.get("value") if fact.get("state") == "known" else None


def report(gpuvet, env, variables=None):
    run = subprocess.run([gpuvet, "--python", env + "/bin/python", "--json"], stdout=subprocess.PIPE,
                         env={**CLEAN, **(variables or {})}, text=True, check=False)
    return json.loads(run.stdout)


def read_versions(gpuvet, env):
    found = {}
    for item in report(gpuvet, env)["facts"]["loader"]["libraries"]:
        if value(item.get("version", {})):
            found[value(item["path"])] = (value(item["version"]), value(item["version_from"]))
    return found


def asked_versions(env, paths):
    run = subprocess.run([env + "/bin/python", "-c", ASK, *paths], env=CLEAN, stdout=subprocess.PIPE,
                         stderr=subprocess.DEVNULL, text=True, check=False)
    return dict(json.loads(line[2:]) for line in run.stdout.splitlines() if line.startswith("@@"))


def agree(left, right):
    return all(a == b for a, b in zip(left.split("."), right.split(".")))


def compare(name, gpuvet, env):
    """How many disagree."""
    read = read_versions(gpuvet, env)
    asked = asked_versions(env, list(read))
    wrong = 0
    for path, (version, basis) in sorted(read.items()):
        if path in asked and not agree(version, asked[path]):
            wrong += 1
            print("    %s: read %s (%s), it answers %s" % (path, version, basis, asked[path]))
    bases = [basis for path, (_, basis) in read.items() if path in asked]
    counts = ", ".join("%d from %s" % (bases.count(basis), basis) for basis in sorted(set(bases)))
    print("%s %s: %d versions read, %d asked (%s)" % ("not ok" if wrong or not asked else "ok", name,
                                                      len(read), len(asked), counts))
    return wrong or not asked


def site(env):
    return glob.glob(env + "/lib/python3*/site-packages")[0]


def copy_of(folder, env):
    copy = "%s/broken/%s" % (folder, os.path.basename(env))
    shutil.rmtree(copy, ignore_errors=True)
    os.makedirs(os.path.dirname(copy), exist_ok=True)
    subprocess.run(["cp", "-al", env + "/.", copy], check=True)
    if os.path.islink(env) or os.path.realpath(copy) != copy:
        raise SystemExit("%s is no copy" % copy)
    return copy


def expect(name, gpuvet, env, cause, variables=None):
    run = subprocess.run([env + "/bin/python", "-c", VERSION], env={**CLEAN, **(variables or {})},
                         capture_output=True, text=True, check=False)
    message = (run.stderr if run.returncode else "no error: " + run.stdout).strip().splitlines()[-1]
    whole = report(gpuvet, env, variables)
    found = {finding["cause"]: finding["role"] for finding in whole["findings"]}
    cudnn = {key: value(fact) for key, fact in whole["facts"]["cudnn"].items()}
    fails = run.returncode != 0 and "cuDNN version incompatibility" in message
    good = fails == (cause in found) and (fails or not any("cudnn" in one for one in found))
    print("%s %s\n    python: %s\n    gpuvet: %s\n    cuDNN: %s" % (
        "ok" if good else "not ok", name, message[:170], found,
        {key: cudnn.get(key) for key in ("version", "expected", "loaded_version", "loaded_rule")}))
    return not good


def older_wheel(folder, env, requirement):
    wheels = folder + "/wheels"
    os.makedirs(wheels, exist_ok=True)
    package, version = requirement.split("==")
    pattern = "%s/%s-%s-*.whl" % (wheels, package.replace("-", "_"), version)
    if not glob.glob(pattern):
        subprocess.run([env + "/bin/python", "-m", "pip", "download", "-q", "--no-deps", "-d", wheels,
                        requirement], check=False)
    return (glob.glob(pattern) or [None])[0]


def break_cudnn(gpuvet, folder, env):
    """How many of the breakages were not named."""
    name = os.path.basename(env)
    wheel = older_wheel(folder, env, OLDER[name])
    if not wheel:
        print("skipped %s: %s cannot be downloaded" % (name, OLDER[name]))
        return 0
    copy = copy_of(folder, env)
    subprocess.run([copy + "/bin/python", "-m", "pip", "install", "-q", "--no-deps", "--no-index",
                    wheel], check=True)
    failed = expect(name + ", pip install " + OLDER[name], gpuvet, copy, "cudnn/version-mismatch")
    older = glob.glob(site(copy) + "/nvidia/cudnn/lib")[0]
    failed += expect(name + ", the older cuDNN in LD_LIBRARY_PATH", gpuvet, env,
                     "runtime/library-shadowed", {"LD_LIBRARY_PATH": older})
    return failed


def without_metadata(folder, env):
    copy = copy_of(folder, env)
    for path in glob.glob(site(copy) + "/nvidia_*.dist-info"):
        shutil.rmtree(path)
    return copy


def main():
    gpuvet, folder = os.path.abspath(sys.argv[1]), os.path.realpath(sys.argv[2])
    names = sys.argv[3:] or sorted(os.path.basename(path) for path in glob.glob(folder + "/[0-9]*")
                                   if os.path.exists(path + "/bin/python"))
    failed = 0
    if not names:
        print("skipped: no environment in %s; tests/real/fetch.sh brings them" % folder)
    for name in names:
        env = "%s/%s" % (folder, name)
        failed += compare(name, gpuvet, env)
        failed += compare(name + ", without metadata", gpuvet, without_metadata(folder, env))
        if name in OLDER:
            failed += break_cudnn(gpuvet, folder, env)
    shutil.rmtree(folder + "/broken", ignore_errors=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
