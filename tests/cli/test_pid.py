#!/usr/bin/env python3
"""A running process is judged by its own variables, not by ours."""

import contextlib
import os
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
import program  # noqa: E402


@contextlib.contextmanager
def sleeper(**variables):
    """A process that only waits, with these variables."""
    with subprocess.Popen(["sleep", "60"], env=program.QUIET | variables) as process:
        try:
            yield str(process.pid)
        finally:
            process.kill()


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
