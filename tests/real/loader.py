#!/usr/bin/env python3
"""Compares gpuvet's prediction of `import torch` with what the real loader does.

    tests/real/loader.py GPUVET FOLDER [NAME …]

FOLDER holds virtual environments, each with a torch from PyPI (tests/real/fetch.sh makes them). In
each, `import torch` runs in a clean and in poisoned environments; what /proc/self/maps then shows
must be exactly what `gpuvet --json` lists under facts.loader.libraries as loaded at import. Where
the import fails, gpuvet must say so and name the library that Python's message names. Left out of
both sides: Python's extension modules, and what those of numpy bring.

Copies of an environment are made of hard links, in FOLDER/poisoned, and removed afterwards. The
system's own library cache is replaced in a mount namespace of its own, which takes root.
"""
import glob
import json
import os
import re
import shutil
import subprocess
import sys

SHOW = """
import json, sys
error = None
try:
    import torch
except BaseException as caught:
    error = str(caught)
paths = {line.split(None, 5)[5].strip() for line in open('/proc/self/maps') if '.so' in line}
print('@@' + json.dumps([error, sorted(paths)]))
"""
OTHER_MACHINE = bytes.fromhex("7f454c460101010000000000000000000300280001000000") + bytes(100)


def is_library(path):
    return not re.search(r"\.(cpython-[^/]*|abi3)\.so$|/numpy\.libs/|/lib-dynload/", path)


def real_import(env, variables, wrap, cwd):
    run = subprocess.run(wrap + [env + "/bin/python", "-c", SHOW], env=variables, cwd=cwd,
                         stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    line = [l for l in run.stdout.splitlines() if l.startswith("@@")]
    if not line:
        return "did not start", set()
    error, paths = json.loads(line[-1][2:])
    return error, {p for p in paths if is_library(p)}


def predicted_import(gpuvet, env, variables, wrap, cwd):
    run = subprocess.run(wrap + [gpuvet, "--python", env + "/bin/python", "--json"], env=variables,
                         cwd=cwd, stdout=subprocess.PIPE, text=True)
    loader = json.loads(run.stdout)["facts"].get("loader", {})
    libraries = loader.get("libraries", [])
    paths = {item["path"]["value"] for item in libraries
             if item["when"]["value"] == "import"} if isinstance(libraries, list) else set()
    return loader, {p for p in paths if is_library(p)}


def differences(error, real, loader, predicted):
    said = []
    imports = loader.get("imports", {}).get("value")
    if imports != (error is None):
        said.append("import %s, predicted %s: %s" % ("fails" if error else "works", imports, error))
    named = loader.get("missing", {}).get("value") or loader.get("broken", {}).get("value")
    if error and (not named or os.path.basename(named) not in error):
        said.append("the message is %r, predicted %r" % (error, named))
    said += ["only real: " + p for p in sorted(real - predicted)]
    said += ["only predicted: " + p for p in sorted(predicted - real)]
    return said


class Bench:
    def __init__(self, gpuvet, folder):
        self.gpuvet, self.folder = os.path.abspath(gpuvet), os.path.realpath(folder)
        self.work = self.folder + "/poisoned"
        self.passed = self.failed = self.skipped = 0
        shutil.rmtree(self.work, ignore_errors=True)
        os.makedirs(self.work)

    def compare(self, name, env, variables=None, wrap=(), cwd="/"):
        everything = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", **(variables or {})}
        error, real = real_import(env, everything, list(wrap), cwd)
        loader, predicted = predicted_import(self.gpuvet, env, everything, list(wrap), cwd)
        said = differences(error, real, loader, predicted)
        self.passed += not said
        self.failed += bool(said)
        print("%s %s: %d libraries%s" % ("not ok" if said else "ok", name, len(real),
                                         ", fails: " + error.splitlines()[0][:90] if error else ""))
        for line in said:
            print("    " + line)

    def copy(self, env):
        copy = self.work + "/" + os.path.basename(env)
        shutil.rmtree(copy, ignore_errors=True)
        subprocess.run(["cp", "-al", env + "/.", copy], check=True)
        if os.path.realpath(copy) != copy or os.path.islink(env):
            raise SystemExit("%s is no copy" % copy)
        return copy

    def folder_of(self, name, files):
        """A folder of links to files, or of files with the bytes given."""
        path = self.work + "/" + name
        shutil.rmtree(path, ignore_errors=True)
        os.makedirs(path)
        for base, content in files.items():
            os.makedirs(os.path.dirname(path + "/" + base), exist_ok=True)
            if isinstance(content, bytes):
                open(path + "/" + base, "wb").write(content)
            else:
                os.symlink(content, path + "/" + base)
        return path


def site(env):
    return glob.glob(env + "/lib/python3*/site-packages")[0]


def cuda_libraries(env):
    return [path for path in glob.glob(site(env) + "/nvidia/*/lib/*.so*") if ".so." in path]


def poison_variables(bench, env, other):
    name = os.path.basename(env)
    theirs = {os.path.basename(path): path for path in cuda_libraries(other)}
    ours = {os.path.basename(path): path for path in cuda_libraries(env)}
    linker = [base for base in ours if base.startswith("libnvJitLink")]
    foreign = bench.folder_of("toolkit", theirs)
    clone = bench.folder_of("conda/lib", ours)

    bench.compare(name + ", another release's libraries in LD_LIBRARY_PATH", env,
                  {"LD_LIBRARY_PATH": foreign})
    bench.compare(name + ", links to its own libraries in LD_LIBRARY_PATH", env,
                  {"LD_LIBRARY_PATH": clone})
    bench.compare(name + ", an empty part of LD_LIBRARY_PATH", env, {"LD_LIBRARY_PATH": ":/nowhere"},
                  cwd=foreign)
    stub = bench.folder_of("stubs", {"libcuda.so.1": "/usr/lib/x86_64-linux-gnu/libz.so.1"})
    bench.compare(name + ", a stub of libcuda", env, {"LD_LIBRARY_PATH": stub})
    other_machine = bench.folder_of("other", {base: OTHER_MACHINE for base in ours})
    bench.compare(name + ", libraries for another machine", env, {"LD_LIBRARY_PATH": other_machine})
    hwcaps = bench.folder_of("hwcaps", {"glibc-hwcaps/x86-64-v2/" + base: ours[base]
                                        for base in linker})
    bench.compare(name + ", a folder for newer processors", env, {"LD_LIBRARY_PATH": hwcaps})
    if linker:
        broken = bench.folder_of("broken", {linker[0]: b"no library"})
        bench.compare(name + ", a broken library", env, {"LD_LIBRARY_PATH": broken})
        bench.compare(name + ", LD_PRELOAD of one library", env,
                      {"LD_PRELOAD": ours[linker[0]] + ":/nowhere/libx.so"})
    cudnn = [base for base in ours if re.fullmatch(r"libcudnn\.so\.\d+", base)]
    bench.compare(name + ", LD_PRELOAD by name", env,
                  {"LD_PRELOAD": cudnn[0], "LD_LIBRARY_PATH": clone})


def poison_cache(bench, env, other):
    name = os.path.basename(env)
    folder = bench.folder_of("cached", {os.path.basename(p): p for p in cuda_libraries(other)})
    conf, cache = bench.work + "/ld.so.conf", bench.work + "/ld.so.cache"
    open(conf, "w").write(folder + "\ninclude /etc/ld.so.conf\n")
    subprocess.run(["/sbin/ldconfig", "-X", "-C", cache, "-f", conf], check=True,
                   stderr=subprocess.DEVNULL)
    wrap = ["unshare", "-m", "sh", "-c",
            "mount --bind %s /etc/ld.so.cache && exec \"$@\"" % cache, "sh"]
    if subprocess.run(wrap + ["true"], stderr=subprocess.DEVNULL).returncode:
        bench.skipped += 1
        print("skipped: a library cache of its own takes root")
        return
    bench.compare(name + ", another release in ld.so.conf", env, wrap=wrap)


def poison_files(bench, env):
    name = os.path.basename(env)
    for pattern in ["libcudart.so.*", "libcudnn.so.*", "libcusparse.so.*", "libnvJitLink.so.*"]:
        copy = bench.copy(env)
        for path in glob.glob(site(copy) + "/nvidia/*/lib/" + pattern):
            os.unlink(path)
        bench.compare(name + ", without " + pattern, copy)

    copy = bench.copy(env)
    path = [p for p in cuda_libraries(copy) if "libcublas.so" in p][0]
    start = open(path, "rb").read(40)
    os.unlink(path)
    open(path, "wb").write(start)
    bench.compare(name + ", a truncated libcublas", copy)

    copy = bench.copy(env)
    os.makedirs(copy + "/elsewhere")
    os.rename(site(copy) + "/nvidia", copy + "/elsewhere/nvidia")
    bench.compare(name + ", CUDA packages elsewhere on sys.path", copy,
                  {"PYTHONPATH": copy + "/elsewhere"})
    if not shutil.which("patchelf"):
        bench.skipped += 1
        print("skipped: patchelf is not installed")
        return
    copy = bench.copy(env)
    for path in glob.glob(site(copy) + "/torch/lib/*.so") + glob.glob(site(copy) + "/torch/_C*.so"):
        if os.path.getsize(path) < 300 << 20:
            subprocess.run(["cp", path, path + "+"], check=True)
            os.replace(path + "+", path)
            subprocess.run(["patchelf", "--set-rpath", "$ORIGIN:$ORIGIN/lib", path], check=True)
    bench.compare(name + ", RPATH of small libraries stripped", copy)


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    envs = sorted(e for e in glob.glob(os.path.realpath(sys.argv[2]) + "/*")
                  if not os.path.islink(e) and glob.glob(e + "/lib/*/*/torch/lib")
                  and (len(sys.argv) == 3 or os.path.basename(e) in sys.argv[3:]))
    if not envs:
        print("no downloads under %s: tests/real/fetch.sh makes them" % sys.argv[2])
        print("0 passed, 0 failed, 1 skipped")
        return 0
    bench = Bench(sys.argv[1], sys.argv[2])
    for env in envs:
        others = [e for e in glob.glob(os.path.dirname(env) + "/[0-9]*") if os.path.isdir(e) and e != env]
        other = sorted(others)[-1] if others else env
        bench.compare(os.path.basename(env) + ", clean", env)
        poison_variables(bench, env, other)
        poison_cache(bench, env, other)
        poison_files(bench, env)
    shutil.rmtree(bench.work)
    print("%d passed, %d failed, %d skipped" % (bench.passed, bench.failed, bench.skipped))
    return bench.failed != 0


sys.exit(main())
