"""What the tests of the whole program share. They are plain unittest; each test's name is a promise.

tests/meson.build tells in the environment which program is meant: GPUVET, UNPACK (lib/unpack.c), and
MESON_EXE_WRAPPER where the program is another architecture's, SHORTER for a slow build. By hand:

    GPUVET=build/src/cli/gpuvet UNPACK=build/tests/unpack tests/cli/test_usage.py [-v] [Usage.test_…]
"""

import contextlib
import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import tempfile
import traceback
import unicodedata
import unittest

WRAPPER = shlex.split(os.environ.get("MESON_EXE_WRAPPER", ""))
GPUVET = os.path.abspath(os.environ.get("GPUVET", "build/src/cli/gpuvet"))
UNPACK = os.environ.get("UNPACK", "build/tests/unpack")
HERE = pathlib.Path(__file__).resolve().parent
ROOTS = HERE.parent / "roots"

# Nothing of the tester's shell reaches the program. The time is for a sanitized build under load.
QUIET = {"PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "HOME": "/nonexistent"}
SECONDS = 20
# A sanitized build is about ten times slower: what is long by intent is as much shorter for it.
SHORTER = int(os.environ.get("SHORTER", "1"))


def start(*words, env=None, **how):
    """Runs the program in the quiet environment with `env` above it. Output comes as bytes."""
    if "input" not in how:
        how.setdefault("stdin", subprocess.DEVNULL)
    how.setdefault("stdout", subprocess.PIPE)
    how.setdefault("stderr", subprocess.PIPE)
    how.setdefault("timeout", SECONDS)
    return subprocess.run([*WRAPPER, GPUVET, *words], env=QUIET | (env or {}), check=False, **how)


def report(*words, **how):
    """The object that --json prints. Fails where it is no JSON in valid UTF-8."""
    done = start(*words, "--json", **how)
    return json.loads(done.stdout.decode("utf-8", errors="strict"))


@contextlib.contextmanager
def folder(above=None):
    path = tempfile.mkdtemp(prefix="gpuvet-", dir=above)
    try:
        yield pathlib.Path(path)
    finally:
        shutil.rmtree(path, ignore_errors=True)


@contextlib.contextmanager
def machine(name):
    """The fake machine in a new folder, and the words that examine it as its user would see it."""
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None   # many small files
    with folder(memory) as above:
        root = above / "root"
        done = subprocess.run([*WRAPPER, UNPACK, name, root], stdout=subprocess.PIPE, check=True)
        variables = dict(line.split(b"=", 1) for line in done.stdout.splitlines() if b"=" in line)
        words = ["--root", os.fsencode(root)]
        if b"VIRTUAL_ENV" in variables:
            words += ["--env", variables[b"VIRTUAL_ENV"]]
        yield root, words


def machines():
    """Names of all descriptions that are a whole machine."""
    return sorted(path.stem for path in ROOTS.glob("*.root"))


HANGING = 18   # the widest indent of a further line


def width(text):
    return sum(0 if unicodedata.combining(glyph) else
               2 if unicodedata.east_asian_width(glyph) in "WF" else 1 for glyph in text)


def excess(line, columns):
    """True for a line that is too wide, unless it ends in one word that no line could hold."""
    if width(line) <= columns:
        return False
    *_, last = re.findall(r"'[^']*'|[!-~]+[、。，；：）]*|\S", line.removesuffix(" \\"))
    before = line.removesuffix(" \\").removesuffix(last).rstrip()
    return width(last) + HANGING <= columns or width(before) > columns


def name_of(test):
    return test.id().removeprefix("__main__.")


class Result(unittest.TestResult):
    """Says each test as cmocka does, which tools/run_tests.py counts."""

    def __init__(self):
        super().__init__()
        self.wrong = set()

    def stopTest(self, test):
        super().stopTest(test)
        if (test.id(), "skipped") not in self.wrong:
            verdict = "  FAILED" if test.id() in self.wrong else "      OK"
            print(f"[{verdict} ] {name_of(test)}", flush=True)

    def _say(self, test, err):
        self.wrong.add(getattr(test, "test_case", test).id())
        print(test, "".join(traceback.format_exception(*err)), flush=True)

    def addError(self, test, err):
        super().addError(test, err)
        self._say(test, err)

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self._say(test, err)

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err:
            self._say(subtest, err)

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self.wrong.add((test.id(), "skipped"))
        print(f"[ SKIPPED ] {name_of(test)}: {reason}", flush=True)


class Runner:
    def run(self, suite):
        result = Result()
        suite(result)
        return result


def main():
    unittest.main(testRunner=Runner())
