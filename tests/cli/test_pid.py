#!/usr/bin/env python3
"""A running process is judged by its own variables and by what it has mapped, not by ours."""

import contextlib
import os
import pathlib
import shutil
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import program  # noqa: E402
from test_why import CC, NAME, ONLY, SANITIZED, torch  # noqa: E402

# Opens each file that it is given, says so, and waits until it is told to end.
OPENS = """
import ctypes, sys
for path in sys.argv[1:]: ctypes.CDLL(path)
print("ready", flush=True)
sys.stdin.read()
"""


@contextlib.contextmanager
def sleeper(**variables):
    """A process that only waits, with these variables."""
    with subprocess.Popen(["sleep", "60"], env=program.QUIET | variables) as process:
        try:
            yield str(process.pid)
        finally:
            process.kill()


@contextlib.contextmanager
def running(fake, *files, **variables):
    """A Python of that environment that has these files open, and gpuvet's words for it."""
    with subprocess.Popen([fake.python, "-c", OPENS, *files], env=program.QUIET | variables,
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        if process.stdout.readline() != b"ready\n":
            raise AssertionError("the process did not start")
        yield "--pid", str(process.pid), "--no-driver"
        process.stdin.close()


def facts_of(words):
    return program.report(*words, env=SANITIZED)["facts"]


def mapped(facts, name):
    """The first library of that name, as plain values."""
    return next({key: fact.get("value") for key, fact in item.items()}
                for item in facts["loader"]["mapped"] if item["name"]["value"] == name)


@unittest.skipIf(CC is None or program.WRAPPER, "no compiler for this machine")
class Mapped(unittest.TestCase):
    def test_a_quiet_process_has_what_was_predicted(self):
        with torch() as (fake, _), running(fake, fake.extension) as words:
            facts = facts_of(words)
            self.assertEqual(facts["torch"]["python"]["value"], str(fake.python))
            self.assertEqual(facts["process"]["replaced"]["state"], "absent")
            self.assertEqual(mapped(facts, NAME), {
                "name": NAME, "path": str(fake.own), "state": "as-predicted",
                "predicted": str(fake.own), "disk": "same"})
            self.assertEqual(mapped(facts, "libtorch_global_deps.so")["state"], "not-mapped-yet")

    def test_a_library_replaced_since_is_the_cause(self):
        for how, replace in (
                ("replaced", lambda path, spare: os.replace(spare, path)),
                ("replaced", lambda path, spare: (path.unlink(), shutil.copy(spare, path))),
                ("deleted", lambda path, spare: path.unlink())):
            with torch() as (fake, here), running(fake, fake.extension) as words:
                replace(fake.own, shutil.copy(fake.own, here / "spare"))
                answer = program.report(*words, env=SANITIZED)
                found = {each["cause"]: each for each in answer["findings"]}
                self.assertIn("process/stale-files", found)
                self.assertEqual(found["process/stale-files"]["certainty"], "certain")
                self.assertEqual(answer["facts"]["process"]["replaced"]["value"], str(fake.own))
                self.assertEqual(answer["facts"]["process"]["replaced_how"]["value"], how)
                self.assertEqual(mapped(answer["facts"], NAME)["disk"], how)

    def test_the_copy_that_is_mapped_wins_over_the_prediction(self):
        with torch() as (fake, here):
            other = fake.library(here / "other", NAME)
            with running(fake, other, fake.extension) as words:
                facts = facts_of(words)
                self.assertEqual(mapped(facts, NAME)["state"], "other-copy")
                self.assertEqual(mapped(facts, NAME)["predicted"], str(fake.own))
                found = [item for item in facts["loader"]["libraries"]
                         if item["name"]["value"] == NAME]
                self.assertEqual([(item["path"]["value"], item["rule"]["value"]) for item in found],
                                 [(str(other), "mapped")])
                self.assertEqual(facts["loader"]["shadowed_path"]["value"], str(other))
                why = program.report("why", NAME, *words[:2], env=SANITIZED)["why"]
                self.assertEqual((why["winner"], why["rule"], why["predicted"], why["also"]),
                                 (str(other), "mapped", str(fake.own), []))
                text = program.start("why", "cudnn", *words[:2], env=SANITIZED).stdout.decode()
                self.assertIn(str(fake.own), "".join(text.split()))

    def test_why_shows_the_second_copy_of_one_name(self):
        with torch() as (fake, here):
            other = fake.library(here / "other", NAME)
            with running(fake, fake.extension, other) as words:
                why = program.report("why", NAME, *words[:2], env=SANITIZED)["why"]
                self.assertEqual((why["winner"], why["also"]), (str(fake.own), [str(other)]))
                text = program.start("why", NAME, *words[:2], env=SANITIZED).stdout.decode()
                self.assertIn("Also loaded", text)

    def test_a_library_that_is_gone_from_disk_was_imported_all_the_same(self):
        with torch() as (fake, _), running(fake, fake.extension) as words:
            fake.part.unlink()
            facts = facts_of(words)
            self.assertTrue(facts["loader"]["imports"]["value"])
            self.assertEqual(mapped(facts, ONLY)["disk"], "deleted")


class Pid(unittest.TestCase):
    def test_its_variables_count_and_not_ours(self):
        for theirs, ours in (({"CUDA_VISIBLE_DEVICES": ""}, {}),
                             ({"CUDA_VISIBLE_DEVICES": "1"}, {"CUDA_VISIBLE_DEVICES": "0"}),
                             ({}, {"CUDA_VISIBLE_DEVICES": ""})):
            with self.subTest(theirs=theirs, ours=ours), sleeper(**theirs) as pid:
                answer = program.report("--pid", pid, env=ours)
                fact = answer["facts"]["process"]["cuda_visible_devices"]
                self.assertEqual(answer["subject"], {"kind": "process", "name": pid})
                self.assertEqual(fact.get("value"), theirs.get("CUDA_VISIBLE_DEVICES"))
                self.assertEqual(fact["state"], "known" if theirs else "absent")

    def test_dead_process_is_one_line_and_66(self):
        process = subprocess.Popen(["true"])
        process.wait()
        done = program.start("--pid", str(process.pid))
        self.assertEqual((done.returncode, done.stdout, done.stderr.count(b"\n")), (66, b"", 1))

    def test_a_zombie_is_answered(self):
        process = subprocess.Popen(["true"])
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        try:
            self.assertIn(program.start("--pid", str(process.pid)).returncode, (0, 1, 2, 66))
        finally:
            process.wait()

    def test_another_users_process_is_refused_with_66(self):
        if os.geteuid():
            done = program.start("--pid", "1")
        else:
            # From another user's eyes; the program must lie where that user may go.
            with program.folder("/tmp") as here, sleeper() as pid:
                here.chmod(0o755)
                copy = here / "gpuvet"
                copy.write_bytes(pathlib.Path(program.GPUVET).read_bytes())
                copy.chmod(0o755)
                done = subprocess.run([*program.WRAPPER, copy, "--pid", pid], user=65534, group=65534,
                                      extra_groups=[], env=program.QUIET, capture_output=True,
                                      timeout=program.SECONDS, check=False)
        self.assertEqual((done.returncode, done.stdout, done.stderr.count(b"\n")), (66, b"", 1))


if __name__ == "__main__":
    program.main()
