#!/usr/bin/env python3
"""Compares `gpuvet --pid` with what a process that has imported a real torch has mapped.

    tests/real/process.py GPUVET FOLDER [NAME …]

FOLDER holds virtual environments, each with a torch (tests/real/fetch.sh makes them). Each is
copied as hard links; a library of the copy is then renamed over while the process runs.
"""
import glob
import json
import os
import re
import shutil
import subprocess
import sys

IMPORTS = "import sys, torch; print('ready', flush=True); sys.stdin.read()"


def is_library(path):
    return re.match(r"(lib|ld-).*\.so", os.path.basename(path)) is not None


def maps(pid):
    lines = open(f"/proc/{pid}/maps", encoding="utf-8").read().splitlines()
    return {line.split(None, 5)[5] for line in lines if ".so" in line}


def examine(gpuvet, pid, *words):
    run = subprocess.run([gpuvet, *words, "--pid", str(pid), "--json"], stdout=subprocess.PIPE,
                         check=False)
    return json.loads(run.stdout)


def mapped(answer):
    return [{key: fact.get("value") for key, fact in item.items()}
            for item in answer["facts"]["loader"]["mapped"]]


def quiet_process(gpuvet, pid, env):
    """What is said of a process beneath which nothing has moved."""
    answer = examine(gpuvet, pid, "--no-driver")
    said = {item["path"] for item in mapped(answer) if item["path"]}
    real = {path for path in maps(pid) if is_library(path)}
    others = [item for item in mapped(answer) if item["state"] == "other-copy"]
    yield from (f"only real: {path}" for path in sorted(real - said))
    yield from (f"only said: {path}" for path in sorted(said - maps(pid)))
    yield from (f"another copy than predicted: {item}" for item in others)
    if answer["facts"]["torch"]["python"]["value"] != env + "/bin/python":
        yield "another Python: " + answer["facts"]["torch"]["python"]["value"]
    if answer["facts"]["process"]["replaced"]["state"] != "absent":
        yield "said to be replaced: " + str(answer["facts"]["process"]["replaced"])


def replaced_library(gpuvet, pid, path):
    shutil.copy(path, path + ".new")
    os.replace(path + ".new", path)
    answer = examine(gpuvet, pid, "--no-driver")
    if answer["facts"]["process"]["replaced"].get("value") != path:
        yield f"replaced {path}, said {answer['facts']['process']['replaced']}"
    if "process/stale-files" not in [each["cause"] for each in answer["findings"]]:
        yield "process/stale-files is no finding"
    why = examine(gpuvet, pid, "why", os.path.basename(path))["why"]
    if why["winner"] != path:
        yield f"why says {why['winner']}"


def check(gpuvet, folder, name):
    env = f"{folder}/process/{name}"
    shutil.rmtree(env, ignore_errors=True)
    os.makedirs(os.path.dirname(env), exist_ok=True)
    subprocess.run(["cp", "-al", f"{folder}/{name}/.", env], check=True)
    with subprocess.Popen([env + "/bin/python", "-c", IMPORTS], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE, cwd="/") as child:
        if child.stdout.readline() != b"ready\n":
            return ["torch could not be imported"]
        torchs = sorted(path for path in maps(child.pid) if path.endswith("libtorch_cuda.so"))
        said = list(quiet_process(gpuvet, child.pid, env))
        said += replaced_library(gpuvet, child.pid, torchs[0])
        child.stdin.close()
    shutil.rmtree(env)
    return said


def main():
    gpuvet, folder = os.path.abspath(sys.argv[1]), os.path.realpath(sys.argv[2])
    names = sys.argv[3:] or sorted(name for name in os.listdir(folder)
                                   if glob.glob(f"{folder}/{name}/lib/python3*/*/torch"))
    failed = 0
    for name in names:
        said = check(gpuvet, folder, name)
        failed += bool(said)
        print(("not ok " if said else "ok ") + name)
        for line in said:
            print("    " + line)
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
