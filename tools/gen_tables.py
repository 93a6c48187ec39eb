#!/usr/bin/env python3
"""Writes the program's constant tables as C.

    gen_tables.py KNOWLEDGE_DIRECTORY OUTPUT_DIRECTORY

One function a table: it reads its CSV or TOML file, checks what only a reader of the whole file can
check (sources, unique keys, known values), sorts by the key that the look-up searches by, and gives
rows as designated initialisers for the struct in src/knowledge/. Texts go into one pool and are
referred to by number. A fault in a file ends the run with the file's name and the row.
"""

import csv
import pathlib
import re
import sys

from toml_reader import read_toml

BASES = {"unverified": "BASIS_UNVERIFIED", "derived": "BASIS_DERIVED", "read": "BASIS_READ",
         "measured": "BASIS_MEASURED", "": "BASIS_UNVERIFIED"}
ANSWERS = {"": "ANSWER_UNKNOWN", "no": "ANSWER_NO", "yes": "ANSWER_YES",
           "0": "ANSWER_NO", "1": "ANSWER_YES"}
FAMILIES = ["cuda_driver", "cuda_runtime", "nvml", "cudnn8", "cudnn9", "xid"]
LANGUAGES = ["en", "zh"]
POOL_LIMIT = 65536  # rows refer to texts by 16-bit numbers


class Pool:
    """Every distinct text once; number 0 is the empty one."""

    def __init__(self):
        self.numbers = {"": 0}

    def number(self, text):
        return self.numbers.setdefault(text, len(self.numbers))

    def code(self):
        texts = [text.encode() for text in self.numbers]
        if len(texts) > POOL_LIMIT:
            sys.exit(f"{len(texts)} texts are more than 16 bits can number")
        starts, at = [], 0
        for text in texts:
            starts.append(at)
            at += len(text)
        starts.append(at)
        return (numbers("static const unsigned char pool_bytes[]", b"".join(texts)) +
                numbers("static const uint32_t pool_start[]", starts))


def numbers(declaration, values):
    values = [str(value) for value in values]
    lines = [", ".join(values[i:i + 20]) + "," for i in range(0, len(values), 20)]
    return f"{declaration} = {{\n" + "\n".join(lines) + "\n};\n"


def initialisers(declaration, rows):
    lines = ["{ " + ", ".join(f".{name} = {value}" for name, value in row.items()) + " },"
             for row in rows]
    return f"{declaration} = {{\n" + "\n".join(lines) + "\n};\n"


def quoted(text):
    """A C string literal; bytes outside ASCII as octal, which cannot run into what follows."""
    return '"' + "".join(
        f"\\{byte:03o}" if byte < 32 or byte > 126 or byte in b'"\\?' else chr(byte)
        for byte in text.encode()) + '"'


def read_csv(path, key):
    """Rows sorted by `key`, which must differ from row to row; each must name its source."""
    with open(path, encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        if not row["source"]:
            sys.exit(f"{path}: no source: {row}")
    rows.sort(key=key)
    for before, row in zip(rows, rows[1:]):
        if key(before) == key(row):
            sys.exit(f"{path}: twice the same key: {row}")
    return rows


def dotted(version):
    """The order of dotted_compare() in src/knowledge/dotted.c."""
    found = [re.search(r"\d+", part) for part in version.split(".")]
    return tuple(int(match.group()) if match else 0 for match in found)


def texts(pool, row, columns):
    """Members whose values are texts: {member: column}."""
    return {member: pool.number(row[column]) for member, column in columns.items()}


def same(*names):
    return {name: name for name in names}


def gpus(directory, pool):
    def key(row):
        parts = [row["pci_device_id"], row["subsystem_vendor"], row["subsystem_device"]]
        ids = [int(part or "0", 16) for part in parts]
        return (*ids, "" if row["pci_device_id"] else row["name"])

    rows = []
    for row in read_csv(directory / "gpus.csv", key):
        if not re.fullmatch(r"(\d+\.\d)?", row["capability"]):
            sys.exit(f"gpus.csv: no compute capability: {row}")
        major, minor = (row["capability"] or "0.0").split(".")
        device, subvendor, subdevice, _ = key(row)
        rows.append({
            "device": f"{device:#06x}", "subvendor": f"{subvendor:#06x}",
            "subdevice": f"{subdevice:#06x}", "major": major, "minor": minor,
            "capability_basis": BASES[row["capability_basis"]],
            "open_module": ANSWERS[row["open_module"]],
            "last_driver_branch": row["last_driver_branch"] or "0",
            "last_driver_branch_basis": BASES[row["last_driver_branch_basis"]],
            **texts(pool, row, same("name", "chip", "architecture", "segment",
                                    "first_open_driver", "source"))})
    return initialisers("static const struct gpu_row gpu_rows[]", rows)


def cuda_releases(directory, pool):
    rows = []
    for row in read_csv(directory / "cuda_releases.csv", lambda row: dotted(row["cuda_version"])):
        major, minor, _ = dotted(row["cuda_version"])
        rows.append({
            "major": major, "minor": minor, "soname_basis": BASES[row["soname_basis"]],
            **texts(pool, row, {"version": "cuda_version", **same(
                "release", "bundled_driver", "notes_driver", "min_driver", "min_driver_windows",
                "cudart_soname", "note", "source")})})
    return initialisers("static const struct cuda_row cuda_rows[]", rows)


def errors(directory, pool, slugs):
    rows = read_csv(directory / "errors.csv",
                    lambda row: (FAMILIES.index(row["family"]), int(row["code"])))
    for row in rows:
        if row["cause"] and row["cause"] not in slugs:
            sys.exit(f"errors.csv: no such cause: {row}")
    by_name = sorted(range(len(rows)), key=lambda at: (rows[at]["name"].encode(), at))
    return initialisers("static const struct error_row error_rows[]", [
        {"family": f"ERROR_{row['family'].upper()}", "code": row["code"],
         **texts(pool, row, same("name", "message", "since", "cause", "action", "note", "source"))}
        for row in rows]) + numbers("static const uint16_t errors_by_name[]", by_name)


def sonames(directory, pool):
    rows = read_csv(directory / "sonames.csv",
                    lambda row: (row["soname"].encode(), int(row["cuda_major"])))
    return initialisers("static const struct library_row library_rows[]", [
        {"cuda_major": row["cuda_major"], "basis": BASES[row["basis"]],
         **texts(pool, row, same("soname", "library", "package", "folder", "depends_on", "note",
                                 "source"))}
        for row in rows])


def gpu_speed(directory, pool):
    rows = read_csv(directory / "gpu_speed.csv", lambda row: row["name"].encode())
    return initialisers("static const struct speed_row speed_rows[]", [
        {"bandwidth": int(row["bandwidth"]), **texts(pool, row, same("name", "source"))}
        for row in rows])


def torch_builds(directory, pool):
    rows = read_csv(directory / "torch_builds.csv", lambda row: (
        dotted(row["torch_version"]), row["cuda_tag"].encode(), row["platform"]))
    return initialisers("static const struct build_row build_rows[]", [
        {"arch_basis": BASES[row["arch_basis"]], "pypi_default": ANSWERS[row["pypi_default"]],
         "pypi_default_basis": BASES[row["pypi_default_basis"]],
         "cxx11_abi": ANSWERS[row["cxx11_abi"]],
         **texts(pool, row, {
             "version": "torch_version", "tag": "cuda_tag", "local": "local_version",
             "pythons": "python_versions", "wheel_tags": "wheel_platform_tag",
             "cuda": "cuda_version", "cudnn": "cudnn_version", "nccl": "nccl_version",
             "archs": "arch_list",
             **same("platform", "min_glibc", "status", "note", "source")})}
        for row in rows])


def torch_pins(directory, pool):
    rows = read_csv(directory / "torch_pins.csv", lambda row: (
        dotted(row["torch_version"]), row["cuda_tag"].encode(), row["wheel_index"],
        row["platform"], row["requirement"]))
    return initialisers("static const struct pin_row pin_rows[]", [
        {"basis": BASES[row["basis"]],
         **texts(pool, row, {
             "version": "torch_version", "tag": "cuda_tag", "index": "wheel_index",
             "platforms": "platform",
             **same("requirement", "version_spec", "how", "note", "source")})}
        for row in rows])


def companions(directory, pool):
    rows = read_csv(directory / "companions.csv",
                    lambda row: (row["package"], dotted(row["version"]), row["version"]))
    return initialisers("static const struct companion_row companion_rows[]", [
        {"basis": BASES[row["basis"]],
         **texts(pool, row, {"torch": "torch_spec", **same("package", "version", "source")})}
        for row in rows])


def causes(entries):
    """In the file's order; texts stand in the code itself, since callers get the rows."""
    def text(value):
        return f"STR_INIT({quoted(value)})"

    def languages(value):
        return "{ " + ", ".join(text(value[language]) for language in LANGUAGES) + " }"

    slugs = [entry["slug"] for entry in entries]
    if len(set(slugs)) != len(slugs):
        sys.exit("causes.toml: twice the same slug")
    rows = [{"slug": text(entry["slug"]), "layer": text(entry["layer"]), "order": order,
             "title": languages(entry["title"]), "evidence": languages(entry["evidence"])}
            for order, entry in enumerate(entries)]
    by_slug = sorted(range(len(slugs)), key=lambda at: slugs[at].encode())
    return (initialisers("static const struct cause causes[]", rows) +
            numbers("static const uint8_t causes_by_slug[]", by_slug))


def main(source, target):
    source, target = pathlib.Path(source), pathlib.Path(target)
    pool = Pool()
    entries = read_toml(source / "causes.toml")["cause"]
    files = {
        "causes_table.h": causes(entries),
        "companions_table.h": companions(source, pool),
        "cuda_table.h": cuda_releases(source, pool),
        "errors_table.h": errors(source, pool, {entry["slug"] for entry in entries}),
        "gpus_table.h": gpus(source, pool),
        "gpu_speed_table.h": gpu_speed(source, pool),
        "sonames_table.h": sonames(source, pool),
        "torch_builds_table.h": torch_builds(source, pool) + torch_pins(source, pool),
    }
    files["pool_table.h"] = pool.code()
    for name, code in files.items():
        (target / name).write_text("/* Made by tools/gen_tables.py. */\n" + code, encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
