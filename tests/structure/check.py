#!/usr/bin/env python3
"""Checks what the house promises of the source tree: check.py SOURCE_ROOT CHECK [BUILD_ROOT].

    includes   a folder includes only folders above it
    doors      only base/ takes memory and forks, only root/ opens paths
    size       no source file over 600 lines
    globals    no writable global in the program's own objects
    new-rule   a new rule changes one generated table and no C
    languages  every text stands in both languages
    readme     the README lists the causes that have rules, and no others
"""

import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HOUSE = ["base", "root", "facts", "format", "knowledge", "loader", "probe", "transcript", "driver",
         "verify", "image", "access", "rules", "diagnosis", "plan", "lock", "policy", "snapshot", "fleet",
         "report", "cli"]
INCLUDE = re.compile(r'^\s*#\s*include\s+"([a-z_]+)/', re.M)
MEMORY = re.compile(r"(?<![\w.>])(malloc|calloc|realloc|free|fork|vfork|posix_spawn\w*)\s*\(")
PATHS = re.compile(r"(?<![\w.>])(open|openat|fopen|opendir|stat|lstat|readlink|access)\s*\(")
COMMENT = re.compile(r"/\*.*?\*/", re.S)


def sources(root):
    return [path for path in sorted((root / "src").rglob("*.[ch]"))]


def code(path):
    """The file without comments and string literals."""
    text = COMMENT.sub("", path.read_text(encoding="utf-8"))
    return re.sub(r'"(?:\\.|[^"\\\n])*"', '""', text)


def includes(root, _):
    for path in sources(root):
        folder = path.relative_to(root / "src").parts[0]
        for other in INCLUDE.findall(path.read_text(encoding="utf-8")):
            if HOUSE.index(other) > HOUSE.index(folder):
                yield f"{path}: {folder}/ must not include {other}/"


def doors(root, _):
    for path in sources(root):
        folder = path.relative_to(root / "src").parts[0]
        text = code(path)
        if folder != "base":
            for call in MEMORY.findall(text):
                yield f"{path}: {call}() belongs into base/"
        if folder not in ("base", "root"):
            for call in PATHS.findall(text):
                yield f"{path}: {call}() belongs into root/"


def size(root, _):
    for folder in ("src", "helper", "tools", "tests"):
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in (".c", ".h", ".py"):
                lines = path.read_text(encoding="utf-8").count("\n")
                if lines > 600:
                    yield f"{path}: {lines} lines"


def globals_(root, build):
    """Symbols of the folders' archives that lie in a section that the program could write."""
    del root
    archives = sorted(pathlib.Path(build).glob("src/*/lib*.a"))
    if not archives:
        yield "no archives found"
    for archive in archives:
        table = subprocess.run(["objdump", "-t", archive], capture_output=True, text=True, check=True)
        for line in table.stdout.splitlines():
            section = re.search(r" O (\.(?:data|bss)\S*)", line)
            if section and not section.group(1).startswith(".data.rel.ro"):
                yield f"{archive.name}: {line.split()[-1]} in {section.group(1)}"


RULE = """
[[rule]]
slug = "driver/uvm"
when = "driver.uvm_node == false and driver.uvm_loaded == false"
evidence = ["driver.uvm_node"]
source = "https://example.invalid/"
[rule.headline]
en = "a rule that was added"
zh = "新增的规则"
"""


def generate(root, knowledge, output):
    output.mkdir()
    return subprocess.run([sys.executable, root / "tools/gen_rules.py", knowledge, root / "text", output],
                          capture_output=True, text=True, check=False)


def new_rule(root, _):
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        shutil.copytree(root / "knowledge", folder / "knowledge")
        generate(root, folder / "knowledge", folder / "before")
        with open(folder / "knowledge/rules/driver.toml", "a", encoding="utf-8") as rules:
            rules.write(RULE)
        result = generate(root, folder / "knowledge", folder / "after")
        if result.returncode:
            yield f"the generator refused the rule: {result.stderr}"
            return
        changed = {path.name for path in (folder / "after").iterdir()
                   if path.read_bytes() != (folder / "before" / path.name).read_bytes()}
        if changed != {"rules_table.h"}:
            yield f"a new rule changes {sorted(changed)}"
        if "a rule that was added" not in (folder / "after/rules_table.h").read_text(encoding="utf-8"):
            yield "the new rule is not in the table"


def languages(root, _):
    """The generator refuses a rule without Chinese, and a text without English."""
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        shutil.copytree(root / "knowledge", folder / "knowledge")
        with open(folder / "knowledge/rules/driver.toml", "a", encoding="utf-8") as rules:
            rules.write(RULE.replace('zh = "新增的规则"\n', ""))
        if not generate(root, folder / "knowledge", folder / "after").returncode:
            yield "a rule without Chinese was accepted"


def readme(root, _):
    table = subprocess.run([sys.executable, root / "tools/readme_causes.py", root],
                           capture_output=True, text=True, check=True).stdout
    if table not in (root / "README.md").read_text(encoding="utf-8"):
        yield "README.md: the table of causes is not what tools/readme_causes.py prints"


CHECKS = {"includes": includes, "doors": doors, "size": size, "globals": globals_,
          "new-rule": new_rule, "languages": languages, "readme": readme}


def main():
    root, check = pathlib.Path(sys.argv[1]), sys.argv[2]
    mistakes = list(CHECKS[check](root, sys.argv[3] if len(sys.argv) > 3 else None))
    print("\n".join(mistakes))
    sys.exit(1 if mistakes else 0)


if __name__ == "__main__":
    main()
