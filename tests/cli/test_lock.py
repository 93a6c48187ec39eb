#!/usr/bin/env python3
"""lock: what works is written down; what has moved since is told, with the rule that judged it."""

import json
import os
import pathlib
import resource
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
import program  # noqa: E402

MACHINE = "ubuntu-22.04-rtx3060"
WITH_LIBRARIES = "ubuntu-flash-attn"


class Locks(unittest.TestCase):
    MACHINE = MACHINE

    def setUp(self):
        held = program.machine(self.MACHINE)
        root, self.words = held.__enter__()
        self.addCleanup(held.__exit__, None, None, None)
        held = program.folder()
        self.here = held.__enter__()
        self.addCleanup(held.__exit__, None, None, None)
        self.root = pathlib.Path(os.fsdecode(root))
        self.lock = self.here / "gpuvet.lock"
        self.assertEqual(program.start("lock", *self.words, "-q", "-o", self.lock).returncode, 0)

    def verify(self, *words, subject=None):
        return program.report("lock", *(subject or self.words), "--verify", self.lock, *words)["lock"]

    def rules(self, *words, subject=None):
        return {(d["rule"], d["state"]) for d in self.verify(*words, subject=subject)["differences"]}

    def code(self, *words):
        return program.start("lock", *self.words, "--verify", self.lock, *words).returncode

    def set_driver(self, version):
        for path in self.root.rglob("*"):
            if path.is_file() and not path.is_symlink() and path.parts[-1] == "version":
                path.write_text(path.read_text(errors="replace").replace("550.54.14", version))
        for path in sorted(self.root.rglob("*550.54.14*")):
            path.rename(path.with_name(path.name.replace("550.54.14", version)))
        for path in self.root.rglob("*"):
            if path.is_symlink() and "550.54.14" in os.readlink(path):
                target = os.readlink(path).replace("550.54.14", version)
                path.unlink()
                path.symlink_to(target)


class Writing(Locks):
    def test_it_says_what_the_stack_needs_not_what_was_there(self):
        lock = json.loads(self.lock.read_text())
        self.assertEqual(lock["schema"], "gpuvet-lock/1")
        self.assertEqual(lock["needs"]["driver_min"], "525.60.13")
        self.assertEqual(lock["needs"]["driver_because"], "runtime")
        self.assertEqual(lock["needs"]["capabilities"], "8.6")
        self.assertEqual(lock["stack"]["driver"]["version"], "550.54.14")

    def test_every_object_is_sorted_and_two_locks_of_one_stack_are_one(self):
        def check(value):
            if isinstance(value, dict):
                self.assertEqual(list(value), sorted(value))
            for below in value.values() if isinstance(value, dict) else value if isinstance(value, list) else []:
                check(below)
        lock = json.loads(self.lock.read_text())
        del lock["schema"]   # which stands first
        check(lock)
        program.start("lock", *self.words, "-q", "-o", self.here / "again")
        self.assertEqual((self.here / "again").read_bytes(), self.lock.read_bytes())

    def test_it_names_no_place_of_the_environment(self):
        self.assertNotIn(os.fsdecode(self.words[-1]), self.lock.read_text())

    def test_it_goes_to_standard_output_for_a_dash(self):
        done = program.start("lock", *self.words, "-o", "-")
        self.assertEqual(done.stdout, self.lock.read_bytes())

    def test_a_link_is_not_followed(self):
        (self.here / "link").symlink_to(self.here / "target")
        self.assertEqual(program.start("lock", *self.words, "-o", self.here / "link").returncode, 73)
        self.assertFalse((self.here / "target").exists())

    @unittest.skipIf(program.WRAPPER, "the limit would hold for the emulator")
    def test_a_full_disk_leaves_the_old_file_whole(self):
        before = self.lock.read_bytes()
        done = program.start("lock", *self.words, "-o", self.lock, preexec_fn=lambda: (
            __import__("signal").signal(__import__("signal").SIGXFSZ, __import__("signal").SIG_IGN),
            resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))))
        self.assertEqual(done.returncode, 73)
        self.assertEqual(self.lock.read_bytes(), before)
        self.assertEqual([path.name for path in self.here.iterdir()], ["gpuvet.lock"])


class Verifying(Locks):
    def test_the_same_is_the_same_and_0(self):
        self.assertEqual(self.verify()["state"], "same")
        self.assertEqual(self.verify("--thorough")["state"], "same")
        self.assertEqual(self.code(), 0)

    def test_a_driver_within_the_range_is_compatible(self):
        self.set_driver("570.86.10")
        self.assertEqual(self.rules(), {("driver-in-range", "compatible")})
        self.assertEqual(self.code(), 0)

    def test_a_driver_below_the_range_is_broken(self):
        self.set_driver("470.57.02")
        self.assertIn(("driver-too-old", "broken"), self.rules())
        self.assertEqual(self.code(), 1)

    def test_a_driver_that_was_changed_and_not_loaded_is_broken(self):
        (self.root / "sys/module/nvidia/version").write_text("550.90.07\n")
        self.assertIn(("driver/version-mismatch", "broken"), self.rules())

    def test_another_release_of_torch_is_broken(self):
        for path in self.root.rglob("torch/version.py"):
            path.write_text(path.read_text().replace("2.", "3.", 1))
        self.assertIn(("torch-other", "broken"), self.rules())

    def test_what_is_not_there_to_see_is_no_difference(self):
        facts = program.report(*self.words)
        for layer in ("driver", "hardware"):
            del facts["facts"][layer]
        (self.here / "facts").write_text(json.dumps(facts))
        it = self.verify(subject=["--facts", self.here / "facts"])
        self.assertIn("driver.version", it["unseen"])
        self.assertNotIn("driver.version", [d.get("fact") for d in it["differences"]])

    def test_an_image_that_was_built_anew_under_its_tag_is_told(self):
        facts = program.report(*self.words)
        known = {"asked": True, "image_name": "team/train:1", "image_digest": "sha256:aa",
                 "image_digest_of": "manifest"}
        facts["facts"]["container"] |= {name: {"state": "known", "value": value} for name, value in known.items()}
        (self.here / "facts").write_text(json.dumps(facts))
        subject = ["--facts", self.here / "facts"]
        program.start("lock", *subject, "-q", "-o", self.lock)
        self.assertEqual(self.verify(subject=subject)["state"], "same")
        facts["facts"]["container"]["image_digest"]["value"] = "sha256:bb"
        (self.here / "facts").write_text(json.dumps(facts))
        self.assertIn(("container/stale-image", "broken"), self.rules(subject=subject))
        facts["facts"]["container"]["image_digest_of"]["value"] = "configuration"
        (self.here / "facts").write_text(json.dumps(facts))
        self.assertNotIn(("container/stale-image", "broken"), self.rules(subject=subject))

    def test_a_snapshot_can_be_verified(self):
        program.start("snapshot", *self.words, "--no-redact", "-q", "-o", self.here / "kept")
        self.assertEqual(self.verify(subject=["--snapshot", self.here / "kept"])["state"], "same")

    def test_each_difference_names_its_rule_and_source(self):
        self.set_driver("470.57.02")
        for difference in self.verify()["differences"]:
            self.assertTrue(difference["source"].startswith("https://"), difference)

    def test_the_text_fits_in_both_languages(self):
        self.set_driver("470.57.02")
        for words in ((), ("-v",), ("--lang", "zh")):
            text = program.start("lock", *self.words, "--verify", self.lock, *words).stdout.decode()
            self.assertIn("525.60.13", text)
            for line in text.splitlines():
                self.assertFalse(program.excess(line, 80), line)


class Libraries(Locks):
    MACHINE = WITH_LIBRARIES

    def test_other_bytes_show_under_thorough_alone(self):
        named = next(iter(json.loads(self.lock.read_text())["hashes"]))
        for path in list(self.root.rglob(named.split("/", 1)[1])):
            with open(path, "ab") as file:
                file.write(b"x")
        self.assertNotIn(("file-changed", "broken"), self.rules())
        self.assertIn(("file-changed", "broken"), self.rules("--thorough"))

    def test_a_library_that_only_lies_elsewhere_in_the_environment_is_compatible(self):
        lock = json.loads(self.lock.read_text())
        libraries = lock["stack"]["loader"]["libraries"]
        name = next(name for name, library in libraries.items() if library["path"].startswith("{site}"))
        libraries[name]["path"] = "{site}/elsewhere/" + name
        self.lock.write_text(json.dumps(lock))
        self.assertEqual(self.rules(), {("library-moved", "compatible")})

    def test_a_copy_in_a_path_before_the_locked_one_is_broken(self):
        libraries = json.loads(self.lock.read_text())["stack"]["loader"]["libraries"]
        name = next(name for name in libraries if name.startswith("libcudart"))
        facts = program.report(*self.words)
        for item in facts["facts"]["loader"]["libraries"]:
            if item["name"]["value"] == name:
                item["path"]["value"] = "/opt/before/" + name
        (self.here / "facts").write_text(json.dumps(facts))
        self.assertIn(("library-before", "broken"), self.rules(subject=["--facts", self.here / "facts"]))


class Reading(Locks):
    def test_another_version_and_damage_are_told_apart(self):
        text = self.lock.read_text()
        for bad, word in ((text.replace("gpuvet-lock/1", "gpuvet-lock/9"), b"gpuvet-lock/9"),
                          (text[:-9], b"line "), ("[]", b"damaged"), ("", b"line ")):
            self.lock.write_text(bad)
            done = program.start("lock", *self.words, "--verify", self.lock)
            self.assertEqual(done.returncode, 66, bad[:40])
            self.assertIn(word, done.stderr)

    def test_diff_takes_a_lock_for_either_side(self):
        self.assertEqual(program.report("diff", self.lock, self.lock)["diff"]["changes"], [])
        words = self.words[2:]
        self.assertEqual(program.report("diff", *words, self.lock, self.root)["diff"]["changes"], [])
        self.set_driver("570.86.10")
        self.assertEqual([c["fact"] for c in program.report("diff", *words, self.lock, self.root)["diff"]["changes"]],
                         ["driver.version"])

    def test_a_lock_can_be_given_as_facts(self):
        self.assertEqual(program.report("--facts", self.lock)["subject"]["kind"], "lock")


if __name__ == "__main__":
    program.main()
