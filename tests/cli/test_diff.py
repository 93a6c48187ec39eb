#!/usr/bin/env python3
"""diff: what changed, and what of it made the difference; whatever the two sides are."""

import json
import os
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
import program  # noqa: E402

MACHINE = "ubuntu-22.04-rtx3060"


class Sides(unittest.TestCase):
    def setUp(self):
        held = program.machine(MACHINE)
        root, self.words = held.__enter__()
        self.addCleanup(held.__exit__, None, None, None)
        held = program.folder()
        self.here = held.__enter__()
        self.addCleanup(held.__exit__, None, None, None)
        self.root = pathlib.Path(os.fsdecode(root))
        self.good = self.keep("good")

    def keep(self, name):
        self.assertEqual(program.start("snapshot", *self.words, "-q", "-o", self.here / name).returncode, 0)
        return self.here / name

    def break_it(self):
        """The driver was updated under its loaded module."""
        (self.root / "sys/module/nvidia/version").write_text("550.90.07\n")
        proc = self.root / "proc/driver/nvidia/version"
        proc.write_text(proc.read_text().replace("550.54.14", "550.90.07"))

    def test_two_snapshots_tell_the_change_that_broke_it(self):
        self.break_it()
        diff = program.report("diff", self.good, self.keep("bad"))["diff"]
        self.assertEqual([side["cause"] for side in diff["verdicts"]][1], "driver/version-mismatch")
        self.assertEqual(diff["explained_by"], ["driver.module_version"])
        self.assertIn({"layer": "driver", "fact": "driver.module_version", "from": "550.54.14", "to": "550.90.07"},
                      diff["changes"])

    def test_what_a_path_names_is_found_out(self):
        self.break_it()
        (self.here / "report").write_bytes(program.start(*self.words, "--json").stdout)
        (self.here / "text").write_bytes(program.start("snapshot", *self.words, "--text").stdout)
        env = self.words[2:]
        for bad in (self.here / "report", self.here / "text", self.root):
            diff = program.report("diff", *env, self.good, bad)["diff"]
            self.assertEqual(diff["explained_by"], ["driver.module_version"], bad)

    def test_the_same_state_has_no_changes_and_0(self):
        done = program.start("diff", self.good, self.keep("again"), "--json")
        self.assertEqual(done.returncode, 0)
        self.assertEqual(json.loads(done.stdout)["diff"]["changes"], [])

    def test_the_exit_code_is_that_of_what_it_became(self):
        self.break_it()
        bad = self.keep("bad")
        self.assertEqual(program.start("diff", self.good, bad).returncode, 1)
        self.assertEqual(program.start("diff", bad, bad).returncode, 0)

    def test_the_text_fits_and_names_the_change(self):
        self.break_it()
        bad = self.keep("bad")
        for words in ((), ("-v",), ("--lang", "zh")):
            text = program.start("diff", self.good, bad, *words).stdout.decode()
            self.assertIn("driver.module_version", text)
            for line in text.splitlines():
                self.assertFalse(program.excess(line, 80), line)

    def test_what_is_missing_is_said(self):
        self.assertEqual(program.start("diff", self.good).returncode, 64)
        self.assertEqual(program.start("diff", self.good, self.here / "none").returncode, 66)


if __name__ == "__main__":
    program.main()
