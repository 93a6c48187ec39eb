#!/usr/bin/env python3
"""gpuvet why: the loader's pick is the real loader's, with every path before it; JSON; widths."""

import contextlib
import os
import pathlib
import shutil
import subprocess
import sys
import sysconfig
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import program  # noqa: E402
from schema import Schema  # noqa: E402
from test_text import excess  # noqa: E402

SCHEMA = Schema(pathlib.Path(__file__).with_name("schema.json"))
CC = shutil.which("cc") or shutil.which("gcc")
NAME = "libcudnn.so.9"
ONLY = "libgpuvet-part.so.1"   # no system has another
# A sanitized program of ours wants its own library before all that is preloaded.
SANITIZED = {"ASAN_OPTIONS": "verify_asan_link_order=0"}
# Opens torch/_C as Python does, and tells the file that is mapped for each name.
REAL = """
import ctypes, sys
ctypes.CDLL(sys.argv[1])
for line in open("/proc/self/maps"):
    if line.rstrip().endswith(sys.argv[2]): print(line.split(None, 5)[5].strip()); break
"""


class Torch:
    """A virtual environment with a torch of a few empty libraries that need each other."""

    def __init__(self, folder, runpath):
        self.env = folder / "venv"
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", self.env], check=True)
        self.python = self.env / "bin/python"
        self.site = next(self.env.glob("lib/python3*/site-packages"))
        self.torch = self.site / "torch"
        self.tags = [f"-Wl,--{'enable' if runpath else 'disable'}-new-dtags", "-Wl,--no-as-needed"]
        self.own = self.library(self.site / "nvidia/cudnn/lib", NAME)
        self.part = self.library(self.site / "nvidia/cudnn/lib", ONLY)
        self.library(self.torch / "lib", "libtorch_global_deps.so")
        user = self.library(self.torch / "lib", "libtorch_python.so", self.own, self.part,
                            path="/nowhere:$ORIGIN/../../nvidia/cudnn/lib")
        suffix = sysconfig.get_config_var("EXT_SUFFIX")
        self.extension = self.library(self.torch, f"_C{suffix}", user, path="$ORIGIN/lib")
        (self.torch / "__init__.py").write_text("")
        (self.torch / "version.py").write_text("__version__ = '2.8.0+cu128'\ncuda = '12.8'\n")
        info = self.site / "torch-2.8.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: torch\nVersion: 2.8.0\n")

    def library(self, folder, name, *needed, path=""):
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run([CC, "-shared", "-nostdlib", "-x", "c", os.devnull, "-x", "none",
                        f"-Wl,-soname,{name}", f"-Wl,-rpath,{path}", *self.tags, *needed,
                        "-o", folder / name], check=True)
        return folder / name

    def real(self, **env):
        return subprocess.run([self.python, "-c", REAL, self.extension, NAME], check=True,
                              env=program.QUIET | env, stdout=subprocess.PIPE,
                              encoding="utf-8").stdout.strip()

    def why(self, word, *words, **env):
        return program.report("why", word, "--env", self.env, *words, env=SANITIZED | env)["why"]

    def start(self, word, *words, **env):
        done = program.start("why", word, "--env", self.env, *words, env=SANITIZED | env)
        return done.returncode, done.stdout.decode(), done.stderr.decode()


@contextlib.contextmanager
def torch(runpath=False):
    with program.folder() as here:
        yield Torch(here, runpath), here


@unittest.skipIf(CC is None or program.WRAPPER, "no compiler for this machine")
class Environment(unittest.TestCase):
    def test_is_what_the_real_loader_maps(self):
        for runpath, rule in ((False, "rpath"), (True, "LD_LIBRARY_PATH")):
            with self.subTest(runpath=runpath), torch(runpath) as (fake, here):
                other = fake.library(here / "other", NAME)
                poison = {"LD_LIBRARY_PATH": f"/absent:{here}/other"}
                why = fake.why(NAME, **poison)
                self.assertEqual(why["winner"], fake.real(**poison))
                self.assertEqual(why["winner"], str(other if runpath else fake.own))
                self.assertEqual(why["rule"], rule)
                self.assertEqual(why["asker"], str(fake.torch / "lib/libtorch_python.so"))
                preload = {"LD_PRELOAD": str(other)}
                why = fake.why(NAME, **preload)
                self.assertEqual((why["winner"], why["rule"]), (fake.real(**preload), "LD_PRELOAD"))

    def test_shows_each_path_in_the_order_tried(self):
        with torch(True) as (fake, here):
            tried = fake.why(NAME, LD_LIBRARY_PATH=str(here / "empty"))["tried"]
            self.assertEqual([(each["path"], each["rule"], each["result"]) for each in tried], [
                (f"{here}/empty/{NAME}", "LD_LIBRARY_PATH", "not there"),
                (f"/nowhere/{NAME}", "runpath", "not there"),
                (f"{fake.torch}/lib/../../nvidia/cudnn/lib/{NAME}", "runpath", "found")])

    def test_names_the_copy_that_was_meant(self):
        with torch(True) as (fake, here):
            other = fake.library(here / "other", NAME)
            for lang, words in (("en", "not from the copy that came with torch"),
                                ("zh", "而不是 torch 自带的副本")):
                code, text, _ = fake.start(NAME, "--lang", lang, LD_LIBRARY_PATH=str(here / "other"))
                flat = " ".join(text.split()).replace("而不 是", "而不是")
                self.assertEqual(code, 0)
                self.assertIn(words.replace(" ", ""), flat.replace(" ", ""))
                self.assertIn(str(other), text)
                self.assertIn(str(fake.own), text)
            self.assertNotIn("came with torch", fake.start(NAME)[1])

    def test_takes_a_part_of_the_name_and_offers_the_near_one(self):
        with torch() as (fake, _):
            for word in ("cudnn", "libcudnn", "libcudnn.so"):
                self.assertEqual(fake.why(word)["name"], NAME)
            for word in ("cudn", "libcudn", "libcudnn.so.99"):
                code, text, _ = fake.start(word)
                self.assertEqual(code, 1, word)
                self.assertIn(NAME, text)
                self.assertIn("probably meant", text)

    def test_asks_back_where_several_may_be_meant(self):
        with torch() as (fake, here):
            preload = f"{fake.library(here, 'libone.so.1')} {fake.library(here, 'libone.so.2')}"
            code, text, complaint = fake.start("one", LD_PRELOAD=preload)
            self.assertEqual((code, text, complaint.count("\n")), (64, "", 1))
            self.assertIn("libone.so.1, libone.so.2", complaint)
            self.assertEqual(fake.start("libone.so.2", LD_PRELOAD=preload)[0], 0)

    def test_takes_the_first_of_two_copies_of_one_name(self):
        with torch() as (fake, here):
            one, two = (fake.library(here / part, "libone.so.1") for part in ("a", "b"))
            preload = {"LD_PRELOAD": f"{one} {two}"}
            self.assertEqual(fake.why("one", **preload)["winner"], str(one))

    def test_exit_codes_tell_found_missing_and_unusable(self):
        with torch() as (fake, _):
            self.assertEqual(fake.start(ONLY)[0], 0)
            fake.part.write_bytes(b"no library\n" * 99)
            code, text, _ = fake.start(ONLY)
            self.assertEqual(code, 1)
            self.assertIn("cannot be loaded", text)
            self.assertEqual(fake.why(ONLY)["tried"][-1]["result"], "not a shared library")
            fake.part.unlink()
            code, text, _ = fake.start(ONLY, "-q")
            self.assertEqual((code, text), (1, ""))
            why = fake.why(ONLY)
            self.assertEqual((why["winner"], why["rule"], why["by_torch"]), (None, None, True))
            self.assertIn(f"gpuvet why {ONLY}", " ".join(fake.start("libother.so.1")[1].split()))

    def test_is_undecided_where_a_look_failed(self):
        with torch(True) as (fake, here):
            (here / NAME).symlink_to(here / NAME)
            code, text, _ = fake.start(NAME, LD_LIBRARY_PATH=str(here))
            self.assertEqual(code, 2)
            self.assertTrue(text.startswith("? "))
            self.assertIn(f"{here}/{NAME}", text)

    def test_of_a_file_tells_what_it_needs(self):
        with torch() as (fake, here):
            user = fake.torch / "lib/libtorch_python.so"
            needed = fake.why(user)["needed"]
            self.assertEqual([(each["name"], each["winner"]) for each in needed],
                             [(NAME, str(fake.own)), (ONLY, str(fake.part))])
            self.assertEqual(fake.start(user)[0], 0)
            gone = fake.library(here, "libgone.so")
            extension = fake.library(here, "extension.so", fake.own, gone)
            gone.unlink()
            self.assertEqual([(each["name"], each["winner"], each["rule"])
                              for each in fake.why(extension)["needed"]],
                             [(NAME, str(fake.own), "loaded"), ("libgone.so", None, None)])
            self.assertEqual(fake.start(extension)[0], 1)

    def test_fits_eighty_columns_in_both_languages(self):
        with torch(True) as (fake, here):
            (here / NAME).symlink_to(here / NAME)
            for word in (NAME, "libcudnn.so.99", "cudn", fake.extension):
                for lang in ("en", "zh"):
                    _, text, _ = fake.start(word, "--lang", lang, LD_LIBRARY_PATH=str(here))
                    with self.subTest(word, lang=lang):
                        self.assertEqual([line for line in text.splitlines() if excess(line, 80)], [])


class Machine(unittest.TestCase):
    def test_prints_the_promised_object_on_every_machine(self):
        for name in program.machines():
            with self.subTest(name), program.machine(name) as (_, words):
                answer = program.report("why", "libcuda.so.1", *words)
                self.assertEqual(list(answer), ["schema", "program", "subject", "why"])
                self.assertEqual(list(SCHEMA.mistakes(answer["why"], SCHEMA.top["$defs"]["why"])), [])
                self.assertIn(program.start("why", "libcuda.so.1", *words).returncode, (0, 1, 2))

    def test_names_a_file_that_is_no_library(self):
        with program.machine("ubuntu-22.04-rtx3060") as (root, words):
            (root / "opt").mkdir(exist_ok=True)
            for content, result in ((b"\x7fELF", b"cut short"), (b"#!/bin/sh\n" * 9, b"not a shared")):
                (root / "opt/file").write_bytes(content)
                done = program.start("why", "/opt/file", *words)
                self.assertEqual((done.returncode, done.stderr.count(b"\n")), (66, 1))
                self.assertIn(result, done.stderr)

    def test_finds_what_the_system_has_where_there_is_no_torch(self):
        with program.machine("debian-12-no-gpu") as (root, words):
            (root / "usr/lib").mkdir(parents=True, exist_ok=True)
            shutil.copy(os.path.realpath(program.GPUVET), root / "usr/lib/libhere.so.1")
            done = program.start("why", "libhere.so.1", *words)
            self.assertIn("/usr/lib/libhere.so.1", done.stdout.decode())


class Usage(unittest.TestCase):
    def test_needs_one_library(self):
        for words, part in (([], "LIBRARY"), (["a", "b"], "b"),
                            (["cudnn", "--facts", "x"], "--facts"), (["cudnn", "--quick"], "--quick"),
                            (["cudnn", "--root", "/missing"], "/missing"), (["/missing"], "/missing")):
            with self.subTest(words):
                done = program.start("why", *words)
                self.assertEqual((done.stdout, done.stderr.count(b"\n")), (b"", 1))
                self.assertEqual(done.returncode, 66 if part == "/missing" else 64)
                self.assertIn(part, done.stderr.decode())

    def test_help_lists_it(self):
        for lang in ("en", "zh"):
            text = program.start("why", "--help", "--lang", lang).stdout.decode()
            self.assertIn("why LIBRARY", text)
            self.assertIn("gpuvet why cudnn", text)


if __name__ == "__main__":
    program.main()
