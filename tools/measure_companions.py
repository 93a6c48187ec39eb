#!/usr/bin/env python3
"""Which torch each xformers was made for, read from the wheels' own metadata:

    measure_companions.py >knowledge/companions.csv

Asks the package index through pip, one version after the other, and reads what the wheel requires of
torch. Nothing is installed, and where the index serves metadata apart no wheel is fetched. A version
whose wheels do not name one exact torch is left out.
"""

import concurrent.futures
import csv
import json
import re
import subprocess
import sys

PACKAGES = ("xformers",)
PYTHONS = ("3.11", "3.10", "3.13", "3.8")   # a version may have no wheel for the first of them
PLATFORMS = ("manylinux_2_28_x86_64", "manylinux2014_x86_64", "manylinux1_x86_64", "linux_x86_64")
WANTS = re.compile(r"torch\s*\(?((?:==|>=|~=|<)[^;)]*)\)?\s*$")


def pip(*words):
    return subprocess.run([sys.executable, "-m", "pip", *words, "--disable-pip-version-check"],
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False)


def versions(package):
    listed = pip("index", "versions", package).stdout
    found = re.search(r"^Available versions: (.*)$", listed, re.M)
    return found.group(1).split(", ") if found else []


def wheel(package, version):
    """The report's entry for the first Python that has a wheel."""
    platforms = [word for name in PLATFORMS for word in ("--platform", name)]
    for python in PYTHONS:
        done = pip("install", "--dry-run", "--no-deps", "--ignore-installed", "--quiet", "--report", "-",
                   "--only-binary=:all:", "--python-version", python, *platforms, "--target", "/nonexistent",
                   f"{package}=={version}")
        if done.returncode == 0:
            return json.loads(done.stdout)["install"][0]
    return None


def pythons(name):
    """The Python that the wheel is for, as the table writes it; with the stable ABI, later ones too."""
    tag = re.search(r"-cp3(\d+)-(abi3)?", name)
    return f"3.{tag.group(1)}{'+' if tag.group(2) else ''}" if tag else "3"


def row(package, version):
    entry = wheel(package, version)
    if not entry:
        return None
    wants = [WANTS.match(requirement.split(";")[0].strip())
             for requirement in entry["metadata"].get("requires_dist", [])]
    spec = "".join(found.group(1).replace(" ", "") for found in wants if found)
    name = entry["download_info"]["url"].rsplit("/", 1)[-1].split("#")[0]
    digest = entry["download_info"]["archive_info"]["hashes"]["sha256"]
    platform = name.removesuffix(".whl").rsplit("-", 1)[-1]
    return [package, version, pythons(name), platform, spec, "measured", f"{name} sha256 {digest}"]


def main():
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(["package", "version", "python_versions", "wheel_platform_tag", "torch", "basis", "source"])
    asked = []
    for package in PACKAGES:
        for version in versions(package):
            asked.append((package, version))
    with concurrent.futures.ThreadPoolExecutor(4) as pool:   # each waits for the index
        out.writerows(filter(None, pool.map(lambda pair: row(*pair), asked)))


if __name__ == "__main__":
    main()
