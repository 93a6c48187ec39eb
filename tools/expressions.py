"""The language of rule conditions: text to a tree.

    driver.module_version != driver.library_version and not machine.wsl
    any(hardware.gpus: capability < '3.7' and holder != 'vfio-pci')
    absent(driver.library_path) or denied(kernel_log.events)

Inside any(…), all(…) and count(…), a bare name is a member of the list's item. A name of type
boolean is a condition by itself. seen('cuda-999 cuda-3') says that a text holds one of these messages. What each node means when a fact is unknown stands in
src/rules/rules.h.
"""

import re

TOKEN = re.compile(
    r"\s*(?:(?P<text>'[^']*')|(?P<number>\d+)|(?P<word>[a-z_][a-z0-9_]*(?:\.[a-z_][a-z0-9_]*)*)"
    r"|(?P<op>==|!=|<=|>=|<|>|[():]))"
)
COMPARISONS = {"==", "!=", "<", "<=", ">", ">=", "in", "has", "starts"}
STATES = {"present", "absent", "denied"}
QUANTIFIERS = {"any", "all", "count"}
SYMPTOMS = "symptom.items"
KEYWORDS = {"and", "or", "not", "true", "false", "in", "has", "starts", "seen"} | STATES | QUANTIFIERS


class ExpressionError(Exception):
    pass


def tokens(text):
    at = 0
    while text[at:].strip():
        match = TOKEN.match(text, at)
        if not match:
            raise ExpressionError(f"cannot read {text[at:]!r}")
        kind = match.lastgroup
        yield kind, match.group(kind)
        at = match.end()


class Parser:
    """Recursive descent; each method returns a node: (kind, …)."""

    def __init__(self, text):
        self.tokens = list(tokens(text))
        self.at = 0

    def peek(self):
        return self.tokens[self.at] if self.at < len(self.tokens) else (None, None)

    def take(self, *wanted):
        kind, value = self.peek()
        if wanted and value not in wanted:
            raise ExpressionError(f"{' or '.join(wanted)} expected, {value!r} found")
        self.at += 1
        return kind, value

    def whole(self):
        node = self.disjunction()
        if self.at != len(self.tokens):
            raise ExpressionError(f"nothing expected, {self.peek()[1]!r} found")
        return node

    def disjunction(self):
        node = self.conjunction()
        while self.peek()[1] == "or":
            self.take()
            node = ("or", node, self.conjunction())
        return node

    def conjunction(self):
        node = self.negation()
        while self.peek()[1] == "and":
            self.take()
            node = ("and", node, self.negation())
        return node

    def negation(self):
        if self.peek()[1] == "not":
            self.take()
            return ("not", self.negation())
        return self.comparison()

    def comparison(self):
        left = self.operand()
        if self.peek()[1] in COMPARISONS:
            _, operator = self.take()
            return ("compare", operator, left, self.operand())
        return left

    def operand(self):
        kind, value = self.take()
        if kind == "text":
            return ("text", value[1:-1])
        if kind == "number":
            return ("number", int(value))
        if value in ("true", "false"):
            return ("bool", value == "true")
        if value == "(":
            node = self.disjunction()
            self.take(")")
            return node
        if value in STATES:
            self.take("(")
            _, name = self.take()
            self.take(")")
            return ("state", value, name)
        if value in QUANTIFIERS:
            return self.quantifier(value)
        if value == "seen":
            return self.seen()
        if kind != "word" or value in KEYWORDS:
            raise ExpressionError(f"a fact or a value expected, {value!r} found")
        return ("fact", value)

    def seen(self):
        """seen('a b'): any(symptom.items: name in 'a b')."""
        self.take("(")
        _, names = self.take()
        self.take(")")
        return ("any", SYMPTOMS, ("compare", "in", ("fact", "name"), ("text", names[1:-1])))

    def quantifier(self, kind):
        self.take("(")
        _, name = self.take()
        self.take(":")
        node = self.disjunction()
        self.take(")")
        return (kind, name, node)


def parse(text):
    return Parser(text).whole()
