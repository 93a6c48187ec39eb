#!/usr/bin/env python3
"""Compiles an extension with a toolkit that does not fit, and compares what comes with `gpuvet explain`.

    tests/real/toolkit.py GPUVET FOLDER [PART …]

FOLDER holds environments as tests/real/fetch.sh makes them, and this machine has a CUDA toolkit in
/usr/local/cuda. Each row of BREAKAGES has torch's BuildExtension compile a file of CUDA, which must
fail with the row's message; `gpuvet explain`, given all that was printed, must call the row's cause,
and find it again with the machine, of which, with the same variables, the facts of the row must hold. What shall not be there is hidden in
a mount namespace, which takes root. PARTs choose rows by their text. Prints a table in Markdown.
"""
import glob
import json
import os
import re
import subprocess
import sys
import tempfile

CLEAN = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "LC_ALL": "C.UTF-8"}
SETUP = """
from setuptools import setup
from torch.utils.cpp_extension import BuildExtension, CUDAExtension
setup(name="ours", ext_modules=[CUDAExtension("ours", ["ours.cu"])],
      cmdclass={"build_ext": BuildExtension.with_options(use_ninja=False)})
"""
HIDDEN = ["unshare", "-m", "sh", "-c", "mount -t tmpfs none /usr/local && exec \"$@\"", "sh"]

# A compiler that says of itself that it is newer than any that nvcc takes.
NEWER = "#!/bin/sh\nexec /usr/bin/{0} -U__GNUC__ -D__GNUC__=99 \"$@\"\n"

# torch 2.8 forgets to put the versions in.
MISMATCH = r"The detected CUDA version \(13\.\d+\) mismatches|detected CUDA version \(%s\).*'13\.\d+', '12\.8'"

# environment, what is done, variables, words before the command, what the build says, the cause, facts
BREAKAGES = [
    ("2.8.0", "a toolkit of CUDA 13 for a torch of CUDA 12", {"CUDA_HOME": "/usr/local/cuda"}, (),
     MISMATCH, "runtime/toolkit-mismatch", {"matches": False, "rule": "CUDA_HOME"}),
    ("2.8.0", "the same, found in PATH", {"PATH": "/usr/local/cuda/bin:/usr/bin:/bin"}, (),
     MISMATCH, "runtime/toolkit-mismatch", {"matches": False, "rule": "PATH"}),
    ("2.14.1", "no toolkit", {}, HIDDEN, r"CUDA_HOME environment variable is not set",
     "runtime/toolkit-missing", {"path": None}),
    ("2.14.1", "CUDA_HOME of nothing", {"CUDA_HOME": "/nowhere"}, (),
     r"/nowhere/bin/nvcc", "runtime/toolkit-missing", {"path": None}),
    ("2.14.1", "for a GPU that the toolkit has given up", {"TORCH_CUDA_ARCH_LIST": "7.0"}, (),
     r"Unsupported gpu architecture 'compute_70'", "runtime/toolkit-arch", {"matches": True}),
    ("2.14.1", "a compiler newer than the toolkit takes",
     {"TORCH_CUDA_ARCH_LIST": "8.0", "CC": "{folder}/gcc", "CXX": "{folder}/g++"}, (),
     r"unsupported GNU version! gcc versions later than 15 are not supported",
     "runtime/toolkit-arch", {"gcc_limit": 15}),
]


def write_files(folder):
    files = {"setup.py": SETUP, "ours.cu": "__global__ void nothing() {}\n",
             "gcc": NEWER.format("gcc"), "g++": NEWER.format("g++")}
    for name, text in files.items():
        with open(folder + "/" + name, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(folder + "/" + name, 0o755)


def value(fact):
    return fact.get("value") if fact.get("state") == "known" else None


def explain(command, variables, printed):
    run = subprocess.run(command, env=variables, input=printed, stdout=subprocess.PIPE, text=True,
                         check=False)
    return json.loads(run.stdout)


def explained(gpuvet, env, wrap, variables, printed):
    """The cause by the text alone, those found with the machine, and the facts of the toolkit."""
    command = [*wrap, gpuvet, "explain", "-", "--json"]
    alone = explain(command, variables, printed)
    beside = explain([*command, "--with-machine", "--env", env, "--no-driver"], variables, printed)
    return alone["verdict"]["cause"], {item["cause"] for item in beside["findings"]}, {
        name: value(fact) for name, fact in beside["facts"].get("toolkit", {}).items()
        if isinstance(fact, dict)}


def examine(gpuvet, folder, row, work):
    name, what, variables, wrap, pattern, cause, facts = row
    env = folder + "/" + name
    if not os.path.isdir(env) or (not wrap and not glob.glob("/usr/local/cuda/bin/nvcc")):
        print("| %s | %s | skipped: nothing to compile with | | |" % (name, what))
        return None
    variables = CLEAN | {key: text.format(folder=work) for key, text in variables.items()}
    build = subprocess.run([*wrap, env + "/bin/python", "setup.py", "build_ext", "--build-lib", "out",
                            "--build-temp", "out"], cwd=work, env=variables, stdout=subprocess.PIPE,
                           stderr=subprocess.STDOUT, text=True, check=False)
    lines = [line for line in build.stdout.splitlines() if re.search(pattern, line)]
    found, beside, toolkit = explained(gpuvet, env, wrap, variables, build.stdout)
    wrong = ["%s is %r, not %r" % (fact, toolkit.get(fact), wanted) for fact, wanted in facts.items()
             if toolkit.get(fact) != wanted]
    if not lines:
        wrong.append("UNEXPECTED: " + (build.stdout.splitlines() or ["nothing"])[-1])
    wrong += ["EXPECTED " + cause] if found != cause else []
    wrong += ["not found with the machine"] if cause not in beside else []
    print("| %s | %s | %s | %s | %s |" % (name, what, lines[-1].strip()[:160] if lines else "",
                                         found, "; ".join(wrong) or "as expected"), flush=True)
    return not wrong


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    gpuvet, folder = os.path.abspath(sys.argv[1]), os.path.realpath(sys.argv[2])
    print("| torch | broken | the build says | gpuvet explains | |\n| --- | --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as work:
        write_files(work)
        results = [examine(gpuvet, folder, row, work) for row in BREAKAGES
                   if not sys.argv[3:] or any(part in row[1] for part in sys.argv[3:])]
    print("\n%d as expected, %d not, %d skipped" % (results.count(True), results.count(False),
                                                     results.count(None)))
    return False in results


if __name__ == "__main__":
    sys.exit(main())
