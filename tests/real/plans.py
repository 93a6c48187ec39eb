#!/usr/bin/env python3
"""Whether what gpuvet plans can be installed: plans.py GPUVET

For each machine of tests/plans/machines.csv whose plan installs from the default index, pip is asked for just
that, for the machine's Python and platform: --dry-run, so nothing is installed, and --no-deps, so one wheel
is asked for each. Needs the package index.
"""

import csv
import json
import pathlib
import re
import subprocess
import sys

MACHINES = pathlib.Path(__file__).resolve().parent.parent / "plans" / "machines.csv"


def plan(gpuvet, row):
    words = [gpuvet, "plan", "--json", *row["wants"].split()]
    for name in row["gpu"].split("|"):
        words += ["--gpu", name]
    for option in ("driver", "python", "platform"):
        if row[option]:
            words += [f"--{option}", row[option]]
    return json.loads(subprocess.run(words, stdout=subprocess.PIPE, check=False).stdout)["plan"]


def platforms(tag):
    """What pip would accept there: every glibc up to this one's, and the old names."""
    known = re.fullmatch(r"manylinux_2_(\d+)_(.*)", tag)
    if not known:
        return [tag]
    newest, machine = int(known.group(1)), known.group(2)
    old = {"manylinux1": 5, "manylinux2010": 12, "manylinux2014": 17}
    return ([f"manylinux_2_{minor}_{machine}" for minor in range(newest, 4, -1)] +
            [f"{name}_{machine}" for name, minor in old.items() if minor <= newest] + [f"linux_{machine}"])


def installs(packages, python, tag):
    words = [sys.executable, "-m", "pip", "install", "--dry-run", "--no-deps", "--ignore-installed", "--quiet",
             "--report", "-", "--only-binary=:all:", "--target", "/nonexistent", "--disable-pip-version-check",
             "--implementation", "cp", "--python-version", python.rstrip("t")]
    short = python.replace(".", "")
    words += ["--abi", f"cp{short}", "--abi", "abi3", "--abi", "none"]
    for platform in [*platforms(tag), "any"]:
        words += ["--platform", platform]
    done = subprocess.run(words + packages, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    if done.returncode:
        return done.stderr.decode().strip().splitlines()[-1]
    got = {one["metadata"]["name"].lower(): one["metadata"]["version"]
           for one in json.loads(done.stdout)["install"]}
    wrong = [package for package in packages if got.get(package.split("==")[0]) != package.split("==")[-1]]
    return f"not what was asked for: {wrong}" if wrong else None


def main():
    gpuvet = sys.argv[1]
    with open(MACHINES, encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    asked, failed, skipped = {}, 0, 0
    for row in rows:
        found = plan(gpuvet, row)
        command = found.get("install", [[]])[0]
        if found["state"] != "found" or "--index-url" in command:
            skipped += 1
            continue
        key = (tuple(command[command.index("install") + 1:]), row["python"], row["platform"])
        if key not in asked:
            asked[key] = installs(list(key[0]), *key[1:])
        if asked[key]:
            failed += 1
        print(f"{'FAILED' if asked[key] else 'ok':7} {row['machine']}: {' '.join(key[0])} {asked[key] or ''}",
              flush=True)
    print(f"{len(asked)} plans of the default index asked for, {failed} failed; {skipped} machines have none, or "
          "one from PyTorch's own index")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
