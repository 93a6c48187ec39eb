#!/usr/bin/env python3
"""--steps: the same verdict, as questions with answers, and what to type to see each."""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
import program  # noqa: E402
from program import excess  # noqa: E402
from schema import Schema  # noqa: E402

SCHEMA = Schema(pathlib.Path(__file__).with_name("schema.json"))
WEIGHTS = ("absent", "ok", "not-reached", "unknown", "broken")


class Steps(unittest.TestCase):
    def test_change_no_verdict_and_answer_as_the_chain_does(self):
        for name in program.machines():
            with self.subTest(name), program.machine(name) as (_, words):
                plain, walked = program.report(*words), program.report(*words, "--steps")
                chain = {link["layer"]: link["state"] for link in walked["chain"]}
                self.assertEqual(list(SCHEMA.mistakes(walked)), [])
                self.assertEqual(walked["verdict"], plain["verdict"])
                self.assertNotIn("steps", plain)
                asked = [layer for step in walked["steps"] for layer in step["layers"]]
                self.assertEqual(sorted(asked), sorted(chain), "each link answers one question")
                for step in walked["steps"]:
                    states = [chain[layer] for layer in step["layers"]] or ["unknown"]
                    self.assertEqual(step["state"], max(states, key=WEIGHTS.index))

    def test_a_command_by_hand_is_whole(self):
        with program.machine("ubuntu-22.04-rtx3060-470") as (_, words):
            steps = program.report(*words, "--steps")["steps"]
        commands = [step["by_hand"]["command"] for step in steps if "by_hand" in step]
        self.assertIn(["nvidia-smi"], commands)
        self.assertEqual([word for command in commands for word in command if "{" in word], [])

    def test_text_fits_a_terminal_and_stands_in_place_of_the_chain(self):
        for lang, question in (("en", "Does the GPU answer?"), ("zh", "GPU 有响应吗？")):
            with self.subTest(lang), program.machine("ubuntu-22.04-rtx3060-470") as (_, words):
                text = program.start(*words, "--steps", "--lang", lang).stdout.decode()
                self.assertEqual(text.count(question), 1)
                lines = [line for line in text.splitlines() if "import torch" not in line]
                self.assertEqual([line for line in lines if excess(line, 80)], [])


if __name__ == "__main__":
    program.main()
