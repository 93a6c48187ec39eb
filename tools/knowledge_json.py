#!/usr/bin/env python3
"""Writes the knowledge that can be read at run time, or its JSON schema.

    knowledge_json.py KNOWLEDGE_DIRECTORY OUTPUT
    knowledge_json.py --schema OUTPUT

The file is for `--knowledge`; src/knowledge/newer.h says what it holds.
"""

import json
import pathlib
import sys

import torch_tables
from gen_tables import ANSWERS, BASES, run_time_rows

SCHEMA = "gpuvet-knowledge/1"
FILLED = {"version", "tag", "platform", "platforms", "package", "pythons", "wheel_tags", "index",
          "requirement", "source"}
VALUES = {"ANSWER_UNKNOWN": None, "ANSWER_NO": False, "ANSWER_YES": True}


def plain(member, value):
    if torch_tables.kind(member) == "basis":
        return value if value else "unverified"
    return VALUES[ANSWERS[value]] if torch_tables.kind(member) == "answer" else value


def knowledge(directory):
    tables = {name: [{member: plain(member, value) for member, value in row.items()}
                     for row in run_time_rows(directory, name)] for name in torch_tables.TABLES}
    date = (directory / "date.txt").read_text(encoding="utf-8").strip()
    return {"schema": SCHEMA, "date": date, **tables}


def strict(properties):
    return {"type": "object", "properties": properties, "required": list(properties),
            "additionalProperties": False}


def member_schema(member):
    if torch_tables.kind(member) == "basis":
        return {"enum": [name for name in BASES if name]}
    if torch_tables.kind(member) == "answer":
        return {"type": ["boolean", "null"]}
    return {"type": "string", "maxLength": 4096, **({"minLength": 1} if member in FILLED else {})}


def schema():
    tables = {name: {"type": "array", "maxItems": 65536, "items": strict(
        {member: member_schema(member) for member in table.columns})}
        for name, table in torch_tables.TABLES.items()}
    whole = strict({"schema": {"const": SCHEMA},
                    "date": {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}, **tables})
    return {"$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": "Knowledge that gpuvet reads at run time", **whole}


def main(source, target):
    value = schema() if source == "--schema" else knowledge(pathlib.Path(source))
    pathlib.Path(target).write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n",
                                    encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
