#!/usr/bin/env python3
"""The text for people: fits the terminal, in both languages; colour and language as asked."""

import fcntl
import os
import pathlib
import pty
import re
import struct
import subprocess
import sys
import termios
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
import program  # noqa: E402
from program import excess  # noqa: E402

MACHINE = "ubuntu-22.04-rtx3060-470"
COLOUR = re.compile(r"\x1b\[[0-9]*m")


def on_terminal(columns, *words, env=None):
    """What the program writes to a terminal that is so wide."""
    master, slave = pty.openpty()
    try:
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
        # A reader must be there while it writes: a terminal holds only 4 KiB.
        with subprocess.Popen([*program.WRAPPER, program.GPUVET, *words], stdin=subprocess.DEVNULL,
                              stdout=slave, env=program.QUIET | {"TERM": "xterm"} | (env or {})):
            os.close(slave)
            slave = -1
            pieces = []
            while piece := read(master):
                pieces.append(piece)
    finally:
        os.close(master)
        if slave >= 0:
            os.close(slave)
    return b"".join(pieces).decode("utf-8", errors="strict").replace("\r\n", "\n")


def read(master):
    try:
        return os.read(master, 65536)
    except OSError:   # Linux says EIO where the other side has closed
        return b""


class Layout(unittest.TestCase):
    def test_fits_the_terminal_in_both_languages(self):
        for name in program.machines():
            with program.machine(name) as (_, words):
                for columns in (40, 60, 80, 100):
                    for lang in ("en", "zh"):
                        text = COLOUR.sub("", on_terminal(columns, *words, "--lang", lang))
                        wide = [line for line in text.splitlines() if excess(line, columns)]
                        with self.subTest(name, columns=columns, lang=lang):
                            self.assertEqual(wide, [])

    def test_help_fits_the_terminal(self):
        for columns in (40, 60, 80):
            for lang in ("en", "zh"):
                text = on_terminal(columns, "--help", "--lang", lang)
                self.assertEqual([line for line in text.splitlines() if excess(line, columns)], [])

    def test_is_eighty_columns_where_there_is_no_terminal(self):
        with program.machine(MACHINE) as (_, words):
            piped = program.start(*words).stdout.decode()
            self.assertEqual(piped, COLOUR.sub("", on_terminal(80, *words)))
            self.assertNotEqual(piped, COLOUR.sub("", on_terminal(40, *words)))

    def test_begins_with_the_answer(self):
        with program.machine("ubuntu-version-mismatch") as (_, words):
            answer = program.report(*words)
            first = re.sub(r"\s+", " ", program.start(*words).stdout.decode())
            self.assertTrue(first.startswith(f"✗ {answer['verdict']['headline']}"), first)


class Colour(unittest.TestCase):
    def coloured(self, *words, env=None):
        with program.machine(MACHINE) as (_, machine):
            return "\x1b" in on_terminal(80, *machine, *words, env=env)

    def test_is_for_terminals_that_want_it(self):
        for wanted, words, env in (
                (True, [], {}),
                (False, [], {"NO_COLOR": "1"}),
                (True, [], {"NO_COLOR": ""}),
                (False, [], {"TERM": "dumb"}),
                (True, ["--color", "always"], {"NO_COLOR": "1"}),
                (True, ["--color", "always"], {"TERM": "dumb"}),
                (False, ["--color", "never"], {}),
                (False, ["--json"], {})):
            with self.subTest(words=words, env=env):
                self.assertEqual(self.coloured(*words, env=env), wanted)

    def test_is_not_for_pipes_unless_asked_for(self):
        with program.machine(MACHINE) as (_, words):
            self.assertNotIn(b"\x1b", program.start(*words, env={"TERM": "xterm"}).stdout)
            self.assertIn(b"\x1b", program.start(*words, "--color=always").stdout)


class Language(unittest.TestCase):
    def test_is_what_the_first_set_variable_says_unless_asked_for(self):
        for chinese, words, env in (
                (False, [], {}),
                (True, [], {"LANG": "zh_CN.UTF-8"}),
                (True, [], {"LC_MESSAGES": "zh_TW.UTF-8", "LANG": "en_US.UTF-8"}),
                (True, [], {"LC_ALL": "zh_CN", "LC_MESSAGES": "en_US", "LANG": "en_US"}),
                (False, [], {"LC_ALL": "C", "LC_MESSAGES": "zh_CN", "LANG": "zh_CN"}),
                (False, [], {"LC_MESSAGES": "de_DE.UTF-8", "LANG": "zh_CN.UTF-8"}),
                (True, [], {"LC_ALL": "", "LANG": "zh_CN.UTF-8"}),
                (False, [], {"LC_CTYPE": "zh_CN.UTF-8"}),
                (False, ["--lang", "en"], {"LC_ALL": "zh_CN.UTF-8"}),
                (True, ["--lang=zh"], {"LC_ALL": "en_US.UTF-8"})):
            with self.subTest(words=words, env=env):
                text = program.start("--help", *words, env=env).stdout.decode()
                self.assertEqual("用法" in text, chinese)
                self.assertEqual("Usage" in text, not chinese)


if __name__ == "__main__":
    program.main()
