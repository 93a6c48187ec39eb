#!/usr/bin/env python3
"""Turns the templates of knowledge/image/ into const C tables (src/knowledge/templates.h).

    gen_templates.py OUTPUT FILE.in...      in the order of enum template_id
"""

import pathlib
import sys

from gen_rules import view

PARTS = ("jupyter", "ssh", "server", "plain", "alone", "verify")


def row(line, where):
    part = "always"
    if line.startswith("@"):
        part, _, line = line[1:].partition(" ")
        if part not in PARTS:
            sys.exit(f"{where}: @{part} is no part")
    return f"    {{ PART_{part.upper()}, {view(line)} }},\n"


def main():
    output, paths = sys.argv[1], [pathlib.Path(path) for path in sys.argv[2:]]
    with open(output, "w", encoding="utf-8") as out:
        out.write("/* Made by tools/gen_templates.py from knowledge/image/. */\n")
        for at, path in enumerate(paths):
            lines = path.read_text(encoding="utf-8").splitlines()
            out.write(f"\nstatic const struct template_line template_{at}[] = {{\n")
            out.writelines(row(line, path.name) for line in lines)
            out.write("};\n")
        out.write("\nstatic const struct template templates[TEMPLATE_COUNT] = {\n")
        for at, path in enumerate(paths):
            out.write(f"    {{ {view(path.stem if path.suffix == '.in' else path.name)}, template_{at}, "
                      f"sizeof(template_{at}) / sizeof(template_{at}[0]) }},\n")
        out.write("};\n")


if __name__ == "__main__":
    main()
