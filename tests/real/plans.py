#!/usr/bin/env python3
"""Whether what gpuvet plans can be installed: plans.py GPUVET [CACHE]

For each machine of tests/plans/machines.csv whose plan installs from the default index, pip is asked for just
that, for the machine's Python and platform: --dry-run, so nothing is installed, and --no-deps, so one wheel
is asked for each. What could be installed once is not asked for again: it stands in CACHE, a JSON file.
Needs the package index.
"""

import csv
import json
import pathlib
import re
import subprocess
import sys
import tempfile

TARGET = tempfile.gettempdir() + "/gpuvet-no-such-folder"  # --platform asks for one; nothing is put there
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
             "--report", "-", "--only-binary=:all:", "--target", TARGET, "--disable-pip-version-check",
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


class Asked:
    """What pip said of each plan: None, or what is wrong. Only what was well is kept for the next run."""

    def __init__(self, path):
        self.path = path and pathlib.Path(path)
        self.good = set(map(self.key, json.loads(self.path.read_text()))) if path and self.path.exists() else set()
        self.answers = {}

    @staticmethod
    def key(plan):
        packages, python, platform = plan
        return tuple(packages), python, platform

    def ask(self, key):
        if key not in self.answers:
            self.answers[key] = None if key in self.good else installs(list(key[0]), *key[1:])
        if not self.answers[key] and key not in self.good:
            self.good.add(key)
            if self.path:
                self.path.write_text(json.dumps(sorted(self.good), indent=1))
        return self.answers[key]


def main():
    gpuvet = sys.argv[1]
    with open(MACHINES, encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    asked, failed, skipped = Asked(sys.argv[2] if len(sys.argv) > 2 else None), 0, 0
    for row in rows:
        found = plan(gpuvet, row)
        command = found.get("install", [[]])[0]
        if found["state"] != "found" or "--index-url" in command:
            skipped += 1
            continue
        key = (tuple(command[command.index("install") + 1:]), row["python"], row["platform"])
        wrong = asked.ask(key)
        failed += bool(wrong)
        print(f"{'FAILED' if wrong else 'ok':7} {row['machine']}: {' '.join(key[0])} {wrong or ''}", flush=True)
    print(f"{len(asked.answers)} plans of the default index asked for, {failed} failed; {skipped} machines have "
          "none, or one from PyTorch's own index")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
