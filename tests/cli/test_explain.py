#!/usr/bin/env python3
"""explain: a text gets the verdict that a machine would, with its lines as evidence."""

import json
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
import program  # noqa: E402
from schema import Schema  # noqa: E402

SCHEMA = Schema(pathlib.Path(__file__).with_name("schema.json"))
RECORDS = program.HERE.parent / "cases" / "text"
NO_KERNEL = ("epoch 1\nRuntimeError: CUDA error: no kernel image is available for execution on the device\n"
             "NVIDIA GeForce RTX 5090 with CUDA capability sm_120 is not compatible with the current "
             "PyTorch installation.\n")
CODES = {"healthy": 0, "not-environment": 0, "broken": 1, "undecided": 2}


def explain(text, *words, **how):
    """Runs explain with the text, str or bytes, on standard input."""
    with tempfile.TemporaryFile() as pasted:
        pasted.write(text if isinstance(text, bytes) else text.encode())
        pasted.seek(0)
        return program.start("explain", *words, stdin=pasted, **how)


class Text(unittest.TestCase):
    def test_of_reported_cases_is_judged_as_the_check_judges(self):
        lines = (RECORDS / "kept_aside.jsonl").read_text(encoding="utf-8").splitlines()
        for record in map(json.loads, lines[::4]):
            with self.subTest(record["id"]):
                done = explain(record["input"], "-", "--json")
                answer = json.loads(done.stdout)
                self.assertEqual(list(SCHEMA.mistakes(answer)), [])
                self.assertEqual(answer["subject"], {"kind": "text", "name": "-"})
                self.assertEqual(done.returncode, CODES[answer["verdict"]["state"]])
                self.assertIn(answer["verdict"]["cause"] or answer["undecided"][0]["cause"],
                              [record["cause"], *record["also_acceptable"]])


if __name__ == "__main__":
    program.main()
