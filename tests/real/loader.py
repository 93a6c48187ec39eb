#!/usr/bin/env python3
"""Compares gpuvet's prediction of `import torch` with what the real loader does.

    tests/real/loader.py GPUVET FOLDER [NAME …] [PART …]

NAMEs choose environments, and PARTs situations by their text. FOLDER holds virtual environments, each with a torch from PyPI (tests/real/fetch.sh makes them). In
each, `import torch` runs in a clean and in poisoned environments (poison.py). What /proc/self/maps
then shows must be exactly what `gpuvet --json` lists under facts.loader.libraries as loaded at
import; what LD_DEBUG says of how each was found must be the rule given there, and the paths that it
lists as tried those of `gpuvet why`. Where the import fails, gpuvet must say so and name the library or symbol
that Python's message names. In the clean environment each compiled library of torch's companions is
opened after torch (companions.py).
Left out of both sides: Python's extension modules, and what those of numpy bring.
"""
import glob
import json
import os
import shutil
import subprocess
import sys
import tempfile

import companions
import poison
from trace import RealImport, is_library, ways


class Prediction:
    """What gpuvet says of the same: `rules` are {path: rule} of what is loaded at import."""

    def __init__(self, gpuvet, env, variables, wrap, cwd):
        self.command = wrap + [gpuvet]
        self.how = {"env": variables, "cwd": cwd, "stdout": subprocess.PIPE, "text": True}
        self.environment = ["--env", env, "--json", "--no-driver"]
        self.loader = self.ask()["facts"].get("loader", {})
        items = self.loader.get("libraries", [])
        items = [item for item in items if item["when"]["value"] == "import"] \
            if isinstance(items, list) else []
        self.rules = {item["path"]["value"]: item["rule"]["value"] for item in items
                      if is_library(item["path"]["value"])}
        self.names = {item["path"]["value"]: item["name"]["value"] for item in items}

    def ask(self, *words):
        run = subprocess.run(self.command + [*words] + self.environment, **self.how)
        return json.loads(run.stdout)

    def value(self, name):
        return self.loader.get(name, {}).get("value")

    def tried(self, path):
        """The paths of folders that are there: of others the loader asks for the first only."""
        tries = [item["path"] for item in self.ask("why", self.names[path])["why"]["tried"]]
        return [path for path in tries if os.path.isdir(os.path.dirname(path))]


def differences(real, predicted):
    said = []
    imports = predicted.value("imports")
    if imports != (real.error is None):
        said.append("import %s, predicted %s: %s" % ("fails" if real.error else "works", imports,
                                                     real.error))
    named = [predicted.value(fact) for fact in ("missing", "broken", "shadowed_symbol", "unfit_symbol")]
    named = [os.path.basename(name) for name in named if name]
    if real.error and not any(name in real.error for name in named):
        said.append("the message is %r, predicted %r" % (real.error, named))
    said += ["only real: " + path for path in sorted(real.paths - set(predicted.rules))]
    said += ["only predicted: " + path for path in sorted(set(predicted.rules) - real.paths)]
    return said + ways_differ(real, predicted)


def ways_differ(real, predicted):
    said = []
    for path, (rule, there) in sorted(ways(real.searches).items()):
        ours = predicted.rules.get(path)
        if ours and ours != rule and not (rule == "object" and ours in ("rpath", "runpath")):
            said.append("%s: found by %s, predicted %s" % (path, rule, ours))
        tried = predicted.tried(path) if ours else there
        if tried != there:
            at = len(os.path.commonprefix([tried, there]))
            said.append("%s: try %d is %s, predicted %s" % (path, at + 1, there[at:at + 1],
                                                            tried[at:at + 1]))
    return said


class Bench:
    def __init__(self, gpuvet, folder, parts):
        self.gpuvet, self.folder = os.path.abspath(gpuvet), os.path.realpath(folder)
        self.parts = parts
        self.work = tempfile.mkdtemp(prefix="poisoned-", dir=self.folder)
        self.passed = self.failed = self.skipped = 0

    def is_chosen(self, name):
        return not self.parts or any(part in name for part in self.parts)

    def report(self, name, said, text):
        self.passed += not said
        self.failed += bool(said)
        print("%s %s: %s" % ("not ok" if said else "ok", name, text))
        for line in said:
            print("    " + line)
        sys.stdout.flush()

    def skip(self, why):
        self.skipped += 1
        print("skipped: " + why, flush=True)

    def compare(self, name, env, variables=None, wrap=(), cwd="/"):
        if not self.is_chosen(name):
            return
        everything = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", **(variables or {})}
        real = RealImport(env, everything, list(wrap), cwd)
        predicted = Prediction(self.gpuvet, env, everything, list(wrap), cwd)
        searched = sum(path in predicted.rules for path in ways(real.searches))
        self.report(name, differences(real, predicted), "%d libraries, %d searched for%s" % (
            len(real.paths), searched,
            ", fails: " + real.error.splitlines()[0][:90] if real.error else ""))

    def clean(self, env):
        name = os.path.basename(env)
        self.compare(name + ", clean", env)
        if self.parts:
            return
        for said, text in companions.compare(self.gpuvet, env):
            self.report("%s, %s" % (name, text.split(":")[0]), said, text.split(": ", 1)[1])


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    every = sorted(e for e in glob.glob(os.path.realpath(sys.argv[2]) + "/*")
                   if not os.path.islink(e) and glob.glob(e + "/lib/*/*/torch/lib"))
    names = {os.path.basename(e) for e in every} & set(sys.argv[3:])
    envs = [e for e in every if not names or os.path.basename(e) in names]
    if not envs:
        print("no downloads under %s: tests/real/fetch.sh makes them" % sys.argv[2])
        print("0 passed, 0 failed, 1 skipped")
        return 0
    bench = Bench(sys.argv[1], sys.argv[2], [word for word in sys.argv[3:] if word not in names])
    try:
        for env in envs:
            bench.clean(env)
            poison.all_of(bench, env)
    finally:
        shutil.rmtree(bench.work)
    print("%d passed, %d failed, %d skipped" % (bench.passed, bench.failed, bench.skipped))
    return bench.failed != 0


if __name__ == "__main__":
    sys.exit(main())
