#!/usr/bin/env python3
"""Writes into docs/knowledge.md what was measured, and how that differs from what was written down.

    knowledge_page.py SOURCE_ROOT [--check]

The part between the two marks is replaced; the rest of the page is people's. --check: writes nothing,
and ends with 1 where the page or docs/knowledge.schema.json is not what would be written.
"""

import json
import pathlib
import sys

import knowledge_json
import torch_tables
from torch_tables import build_key, numbers

BEGIN, END = "<!-- measured: begin -->\n", "<!-- measured: end -->\n"
COMPARED = {"python_versions": "Pythons", "cuda_version": "CUDA", "cudnn_version": "cuDNN",
            "nccl_version": "NCCL", "arch_list": "architectures", "min_glibc": "glibc",
            "cxx11_abi": "C++11 ABI"}


def order(row):
    return numbers(row["torch_version"]), row["platform"]


def table(head, rows):
    lines = [head, ["---"] * len(head), *rows]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n"
                   for line in lines)


def code_of(wheel, library):
    """The entries of one library, {"sm_80": "476", "compute_120": "3@9.2"}."""
    for text in wheel["code"].split("; "):
        name, _, entries = text.partition(": ")
        if name == library:
            return dict(entry.split("=") for entry in entries.split())
    return {}


def ptx(entries):
    return ", ".join(f"{target} (PTX {count.partition('@')[2]})" for target, count in entries.items()
                     if target.startswith("compute_")) or "none"


def measured_table(wheels):
    rows = []
    for wheel in wheels:
        if wheel["package"] != "torch" or not wheel["arch_list"]:
            continue
        entries = code_of(wheel, "libtorch_cuda.so")
        strays = [f"{target}×{count}" for target, count in entries.items()
                  if target not in wheel["arch_list"].split() and not target.startswith("compute_")]
        rows.append([wheel["version"], wheel["platform"].removeprefix("linux_"),
                     wheel["local_version"], wheel["cudnn_version"], wheel["nccl_version"],
                     wheel["arch_list"], ptx(entries), " ".join(strays) or "none", wheel["glibc"]])
    return table(["torch", "platform", "build", "cuDNN", "NCCL", "code for", "PTX", "strays",
                  "glibc needed"], sorted(rows, key=lambda row: (numbers(row[0]), row[1])))


def companion_table(wheels):
    rows = [[wheel["package"], wheel["version"], wheel["local_version"], wheel["torch"] or "any",
             wheel["python_versions"], wheel["arch_list"]]
            for wheel in wheels if wheel["package"] != "torch" and wheel["platform"] == "linux_x86_64"]
    return table(["package", "version", "build", "torch", "Pythons", "code for"],
                 sorted(rows, key=lambda row: (row[0], numbers(row[1]))))


def agrees(given, measured):
    """Nothing was measured, nothing was given, or one says the other in more detail."""
    return not given or not measured or given == measured or given.startswith(measured + ".")


def build_differences(given, measured):
    for key, row in sorted(measured.items(), key=lambda item: order(item[1])):
        name = [row["torch_version"], row["platform"], row["cuda_tag"]]
        if key not in given:
            yield [*name, "build", "no row", "exists"]
            continue
        for column, title in COMPARED.items():
            if not agrees(given[key][column], row[column]):
                yield [*name, title, given[key][column], row[column]]
        if given[key]["pypi_default"] == "no":
            yield [*name, "default of PyPI", "no", "yes"]


def default_differences(given, measured):
    """Builds that were thought to be the default one, and are not."""
    default = {(row["torch_version"], row["platform"]) for row in measured.values()}
    for key, row in given.items():
        if row["pypi_default"] == "yes" and (key[0], key[2]) in default and key not in measured:
            yield [key[0], key[2], key[1], "default of PyPI", "yes", "no"]


def clauses(pin):
    """A requirement's name without extras, and its clauses in one order."""
    name, _, _ = pin["requirement"].partition("[")
    return name, ",".join(sorted(part.strip() for part in pin["version_spec"].split(",")))


def pin_differences(directory):
    found = {}
    for pin in torch_tables.measured_pins(directory):
        name, spec = clauses(pin)
        found.setdefault(build_key(pin), {})[name] = spec
    given = {}
    for pin in torch_tables.read_rows(directory / "torch_pins.csv"):
        for platform in pin["platform"].split() if pin["wheel_index"] == "pypi" else []:
            key = (pin["torch_version"], pin["cuda_tag"], platform)
            name, spec = clauses(pin)
            given.setdefault(key, {})[name] = spec
    for key in sorted(given.keys() & found.keys(), key=lambda key: (numbers(key[0]), key)):
        for name in sorted(given[key].keys() | found[key].keys()):
            pair = given[key].get(name, "not pinned"), found[key].get(name, "not pinned")
            if pair[0] != pair[1]:
                yield [key[0], key[2], key[1], name, *pair]


def differences(directory, wheels):
    given = {build_key(row): row for row in torch_tables.read_rows(directory / "torch_builds.csv")}
    measured = {build_key(row): row for row in map(torch_tables.measured_build, (
        wheel for wheel in wheels if wheel["package"] == "torch"))}
    rows = [*build_differences(given, measured), *default_differences(given, measured),
            *pin_differences(directory)]
    unlike = [row for row in rows if row[3] != "build"]
    new = sorted({(row[0], row[1], row[2]) for row in rows if row[3] == "build"},
                 key=lambda row: (numbers(row[0]), row))
    head = ["torch", "platform", "build", "what", "given", "measured"]
    names = {}
    for version, platform, tag in new:
        names.setdefault((platform, tag), []).append(version)
    return table(head, unlike), "".join(
        f"- {platform}, {tag}: {', '.join(versions)}\n" for (platform, tag), versions in names.items())


def part(directory):
    wheels = torch_tables.wheels(directory)
    unlike, new = differences(directory, wheels)
    return f"""{BEGIN}
## What was measured

As of {(directory / "date.txt").read_text(encoding="utf-8").strip()}; {len(wheels)} wheels of PyPI, whose SHA-256 stand in
`knowledge/measured/wheels.csv`. Builds of torch with GPU code; architectures and strays (targets with
less than a quarter of the entries of the commonest) of `libtorch_cuda.so`:

{measured_table(wheels)}
Companions on x86-64:

{companion_table(wheels)}
## Where it differs from what was written down

The measured value wins. Tags of wheels are not compared: those written down are of PyTorch's own index.

{unlike}
Builds that had no row:

{new}
{END}"""


def expected(root):
    page = root / "docs" / "knowledge.md"
    before, _, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    schema = json.dumps(knowledge_json.schema(), indent=1, ensure_ascii=False) + "\n"
    return {page: before + part(root / "knowledge") + after,
            root / "docs" / "knowledge.schema.json": schema}


def main(root, *options):
    stale = 0
    for path, text in expected(pathlib.Path(root)).items():
        if options != ("--check",):
            path.write_text(text, encoding="utf-8")
        elif path.read_text(encoding="utf-8") != text:
            print(f"{path} is stale: tools/knowledge_page.py SOURCE_ROOT writes it anew")
            stale = 1
    return stale


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
