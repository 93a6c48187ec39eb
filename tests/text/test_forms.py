#!/usr/bin/env python3
"""A text says the same however it was pasted: test_forms.py VERDICTS_PROGRAM RECORDS…

Some records are written in other forms, as terminals, mail, chats and web pages do; the verdict must
stay what it is. No record's right answer is asked for here: tools/accuracy.py counts those.
"""

import html
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import textwrap
import unittest

PROGRAM, RECORDS = sys.argv[1], sys.argv[2:]
EVERY = 12  # all of them would take minutes
TABLES = re.compile(r"^\s*[|+]")


def by_line(change):
    return lambda text: "\n".join(change(line) for line in text.split("\n"))


def curly(text):
    text = re.sub(r"(?<!\w)'([^'\n]*)'", "\u2018\\1\u2019", text.replace("'t ", "\u2019t "))
    return re.sub(r'"([^"\n]*)"', "\u201c\\1\u201d", text)


def wrapped(line):
    """Prose that a window wrapped; tables and indented code stay."""
    if len(line) < 90 or TABLES.match(line) or line.startswith(" "):
        return line
    return "\n".join(textwrap.wrap(line, 88, break_long_words=False, break_on_hyphens=False,
                                   drop_whitespace=True))


FORMS = {
    "CRLF": lambda text: text.replace("\n", "\r\n"),
    "quoted": by_line(lambda line: "> " + line),
    "quoted twice": by_line(lambda line: "> > " + line),
    "indented": by_line(lambda line: "    " + line),
    "coloured": by_line(lambda line: "\x1b[31m" + line + "\x1b[0m"),
    "coloured words": lambda text: re.sub(r"\b(Error|RuntimeError|WARNING|NVIDIA)\b",
                                          "\x1b[1;33m\\1\x1b[0m", text),
    "timestamped": by_line(lambda line: "2024-05-01T12:00:00.123456789Z " + line),
    "from the journal": by_line(lambda line: "May 01 12:00:00 host trainer[4711]: " + line),
    "from compose": by_line(lambda line: "trainer-1  | " + line),
    "HTML-escaped": lambda text: html.escape(text),
    "curly quotes": curly,
    "no-break blanks": lambda text: text.replace(" is ", "\u00a0is\u00a0"),
    "Chinese around it": lambda text: "请问这是什么问题？\n" + text + "\n谢谢大家！",
    "wrapped": by_line(wrapped),
}
# What a form may hide: an expression that must begin a line, a message of several lines in which each
# has its stamp. So many of a hundred may change.
ALLOWED = {"timestamped": 6, "from the journal": 8, "from compose": 8, "wrapped": 2}


def verdicts(texts):
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for number, text in enumerate(texts):
            paths.append(pathlib.Path(folder, f"{number:05}"))
            paths[-1].write_bytes(text.encode("utf-8", "surrogateescape"))
        run = subprocess.run([PROGRAM, *paths], check=True, capture_output=True, text=True,
                             errors="replace")
    return [tuple(line.split("\t")[:2]) for line in run.stdout.splitlines()]


class Forms(unittest.TestCase):
    def test_change_no_verdict(self):
        records = [json.loads(line) for path in RECORDS
                   for line in pathlib.Path(path).read_text(encoding="utf-8").splitlines()[::EVERY]]
        plain = verdicts(record["input"] for record in records)
        for name, form in FORMS.items():
            with self.subTest(name):
                changed = [f"{record['id']}: {was} -> {now}" for record, was, now
                           in zip(records, plain, verdicts(form(r["input"]) for r in records))
                           if was != now]
                limit = ALLOWED.get(name, 0) * len(records) / 100
                self.assertLessEqual(len(changed), limit, "\n".join(changed[:20]))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
