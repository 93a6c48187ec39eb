"""Do a pattern's words and its regular expression speak of the same text?

The prefilter looks for words, the expression reads what is there: where the two drift apart, a
message is missed in silence. The expression (Perl's syntax) is turned into an automaton, in which
look-arounds are left out and long repetitions may go on for ever: it accepts a little more than the
expression does.
"""

import re

try:
    from re import _constants as const, _parser as parser
except ImportError:  # before Python 3.11
    import sre_constants as const
    import sre_parse as parser

UNROLLED = 3
BLANKS = " \t\n"


def python_syntax(regex):
    regex = re.sub(r"\(\?<([a-z_0-9]+)>", r"(?P<\1>", regex)
    return re.sub(r"\\g\{(\w+)\}", r"(?P=\1)", regex)


def compiled(regex):
    return re.compile(python_syntax(regex), re.IGNORECASE | re.MULTILINE | re.ASCII)


def parsed(regex):
    return parser.parse(python_syntax(regex), re.IGNORECASE | re.MULTILINE | re.ASCII)


def in_category(category, char):
    name = str(category)
    kind = next(test for word, test in (
        ("DIGIT", str.isdigit), ("SPACE", str.isspace),
        ("WORD", lambda c: c == "_" or (c.isascii() and c.isalnum()))) if word in name)
    return kind(char) != ("NOT" in name)


def in_set(items, char):
    negated = items and items[0][0] is const.NEGATE
    for op, value in items[1:] if negated else items:
        if (op is const.LITERAL and chr(value).lower() == char
                or op is const.RANGE and any(value[0] <= ord(c) <= value[1]
                                             for c in (char, char.upper()))
                or op is const.CATEGORY and in_category(value, char)):
            return not negated
    return negated


def accepts(node, char):
    op, value = node
    if op is const.LITERAL:
        return chr(value).lower() == char
    if op is const.NOT_LITERAL:
        return chr(value).lower() != char
    if op is const.ANY:
        return char != "\n"
    return in_set(value, char)


class Automaton:
    """States are numbers; `free` moves take nothing, `steps` take what a node accepts."""

    def __init__(self, nodes):
        self.free, self.steps = [], []
        self.add(nodes, self.state())

    def state(self):
        self.free.append([])
        self.steps.append([])
        return len(self.free) - 1

    def add(self, nodes, at):
        for node in nodes:
            at = self.add_node(node, at)
        return at

    def add_node(self, node, at):
        op, value = node
        if op in (const.AT, const.ASSERT, const.ASSERT_NOT):
            return at
        if op is const.SUBPATTERN:
            return self.add(value[3], at)
        if op is const.BRANCH:
            end = self.state()
            for nodes in value[1]:
                self.free[self.add(nodes, at)].append(end)
            return end
        if op in (const.MAX_REPEAT, const.MIN_REPEAT):
            return self.add_repeat(*value, at)
        end = self.state()
        if op is const.GROUPREF:
            self.free[at].append(end)
            node = (const.NOT_LITERAL, 0)
            self.steps[end].append((node, end))
        self.steps[at].append((node, end))
        return end

    def add_repeat(self, least, most, nodes, at):
        for _ in range(min(least, UNROLLED)):
            at = self.add(nodes, at)
        if most == 1 and least == 0:
            end = self.add(nodes, at)
            self.free[at].append(end)
            return end
        if most > least:
            loop = self.state()
            self.free[at].append(loop)
            self.free[self.add(nodes, loop)].append(loop)
            return loop
        return at

    def closed(self, states):
        waiting, seen = list(states), set(states)
        while waiting:
            for state in self.free[waiting.pop()]:
                if state not in seen:
                    seen.add(state)
                    waiting.append(state)
        return seen

    def after(self, states, char):
        return self.closed({end for state in states for node, end in self.steps[state]
                            if accepts(node, char)})

    def holds(self, word):
        """Whether something that is accepted has the word in it; a blank is any white space."""
        states = set(range(len(self.free)))
        for char in word.lower():
            if char == " ":
                begun = set().union(*(self.after(states, blank) for blank in BLANKS))
                states = begun | set().union(*(self.after(begun, blank) for blank in BLANKS))
            else:
                states = self.after(states, char)
        return bool(states)


def branches(nodes):
    """The alternatives of an expression, where it is one choice, in groups or not."""
    nodes = list(nodes)
    whole = [node for node in nodes if node[0] not in (const.AT, const.ASSERT, const.ASSERT_NOT)]
    if len(whole) == 1 and whole[0][0] is const.SUBPATTERN:
        return branches(whole[0][1][3])
    if len(whole) == 1 and whole[0][0] is const.BRANCH:
        return [branch for choice in whole[0][1][1] for branch in branches(choice)]
    return [nodes]


def mistakes(regex, words, example):
    """Sentences: what does not fit together."""
    tree = parsed(regex)
    whole = Automaton(tree)
    found = [f"the word {word!r} is in nothing that the expression matches"
             for word in words if not whole.holds(word)]
    if not compiled(regex).search(example):
        found.append("the example does not match")
    plain = " ".join(example.lower().split())
    if not any(word.lower() in plain for word in words):
        found.append("no word is in the example")
    for number, branch in enumerate(branches(tree), 1):
        automaton = Automaton(branch)
        if not any(automaton.holds(word) for word in words):
            found.append(f"no word finds alternative {number}")
    return found
