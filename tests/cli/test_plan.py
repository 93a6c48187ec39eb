#!/usr/bin/env python3
"""gpuvet plan from outside: the promised object, exit codes, what people type, both languages."""

import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
import program  # noqa: E402
from schema import Schema  # noqa: E402

SCHEMA = Schema(pathlib.Path(__file__).with_name("schema.json"))

DESKTOP = ["--gpu", "RTX 3090", "--driver", "535.183", "--python", "3.12", "--platform",
           "manylinux_2_35_x86_64"]
PASCAL_AND_BLACKWELL = ["--gpu", "1080 Ti", "--gpu", "RTX 5090", "--driver", "580.95.05", "--python", "3.12"]


def plan(*words):
    return program.report("plan", *words)["plan"]


class Plan(unittest.TestCase):
    def test_the_object_is_the_promised_one(self):
        for words in (DESKTOP, PASCAL_AND_BLACKWELL, ["--gpu", "A100"], [*DESKTOP, "torch==2.8", "torchvision"]):
            report = program.report("plan", *words)
            self.assertEqual(report["schema"], "gpuvet/1")
            self.assertEqual(list(SCHEMA.mistakes(report["plan"], {"$ref": "plan"})), [])
            self.assertIn("hardware", report["facts"])

    def test_exit_codes_say_found_none_undecided_and_wrong_usage(self):
        for words, code in ((DESKTOP, 0), (PASCAL_AND_BLACKWELL, 1), (["--gpu", "A100"], 2),
                            (["--gpu", "nothing at all"], 64), (["torch=2.8"], 64),
                            (["--driver", "new", *DESKTOP[:2]], 64), (["--platform", "macosx_14_0_arm64"], 64),
                            (["--gpu", "A100", "--python", "three"], 64), (["--host", "/nonexistent"], 66),
                            ([*DESKTOP, "-r", "/nonexistent"], 66)):
            with self.subTest(words=words):
                done = program.start("plan", *words)
                self.assertEqual(done.returncode, code)
                self.assertEqual(done.stderr.count(b"\n"), 1 if code >= 64 else 0)

    def test_a_found_plan_installs_what_it_names_and_says_why(self):
        found = plan(*DESKTOP, "torch==2.8", "torchvision")
        self.assertEqual((found["state"], found["torch"], found["tag"]), ("found", "2.8.0", "cu128"))
        self.assertIn(found["basis"], ("measured", "read", "derived"))
        self.assertEqual(found["install"], [["pip", "install", "torch==2.8.0", "torchvision==0.23.0"]])
        because = {one["constraint"]: one for one in found["because"]}
        self.assertEqual(because["driver"]["from"], "--driver")
        self.assertEqual(because["driver"]["value"], "535.183")
        self.assertEqual(because["gpu-code"]["from"], "--gpu")
        self.assertEqual(because["asked"]["from"], "command line")

    def test_an_empty_plan_names_the_conflict_and_ways_out(self):
        none = plan(*DESKTOP[:2], "--driver", "470.57.02", "--python", "3.12", "torch==2.8")
        self.assertEqual(none["state"], "none")
        self.assertEqual(none["conflicts"], [{"constraints": ["asked", "driver"]}])
        changes = [way["change"] for way in none["alternatives"]]
        self.assertEqual(changes[0], "torch")
        self.assertIn("driver", changes)
        self.assertNotIn("install", none)

    def test_each_gpu_may_be_left_out(self):
        none = plan(*PASCAL_AND_BLACKWELL)
        left_out = {way["to"] for way in none["alternatives"] if way["change"] == "without-gpu"}
        self.assertEqual(len(left_out), 2)

    def test_a_way_out_that_is_followed_gives_the_build_that_it_names(self):
        none = plan(*DESKTOP[:2], "--driver", "470.57.02", "--python", "3.12", "torch==2.8")
        way = next(way for way in none["alternatives"] if way["change"] == "driver")
        found = plan(*DESKTOP[:2], "--driver", way["to"].lstrip("≥ ").split(",")[0], "--python", "3.12",
                     "torch==2.8")
        self.assertEqual((found["torch"], found["tag"]), (way["torch"], way["tag"]))

    def test_an_unknown_driver_is_planned_for_by_what_it_may_be(self):
        undecided = plan("--gpu", "A100", "--python", "3.12")
        self.assertEqual(undecided["state"], "undecided")
        needs = [one["if"][-1]["needs"] for one in undecided["assuming"]]
        self.assertEqual(needs, sorted(needs, key=lambda need: [-int(part) for part in need.split(".")]))

    def test_gpus_are_found_by_whatever_people_type(self):
        for name, target, driver in (
                ("RTX 4060 Ti", "sm_89", "580"), ("4060ti", "sm_89", "580"), ("A100", "sm_80", "580"),
                ("GB200", "sm_100", "580"), ("sm_89", "sm_89", "580"), ("8.9", "sm_89", "580"),
                ("10de:2684", "sm_89", "580"), ("Tesla K80", "sm_37", "470.256.02")):
            with self.subTest(name=name):
                found = plan("--gpu", name, "--driver", driver)
                self.assertEqual(found["state"], "found")
                self.assertEqual([one["value"] for one in found["because"] if one["constraint"] == "gpu-code"],
                                 [target])
        none = plan("--gpu", "Orin", "--driver", "540.4.0")
        self.assertIn({"constraints": ["board"]}, none["conflicts"])

    def test_a_driver_from_before_the_gpu_is_refused_and_the_first_that_knows_it_named(self):
        none = plan("--gpu", "RTX 4090", "--driver", "470.57.02", "--python", "3.10", "torch==2.7.1+cu118")
        self.assertEqual(none["conflicts"], [{"constraints": ["gpu-driver"]}])
        self.assertEqual([(way["change"], way["to"]) for way in none["alternatives"]], [("driver", "≥ 520")])

    def test_what_rests_on_minor_version_compatibility_says_so(self):
        for driver, rests in (("580.95.05", True), ("610.43.02", False)):
            words = ["--gpu", "RTX 3090", "--driver", driver, "--python", "3.12", "torch==2.15"]
            self.assertEqual(plan(*words)["minor_version_compatibility"], rests)
            self.assertEqual(b"minor-version" in program.start("plan", *words).stdout, rests)

    def test_a_torch_that_is_newer_than_the_tables_is_said_to_be(self):
        for wanted, suffices in (("torch==99.0", False), ("torch==2.8", True)):
            self.assertEqual(plan(*DESKTOP, wanted)["knowledge_suffices"], suffices)
            for language in ("en", "zh"):
                text = program.start("plan", *DESKTOP, wanted, "--lang", language).stdout.decode()
                self.assertEqual(plan(*DESKTOP)["knowledge_date"] in text, not suffices)

    def test_broken_tables_are_refused_with_what_is_wrong(self):
        for text, why in (("{", b"line 2"), ('{"schema": "x"}', b"gpuvet-knowledge/1"),
                          ('{"schema": "gpuvet-knowledge/1"}', b"date")):
            with self.subTest(text=text), program.folder() as folder:
                (folder / "newer.json").write_text(text + "\n", encoding="utf-8")
                done = program.start("plan", *DESKTOP, "--knowledge", str(folder / "newer.json"))
                self.assertEqual((done.returncode, done.stdout), (66, b""))
                self.assertIn(why, done.stderr)

    def test_in_wsl_the_driver_is_that_of_windows(self):
        report = program.report("plan", "--gpu", "RTX 3090", "--driver", "470.57", "--python", "3.12")
        report["facts"]["machine"]["wsl"] = {"state": "known", "value": 2, "from": "test"}
        with program.folder() as folder:
            (folder / "host.json").write_text(json.dumps(report), encoding="utf-8")
            words = ["--host", str(folder / "host.json"), "--driver", "470.57", "torch==2.8"]
            self.assertIn(b"none in Linux", program.start("plan", *words).stdout)
            self.assertNotIn("driver", plan(*words))

    def test_an_ambiguous_gpu_is_refused_with_all_that_it_may_be(self):
        done = program.start("plan", "--gpu", "RTX 4000")
        self.assertEqual(done.returncode, 64)
        for word in (b"sm_75", b"sm_89"):
            self.assertIn(word, done.stderr)

    def test_a_misspelt_gpu_is_answered_with_the_one_that_was_meant(self):
        self.assertIn(b"RTX 4090", program.start("plan", "--gpu", "RTX 4O90").stderr)

    def test_a_report_given_back_as_host_plans_the_same(self):
        with program.folder() as folder:
            (folder / "host.json").write_bytes(program.start("plan", *DESKTOP, "--json").stdout)
            again = plan("--host", str(folder / "host.json"))
        self.assertEqual([again[key] for key in ("torch", "tag", "install")],
                         [plan(*DESKTOP)[key] for key in ("torch", "tag", "install")])

    def test_a_project_file_is_what_is_wanted(self):
        with program.folder() as folder:
            (folder / "requirements.txt").write_text("torch==2.6.0\nnumpy\n", encoding="utf-8")
            (folder / "environment.yml").write_text("dependencies:\n- python=3.11\n- pytorch=2.5.1\n",
                                                    encoding="utf-8")
            self.assertEqual(plan(*DESKTOP, "-r", str(folder / "requirements.txt"))["torch"], "2.6.0")
            found = plan(*DESKTOP[:4], "-r", str(folder / "environment.yml"))
        self.assertEqual((found["torch"], found["python"]), ("2.5.1", "3.11"))

    def test_every_refused_cell_of_the_matrix_has_its_reason(self):
        for cell in plan(*DESKTOP, "--matrix")["matrix"]:
            self.assertEqual(cell["fits"], not cell["refused"] and not cell["open"])

    def test_nothing_is_wider_than_the_terminal(self):
        for words in (DESKTOP, [*DESKTOP, "-v"], PASCAL_AND_BLACKWELL, ["--gpu", "A100"], [*DESKTOP, "--matrix"],
                      [*DESKTOP, "--matrix", "-v"], ["--gpu", "Orin", "--driver", "540.4.0"]):
            for language in ("en", "zh"):
                text = program.start("plan", *words, "--lang", language).stdout.decode()
                wide = [line for line in text.splitlines() if program.excess(line, 80)]
                self.assertEqual(wide, [], words)

    def test_what_was_typed_cannot_move_the_cursor(self):
        done = program.start("plan", "--gpu", "\x1b[2J")
        self.assertNotIn(b"\x1b", done.stderr)
        done = program.start("plan", *DESKTOP, "torchvision", "--gpu", "8.6", "-v")
        self.assertNotIn(b"\x1b", done.stdout)


if __name__ == "__main__":
    program.main()
