#!/usr/bin/env python3
"""Turns image_names.toml into const C tables.

    gen_images.py KNOWLEDGE_DIR OUTPUT

What the entries mean stands in the file's head, what the rows mean in src/knowledge/image_names.h.
"""

import pathlib
import sys

from gen_rules import Mistake, Pool, both, need, view
from toml_reader import read_toml

HAS = ("torch", "jupyter", "ssh")
ACCELERATORS = ("cuda", "rocm", "cpu")


def has(entry, where):
    """Each thing that an image may have: YES, NO, or not said."""
    rows = []
    for name in entry.get("carries", []) + entry.get("lacks", []):
        if name not in HAS:
            raise Mistake(f"{where}: {name} is nothing that an image is said to have")
    for name in HAS:
        answer = "YES" if name in entry.get("carries", []) else \
            "NO" if name in entry.get("lacks", []) else "UNKNOWN"
        rows.append(f".{name} = ANSWER_{answer}")
    return rows


def tag(entry, known, where):
    accelerator = need(entry, "accelerator", where)
    if accelerator not in ACCELERATORS:
        raise Mistake(f"{where}: accelerator {accelerator}")
    tags = [start + end for start in entry.get("known", []) for end in entry.get("endings", [""])]
    return "{ " + ", ".join([
        ".pattern = " + view(need(entry, "pattern", where)),
        ".accelerator = " + view(accelerator),
        ".flavour = " + view(entry.get("flavour", "")),
        f".parts = {entry.get('parts', 0)}",
        ".known = " + known.range([view(text) for text in tags]),
        *has(entry, where),
    ]) + " }"


def write(publishers, output):
    known, tags, rows = Pool(), Pool(), []
    for entry in publishers:
        where = f"image_names.toml: {entry.get('name')}"
        rows.append("{ " + ", ".join([
            ".name = " + view(need(entry, "name", where)),
            ".shown = " + view(need(entry, "short", where)),
            ".says = " + both(entry, "says", where),
            ".tags = " + tags.range([tag(item, known, where) for item in need(entry, "tag", where)]),
            ".source = " + view(need(entry, "source", where)),
        ]) + " }")
    with open(output, "w", encoding="utf-8") as out:
        out.write("/* Made by tools/gen_images.py from knowledge/image_names.toml. */\n")
        for kind, name, items in (("struct str", "known_tags", known.rows),
                                  ("struct image_tag", "tag_rows", tags.rows),
                                  ("struct image_publisher", "publisher_rows", rows)):
            out.write(f"\nstatic const {kind} {name}[] = {{\n")
            out.writelines(f"    {item},\n" for item in items)
            out.write("};\n")


def main():
    try:
        write(read_toml(pathlib.Path(sys.argv[1]) / "image_names.toml")["publisher"], sys.argv[2])
    except Mistake as mistake:
        sys.exit(f"gen_images.py: {mistake}")


if __name__ == "__main__":
    main()
