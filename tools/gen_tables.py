#!/usr/bin/env python3
"""Writes the program's constant tables as C.

    gen_tables.py KNOWLEDGE_DIRECTORY OUTPUT_DIRECTORY

One function a table: it reads its CSV or TOML file, checks what only a reader of the whole file can
check (sources, unique keys, known values), sorts by the key that the look-up searches by, and gives
rows as designated initialisers for the struct in src/knowledge/. Texts go into one pool and are
referred to by number. A fault in a file ends the run with the file's name and the row.
"""

import pathlib
import re
import sys

import torch_tables
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


def checked(path, rows, key):
    """Rows sorted by `key`, which must differ from row to row; each must name its source."""
    for row in rows:
        if not row["source"]:
            sys.exit(f"{path}: no source: {row}")
    rows = sorted(rows, key=key)
    for before, row in zip(rows, rows[1:]):
        if key(before) == key(row):
            sys.exit(f"{path}: twice the same key: {row}")
    return rows


def read_csv(path, key):
    return checked(path, torch_tables.read_rows(path), key)


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
    for row in run_time_rows(directory, "cuda_releases"):
        major, minor, *_ = torch_tables.dotted(row["version"])
        rows.append({"major": major, "minor": minor, **stored(pool, row)})
    return initialisers("static const struct cuda_row cuda_rows[]", rows)


def errors(directory, pool, slugs):
    rows = read_csv(directory / "errors.csv",
                    lambda row: (FAMILIES.index(row["family"]), int(row["code"])))
    for row in rows:
        if bool(row["note"]) != bool(row["note_zh"]):
            sys.exit(f"errors.csv: a note lacks a language: {row}")
        if row["cause"] and row["cause"] not in slugs:
            sys.exit(f"errors.csv: no such cause: {row}")
    by_name = sorted(range(len(rows)), key=lambda at: (rows[at]["name"].encode(), at))
    return initialisers("static const struct error_row error_rows[]", [
        {"family": f"ERROR_{row['family'].upper()}", "code": row["code"],
         **texts(pool, row, same("name", "message", "since", "cause", "action", "note", "note_zh", "source"))}
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


def cuda_targets(directory, pool):
    rows = read_csv(directory / "cuda_targets.csv", lambda row: torch_tables.dotted(row["capability"]))
    return initialisers("static const struct target_row target_rows[]", [
        {"basis": BASES[row["basis"]],
         **texts(pool, row, same("capability", "first", "ended", "source"))} for row in rows])


def cuda_compat(directory, pool):
    rows = read_csv(directory / "cuda_compat.csv", lambda row: torch_tables.dotted(row["cuda"]))
    return initialisers("static const struct compat_row compat_rows[]", [
        {"basis": BASES[row["basis"]], **texts(pool, row, same("cuda", "branches", "source"))} for row in rows])


def run_time_rows(directory, name):
    """A table of torch_tables.TABLES: rows of its members, in the order of the look-ups."""
    table = torch_tables.TABLES[name]
    return [table.members(row) for row in
            checked(name, table.rows(directory), lambda row: table.key(table.members(row)))]


def stored(pool, members):
    """Members as the row's struct has them."""
    return {name: BASES[value] if torch_tables.kind(name) == "basis" else
            ANSWERS[value] if torch_tables.kind(name) == "answer" else pool.number(value)
            for name, value in members.items()}


def run_time(directory, pool, name, declaration):
    return initialisers(f"static const struct {declaration}[]",
                        [stored(pool, row) for row in run_time_rows(directory, name)])


def driver_packages(directory, pool):
    rows = read_csv(directory / "driver_packages.csv",
                    lambda row: (row["os"], row["flavour"], row["branch"]))
    return initialisers("static const struct driver_package_row driver_package_rows[]", [
        texts(pool, row, same("os", "flavour", "branch", "package", "source")) for row in rows])


def driver_holds(directory, pool):
    rows = read_csv(directory / "driver_holds.csv", lambda row: (row["os"],))
    return initialisers("static const struct driver_hold_row driver_hold_rows[]", [
        texts(pool, row, same("os", "install", "hold", "source")) for row in rows])


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
        "cuda_compat_table.h": cuda_compat(source, pool),
        "cuda_table.h": cuda_releases(source, pool),
        "driver_holds_table.h": driver_holds(source, pool),
        "driver_packages_table.h": driver_packages(source, pool),
        "errors_table.h": errors(source, pool, {entry["slug"] for entry in entries}),
        "gpus_table.h": gpus(source, pool),
        "gpu_speed_table.h": gpu_speed(source, pool),
        "cuda_targets_table.h": cuda_targets(source, pool),
        "sonames_table.h": sonames(source, pool),
        "torch_builds_table.h": run_time(source, pool, "torch_builds", "build_row build_rows") +
                                run_time(source, pool, "torch_pins", "pin_row pin_rows"),
        "companions_table.h": run_time(source, pool, "companions", "companion_row companion_rows"),
        "date_table.h": "static const char knowledge_day[] = "
                        f"{quoted((source / 'date.txt').read_text(encoding='utf-8').strip())};\n",
    }
    files["pool_table.h"] = pool.code()
    for name, code in files.items():
        (target / name).write_text("/* Made by tools/gen_tables.py. */\n" + code, encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
