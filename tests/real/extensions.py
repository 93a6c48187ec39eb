#!/usr/bin/env python3
"""Compares what gpuvet says of compiled extensions with what the real loader does with them.

    tests/real/extensions.py GPUVET FOLDER

FOLDER/extensions holds virtual environments, as tests/real/fetch_extensions.sh makes them; those
in FOLDER itself are looked at, too. After `import torch`, each file that gpuvet lists is opened as
torch.ops.load_library() opens it (ctypes, RTLD_NOW), in a child of its own; a file of the same
package that it waits for is opened first. Whether that succeeds must be what gpuvet says, and the
message must name what gpuvet names, or nm must find that undefined, too. And no file that needs
torch's libraries may be missing from gpuvet's list.
"""
import glob
import json
import os
import re
import subprocess
import sys

OPEN = """
import ctypes, json, os, sys, torch
results = {}
def attempt(path, beside):
    for _ in range(16):
        wanted = path
        while True:
            try:
                ctypes.CDLL(wanted)
            except OSError as error:
                first = str(error).split(':')[0]
                if 'cannot open' in str(error) and first in beside and beside[first] != wanted:
                    wanted = beside[first]
                    continue
                return str(error)
            break
        if wanted == path:
            return None
    return 'waits without end'
for path, beside in json.load(sys.stdin):
    inlet, outlet = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(outlet, json.dumps(attempt(path, beside)).encode())
        os._exit(0)
    os.close(outlet)
    results[path] = json.loads(os.read(inlet, 65536) or b'"died"')
    os.close(inlet)
    os.waitpid(child, 0)
loaded = sorted({line.split(None, 5)[5].strip() for line in open('/proc/self/maps') if '.so' in line})
print('@@' + json.dumps([results, loaded]))
"""


def value(fact):
    return fact.get("value") if fact.get("state") == "known" else None


def ask_gpuvet(gpuvet, python):
    run = subprocess.run([gpuvet, "--python", python, "--json", "--no-driver"], stdout=subprocess.PIPE,
                         text=True, check=False)
    listed = json.loads(run.stdout)["facts"].get("extensions", {}).get("all", [])
    items = [{name: value(fact) for name, fact in item.items()} for item in listed if "path" in item] \
        if isinstance(listed, list) else []
    return items


def ask_loader(python, items):
    files = []
    for item in items:
        beside = {os.path.basename(other["path"]): other["path"] for other in items
                  if item["package"] and other["package"] == item["package"]}
        files.append([item["path"], beside])
    run = subprocess.run([python, "-c", OPEN], input=json.dumps(files), stdout=subprocess.PIPE,
                         stderr=subprocess.DEVNULL, text=True, check=False)
    line, = [l for l in run.stdout.splitlines() if l.startswith("@@")]
    return json.loads(line[2:])


def symbols(path, *options):
    run = subprocess.run(["nm", "-D", *options, path], stdout=subprocess.PIPE,
                         stderr=subprocess.DEVNULL, text=True, check=False)
    return {line.split()[-1].split("@")[0] for line in run.stdout.splitlines() if line.strip()}


def demangled(names):
    run = subprocess.run(["c++filt"], input="\n".join(names), stdout=subprocess.PIPE, text=True,
                         check=True)
    return set(run.stdout.splitlines())


def is_undefined(name, path, beside, loaded):
    """Whether nm agrees: the file, or one of its package, asks for it and nothing there has it."""
    asked = set().union(*(symbols(p, "--undefined-only") for p in [path, *beside]))
    wanted = {s for s in asked if name in demangled([s])}
    return bool(wanted) and not any(wanted & symbols(p, "--defined-only") for p in loaded)


def difference(item, message, items, loaded):
    """None where both say the same."""
    if (message is None) != item["loads"]:
        return f"the loader says {message!r}, gpuvet {item}"
    if message is None or item["python_fits"] is False:
        return None
    said = re.search(r"undefined symbol: (\S+?)(?:, version|$)", message)
    if said and item["undefined"]:
        beside = [i["path"] for i in items if i["package"] == item["package"]]
        if item["undefined"] in demangled([said.group(1)]) or is_undefined(
                item["undefined"], item["path"], beside, loaded):
            return None
    for named in (item["missing"], item["version"]):
        if named and named in message:
            return None
    return f"the loader says {message!r}, gpuvet {item}"


def overlooked(env, items):
    """Files that need torch's libraries and that gpuvet does not list."""
    listed = {os.path.realpath(item["path"]) for item in items}
    for path in glob.glob(env + "/lib/python3*/site-packages/**/*.so", recursive=True):
        if re.search(r"site-packages/(torch|functorch|nvfuser|nvidia|triton)/|\.libs/", path):
            continue
        run = subprocess.run(["readelf", "-d", path], stdout=subprocess.PIPE, text=True, check=False)
        if re.search(r"NEEDED.*\[lib(torch|c10)", run.stdout) and os.path.realpath(path) not in listed:
            yield path


def check(gpuvet, env):
    items = ask_gpuvet(gpuvet, env + "/bin/python")
    wrong = [f"not listed: {path}" for path in overlooked(env, items)]
    if items:
        results, loaded = ask_loader(env + "/bin/python", items)
        wrong += filter(None, (difference(item, results[item["path"]], items, loaded) for item in items))
    broken = sum(not item["loads"] for item in items)
    print(f"{'X' if wrong else '='} {env}: {len(items)} files, {broken} of which do not load", flush=True)
    for line in wrong:
        print("    " + line)
    return not wrong


def main():
    gpuvet, folder = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
    found = sorted(glob.glob(folder + "/extensions/*/bin/python") + glob.glob(folder + "/*/bin/python"))
    if not glob.glob(folder + "/extensions/*/bin/python"):
        print(f"nothing in {folder}/extensions: run tests/real/fetch_extensions.sh {folder}")
    results = [check(gpuvet, os.path.dirname(os.path.dirname(python))) for python in found]
    print(f"{sum(results)} of {len(results)} environments agree")
    sys.exit(0 if all(results) and results else 1)


if __name__ == "__main__":
    main()
