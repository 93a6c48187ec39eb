"""The compiled libraries of torch's companions, opened after torch by the real loader and predicted.

In a process that has imported torch, each library of PACKAGES is opened in a child of its own. What
it maps beyond torch must be what `gpuvet why FILE` says that it needs, and what that needs in turn;
where it cannot be opened for want of a library, that library must be the one without a winner.
"""
import glob
import json
import os
import subprocess

PACKAGES = ("torchvision", "torchaudio", "xformers", "bitsandbytes", "vllm", "flash_attn",
            "flash_attn_2_cuda*.so", "torchcodec", "causal_conv1d*", "mamba_ssm*")
OPEN = """
import ctypes, json, os, sys
import torch
def maps():
    return {line.split(None, 5)[5].strip() for line in open('/proc/self/maps') if '.so' in line}
before = maps()
for path in json.load(sys.stdin):
    reads, writes = os.pipe()
    child = os.fork()
    if child == 0:
        error = None
        try:
            ctypes.CDLL(path, mode=os.RTLD_LAZY)
        except OSError as caught:
            error = str(caught)
        os.write(writes, json.dumps([path, error, sorted(maps() - before)]).encode())
        os._exit(0)
    os.close(writes)
    answer = open(reads, 'rb').read()
    os.waitpid(child, 0)
    print('@@' + (answer.decode() or json.dumps([path, 'crashed', []])))
"""


def libraries(env):
    site = glob.glob(env + "/lib/python3*/site-packages")[0]
    tops = [top for pattern in PACKAGES for top in glob.glob(site + "/" + pattern)]
    found = [top for top in tops if top.endswith(".so")]
    for top in tops:
        found += glob.glob(top + "/**/*.so", recursive=True)
    return sorted(set(map(os.path.realpath, found)))


def opened(env, paths):
    run = subprocess.run([env + "/bin/python", "-c", OPEN], input=json.dumps(paths), text=True,
                         env={"PATH": "/usr/bin:/bin", "HOME": "/nonexistent"}, cwd="/",
                         stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    return [json.loads(line[2:]) for line in run.stdout.splitlines() if line.startswith("@@")]


def needed_by(gpuvet, env, path):
    run = subprocess.run([gpuvet, "why", path, "--env", env, "--json"], cwd="/", text=True,
                         env={"PATH": "/usr/bin:/bin", "HOME": "/nonexistent"}, stdout=subprocess.PIPE)
    return json.loads(run.stdout)["why"]["needed"]


def predicted(gpuvet, env, path):
    """What comes with the library, and the first that is not found."""
    new, todo, missing = {path}, [path], None
    while todo:
        for need in needed_by(gpuvet, env, todo.pop(0)):
            if need["winner"] is None:
                missing = missing or need["name"]
            elif not need["by_torch"] and need["winner"] not in new:
                new.add(need["winner"])
                todo.append(need["winner"])
    return new, missing


def differences(gpuvet, env, path, error, real):
    new, missing = predicted(gpuvet, env, path)
    if error and "cannot open shared object file" in error:
        return [] if missing and error.startswith(missing) else \
            ["%s fails: %s; predicted %s" % (path, error, missing)]
    if missing:
        return ["%s: predicted to lack %s, real: %s" % (path, missing, error or "opens")]
    if error:  # a symbol, a constructor: nothing of the search
        return []
    return ["%s, only real: %s" % (path, p) for p in sorted(set(real) - new)] + \
        ["%s, only predicted: %s" % (path, p) for p in sorted(new - set(real))]


def compare(gpuvet, env):
    """Yields (what differs, "package: figures")."""
    paths = libraries(env)
    results = opened(env, paths) if paths else []
    if len(results) != len(paths):
        yield ["%d of %d libraries answered" % (len(results), len(paths))], "companions: opened"
    site = os.path.realpath(glob.glob(env + "/lib/python3*/site-packages")[0])
    by_package = {}
    for result in results:
        by_package.setdefault(os.path.relpath(result[0], site).split("/")[0], []).append(result)
    for package, group in sorted(by_package.items()):
        said = [line for path, error, real in group
                for line in differences(gpuvet, env, path, error, real)]
        failing = [error for _, error, _ in group if error]
        yield said, "%s: %d compiled libraries, %d libraries with them%s" % (
            package, len(group), len({p for _, _, real in group for p in real}),
            "; %d cannot be opened (%s)" % (len(failing), failing[0][:80]) if failing else "")
