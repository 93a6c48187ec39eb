#!/usr/bin/env python3
"""What gpuvet plans for the machines of machines.csv, as docs/plans.md.

    plans.py GPUVET docs/plans.md           writes it
    plans.py GPUVET docs/plans.md --check   fails where it is out of date
"""

import csv
import json
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent

HEAD = """# Plans

What `gpuvet plan` says for {count} machines, made by

    tests/plans/plans.py build/src/cli/gpuvet docs/plans.md

from `tests/plans/machines.csv`; a test fails where this page is out of date. *Decides* names the source, below,
of what the choice turns on. The basis of a build is that of its architectures: *read* from PyTorch's build
scripts, *derived* from a neighbouring release, or *measured* in the wheel.

| machine | GPU | driver | Python | platform | asked for | plan | basis | nearest other way | decides |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
"""

# What decides, and where that stands.
SOURCES = {
    "aarch64": "Builds for ARM servers: `torch_builds.csv`, read from "
               "pytorch/pytorch .ci/aarch64_linux/aarch64_ci_build.sh and pytorch/test-infra's release matrix; the "
               "default index has the CUDA build on aarch64 from 2.11 on",
    "arch": "Architectures that a build has code for: `torch_builds.csv`, read from pytorch/pytorch "
            ".ci/manywheel/build_cuda.sh of the release; binary compatibility: "
            "https://docs.nvidia.com/cuda/cuda-programming-guide/01-introduction/cuda-platform.html#binary-compatibility",
    "companions": "Which torch a companion was made for: `companions.csv`, measured in the wheels' metadata",
    "first": "First driver branch of a GPU. Blackwell: `gpus.csv`, from the lists of GPUs in "
             "https://github.com/NVIDIA/open-gpu-kernel-modules. Before: derived, the driver of the first CUDA that "
             "compiles for it, `cuda_targets.csv` and `cuda_releases.csv`",
    "glibc": "The wheel's platform tag, https://peps.python.org/pep-0600/",
    "jetson": "https://docs.nvidia.com/deeplearning/frameworks/install-pytorch-jetson-platform/",
    "legacy": "Last driver branch of a GPU: https://www.nvidia.com/en-us/drivers/unix/legacy-gpu/",
    "major": "Before CUDA 11 a runtime needs the driver it was released with or a newer one: "
             "https://docs.nvidia.com/cuda/cuda-toolkit-release-notes/index.html, table of drivers",
    "minor": "From CUDA 11 on any driver from the major version's minimum on: "
             "https://docs.nvidia.com/deploy/cuda-compatibility/minor-version-compatibility.html",
    "mixed": "No build from CUDA 13 on has code for Pascal, none before 12.8 has code for Blackwell: "
             "as for arch",
    "musl": "PyTorch publishes no musllinux wheel: https://pypi.org/project/torch/#files",
    "native": "The newest torch, and of its tags the newest that is no newer than the driver's own CUDA: "
              "https://docs.nvidia.com/cuda/cuda-toolkit-release-notes/index.html, table of drivers",
    "python": "Pythons of a release's wheels: `torch_builds.csv`, read from PyTorch's index and RELEASE.md",
    "thor": "Code for sm_110 stands in the aarch64 builds of CUDA 13: `torch_builds.csv`, as for aarch64",
    "unknown": "No driver is known: a build for each driver that there may be",
    "windows": "Windows builds and their drivers: `torch_builds.csv`, `cuda_releases.csv`; the default index has the "
               "CPU build: https://pytorch.org/get-started/locally/",
}


def plan(gpuvet, row):
    words = [gpuvet, "plan", "--json", *row["wants"].split()]
    for name in row["gpu"].split("|"):
        words += ["--gpu", name]
    for option in ("driver", "python", "platform"):
        if row[option]:
            words += [f"--{option}", row[option]]
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    if not done.stdout:
        sys.exit(f"{row['machine']}: {done.stderr.decode()}")
    return json.loads(done.stdout)["plan"]


def answer(found):
    if found["state"] == "found":
        companions = "".join(f", {one['name']} {one['version'] or 'any'}" for one in found["companions"])
        return f"**{found['torch']}+{found['tag']}**{companions}"
    if found["state"] == "undecided":
        return "depends: " + "; ".join(f"{one['torch']}+{one['tag']} if {one['if'][0]['says']}"
                                       for one in found["assuming"])
    return "none: " + "; or ".join(" and ".join(conflict["constraints"]) for conflict in found["conflicts"])


def page(gpuvet):
    with open(HERE / "machines.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    lines = [HEAD.format(count=len(rows))]
    for row in rows:
        found = plan(gpuvet, row)
        ways = [f"{way['change']}: {way['says']}" for way in found["alternatives"][:1]]
        cells = [row["machine"], row["gpu"].replace("|", " + "), row["driver"] or "unknown", row["python"],
                 row["platform"], row["wants"], answer(found), found.get("basis", ""), *(ways or [""]),
                 f"[{row['decides']}](#{row['decides']})"]
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n")
    lines.append("\n## Sources\n")
    for name in sorted({row["decides"] for row in rows}):
        lines.append(f"\n### {name}\n\n{SOURCES[name]}\n")
    return "".join(lines)


def main():
    gpuvet, path = sys.argv[1], pathlib.Path(sys.argv[2])
    new = page(gpuvet)
    if "--check" not in sys.argv:
        path.write_text(new, encoding="utf-8")
    elif path.read_text(encoding="utf-8") != new:
        sys.exit(f"{path} is out of date: tests/plans/plans.py build/src/cli/gpuvet docs/plans.md")


if __name__ == "__main__":
    main()
