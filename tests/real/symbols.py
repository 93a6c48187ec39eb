#!/usr/bin/env python3
"""Compares the symbols that gpuvet finds undefined, and those it finds nowhere, with the real tools.

    tests/real/symbols.py SYMBOLS FOLDER [NAME …]

SYMBOLS is the program built of tests/real/symbols.c. FOLDER holds environments as
tests/real/fetch.sh makes them; NAMEs choose. Of each library that `import torch` maps, and of each
other compiled file among the packages, what it asks for must be what `nm -D --undefined-only`
prints with U. So that symbols lack, the packages of the next environment, made for another torch, are
opened in each, too. What is not found must be what the real loader does not find when it relocates all
(LD_WARN, LD_BIND_NOW: what `ldd -r` sets) in the same scope: the interpreter is the program, and
libtorch_global_deps.so and the file are preloaded, as torch opens the one for all and the other
after it. There, LD_LIBRARY_PATH stands for what torch has loaded by then, and its package for the file.
"""
import collections
import glob
import os
import re
import subprocess
import sys

LACKS = re.compile(r"(?:undefined symbol: ([^\s,]+)|symbol ([^\s,]+), version \S+ not defined in file "
                   r"\S+ with link time reference)[^(]*\((.*)\)$")
MISSES = re.compile(r"^\s*(\S+) => not found$|error while loading shared libraries: ([^:]+): cannot open")
VERSION = re.compile(r"version [`']([^']+)' not found")


class Lacks:
    """What one opening lacks: {(symbol, file)}, libraries, versions."""

    def __init__(self):
        self.symbols, self.libraries, self.versions = set(), set(), set()


def ask_gpuvet(program, env, files=()):
    """{file: its symbols}, {file: Lacks}, and what failed."""
    run = subprocess.run([program, env, *files], stdout=subprocess.PIPE, text=True, check=False)
    asks, lacks, failed, file = {}, collections.defaultdict(Lacks), [], None
    for line in run.stdout.splitlines():
        word, rest = line.split(" ", 1)
        if word == "file":
            file = rest
            asks[file] = set()
        elif word == "asks":
            asks[file].add(rest)
        elif word == "lacks":
            symbol, user = rest.split(" ", 1)
            lacks[file].symbols.add((symbol, os.path.realpath(user)))
        elif word == "misses":
            lacks[file].libraries.add(rest)
        elif word == "version":
            lacks[file].versions.add(rest)
        else:
            failed.append(rest)
    return asks, lacks, failed


def ask_nm(path):
    run = subprocess.run(["nm", "-D", "--undefined-only", path], stdout=subprocess.PIPE,
                         stderr=subprocess.DEVNULL, text=True, check=False)
    rows = [line.split() for line in run.stdout.splitlines()]
    return {row[1].split("@")[0] for row in rows if row[0] == "U"}


def ask_loader(env, preloads, folders):
    environment = {"LD_TRACE_LOADED_OBJECTS": "1", "LD_WARN": "yes", "LD_BIND_NOW": "yes",
                   "LD_PRELOAD": ":".join(preloads), "LD_LIBRARY_PATH": ":".join(folders)}
    run = subprocess.run([env + "/bin/python"], env=environment, cwd="/", text=True,
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    lacks = Lacks()
    for line in run.stdout.splitlines():
        for found in LACKS.finditer(line):
            lacks.symbols.add((found[1] or found[2], os.path.realpath(found[3])))
        for found in MISSES.finditer(line):
            lacks.libraries.add(found[1] or found[2])
        for found in VERSION.finditer(line):
            lacks.versions.add(found[1])
    return lacks


def site_of(env):
    return glob.glob(env + "/lib/python3*/site-packages")[0]


def is_elf(path):
    with open(path, "rb") as file:
        return file.read(4) == b"\x7fELF"


def packages(site, mapped, others=()):
    """[files] of each package that are not mapped by the import itself."""
    found = collections.defaultdict(list)
    for path in sorted(glob.glob(site + "/**/*.so*", recursive=True)):
        top = os.path.relpath(path, site).split("/")[0]
        if top in ("nvidia", "triton", *others) or os.path.islink(path) or path in mapped or not is_elf(path):
            continue
        found[re.sub(r"\.libs$|\..*\.so$", "", top)].append(path)
    return found.values()


class Environment:
    def __init__(self, program, env):
        self.program, self.env, self.wrong = program, env, []
        self.site = site_of(env)
        self.files = self.symbols = self.lacking = 0
        self.torch = [self.site + "/torch/lib", *sorted(glob.glob(self.site + "/nvidia/*/lib")),
                      self.site + "/cusparselt/lib"]
        self.deps = self.site + "/torch/lib/libtorch_global_deps.so"

    def differ(self, what, path, ours, real):
        """What only one of both names."""
        for said, only in (("gpuvet", ours - real), ("the tools", real - ours)):
            if only:
                self.wrong.append("%s: %s: only %s: %d, as %s" % (
                    path, what, said, len(only), sorted(only)[:3]))

    def compare_asks(self, asks):
        for path, ours in asks.items():
            self.files += 1
            self.symbols += len(ours)
            self.differ("asks for", path, ours, ask_nm(path))

    def compare_import(self):
        asks, lacks, failed = ask_gpuvet(self.program, self.env)
        real = ask_loader(self.env, [self.deps, self.site + "/torch/lib/libtorch_python.so"],
                          self.torch)
        self.wrong += ["could not be read: " + path for path in failed]
        self.compare_asks(asks)
        ours = set().union(*(one.symbols for one in lacks.values()), set())
        self.differ("lacks", "import torch", ours, real.symbols)
        self.differ("misses", "import torch", set(), real.libraries)
        self.torch = sorted({os.path.dirname(path) for path in asks if path.startswith(self.site)})
        return {os.path.realpath(path) for path in asks}

    def compare_file(self, path, ours, folders, mapped):
        real = ask_loader(self.env, [self.deps, path], folders + self.torch)
        self.lacking += len(real.symbols) if not real.libraries else 0
        if real.libraries or ours.libraries:  # nothing is mapped then, and no symbol looked for
            if not ours.libraries or not ours.libraries <= real.libraries:
                self.differ("misses", path, ours.libraries, real.libraries)
            return
        self.differ("version", path, ours.versions, real.versions)
        self.differ("lacks", path, ours.symbols,
                    {(name, user) for name, user in real.symbols if user not in mapped})

    def compare(self, other):
        mapped = self.compare_import()
        every = list(packages(self.site, mapped))
        if other != self.env:
            every += packages(site_of(other), mapped, ("torch", "functorch", "torchgen"))
        for files in every:
            asks, lacks, failed = ask_gpuvet(self.program, self.env, files)
            self.wrong += ["could not be read: " + path for path in failed]
            self.compare_asks(asks)
            folders = sorted({os.path.dirname(path) for path in files})
            for path in files:
                self.compare_file(path, lacks[path], folders, mapped)
        print("%s %s: %d files ask for %s symbols; %d are not found" % (
            "not ok" if self.wrong else "ok", os.path.basename(self.env), self.files,
            format(self.symbols, ","), self.lacking), flush=True)
        for line in self.wrong:
            print("    " + line, flush=True)
        return not self.wrong


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    every = sorted(os.path.realpath(e) for e in glob.glob(os.path.realpath(sys.argv[2]) + "/*")
                  if not os.path.islink(e) and glob.glob(e + "/lib/python3*/site-packages/torch/lib"))
    envs = [e for e in every if not sys.argv[3:] or os.path.basename(e) in sys.argv[3:]]
    if not envs:
        print("no downloads under %s: tests/real/fetch.sh makes them" % sys.argv[2])
    following = dict(zip(every, every[1:] + every[:1]))
    results = [Environment(os.path.abspath(sys.argv[1]), env).compare(following[env]) for env in envs]
    print("%d of %d environments without a difference" % (sum(results), len(results)))
    return not all(results)


if __name__ == "__main__":
    sys.exit(main())
