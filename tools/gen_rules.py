"""Turns rules, remedies, chain links and texts into const C tables.

    gen_rules.py KNOWLEDGE_DIR TEXT_DIR OUTPUT_DIR

Reads KNOWLEDGE_DIR/rules/*.toml, remedies/*.toml, places.toml, advice.toml, chain.toml, steps.toml,
healthy.toml, imagefile.toml, lock.toml, policy.toml and TEXT_DIR/*.toml; writes rules_table.h and texts_table.h for src/knowledge/. Refuses
what lacks a language, a source, or names a cause or a place that does not exist.
"""

import pathlib
import sys

import expressions
from toml_reader import read_toml

LANGUAGES = ("en", "zh")
NEEDS = ("safe", "root", "reboot", "hardware")
CERTAINTIES = ("possible", "likely", "certain")
POLICY_FORMS = ("patterns", "versions", "images", "causes", "states")
LINK_STATES = ("ok", "broken", "not-reached", "unknown", "absent")


class Mistake(Exception):
    pass


def c_string(text):
    data = text.encode()
    out = []
    for i, byte in enumerate(data):
        char = chr(byte)
        if char in '"\\':
            out.append("\\" + char)
        elif 32 <= byte < 127 and not (char == "?" and i and data[i - 1] == 63):
            out.append(char)
        else:
            out.append(f"\\{byte:03o}")
    return '"' + "".join(out) + '"'


def view(text):
    return f"STR_INIT({c_string(text)})"


def both(entry, key, where):
    texts = entry.get(key)
    if not isinstance(texts, dict) or any(not texts.get(lang) for lang in LANGUAGES):
        raise Mistake(f"{where}: {key} needs {' and '.join(LANGUAGES)}")
    return "{ " + ", ".join(view(texts[lang]) for lang in LANGUAGES) + " }"


def need(entry, key, where):
    if not entry.get(key):
        raise Mistake(f"{where}: {key} is missing")
    return entry[key]


class Pool:
    """Rows of one C array; a list of values becomes a range in it."""

    def __init__(self):
        self.rows = []

    def range(self, rows):
        start = len(self.rows)
        self.rows += rows
        return f"{{ {start}, {len(rows)} }}"


class Tables:
    def __init__(self, causes):
        self.causes = causes
        self.nodes = {}
        self.words = Pool()
        self.commands = Pool()
        self.rules = []
        self.places = {}
        self.remedies = []
        self.ways = Pool()
        self.advice = []
        self.layers = []
        self.links = []
        self.cases = Pool()
        self.explains = []
        self.outweighed = {}
        self.healthy = []
        self.hands = Pool()
        self.steps = []
        self.checks = []
        self.locks = []
        self.policy_keys = []
        self.policy_looks = Pool()

    # --- conditions -------------------------------------------------------------------------

    def add_node(self, kind, left=0, right=0, text="", number=0, operator="EQUAL"):
        # Conditions repeat each other: what says the same is one node.
        row = f"{{ EXPR_{kind}, COMPARE_{operator}, {left}, {right}, {view(text)}, {number} }}"
        return self.nodes.setdefault(row, len(self.nodes))

    OPERATORS = {
        "==": "EQUAL", "!=": "UNEQUAL", "<": "LESS", "<=": "AT_MOST", ">": "GREATER",
        ">=": "AT_LEAST", "in": "IN", "has": "HAS", "starts": "STARTS",
    }

    def node(self, tree):
        kind = tree[0]
        if kind in ("and", "or"):
            return self.add_node(kind.upper(), self.node(tree[1]), self.node(tree[2]))
        if kind == "not":
            return self.add_node("NOT", self.node(tree[1]))
        if kind == "compare":
            left, right = self.node(tree[2]), self.node(tree[3])
            return self.add_node("COMPARE", left, right, operator=self.OPERATORS[tree[1]])
        if kind in ("any", "all", "count"):
            return self.add_node(kind.upper(), self.node(tree[2]), text=tree[1])
        if kind == "state":
            return self.add_node(tree[1].upper(), text=tree[2])
        if kind == "bool":
            return self.add_node("BOOL", number=int(tree[1]))
        if kind == "number":
            return self.add_node("NUMBER", number=tree[1])
        return self.add_node(kind.upper(), text=tree[1])

    def condition(self, entry, key, where):
        try:
            return self.node(expressions.parse(need(entry, key, where)))
        except expressions.ExpressionError as error:
            raise Mistake(f"{where}: {key}: {error}") from error

    # --- rows -------------------------------------------------------------------------------

    def strings(self, values):
        return self.words.range([view(value) for value in values])

    def cause(self, slug, where):
        if slug not in self.causes:
            raise Mistake(f"{where}: {slug} is no cause")
        return view(slug)

    def add_outweighs(self, entry, where):
        """Rules that rest on a text's messages alone give way to other messages."""
        seen = need(entry, "seen", where)
        for slug in need(entry, "causes", where):
            self.cause(slug, where)
            self.outweighed.setdefault(slug, []).append(seen)

    def add_rule(self, entry, where, unless):
        """`unless` holds for all rules of the file; a rule may have its own."""
        gives_way = where.startswith("symptom_") and self.outweighed.get(entry.get("slug"))
        where = f"{where}: {entry.get('slug')}"
        if gives_way:
            entry = entry | {
                "when": f"({need(entry, 'when', where)}) and not seen('{' '.join(gives_way)}')"
            }
        unless = entry.get("unless", unless)
        if unless:
            entry = entry | {"when": f"({need(entry, 'when', where)}) and not ({unless})"}
        if "remedies" in entry:
            raise Mistake(f"{where}: a remedy names its causes, not a rule its remedies")
        certainty = entry.get("certainty", "certain")
        if certainty not in CERTAINTIES:
            raise Mistake(f"{where}: certainty {certainty}")
        self.rules.append(
            "{ "
            + ", ".join([
                ".slug = " + self.cause(need(entry, "slug", where), where),
                f".when = {self.condition(entry, 'when', where)}",
                ".evidence = " + self.strings(need(entry, "evidence", where)),
                f".certainty = CERTAINTY_{certainty.upper()}",
                ".headline = " + both(entry, "headline", where),
                ".source = " + view(need(entry, "source", where)),
            ])
            + " }"
        )

    def add_check(self, entry, where):
        """A remark need not name a cause, nor be sure of one: it changes no verdict."""
        where = f"{where}: {entry.get('name')}"
        remark = entry.get("remark", False)
        certainty = entry.get("certainty", "certain")
        if certainty not in CERTAINTIES:
            raise Mistake(f"{where}: certainty {certainty}")
        slug = self.cause(entry["cause"], where) if "cause" in entry or not remark else view("")
        self.checks.append(
            "{ "
            + ", ".join([
                ".name = " + view(need(entry, "name", where)),
                f".slug = {slug}",
                f".when = {self.condition(entry, 'when', where)}",
                ".evidence = " + self.strings(entry.get("evidence", ["recipe.value"])),
                f".certainty = CERTAINTY_{certainty.upper()}",
                f".remark = {str(remark).lower()}",
                ".headline = " + both(entry, "headline", where),
                ".advice = " + both(entry, "advice", where),
                ".source = " + view(need(entry, "source", where)),
            ])
            + " }"
        )

    def add_lock_row(self, entry, where):
        """What another difference says needs no sentence of its own."""
        where = f"{where}: {entry.get('name')}"
        meaning = need(entry, "means", where)
        if meaning not in ("allowed", "breaks", "said"):
            raise Mistake(f"{where}: means {meaning}")
        said = meaning == "said"
        nothing = {"text": {"en": "-", "zh": "-"}}
        self.locks.append("{ " + ", ".join([
            ".name = " + view(need(entry, "name", where)),
            f".when = {self.condition(entry, 'when', where)}",
            f".meaning = LOCK_{meaning.upper()}",
            ".text = " + both(nothing if said else entry, "text", where),
            ".source = " + view("" if said else need(entry, "source", where)),
        ]) + " }")

    def policy_look(self, look, where):
        if need(look, "of", where) not in ("stack", "statement"):
            raise Mistake(f"{where}: of {look['of']}")
        need(look, "source", where)
        return "{ " + ", ".join([
            ".state = " + view(look.get("state", "")),
            f".statement = {str(look['of'] == 'statement').lower()}",
            f".when = {self.condition(look, 'when', where)}",
            ".fact = " + view(need(look, "fact", where)),
            f".needed = {str(look.get('needed', False)).lower()}",
            f".is_cuda = {str(look.get('is_cuda', False)).lower()}",
            ".says = " + both(look, "says", where),
        ]) + " }"

    def add_policy_key(self, entry, where):
        where = f"{where}: {need(entry, 'name', where)}"
        if need(entry, "form", where) not in POLICY_FORMS:
            raise Mistake(f"{where}: form {entry['form']}")
        looks = [self.policy_look(look, where) for look in entry.get("look", [])]
        self.policy_keys.append("{ " + ", ".join([
            ".name = " + view(entry["name"]),
            f".form = POLICY_{entry['form'].upper()}",
            ".looks = " + self.policy_looks.range(looks),
        ]) + " }")

    def way_condition(self, way, where):
        """The place's condition and the way's own; a way without either is for everywhere else."""
        parts = [way["when"]] if "when" in way else []
        if "where" in way:
            if way["where"] not in self.places:
                raise Mistake(f"{where}: {way['where']} is no place")
            parts.insert(0, self.places[way["where"]]["when"])
        return {"when": " and ".join(f"({part})" for part in parts) or "true"}

    def way(self, remedy, way, where):
        """A way says only what differs from its remedy."""
        place = self.places.get(way.get("where"), {"en": "", "zh": ""})
        whole = remedy | way
        source = need(whole, "source", where)
        titles = {lang: text.replace("{source}", source) for lang, text in whole.get("title", {}).items()}
        needs = need(whole, "needs", where)
        if any(word not in NEEDS for word in needs):
            raise Mistake(f"{where}: needs {needs}")
        if "install" in whole:  # what is shown where there are no facts yet
            whole = {"commands": [["gpuvet", "plan"]]} | whole
        commands = [self.strings(command) for command in whole.get("commands", [])]
        return "{ " + ", ".join([
            f".when = {self.condition(self.way_condition(way, where), 'when', where)}",
            f".place = {{ {view(place['en'])}, {view(place['zh'])} }}",
            ".title = " + both({"title": titles}, "title", where),
            ".commands = " + self.commands.range(commands),
            ".install = " + view(whole.get("install", "")),
            f".current = {str(whole.get('current', False)).lower()}",
            ".check = " + self.strings(need(whole, "check", where)),
            ".needs = " + " | ".join(f"NEEDS_{word.upper()}" for word in needs),
            ".source = " + view(source),
        ]) + " }"

    def add_remedy(self, entry, where):
        name = need(entry, "name", where)
        where = f"{where}: {name}"
        causes = [self.cause(slug, where) for slug in need(entry, "causes", where)]
        ways = [self.way(entry, way, where) for way in entry.get("way", [{}])]
        self.remedies.append("{ " + ", ".join([
            ".name = " + view(name),
            ".causes = " + self.words.range(causes),
            f".when = {self.condition({'when': 'true'} | entry, 'when', where)}",
            f".unless = {self.condition({'unless': 'false'} | entry, 'unless', where)}",
            ".ways = " + self.ways.range(ways),
        ]) + " }")

    def add_advice(self, entry, where):
        slug = need(entry, "cause", where)
        where = f"{where}: {slug}"
        self.advice.append("{ " + ", ".join([
            ".cause = " + self.cause(slug, where),
            ".arises = " + both(entry, "arises", where),
            ".apart = " + both(entry, "apart", where),
            ".avoid = " + both(entry, "avoid", where),
            f".warn = {str(entry.get('warn', False)).lower()}",
            ".source = " + view(need(entry, "source", where)),
        ]) + " }")

    def link_cases(self, cases, where):
        rows = []
        for case in cases:
            state = need(case, "state", where)
            if state not in LINK_STATES:
                raise Mistake(f"{where}: state {state}")
            rows.append(
                f"{{ {self.condition(case, 'when', where)}, "
                f"LINK_{state.upper().replace('-', '_')}, {both(case, 'text', where)} }}"
            )
        return self.cases.range(rows)

    def add_link(self, entry, where):
        layer = need(entry, "layer", where)
        self.layers.append(layer)
        self.links.append(
            "{ "
            + ", ".join([
                ".layer = " + view(layer),
                ".title = " + both(entry, "title", f"{where}: {layer}"),
                ".doors = " + self.strings(entry.get("doors", [])),
                ".after = " + self.strings(entry.get("after", [])),
                ".cases = " + self.link_cases(need(entry, "case", f"{where}: {layer}"),
                                              f"{where}: {layer}"),
            ])
            + " }"
        )

    def by_hand(self, entry, where):
        always = {"when": "true"}
        need(entry, "source", where)
        return (
            f"{{ {self.condition(always | entry, 'when', where)}, "
            f"{self.strings(need(entry, 'command', where))}, {both(entry, 'shows', where)} }}"
        )

    def add_step(self, entry, where):
        where = f"{where}: {entry.get('question', {}).get('en')}"
        for layer in entry.get("links", []):
            if layer not in self.layers:
                raise Mistake(f"{where}: {layer} is no link")
        hands = [self.by_hand(hand, where) for hand in need(entry, "by_hand", where)]
        self.steps.append(
            "{ "
            + ", ".join([
                ".question = " + both(entry, "question", where),
                ".links = " + self.strings(entry.get("links", [])),
                ".cases = " + self.link_cases(entry.get("case", []), where),
                ".read = " + self.strings(need(entry, "read", where)),
                ".hands = " + self.hands.range(hands),
            ])
            + " }"
        )

    def add_healthy(self, entry, where):
        certainty = need(entry, "certainty", where)
        if certainty not in CERTAINTIES:
            raise Mistake(f"{where}: certainty {certainty}")
        self.healthy.append(
            f"{{ {self.condition(entry, 'when', where)}, "
            f"{self.strings(entry.get('links', []))}, CERTAINTY_{certainty.upper()}, "
            f"{both(entry, 'headline', where)} }}"
        )

    def add_precedence(self, entry, where):
        slug = self.cause(need(entry, "cause", where), where)
        for other in need(entry, "explains", where):
            self.explains.append(f"{{ {slug}, {self.cause(other, where)} }}")

    def write(self, path):
        arrays = [
            ("struct expr", "rule_nodes", self.nodes),
            ("struct str", "rule_words", self.words.rows),
            ("struct range", "rule_commands", self.commands.rows),
            ("struct rule", "rule_rows", self.rules),
            ("struct remedy_way", "way_rows", self.ways.rows),
            ("struct remedy", "remedy_rows", self.remedies),
            ("struct advice", "advice_rows", self.advice),
            ("struct link_case", "link_case_rows", self.cases.rows),
            ("struct link", "link_rows", self.links),
            ("struct precedence", "precedence_rows", self.explains),
            ("struct healthy", "healthy_rows", self.healthy),
            ("struct by_hand", "hand_rows", self.hands.rows),
            ("struct step_row", "step_rows", self.steps),
            ("struct check", "check_rows", self.checks),
            ("struct lock_row", "lock_rows", self.locks),
            ("struct policy_look", "policy_look_rows", self.policy_looks.rows),
            ("struct policy_key", "policy_key_rows", self.policy_keys),
        ]
        with open(path, "w", encoding="utf-8") as out:
            out.write("/* Made by tools/gen_rules.py from knowledge/. */\n")
            for kind, name, rows in arrays:
                out.write(f"\nstatic const {kind} {name}[] = {{\n")
                out.writelines(f"    {row},\n" for row in rows)
                out.write("};\n")


def entries(path, key):
    return read_toml(path).get(key, [])


def write_rules(knowledge, output):
    causes = {entry["slug"] for entry in entries(knowledge / "causes.toml", "cause")}
    tables = Tables(causes)
    tables.places = read_toml(knowledge / "places.toml")
    for path in sorted((knowledge / "remedies").glob("*.toml")):
        for entry in entries(path, "remedy"):
            tables.add_remedy(entry, path.name)
    for entry in entries(knowledge / "advice.toml", "advice"):
        tables.add_advice(entry, "advice.toml")
    for entry in entries(knowledge / "precedence.toml", "outweighs"):
        tables.add_outweighs(entry, "precedence.toml")
    for path in sorted((knowledge / "rules").glob("*.toml")):
        unless = read_toml(path).get("unless")
        for entry in entries(path, "rule"):
            tables.add_rule(entry, path.name, unless)
    for entry in entries(knowledge / "chain.toml", "link"):
        tables.add_link(entry, "chain.toml")
    for entry in entries(knowledge / "steps.toml", "step"):
        tables.add_step(entry, "steps.toml")
    for entry in entries(knowledge / "precedence.toml", "precedence"):
        tables.add_precedence(entry, "precedence.toml")
    for entry in entries(knowledge / "healthy.toml", "healthy"):
        tables.add_healthy(entry, "healthy.toml")
    for entry in entries(knowledge / "imagefile.toml", "check"):
        tables.add_check(entry, "imagefile.toml")
    for entry in entries(knowledge / "lock.toml", "difference"):
        tables.add_lock_row(entry, "lock.toml")
    for entry in entries(knowledge / "policy.toml", "key"):
        tables.add_policy_key(entry, "policy.toml")
    tables.write(output / "rules_table.h")


def write_texts(texts, output):
    keys, rows = [], []
    for path in sorted(texts.glob("*.toml")):
        for key, entry in read_toml(path).items():
            keys.append(f"TEXT_{path.stem.upper()}_{key.upper()}")
            rows.append(both({"text": entry}, "text", f"{path.name}: {key}"))
    with open(output / "texts_table.h", "w", encoding="utf-8") as out:
        out.write("/* Made by tools/gen_rules.py from text/. */\n")
        out.write("#ifdef TEXT_ROWS\n")
        out.writelines(f"    [{key}] = {row},\n" for key, row in zip(keys, rows))
        out.write("#else\nenum text_id {\n")
        out.writelines(f"    {key},\n" for key in keys)
        out.write("    TEXT_COUNT\n};\n#endif\n")


def main():
    knowledge, texts, output = (pathlib.Path(argument) for argument in sys.argv[1:4])
    try:
        write_rules(knowledge, output)
        write_texts(texts, output)
    except Mistake as mistake:
        sys.exit(f"gen_rules.py: {mistake}")


if __name__ == "__main__":
    main()
