#!/usr/bin/env python3
"""Breaks real environments, one way each, and compares what Python says with what gpuvet says.

    tests/real/broken.py GPUVET FOLDER [PART …]

FOLDER holds environments as tests/real/fetch.sh makes them. Each row of BREAKAGES is made on a copy
of hard links (in a folder beside it, removed afterwards). Python must fail with the row's message, and
gpuvet must find the row's cause, beside nothing but what it finds of the sound environment and what
that cause explains. Both run without the toolkits and the cuDNN that this machine may have in its
library cache: in a mount namespace with another cache, which takes root. PARTs choose rows by their
text. Prints a table in Markdown.
"""
import glob
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

from poison import compiled, copy_of, site, with_cache

SYSTEM = "/lib/x86_64-linux-gnu\n/usr/lib/x86_64-linux-gnu\n/lib64\n/usr/lib64\n"
CLEAN = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent"}


# --- ways to break one --------------------------------------------------------------------------

def remove(*patterns):
    def breaks(bench, copy, _donor):
        found = [path for pattern in patterns for path in glob.glob(site(copy) + "/" + pattern)]
        for path in found:
            shutil.rmtree(path) if os.path.isdir(path) else os.unlink(path)
        return {} if found else None
    return breaks


def cut_short(pattern, size):
    def breaks(bench, copy, _donor):
        path = glob.glob(site(copy) + "/" + pattern)[0]
        with open(path, "rb") as file:
            start = file.read(size)
        os.unlink(path)
        with open(path, "wb") as file:
            file.write(start)
        return {}
    return breaks


def take(*patterns):
    """What fits is taken from the donor instead, as a package that was installed for another."""
    def breaks(bench, copy, donor):
        for pattern in patterns:
            for path in glob.glob(site(copy) + "/" + pattern):
                shutil.rmtree(path) if os.path.isdir(path) else os.unlink(path)
            for path in glob.glob(site(donor) + "/" + pattern):
                target = site(copy) + path[len(site(donor)):]
                subprocess.run(["cp", "-al", path, target], check=True)
        return {}
    return breaks


def variable(name, pattern):
    def breaks(bench, copy, donor):
        return {name: glob.glob(site(donor) + "/" + pattern)[0]}
    return breaks


def stub(bench, copy, _donor):
    """The stub of a real toolkit under the name that programs load, as a link left behind; its
    folder in LD_LIBRARY_PATH, as an image for building has it."""
    real = glob.glob("/usr/local/cuda*/lib*/stubs/libcuda.so") + \
        glob.glob("/usr/local/cuda*/targets/*/lib/stubs/libcuda.so")
    if not real:
        return None
    folder = compiled(bench.work, "stubs/libcuda.so.1", "libcuda.so.1")
    os.unlink(folder + "/libcuda.so.1")
    os.symlink(real[0], folder + "/libcuda.so.1")
    return {"LD_LIBRARY_PATH": folder}


def built(name, source, *options, text=""):
    """A tiny extension, compiled for the purpose: NAME lies openly among the packages."""
    def breaks(bench, copy, _donor):
        folder = bench.work + "/built"
        os.makedirs(folder, exist_ok=True)
        open(folder + "/versions", "w").write(text)
        lib = site(copy) + "/torch/lib"
        for stub, soname in (("libcudart.so", "libcudart.so.11.0"), ("libstdc++.so", "libstdc++.so.6")):
            subprocess.run(["gcc", "-shared", "-nostdlib", "-x", "c", "-", "-o", folder + "/" + stub,
                            "-Wl,-soname," + soname, "-Wl,--version-script," + folder + "/versions"]
                           if text else
                           ["gcc", "-shared", "-nostdlib", "-x", "c", "-", "-o", folder + "/" + stub,
                            "-Wl,-soname," + soname], input="void made_up(void) {}", text=True, check=True)
        subprocess.run(["gcc", "-shared", "-x", "c", "-", "-o", site(copy) + "/" + name, "-L" + folder,
                        "-L" + lib, "-Wl,--no-as-needed", "-lc10", *options], input=source, text=True,
                       check=True)
        return {}
    return breaks




OLD_STRING = "_ZN3c106detail14torchCheckFailEPKcS2_jRKSs"
LOAD = "import torch, glob; torch.ops.load_library(glob.glob(torch.__path__[0] + '/../%s')[0])"
CUDNN = "import torch; torch.backends.cudnn.version()"
USE_CUDNN = ("import torch, ctypes; handle = ctypes.c_void_p();"
             "print(ctypes.CDLL('libcudnn.so.9').cudnnCreate(ctypes.byref(handle)))")

# environment, donor, what is done, how, what Python runs, what it says, the cause
BREAKAGES = [
    ("2.4.1", None, "nvidia-cusparse-cu12 uninstalled", remove("nvidia/cusparse", "nvidia_cusparse_cu12-*"),
     "import torch", r"libcusparse\.so\.12: cannot open shared object file", "runtime/library-missing"),
    ("2.8.0", None, "nvidia-cuda-runtime-cu12 uninstalled",
     remove("nvidia/cuda_runtime", "nvidia_cuda_runtime_cu12-*"),
     "import torch", r"libcudart\.so\.12: cannot open shared object file|libcudart.so.*not found",
     "runtime/library-missing"),
    ("2.8.0", "2.6.0", "an older libnvJitLink in LD_PRELOAD",
     variable("LD_PRELOAD", "nvidia/nvjitlink/lib/libnvJitLink.so.12"),
     "import torch", r"undefined symbol: __nvJitLinkCreate_12_8", "runtime/library-shadowed"),
    ("2.8.0", "2.6.0", "an older libcudnn.so.9 in LD_PRELOAD",
     variable("LD_PRELOAD", "nvidia/cudnn/lib/libcudnn.so.9"), CUDNN, r"cuDNN version incompatibility",
     "runtime/library-shadowed"),
    ("2.8.0", "2.6.0", "nvidia-cudnn-cu12 9.1.0.70 installed over 9.10.2.21",
     take("nvidia/cudnn", "nvidia_cudnn_cu12-*"), CUDNN, r"cuDNN version incompatibility",
     "cudnn/version-mismatch"),
    ("2.8.0", "2.6.0", "the files of cuDNN 9.1.0 copied over those of 9.10.2",
     take("nvidia/cudnn"), CUDNN, r"cuDNN version incompatibility", "torch/broken-install"),
    ("2.6.0", None, "nvidia-cudnn-cu12 uninstalled", remove("nvidia/cudnn", "nvidia_cudnn_cu12-*"),
     "import torch", r"libcudnn\.so\.9: cannot open shared object file|libcudnn.so.*not found",
     "cudnn/library-missing"),
    ("2.6.0", None, "libcudnn_graph.so.9 removed", remove("nvidia/cudnn/lib/libcudnn_graph.so.9"),
     USE_CUDNN, r"libcudnn_graph", "torch/broken-install"),
    ("2.8.0", "2.6.0", "torchvision 0.21.0, made for torch 2.6.0",
     take("torchvision", "torchvision.libs", "torchvision-*"), "import torchvision",
     r"operator torchvision::nms does not exist", "torch/companion-mismatch"),
    ("2.8.0", "2.4.1", "torchaudio 2.4.1, made for torch 2.4.1",
     take("torchaudio", "torio", "torchaudio-*"), "import torchaudio", r"undefined symbol: \w+",
     "torch/companion-mismatch"),
    ("2.6.0", None, "libtorch_cpu.so cut short", cut_short("torch/lib/libtorch_cpu.so", 1 << 20),
     "import torch", r"file too short|cannot read file data|ELF load command|ends with -7",
     "torch/broken-install"),
    ("2.8.0", None, "torch/lib/libc10_cuda.so removed", remove("torch/lib/libc10_cuda.so"),
     "import torch", r"libc10_cuda\.so: cannot open shared object file", "torch/broken-install"),
    ("2.8.0", "2.6.0-xformers", "xformers compiled for another torch, without metadata",
     take("xformers"), LOAD % "xformers/_C.so", r"undefined symbol: \w+", "torch/extension-abi"),
    ("2.8.0", "2.14.1", "torchvision of a CUDA 13 build, without metadata",
     lambda *them: [remove("torchvision*")(*them), take("torchvision")(*them)][0],
     LOAD % "torchvision/_C*.so",
     r"libcudart\.so\.13: cannot open shared object file|undefined symbol", "torch/extension-cuda"),
    ("2.8.0", None, "an extension with the strings of the C++ ABI before C++11",
     built("ourops.so", "void %s(void); void f(void) { %s(); }" % (OLD_STRING, OLD_STRING)),
     LOAD % "ourops.so", r"undefined symbol: " + OLD_STRING, "torch/extension-abi"),
    ("2.8.0", None, "an extension of CUDA 11",
     built("ourops.so", "void made_up(void); void f(void) { made_up(); }", "-lcudart"),
     LOAD % "ourops.so", r"libcudart\.so\.11\.0: cannot open shared object file", "torch/extension-cuda"),
    ("2.8.0", None, "an extension for a newer libstdc++",
     built("ourops.so", "void made_up(void); void f(void) { made_up(); }", "-l:libstdc++.so",
           text="GLIBCXX_3.4.99 { global: made_up; };"),
     LOAD % "ourops.so", r"version `GLIBCXX_3\.4\.99' not found", "runtime/system-too-old"),
    ("2.8.0", None, "an extension of another Python",
     built("ourops.cpython-39-x86_64-linux-gnu.so", "void PyInit_ourops(void) {}"),
     "import torch, ourops", r"No module named 'ourops'", "torch/extension-abi"),
    ("2.8.0", None, "torchvision/_C.so cut short", cut_short("torchvision/_C.so", 1 << 16),
     LOAD % "torchvision/_C.so",
     r"file too short|cannot read file data|ELF load command|ends with -7",
     "torch/broken-install"),
    ("2.8.0", None, "a toolkit's stub of libcuda in LD_LIBRARY_PATH", stub,
     "import torch; torch.cuda.init()", r"CUDA driver is a stub library", "driver/stub-library"),
]


class Bench:
    def __init__(self, gpuvet, folder):
        self.gpuvet, self.folder = os.path.abspath(gpuvet), os.path.realpath(folder)
        self.work = tempfile.mkdtemp(prefix="broken-", dir=self.folder)
        self.wrap = with_cache(self.work, SYSTEM) or []
        self.sound = {}

    def report(self, env, variables):
        run = subprocess.run(self.wrap + [self.gpuvet, "--env", env, "--json"], env={**CLEAN, **variables}, cwd="/",
                             stdout=subprocess.PIPE, text=True, check=False)
        return json.loads(run.stdout)

    def causes_of_sound(self, env):
        if env not in self.sound:
            self.sound[env] = {item["cause"] for item in self.report(env, {})["findings"]}
        return self.sound[env]


def python_says(bench, env, variables, code, pattern):
    """The line that fits, else the last."""
    run = subprocess.run(bench.wrap + [env + "/bin/python", "-c", code], env={**CLEAN, **variables}, cwd="/",
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    lines = run.stdout.strip().splitlines() or ["nothing, and ends with %d" % run.returncode]
    fits = [line for line in lines if re.search(pattern, line)]
    return (fits or lines)[-1].strip(), bool(fits)


def judged(findings, sound, expected):
    """What gpuvet adds to the findings of the sound environment, and whether it is right."""
    new = [item for item in findings if item["cause"] not in sound]
    named = [item for item in new if item["cause"] == expected]
    explained = set(named[0].get("explains", [])) if named else set()
    others = [item["cause"] for item in new if item["cause"] not in explained | {expected}]
    return new, bool(named) and not others


def short(text):
    text = re.sub(r"/[^ ]*/site-packages/", "…/", text).replace("|", "\\|")
    return text if len(text) < 200 else text[:200] + "…"


def run(bench, row):
    base, donor, what, breaks, code, pattern, expected = row
    env, donor = bench.folder + "/" + base, donor and bench.folder + "/" + donor
    if not os.path.isdir(env) or (donor and not os.path.isdir(donor)):
        print("| %s | %s | skipped: not downloaded | | |" % (base, what))
        return None
    sound = bench.causes_of_sound(env)
    copy = copy_of(env, bench.work)
    variables = breaks(bench, copy, donor)
    if variables is None:
        print("| %s | %s | skipped: nothing to break | | |" % (base, what))
        return None
    says, fits = python_says(bench, copy, variables, code, pattern)
    findings = bench.report(copy, variables)["findings"]
    new, right = judged(findings, sound, expected)
    told = ", ".join(item["cause"] for item in new) or "nothing new"
    print("| %s | %s | %s%s | %s | %s%s |" % (
        base, what, "" if fits else "UNEXPECTED: ", short(says), short(told),
        "as expected" if right else "EXPECTED ", "" if right else expected), flush=True)
    return fits and right


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    bench = Bench(sys.argv[1], sys.argv[2])
    print("| torch | broken | Python says | gpuvet adds | |\n| --- | --- | --- | --- | --- |")
    results = [run(bench, row) for row in BREAKAGES
               if len(sys.argv) == 3 or any(part in " ".join(map(str, row)) for part in sys.argv[3:])]
    shutil.rmtree(bench.work)
    print("\nwithout the system's CUDA libraries" if bench.wrap else "\nwith the system's library cache")
    print("%d as expected, %d not, %d skipped" % (results.count(True), results.count(False),
                                                   results.count(None)))
    return False in results


if __name__ == "__main__":
    sys.exit(main())
