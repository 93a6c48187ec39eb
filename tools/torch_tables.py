"""Rows about PyTorch's builds: what people wrote down (torch_builds.csv, torch_pins.csv), and over it
what was measured (measured/), which wins. knowledge/README.md says how.

For gen_tables.py, knowledge_json.py and differences.py.
"""

import csv
import dataclasses
import re

MEASURED = "PyPI file"  # how the source of a measured row begins
PIN = re.compile(r"(nvidia-|cuda-|pytorch-triton|triton).*")


def read_rows(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def numbers(version):
    return tuple(int(part) for part in re.findall(r"\d+", version))


def tag_of(wheel):
    """The folder of PyTorch's own index that a default wheel belongs to."""
    return wheel["local_version"] or "cpu"


def glibc_floor(wheel):
    """The glibc below which pip refuses the wheel, or its libraries do not load."""
    legacy = {"manylinux1": "2.5", "manylinux2010": "2.12", "manylinux2014": "2.17"}  # PEP 600
    allowed = []
    for tag in wheel["wheel_platform_tag"].split():
        policy = re.match(r"manylinux(\d{4}|1)_|manylinux_(\d+)_(\d+)_", tag)
        if policy:
            allowed.append(legacy[f"manylinux{policy[1]}"] if policy[1] else f"{policy[2]}.{policy[3]}")
    lowest = min(allowed, key=numbers, default="")
    return max(lowest, wheel["glibc"], key=numbers)


def measured_build(wheel):
    """A measured torch as a row of torch_builds.csv; empty cells were not measured."""
    return {
        "torch_version": wheel["version"], "cuda_tag": tag_of(wheel), "platform": wheel["platform"],
        "local_version": wheel["local_version"], "python_versions": wheel["python_versions"],
        "wheel_platform_tag": wheel["wheel_platform_tag"], "cuda_version": wheel["cuda_version"],
        "cudnn_version": wheel["cudnn_version"], "nccl_version": wheel["nccl_version"],
        "arch_list": wheel["arch_list"], "arch_basis": "measured" if wheel["arch_list"] else "",
        "pypi_default": "yes", "pypi_default_basis": "measured", "min_glibc": glibc_floor(wheel),
        "cxx11_abi": wheel["cxx11_abi"], "status": "", "note": "", "source": wheel["source"],
    }


def build_key(row):
    return row["torch_version"], row["cuda_tag"], row["platform"]


def laid_over(given, measured):
    """A given row with what was measured in its place. Where the measured value is the given one with
    less detail (CUDA 12.1 for 12.1.1), the given one stays."""
    row = {column: value if not measured[column] or value.startswith(measured[column] + ".")
           else measured[column] for column, value in given.items()}
    row["source"] = f"{measured['source']}; else {given['source']}"
    return row


def wheels(directory):
    return read_rows(directory / "measured" / "wheels.csv")


def builds(directory):
    """Rows with the columns of torch_builds.csv."""
    rows = {build_key(row): row for row in read_rows(directory / "torch_builds.csv")}
    found = [measured_build(wheel) for wheel in wheels(directory) if wheel["package"] == "torch"]
    default = {(row["torch_version"], row["platform"]) for row in found}
    for row in rows.values():
        if (row["torch_version"], row["platform"]) in default:
            row["pypi_default"], row["pypi_default_basis"] = "no", "measured"
    for row in found:
        given = rows.get(build_key(row))
        rows[build_key(row)] = laid_over(given, row) if given else row
    return list(rows.values())


def measured_pins(directory):
    tags = {(wheel["version"], wheel["platform"]): wheel for wheel in wheels(directory)
            if wheel["package"] == "torch"}
    for pin in read_rows(directory / "measured" / "pins.csv"):
        wheel = tags.get((pin["version"], pin["platform"]))
        if pin["package"] == "torch" and PIN.fullmatch(pin["requirement"]):
            yield {"torch_version": pin["version"], "cuda_tag": tag_of(wheel), "wheel_index": "pypi",
                   "platform": pin["platform"], "requirement": pin["requirement"],
                   "version_spec": pin["version_spec"], "marker": pin["marker"],
                   "basis": "measured", "how": "wheel metadata", "note": "",
                   "source": wheel["source"]}


def pins(directory):
    """Rows with the columns of torch_pins.csv, and `marker`. A given row stays for the platforms
    whose wheel was not measured."""
    found = list(measured_pins(directory))
    measured = {(wheel["version"], tag_of(wheel), wheel["platform"]) for wheel in wheels(directory)
                if wheel["package"] == "torch"}
    for row in read_rows(directory / "torch_pins.csv"):
        left = [platform for platform in row["platform"].split() if row["wheel_index"] != "pypi" or
                (row["torch_version"], row["cuda_tag"], platform) not in measured]
        if left:
            found.append({**row, "platform": " ".join(left), "marker": ""})
    return found


def companions(directory):
    """The measured wheels that are no torch; of those in companions.csv only the metadata was read."""
    whole = [{**wheel, "min_glibc": glibc_floor(wheel), "basis": "measured"}
             for wheel in wheels(directory) if wheel["package"] != "torch"]
    empty = dict.fromkeys(whole[0], "")
    return whole + [{**empty, "platform": "linux_x86_64", **row}
                    for row in read_rows(directory / "companions.csv")]


def dotted(version):
    """The order of dotted_compare() in src/knowledge/dotted.c."""
    found = [re.search(r"\d+", part) for part in version.split(".")]
    return tuple(int(match.group()) if match else 0 for match in found)


@dataclasses.dataclass(frozen=True)
class Table:
    """A table that can also be read at run time: members of the look-up's struct, and their columns."""

    rows: object  # rows of a knowledge directory
    columns: dict  # member: column
    key: object  # of the members, by which the look-ups search

    def members(self, row):
        return {member: row[column] for member, column in self.columns.items()}


def same(*names):
    return {name: name for name in names}


def kind(member):
    """How a member is stored: "basis", "answer", or "text"."""
    if member.endswith("basis"):
        return "basis"
    return "answer" if member in ("pypi_default", "cxx11_abi") else "text"


TABLES = {
    "torch_builds": Table(builds, {
        "version": "torch_version", "tag": "cuda_tag", "platform": "platform",
        "local": "local_version", "pythons": "python_versions", "wheel_tags": "wheel_platform_tag",
        "cuda": "cuda_version", "cudnn": "cudnn_version", "nccl": "nccl_version",
        "archs": "arch_list", **same("arch_basis", "pypi_default", "pypi_default_basis", "min_glibc",
                                     "cxx11_abi", "status", "note", "source")},
        lambda row: (dotted(row["version"]), row["tag"].encode(), row["platform"])),
    "torch_pins": Table(pins, {
        "version": "torch_version", "tag": "cuda_tag", "index": "wheel_index",
        "platforms": "platform",
        **same("requirement", "version_spec", "marker", "basis", "how", "note", "source")},
        lambda row: (dotted(row["version"]), row["tag"].encode(), row["index"], row["platforms"],
                     row["requirement"], row["marker"])),
    "companions": Table(companions, {
        **same("package", "version", "platform"), "local": "local_version",
        "pythons": "python_versions", "requires_python": "requires_python",
        "wheel_tags": "wheel_platform_tag", "torch": "torch", "archs": "arch_list",
        **same("min_glibc", "basis", "source")},
        lambda row: (row["package"].encode(), dotted(row["version"]), row["platform"])),
    "cuda_releases": Table(lambda directory: read_rows(directory / "cuda_releases.csv"), {
        "version": "cuda_version",
        **same("release", "bundled_driver", "notes_driver", "min_driver", "min_driver_windows",
               "cudart_soname", "soname_basis", "note", "source")},
        lambda row: dotted(row["version"])),
}
