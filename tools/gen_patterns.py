"""Turns knowledge/patterns/*.toml and leads.toml into const C tables.

    gen_patterns.py KNOWLEDGE_DIR OUTPUT_DIR

Writes patterns_table.h for src/knowledge/patterns.c. A pattern has:

    name     unique
    words    what the prefilter looks for (any of them, in any case), 4 to 48 bytes each
    regex    Perl's syntax, in any case; a blank stands for any run of blanks and line ends, and
             (?<group>…) names what is read
    symptom  a message that is evidence by itself: becomes an item of symptom.items; `code` is what
             it names, with {groups}
    set      facts, with {groups} in their values; "list[].member" sets a member of a new item
    absent   facts of which the text says that there are none
    example  a text that must match, and `gives`, the facts that it must give
    source   where the text comes from
"""

import pathlib
import re
import sys

import pattern_check
from gen_rules import Mistake, Pool, entries, need, view

WORD_MIN, WORD_MAX = 4, 48
FAMILIES = {"cuda": ["ERROR_CUDA_DRIVER", "ERROR_CUDA_RUNTIME"], "nvml": ["ERROR_NVML"], "cudnn8": ["ERROR_CUDNN8"],
            "cudnn9": ["ERROR_CUDNN9"], "xid": ["ERROR_XID"]}
KEYS = {"name", "words", "regex", "symptom", "code", "set", "absent", "example", "gives", "source"}


def loose(regex):
    """Blanks outside of character classes stand for any white space."""
    out, in_class, at = [], False, 0
    while at < len(regex):
        char = regex[at]
        if char == "\\":
            out.append(regex[at:at + 2])
            at += 2
            continue
        if char == "[":
            in_class = True
        elif char == "]":
            in_class = False
        if char == " " and not in_class:
            optional = regex[at + 1:at + 2] in ("?", "*")
            out.append(r"\s*" if optional else r"\s+")
            at += 2 if optional or regex[at + 1:at + 2] == "+" else 1
            continue
        out.append(char)
        at += 1
    return "".join(out)


def settings(entry, where):
    rows = []
    if "symptom" in entry:
        rows.append(("symptom.items[].name", entry["symptom"], False))
        rows.append(("symptom.items[].text", "{0}", False))
        if "code" in entry:
            rows.append(("symptom.items[].code", entry["code"], False))
    rows += [(fact, value, False) for fact, value in entry.get("set", {}).items()]
    rows += [(fact, "", True) for fact in entry.get("absent", [])]
    if not rows:
        raise Mistake(f"{where}: sets no fact")
    groups = set(re.findall(r"\(\?<([a-z_0-9]+)>", entry["regex"])) | {"0"}
    for _, value, _ in rows:
        unknown = set(re.findall(r"\{(\w+)\}", value)) - groups
        if unknown:
            raise Mistake(f"{where}: no group {unknown}")
    return rows


def setting(row):
    fact, value, absent = row
    return f"{{ {view(fact)}, {view(value)}, {str(absent).lower()} }}"


class Table:
    def __init__(self):
        self.names = set()
        self.patterns, self.promises = [], []
        self.words = {}  # word: numbers of its patterns
        self.settings, self.given = Pool(), Pool()
        self.symptoms, self.leads = set(), []
        self.causes, self.codes = Pool(), []

    def add(self, entry, where):
        name = need(entry, "name", where)
        where = f"{where}: {name}"
        if name in self.names:
            raise Mistake(f"{where}: twice")
        if set(entry) - KEYS:
            raise Mistake(f"{where}: {set(entry) - KEYS}?")
        self.names.add(name)
        need(entry, "source", where)
        for word in need(entry, "words", where):
            if not WORD_MIN <= len(word.encode()) <= WORD_MAX or word != " ".join(word.split()):
                raise Mistake(f"{where}: word {word!r}")
            owners = self.words.setdefault(word.lower() if word.isascii() else word, [])
            if len(self.patterns) not in owners:
                owners.append(len(self.patterns))
        rows = self.settings.range([setting(row) for row in settings(entry, where)])
        gives = dict(entry.get("gives", {}))
        if "symptom" in entry:
            self.symptoms.add(entry["symptom"])
            gives.setdefault("symptom.items.0.name", entry["symptom"])
        if not gives:
            raise Mistake(f"{where}: the example gives nothing")
        self.promises.append(self.given.range([setting((k, v, False)) for k, v in gives.items()]))
        regex = loose(need(entry, "regex", where))
        for mistake in pattern_check.mistakes(regex, entry["words"], entry["example"]):
            raise Mistake(f"{where}: {mistake}")
        self.patterns.append(
            f"{{ {view(name)}, {view(regex)}, {rows}, {view(need(entry, 'example', where))} }}"
        )

    def add_lead(self, entry, causes, led):
        symptom = need(entry, "symptom", "leads.toml")
        where = f"leads.toml: {symptom}"
        slugs = need(entry, "causes", where)
        if symptom in led or symptom not in self.symptoms:
            raise Mistake(f"{where}: {'twice' if symptom in led else 'no pattern gives it'}")
        if set(slugs) - causes:
            raise Mistake(f"{where}: {set(slugs) - causes}?")
        led.add(symptom)
        for code in entry.get("codes", []):
            family, _, number = code.partition(" ")
            if family not in FAMILIES or not number.isdigit():
                raise Mistake(f"{where}: code {code!r}")
            self.codes += [f"{{ {row}, {number}, {len(self.leads)} }}" for row in FAMILIES[family]]
        self.leads.append(f"{{ {view(symptom)}, {str(entry.get('context', False)).lower()}, "
                          f"{self.causes.range([view(slug) for slug in slugs])} }}")

    def write(self, path):
        owners = Pool()
        ranges = [owners.range([str(n) for n in numbers]) for numbers in self.words.values()]
        arrays = [
            ("static const struct pattern_setting setting_rows", self.settings.rows),
            ("static const struct pattern pattern_rows", self.patterns),
            ("static const uint16_t owner_rows", owners.rows),
            ("static const struct range word_rows", ranges),
            ("const struct str pattern_words", [view(word) for word in self.words]),
            ("const struct pattern_setting pattern_promises", self.given.rows),
            ("static const struct range promise_rows", self.promises),
            ("static const struct str lead_words", self.causes.rows),
            ("static const struct lead lead_rows", self.leads),
            ("static const struct lead_code lead_codes", self.codes),
        ]
        with open(path, "w", encoding="utf-8") as out:
            out.write("/* Made by tools/gen_patterns.py from knowledge/patterns/. */\n")
            for head, rows in arrays:
                out.write(f"\n{head}[] = {{\n")
                out.writelines(f"    {row},\n" for row in rows)
                out.write("};\n")


def main():
    knowledge, output = (pathlib.Path(argument) for argument in sys.argv[1:3])
    table = Table()
    try:
        for path in sorted((knowledge / "patterns").glob("*.toml")):
            for entry in entries(path, "pattern"):
                table.add(entry, path.name)
        causes = {entry["slug"] for entry in entries(knowledge / "causes.toml", "cause")}
        led = set()
        for entry in entries(knowledge / "leads.toml", "lead"):
            table.add_lead(entry, causes, led)
    except Mistake as mistake:
        sys.exit(f"gen_patterns.py: {mistake}")
    table.write(output / "patterns_table.h")


if __name__ == "__main__":
    main()
