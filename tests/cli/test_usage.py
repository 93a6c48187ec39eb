#!/usr/bin/env python3
"""Wrong usage is one line that says what was wrong; exit codes; what is printed where."""

import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
import program  # noqa: E402

# What was typed, and words that the one line must have.
WRONG = (
    (["--jsno"], ["--jsno", "--json"]),
    (["--roots", "/"], ["--roots", "--root"]),
    (["--frobnicate"], ["--frobnicate"]),
    (["-x"], ["-x"]),
    (["--root"], ["--root", "value"]),
    (["--root="], ["--root", "value"]),
    (["--root", ""], ["--root", "value"]),
    (["--json=yes"], ["--json", "no value"]),
    (["--lang", "fr"], ["--lang", "en|zh", "fr"]),
    (["--color", "red"], ["--color", "always", "red"]),
    (["--pid", "zero"], ["--pid", "zero"]),
    (["--pid", "0"], ["--pid", "0"]),
    (["--pid", "-1"], ["--pid", "-1"]),
    (["--pid", "99999999999999999999"], ["--pid"]),
    (["--root", "/", "--facts", "x"], ["--root", "--facts"]),
    (["--root", "/", "--pid", "1"], ["--root", "--pid"]),
    (["--python", "x", "--env", "y"], ["--python", "--env"]),
    (["--facts", "x", "--env", "y"], ["--facts", "--env"]),
    (["check", "extra"], ["extra"]),
    (["chekc"], ["chekc", "check"]),
    (["frobnicate"], ["frobnicate"]),
    (["\x1b[2J"], ["\\x1b[2J"]),
    (["two\nlines"], ["two\\x0alines"]),
    ([b"\xff\xfe"], ["\\xff\\xfe"]),
)


def without_questions(report):
    """The report, with what would decide its open questions looked for and not found."""
    for question in report["undecided"]:
        for missing in question["missing"]:
            layer, *path = missing.split(".")
            place = report["facts"].setdefault(layer, {})
            for step in path[:-1]:
                place = place[int(step)] if step.isdigit() else place[step]
            place[path[-1]] = {"state": "absent"}
    return report


class Usage(unittest.TestCase):
    def one_line(self, done):
        self.assertEqual(done.stdout, b"")
        self.assertEqual(done.stderr.count(b"\n"), 1)
        self.assertTrue(done.stderr.endswith(b"\n"))
        return done.stderr.decode("utf-8")

    def test_wrong_usage_is_one_line_and_64(self):
        for words, wanted in WRONG:
            with self.subTest(words):
                done = program.start(*words)
                line = self.one_line(done)
                self.assertEqual(done.returncode, 64)
                for word in wanted:
                    self.assertIn(word, line)

    def test_wrong_usage_is_said_in_chinese_too(self):
        for words, wanted in WRONG:
            with self.subTest(words):
                line = self.one_line(program.start(*words, env={"LANG": "zh_CN.UTF-8"}))
                self.assertIn("请参阅", line)
                self.assertIn(wanted[0], line)

    def test_input_that_cannot_be_read_is_one_line_and_66(self):
        with program.folder() as here:
            (here / "text").write_text("no facts")
            (here / "list").write_text("[]")
            (here / "bytes").write_bytes(bytes(range(256)))
            (here / "deep").write_text("[" * 100000)
            (here / "half").write_bytes(program.start("--json").stdout[:2000])
            for words in (["--root", here / "missing"], ["--root", here / "text"],
                          ["--facts", here / "missing"], ["--facts", here],
                          ["--facts", here / "text"], ["--facts", here / "list"],
                          ["--facts", here / "bytes"], ["--facts", here / "deep"],
                          ["--facts", here / "half"], ["--facts", "/dev/null"],
                          ["--pid", "4194304"]):
                with self.subTest(words):
                    done = program.start(*words)
                    self.one_line(done)
                    self.assertEqual(done.returncode, 66)

    def test_exit_codes_tell_the_verdict(self):
        with program.folder() as here:
            for name, code, state in (("ubuntu-22.04-rtx3060", 2, "undecided"),
                                      ("ubuntu-version-mismatch", 1, "broken")):
                with self.subTest(name), program.machine(name) as (_, words):
                    self.ends(words, code, state)
                    (here / name).write_text(json.dumps(without_questions(program.report(*words))))
            self.ends(["--facts", here / "ubuntu-22.04-rtx3060"], 0, "healthy")

    def ends(self, words, code, state):
        done = program.start(*words, "--json")
        self.assertEqual(json.loads(done.stdout)["verdict"]["state"], state)
        self.assertEqual([done.returncode, program.start(*words).returncode,
                          program.start(*words, "-q").returncode], [code] * 3)

    def test_quiet_prints_nothing(self):
        for option in ("-q", "--quiet"):
            with program.machine("ubuntu-version-mismatch") as (_, words):
                done = program.start(*words, option)
                self.assertEqual((done.returncode, done.stdout, done.stderr), (1, b"", b""))

    def test_help_names_every_command_and_option(self):
        for lang in ("en", "zh"):
            text = program.start("--help", "--lang", lang).stdout.decode()
            for word in ("check", "--root", "--facts", "--json", "--lang", "-q", "-v", "73"):
                self.assertIn(word, text)

    def test_options_may_stand_on_either_side_of_the_command(self):
        with program.machine("ubuntu-version-mismatch") as (_, machine):
            answers = {program.start(*words).stdout for words in
                       ([*machine, "--json", "check"], ["check", *machine, "--json"],
                        ["--json", *machine], ["--json", *machine, "--", "check"])}
        self.assertEqual(len(answers), 1)


if __name__ == "__main__":
    program.main()
