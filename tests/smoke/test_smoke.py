#!/usr/bin/env python3
"""The static file as it is handed to people: starts anywhere, loads nothing, writes nothing."""

import os
import pathlib
import re
import shutil
import struct
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
import program  # noqa: E402

ELF_SIZE_LIMIT = 4 << 20
PT_LOAD, PT_DYNAMIC, PT_INTERP, PT_GNU_STACK = 1, 2, 3, 0x6474E551
DT_NULL, DT_NEEDED, DT_FLAGS_1, DF_1_PIE = 0, 1, 0x6FFFFFFB, 0x08000000
# Calls that change something, by name; open is looked at by its flags.
WRITING = ("mkdir|rmdir|unlink|rename|link|symlink|truncate|chmod|chown|utime|mknod|setxattr|mount|"
           "creat|connect|bind")


class Elf:
    """The program headers and dynamic entries of an ELF64 file."""

    def __init__(self, path):
        self.bytes = pathlib.Path(path).read_bytes()
        self.kind, = struct.unpack_from("<H", self.bytes, 16)
        at, = struct.unpack_from("<Q", self.bytes, 32)
        size, count = struct.unpack_from("<HH", self.bytes, 54)
        names = ("type", "flags", "offset", "vaddr", "paddr", "filesz", "memsz", "align")
        self.headers = [dict(zip(names, struct.unpack_from("<IIQQQQQQ", self.bytes, at + i * size)))
                        for i in range(count)]

    def of_type(self, kind):
        return [head for head in self.headers if head["type"] == kind]

    def dynamic(self):
        for head in self.of_type(PT_DYNAMIC):
            table = self.bytes[head["offset"]:head["offset"] + head["filesz"]]
            for tag, value in struct.iter_unpack("<QQ", table):
                if tag == DT_NULL:
                    return
                yield tag, value


class File(unittest.TestCase):
    elf = Elf(program.GPUVET)

    def test_is_position_independent_and_needs_no_library(self):
        self.assertEqual(self.elf.kind, 3, "ET_DYN")
        self.assertEqual(self.elf.of_type(PT_INTERP), [])
        entries = list(self.elf.dynamic())
        self.assertEqual([value for tag, value in entries if tag == DT_NEEDED], [])
        self.assertTrue(any(tag == DT_FLAGS_1 and value & DF_1_PIE for tag, value in entries))

    def test_has_no_executable_stack_and_nothing_writable_that_runs(self):
        stack, = self.elf.of_type(PT_GNU_STACK)
        self.assertEqual(stack["flags"], 6)
        self.assertFalse([head for head in self.elf.of_type(PT_LOAD) if head["flags"] & 3 == 3])

    def test_is_under_four_megabytes_when_stripped(self):
        # What strip leaves is what is loaded, and a few section headers.
        loaded = max(head["offset"] + head["filesz"] for head in self.elf.of_type(PT_LOAD))
        self.assertLess(loaded + 4096, ELF_SIZE_LIMIT)


class Start(unittest.TestCase):
    def healthy_end(self, done):
        self.assertIn(done.returncode, (0, 1, 2), done)
        self.assertTrue(done.stdout.startswith(("✓", "✗", "?")) if isinstance(done.stdout, str)
                        else done.stdout[:1] in (b"\xe2", b"?"), done)
        self.assertEqual(done.stderr, b"")

    def test_in_an_empty_chroot(self):
        with program.folder() as empty:
            shutil.copy(program.GPUVET, empty / "gpuvet")
            words = ["/gpuvet"]
            if program.WRAPPER:
                shutil.copy(shutil.which(program.WRAPPER[0]), empty / "wrapper")
                words = ["/wrapper", *words]
            jail = ["chroot", empty]
            if os.geteuid():
                jail = ["unshare", "-Ur", *jail]
                if subprocess.run([*jail, *words, "--version"], capture_output=True,
                                  check=False).returncode:
                    self.skipTest("needs root or user namespaces")
            done = subprocess.run([*jail, *words], capture_output=True, env=program.QUIET,
                                  timeout=program.SECONDS, check=False)
            self.healthy_end(done)
            self.assertEqual([name for name in os.listdir(empty) if name not in
                              ("gpuvet", "wrapper")], [])

    def test_under_a_poisoned_environment(self):
        poison = os.environ["POISON"]
        with program.folder() as evil:
            shutil.copy(poison, evil / "libc.so.6")
            shutil.copy(poison, evil / "UTF-16.so")
            (evil / "gconv-modules").write_text("module UTF-16// INTERNAL UTF-16 1\n"
                                                "module INTERNAL UTF-16// UTF-16 1\n")
            (evil / "zh_CN.UTF-8" / "LC_CTYPE").parent.mkdir()
            (evil / "zh_CN.UTF-8" / "LC_CTYPE").write_bytes(b"\xff" * 4096)
            for env in ({"LD_PRELOAD": poison}, {"LD_AUDIT": poison}, {"LD_LIBRARY_PATH": str(evil)},
                        {"GCONV_PATH": str(evil)}, {"LOCPATH": str(evil), "LC_ALL": "zh_CN.UTF-8"},
                        {"LOCALDOMAIN": "x", "HOSTALIASES": str(evil), "NLSPATH": str(evil)},
                        {"GLIBC_TUNABLES": "glibc.malloc.check=3:glibc.malloc.tcache_count=99999"},
                        {"MALLOC_PERTURB_": "165", "MALLOC_CHECK_": "3"},
                        {"PATH": "", "HOME": "", "TERM": "", "LANG": ""}):
                with self.subTest(env):
                    self.healthy_end(program.start(env=env))

    def test_poison_is_poison(self):
        """The libraries of the test above do end a program that loads them."""
        if program.WRAPPER:
            self.skipTest("another architecture's")
        done = subprocess.run(["/bin/true"], env={"LD_PRELOAD": os.environ["POISON"]}, check=False)
        self.assertEqual(done.returncode, 99)

    def test_without_any_environment(self):
        done = subprocess.run([*program.WRAPPER, program.GPUVET], env={}, capture_output=True,
                              timeout=program.SECONDS, check=False)
        self.healthy_end(done)


class Streams(unittest.TestCase):
    """Shells close and redirect streams; an answer that nobody got is no success."""

    def shell(self, redirection, *words):
        command = program.WRAPPER + [program.GPUVET, *words]
        return subprocess.run(["sh", "-c", f'"$@" {redirection}', "sh", *command],
                              capture_output=True, env=program.QUIET, timeout=program.SECONDS,
                              stdin=subprocess.DEVNULL, check=False)

    def test_closed_or_full_output_is_73_and_said(self):
        for redirection in (">&-", ">/dev/full", "1<&- 1</dev/null"):
            for words in ((), ("--json",), ("--help",), ("--version",)):
                with self.subTest(redirection, words=words):
                    done = self.shell(redirection, *words)
                    self.assertEqual(done.returncode, 73)
                    self.assertEqual(done.stderr.count(b"\n"), 1)

    def test_other_closed_streams_change_nothing(self):
        plain = self.shell("")
        self.assertIn(plain.returncode, (0, 1, 2))
        for redirection in ("<&-", "2>&-", "<&- 2>&-", "2>/dev/full"):
            with self.subTest(redirection):
                done = self.shell(redirection)
                self.assertEqual((done.returncode, done.stdout), (plain.returncode, plain.stdout))
        self.assertEqual(self.shell("<&- >&- 2>&-").returncode, 73)
        self.assertEqual(self.shell("<&-", "--facts", "-").returncode, 66)

    def test_a_pipe_gets_the_same_answer_as_a_file(self):
        with program.folder() as here:
            with open(here / "answer", "wb") as answer:
                program.start(stdout=answer)
            self.assertEqual((here / "answer").read_bytes(), program.start().stdout)


class Calls(unittest.TestCase):
    """What the kernel is asked for, as strace tells."""

    @classmethod
    def setUpClass(cls):
        if program.WRAPPER or not shutil.which("strace"):
            raise unittest.SkipTest("needs strace, on this architecture")
        cls.traces = {}
        with program.folder() as home, program.machine("ubuntu-22.04-rtx3060") as (_, words):
            for name, more in (("machine", []), ("folder", words)):
                done = subprocess.run(["strace", "-f", "-o", home / "trace", program.GPUVET, *more],
                                      env=program.QUIET | {"HOME": str(home), "LC_ALL": "zh_CN.UTF-8"},
                                      capture_output=True, timeout=60, check=False)
                if done.returncode not in (0, 1, 2):
                    raise unittest.SkipTest(f"strace may not trace here: {done.stderr[-200:]}")
                cls.traces[name] = (home / "trace").read_text(errors="replace")
                (home / "trace").unlink()
            cls.left_at_home = os.listdir(home)

    def test_load_no_code_and_no_locale_data(self):
        opened = re.compile(r'open\w*\([^"\n]*"([^"]*(?:gconv|locale|nsswitch|'
                            r'charset|libnss_)[^"]*)"')
        for name, trace in self.traces.items():
            self.assertEqual(opened.findall(trace), [], name)

    def test_write_nothing(self):
        for name, trace in self.traces.items():
            calls = re.findall(rf"(?:^|\s)(?:(?:{WRITING})\w*\(.*)", trace)
            calls += re.findall(r".*open\w*\(.*O_(?:WRONLY|CREAT|TRUNC|APPEND).*", trace)
            calls += [call for call in re.findall(r".*open\w*\(.*O_RDWR.*", trace)
                      if not re.search(r'"(?:dev/nvidia|dev/dxg|/dev/null")', call)]
            self.assertEqual(calls, [], name)
        self.assertEqual(self.left_at_home, [])

    def test_stay_under_two_thousand(self):
        # Of a machine that is the same everywhere; what a real one costs, make bench tells.
        self.assertLess(self.traces["folder"].count("\n"), 2000)


if __name__ == "__main__":
    program.main()
