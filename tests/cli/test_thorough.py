#!/usr/bin/env python3
"""check --thorough: all of torch's GPU code is read and counted, and a stray entry is no support."""

import shutil
import struct
import subprocess
import unittest

import test_why
from test_why import CC, program, torch

SUFFIX_A = 0x100000


def fatbin():
    """40 containers with code for sm_80 and sm_90; the 20th, which a sample passes over, has sm_90a."""
    def entry(capability, flags=0):
        return struct.pack("<HHIQIIIIIIQQQ", 2, 0x101, 64, 8, 0, 0, 0, capability, 0, 0, flags, 0, 0) \
            + bytes(8)

    containers = b""
    for nth in range(1, 41):
        body = entry(80) + entry(90) + (entry(90, SUFFIX_A) if nth == 20 else b"")
        containers += struct.pack("<IHHQ", 0xba55ed50, 1, 16, len(body)) + body
    return containers


def add_code(fake, folder):
    code = folder / "code"
    code.write_bytes(fatbin())
    library = fake.library(fake.torch / "lib", "libtorch_cuda.so")
    subprocess.run(["objcopy", "--add-section", f".nv_fatbin={code}", library], check=True)


def facts(fake, *words):
    return program.report("check", "--no-driver", "--env", fake.env, *words,
                          env=test_why.SANITIZED)["facts"]["torch"]


@unittest.skipIf(CC is None or program.WRAPPER or not shutil.which("objcopy"),
                 "no compiler for this machine")
class Thorough(unittest.TestCase):
    def test_says_whether_the_code_was_read_whole(self):
        with torch() as (fake, here):
            add_code(fake, here)
            part, whole = facts(fake), facts(fake, "--thorough")
            for each, sampled in ((part, True), (whole, False)):
                self.assertEqual(each["architectures_sampled"]["value"], sampled)
                self.assertEqual(each["architectures"]["value"], "sm_80 sm_90")

    def test_counts_each_target_and_calls_one_entry_no_support(self):
        with torch() as (fake, here):
            add_code(fake, here)
            self.assertNotIsInstance(facts(fake).get("targets"), list)
            self.assertEqual(
                [(item["name"]["value"], item["entries"]["value"], item["counts"]["value"])
                 for item in facts(fake, "--thorough")["targets"]],
                [("sm_80", 40, True), ("sm_90", 40, True), ("sm_90a", 1, False)])


if __name__ == "__main__":
    program.main()
