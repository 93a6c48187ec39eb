#!/usr/bin/env python3
"""run: a fake client shows what would be started, and what is said before; tests/real/run.py starts real containers."""

import contextlib
import json
import pathlib
import shlex
import socket
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
import engines  # noqa: E402
import program  # noqa: E402

IMAGE = [{"Id": "sha256:1", "Config": {"Env": ["PATH=/bin"], "Cmd": ["jupyter", "lab"],
                                       "ExposedPorts": {"8888/tcp": {}}}}]


@contextlib.contextmanager
def client(engine="docker", image=IMAGE, name=None, code=0):
    """A client that has the image team/x:1, and a container of this name; it ends with `code`."""
    with program.folder() as here:
        (here / "image.json").write_text(json.dumps(image))
        (here / "container.json").write_text(json.dumps(engines.docker(name=name or "none")))
        (here / engine).write_text(f"""#!/bin/sh
case "$*" in
"image inspect team/x:1") cat {here}/image.json ;;
"container inspect {name}") cat {here}/container.json ;;
run*) printf '%s\\n' "$@" >{here}/called; exit {code} ;;
*) echo "Error: no such thing: $*" >&2; exit 1 ;;
esac
""")
        (here / engine).chmod(0o755)
        yield here, {"PATH": f"{here}:/usr/bin:/bin"}


class Run(unittest.TestCase):
    def words(self, *words, engine="docker", **how):
        with client(engine, **how) as (_, env):
            done = program.start("run", "--gpus", "none", "--dry-run", *words, env=env)
        self.assertEqual((done.returncode, done.stderr), (0, b""), done.stdout)
        return shlex.split(done.stdout.decode())

    def test_a_dry_run_prints_one_line_that_a_shell_takes(self):
        self.assertEqual(self.words("team/x:1", "--", "a b", "$c")[-3:], ["team/x:1", "a b", "$c"])

    def test_ports_lead_to_this_machine_alone_unless_told_otherwise(self):
        port = ["--jupyter", "--port", "18888", "team/x:1"]
        self.assertIn("127.0.0.1:18888:8888", self.words(*port))
        self.assertIn("0.0.0.0:18888:8888", self.words("--bind", "0.0.0.0", *port))

    def test_the_token_is_named_and_not_written(self):
        words = self.words("--jupyter", "--port", "18888", "team/x:1")
        self.assertEqual(words[words.index("-e") + 1], "JUPYTER_TOKEN")

    def test_each_engine_gets_its_own_words(self):
        for engine in ("docker", "podman", "nerdctl"):
            with self.subTest(engine):
                words = self.words("--engine", engine, "team/x:1", engine=engine)
                self.assertEqual(words[:2], [engine, "run"])
                self.assertEqual(words[words.index("--shm-size") + 1], "8g")

    def test_without_a_door_the_engines_code_is_handed_on(self):
        with client(code=7) as (here, env):
            done = program.start("run", "--gpus", "none", "team/x:1", env=env)
            self.assertEqual(done.returncode, 7)
            self.assertIn("team/x:1", (here / "called").read_text())

    def refused(self, *words, cause="container/cannot-start", **how):
        with client(**how) as (here, env):
            report = program.report("run", "--gpus", "none", *words, env=env)
            self.assertFalse((here / "called").exists())
        self.assertEqual(report["verdict"]["cause"], cause)
        return report

    def test_a_taken_name_is_said_before(self):
        self.refused("--name", "trainer", "team/x:1", name="trainer")

    def test_a_taken_port_is_said_before_with_one_that_is_free(self):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
            start = self.refused("--jupyter", "--port", str(port), "team/x:1")["facts"]["start"]
        self.assertGreater(start["port_free"]["value"], port)

    def test_an_image_that_is_not_there_is_said_before(self):
        self.refused("team/other:1")

    def test_no_engine_is_said_before(self):
        with program.folder() as empty:
            report = program.report("run", "--gpus", "none", "x", env={"PATH": str(empty)})
        self.assertEqual(report["verdict"]["cause"], "container/cannot-start")


if __name__ == "__main__":
    program.main()
