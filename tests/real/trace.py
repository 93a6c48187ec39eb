"""What the dynamic loader really did: LD_DEBUG=libs,files, and /proc/self/maps.

Both are asked of the same process. Of LD_DEBUG's lines three count: which search path or cache is
looked through next, and for whom; each file that is tried; and where the search for a name begins.
"""
import glob
import json
import os
import re
import subprocess
import tempfile

SHOW = """
import json
error = None
try:
    import torch
except BaseException as caught:
    error = str(caught)
paths = {line.split(None, 5)[5].strip() for line in open('/proc/self/maps') if '.so' in line}
print('@@' + json.dumps([error, sorted(paths)]))
"""
# A folder's label is that of whoever searched it first (elf/dl-load.c keeps one record a folder), so
# RPATH and RUNPATH are told apart by what is tried before and after, not by the label.
RULES = {"RPATH": "object", "RUNPATH": "object", "LD_LIBRARY_PATH": "LD_LIBRARY_PATH",
         "system search path": "default"}


def is_library(path):
    """Left out: Python's extension modules, and what those of numpy bring."""
    return not re.search(r"\.(cpython-[^/]*|abi3)\.so$|/numpy\.libs/|/lib-dynload/", path)


def searches_of(text, cwd):
    """{name: [(rule, path tried), …]} of the last search for each name: where a group could not be
    loaded whole, what it brought is unloaded and searched again."""
    searches, current, rule = {}, None, None
    for line in text.splitlines():
        line = line.split(":\t", 1)[-1].strip()
        begins = re.match(r"find library=(\S+) \[0\]; searching", line)
        if begins:
            current = searches[begins[1]] = []
        elif line.startswith("search cache="):
            rule = "cache"
        elif line.startswith("search path="):
            kind = re.search(r"\((RPATH|RUNPATH|LD_LIBRARY_PATH|system search path)[^()]*\)$", line)
            rule = RULES[kind[1]] if kind else None
        elif line.startswith("trying file=") and current is not None:
            current.append((rule, os.path.join(cwd, line.split("=", 1)[1])))
        elif line.startswith("file="):
            current = None
            by_path = re.match(r"file=/\S*/(\S+) \[0\];\s+generating link map", line)
            if by_path:  # no search found it in the end
                searches.pop(by_path[1], None)
    return searches


class RealImport:
    """`import torch` in the environment: `error` is its message or None, `paths` are the files
    mapped, `searches` as above."""

    def __init__(self, env, variables, wrap, cwd):
        with tempfile.TemporaryDirectory() as folder:
            debug = {"LD_DEBUG": "libs,files", "LD_DEBUG_OUTPUT": folder + "/debug"}
            run = subprocess.run(wrap + ["env"] + [f"{k}={v}" for k, v in debug.items()] +
                                 [env + "/bin/python", "-c", SHOW], env=variables, cwd=cwd,
                                 stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
            logs = [open(path, errors="replace").read() for path in glob.glob(folder + "/debug.*")]
        line = [l for l in run.stdout.splitlines() if l.startswith("@@")]
        self.error, paths = json.loads(line[-1][2:]) if line else ("did not start", [])
        self.paths = {path for path in paths if is_library(path)}
        # Children (ldconfig, a compiler) have logs, too: Python's own names torch.
        self.searches = searches_of(max(logs, key=lambda log: (log.count("torch"), len(log)), default=""), cwd)


def ways(searches):
    """{real path of the winner: (rule, tried paths in folders that are there)}"""
    found = {}
    for tries in searches.values():
        if tries and os.path.exists(tries[-1][1]):
            there = [path for _, path in tries if os.path.isdir(os.path.dirname(path))]
            found.setdefault(os.path.realpath(tries[-1][1]), (tries[-1][0], there))
    return found
