#!/usr/bin/env python3
"""What a program reads: the promised names, on many machines, always the same, and given back."""

import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
import program  # noqa: E402
from schema import Schema  # noqa: E402

SCHEMA = Schema(pathlib.Path(__file__).with_name("schema.json"))
CODES = {"healthy": 0, "not-environment": 0, "broken": 1, "undecided": 2}


def questions(answer):
    return [(each["cause"], each["missing"]) for each in answer["undecided"]]


class Json(unittest.TestCase):
    def fits(self, answer):
        self.assertEqual(list(SCHEMA.mistakes(answer)), [])
        verdict, findings = answer["verdict"], answer["findings"]
        roots = [finding for finding in findings if finding["role"] == "root"]
        self.assertEqual(verdict["cause"] is None, verdict["state"] == "undecided")
        self.assertEqual(verdict["cause"] == "none/healthy", verdict["state"] == "healthy")
        if verdict["state"] == "broken":
            self.assertEqual([finding["cause"] for finding in roots], [verdict["cause"]])
            self.assertTrue(roots[0]["evidence"], "a cause without evidence")
        for finding in findings:
            self.assertLessEqual(set(finding["explains"]), {each["cause"] for each in findings})
        for layer in answer["facts"].values():
            for value in layer.values():
                if isinstance(value, dict) and "state" in value:
                    self.assertEqual(value["state"] == "known", "value" in value)

    def given_back(self, answer, bytes_):
        """What the same facts say when they come back."""
        with program.folder() as here:
            (here / "report").write_bytes(bytes_)
            (here / "facts").write_text(json.dumps(answer["facts"]))
            with open(here / "report", "rb") as pipe:
                return [program.report("--facts", here / "report"),
                        program.report("--facts", here / "facts"),
                        program.report("--facts", "-", stdin=pipe)]

    def test_of_every_machine_fits_the_schema_and_survives_the_round_trip(self):
        for name in program.machines():
            with self.subTest(name), program.machine(name) as (_, words):
                done = program.start(*words, "--json")
                answer = json.loads(done.stdout.decode("utf-8", errors="strict"))
                self.assertEqual(done.stderr, b"")
                self.fits(answer)
                self.assertEqual(done.returncode, CODES[answer["verdict"]["state"]])
                self.assertEqual(program.start(*words, "--json").stdout, done.stdout, "not stable")
                for back in self.given_back(answer, done.stdout):
                    self.fits(back)
                    for part in ("verdict", "findings", "chain"):
                        self.assertEqual(back[part], answer[part], part)
                    self.assertEqual(questions(back), questions(answer))

    def test_of_this_machine_fits_the_schema(self):
        self.fits(program.report())

    def test_says_the_same_in_both_languages(self):
        with program.machine("ubuntu-version-mismatch") as (_, words):
            english = program.report(*words)
            chinese = program.report(*words, "--lang", "zh")
            self.fits(chinese)
            self.assertNotEqual(chinese["verdict"].pop("headline"), english["verdict"].pop("headline"))
            self.assertEqual(chinese["verdict"], english["verdict"])
            self.assertEqual(chinese["facts"], english["facts"])

    def test_facts_of_wrong_types_prove_nothing(self):
        with program.folder() as here:
            for facts in ({"driver": {"version": 3}}, {"hardware": {"gpus": "many"}},
                          {"driver": {"version": {"state": "known", "value": 5}}},
                          {"driver": {"version": {"state": "known"}}}, {"hardware": {"gpus": [1, []]}},
                          {"hardware": {"gpu_count": {"state": "known", "value": "1"}}},
                          {"hardware": {"gpu_count": {"state": 7, "value": 1}}},
                          {"facts": {"torch": None}, "driver": {}}):
                with self.subTest(facts):
                    (here / "facts").write_text(json.dumps(facts))
                    answer = program.report("--facts", here / "facts")
                    self.fits(answer)
                    self.assertEqual(answer["verdict"]["state"], "undecided")


if __name__ == "__main__":
    program.main()
