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

CONFIG = {"Env": ["PATH=/bin"], "Cmd": ["jupyter", "lab"], "ExposedPorts": {"8888/tcp": {}}}
IMAGE = [{"Id": "sha256:1", "Config": CONFIG}]
OWN = [{"Id": "sha256:1", "Config": CONFIG | {"Entrypoint": ["start-sshd"], "User": "user", "Labels": {"gpuvet.driver": "525.60.13"},
                                              "ExposedPorts": {"2222/tcp": {}, "8888/tcp": {}}}}]
ENGINES = ("docker", "podman", "nerdctl")
NO_IMAGE = {"docker": "Error response from daemon: No such image: x", "podman": "Error: x: image not known",
            "nerdctl": 'time="x" level=fatal msg="1 errors:\\n[no such object: x]"'}


def write_client(here, engine, image, name=None, code=0, says="", failing="", has="team/x:1"):
    """A client that has this image (None: no image), and a container of this name; its run ends with `code` after
    saying this. `failing`: what it says, whatever it is asked."""
    (here / f"{engine}.json").write_text(json.dumps(image))
    (here / "container.json").write_text(json.dumps(engines.docker(name=name or "none")))
    (here / "says").write_text(says)
    (here / engine).write_text(f"""#!/bin/sh
[ -z {shlex.quote(failing)} ] || {{ echo {shlex.quote(failing)} >&2; exit 1; }}
case "$*" in
"image inspect {has}") [ {int(image is not None)} = 1 ] && exec cat {here}/{engine}.json
    echo {shlex.quote(NO_IMAGE[engine])} >&2; exit 1 ;;
"image inspect"*) echo {shlex.quote(NO_IMAGE[engine])} >&2; exit 1 ;;
"container inspect {name}") cat {here}/container.json ;;
run*) printf '%s\\n' "$@" >{here}/called; cat {here}/says >&2; exit {code} ;;
*) echo "Error: No such container: $3" >&2; exit 1 ;;
esac
""")
    (here / engine).chmod(0o755)


@contextlib.contextmanager
def client(engine="docker", image=IMAGE, key="id_ed25519.pub", **how):
    """Its user's home has this public key."""
    with program.folder() as here:
        write_client(here, engine, image, **how)
        (here / ".ssh").mkdir()
        if key:
            (here / ".ssh" / key).write_text("ssh-ed25519 AAAA ada\n")
        yield here, {"PATH": f"{here}:/usr/bin:/bin", "HOME": str(here)}


def free_ports(count):
    with contextlib.ExitStack() as stack:
        return [stack.enter_context(socket.create_server(("127.0.0.1", 0))).getsockname()[1] for _ in range(count)]


def machine(version, here, toolkit=True):
    """--host, with facts of a machine with this driver."""
    def known(value):
        return {"state": "known", "value": value, "from": "test"}

    facts = {"driver": {"version": known(version), "installed": known(True)}}
    if not toolkit:
        facts["engines"] = {"toolkit_installed": known(False), "cdi": known(False)}
    (here / "host.json").write_text(json.dumps({"facts": facts}))
    return ["--host", here / "host.json"]


class Words(unittest.TestCase):
    """The command that a dry run prints."""

    def words(self, *words, engine="docker", gpus="none", **how):
        with client(engine, **how) as (here, env):
            self.home = here
            done = program.start("run", "--gpus", gpus, "--dry-run", *machine("550.54.14", here), *words, env=env, cwd=here)
        self.assertEqual((done.returncode, done.stderr), (0, b""), done.stdout)
        return shlex.split(done.stdout.decode())

    def after(self, option, words):
        return [words[i + 1] for i, word in enumerate(words) if word == option]

    def test_a_dry_run_prints_one_line_that_a_shell_takes(self):
        self.assertEqual(self.words("team/x:1", "--", "a b", "$c")[-3:], ["team/x:1", "a b", "$c"])

    def test_ports_lead_to_this_machine_alone_unless_told_otherwise(self):
        port = ["--jupyter", "--port", str(free_ports(1)[0]), "team/x:1"]
        self.assertEqual(self.after("-p", self.words(*port)), [f"127.0.0.1:{port[2]}:8888"])
        self.assertEqual(self.after("-p", self.words("--bind", "0.0.0.0", *port)), [f"0.0.0.0:{port[2]}:8888"])

    def test_both_doors_get_a_port_each_jupyters_first(self):
        ports = free_ports(2)
        words = self.words("--ssh", "--jupyter", "--port", str(ports[0]), "--port", str(ports[1]), "team/x:1", image=OWN)
        self.assertEqual(self.after("-p", words), [f"127.0.0.1:{ports[0]}:8888", f"127.0.0.1:{ports[1]}:2222"])

    def test_the_token_is_named_and_not_written(self):
        words = self.words("--jupyter", "--port", str(free_ports(1)[0]), "team/x:1")
        self.assertEqual(self.after("-e", words), ["JUPYTER_TOKEN"])

    def test_gpus_are_asked_for_in_each_engines_own_words(self):
        rows = [("docker", "all", "--gpus", ["all"]), ("docker", "0,1", "--gpus", ['"device=0,1"']),
                ("podman", "all", "--device", ["nvidia.com/gpu=all"]),
                ("podman", "0,1", "--device", ["nvidia.com/gpu=0", "nvidia.com/gpu=1"]),
                ("nerdctl", "all", "--gpus", ["all"]), ("nerdctl", "0,1", "--gpus", ['"device=0,1"'])]
        for engine, gpus, option, want in rows:
            with self.subTest(engine=engine, gpus=gpus):
                words = self.words("team/x:1", engine=engine, gpus=gpus)
                self.assertEqual(words[:2], [engine, "run"])
                self.assertEqual(self.after(option, words), want)
        self.assertNotIn("--gpus", self.words("team/x:1"))

    def test_shm_is_large_unless_the_user_says_how_large(self):
        for engine in ENGINES:
            self.assertEqual(self.after("--shm-size", self.words("team/x:1", engine=engine)), ["8g"])
        self.assertEqual(self.after("--shm-size", self.words("--shm-size", "1g", "team/x:1")), ["1g"])
        self.assertNotIn("--shm-size", self.words("--option=--ipc=host", "team/x:1"))
        self.assertIn("--shm-size=2g", self.words("--option=--shm-size=2g", "team/x:1"))

    def test_the_users_public_key_is_given_to_an_image_that_takes_keys(self):
        ssh = ["--ssh", "--port", str(free_ports(1)[0]), "team/x:1"]
        mount = self.after("-v", self.words(*ssh, image=OWN))
        self.assertEqual(mount, [f"{self.home}/.ssh/id_ed25519.pub:/home/user/.ssh/authorized_keys:ro"])
        root = [{"Id": "sha256:1", "Config": {"Cmd": ["/usr/sbin/sshd", "-D"]}}]
        mount = self.after("-v", self.words(*ssh, image=root))
        self.assertEqual(mount, [f"{self.home}/.ssh/id_ed25519.pub:/root/.ssh/authorized_keys:ro"])

    def test_keys_that_the_user_mounts_stay(self):
        with program.folder() as keys:
            given = f"{keys}:/home/user/.ssh/authorized_keys"
            words = self.words("--ssh", "--port", str(free_ports(1)[0]), "--mount", given, "team/x:1", image=OWN)
        self.assertEqual(self.after("-v", words), [given])

    def test_folders_are_named_from_the_root_on(self):
        words = self.words("--mount", ".ssh:/keys:ro", "team/x:1")
        self.assertEqual(self.after("-v", words), [f"{self.home}/.ssh:/keys:ro"])

    def test_more_folders_than_sixteen_are_taken_and_too_many_words_refused(self):
        words = self.words(*["--mount", "/tmp:/a"] * 20, "team/x:1")
        self.assertEqual(len(self.after("-v", words)), 20)
        with client() as (_, env):
            done = program.start("run", "--gpus", "none", *["--mount", "/tmp:/a"] * 200, "team/x:1", env=env)
        self.assertEqual((done.returncode, done.stdout), (64, b""), done.stderr)

    def test_the_engine_that_has_the_image_is_taken(self):
        with client("docker", image=None) as (here, env):
            write_client(here, "podman", IMAGE)
            done = program.start("run", "--gpus", "none", "--dry-run", "team/x:1", env=env)
        self.assertEqual(done.stdout.split()[:2], [b"podman", b"run"])


class Refusals(unittest.TestCase):
    """What is said before anything is started."""

    def refused(self, *words, cause="container/cannot-start", gpus="none", host=None, toolkit=True, **how):
        with client(**how) as (here, env):
            given = machine(host, here, toolkit) if host else []
            report = program.report("run", "--gpus", gpus, *given, *words, env=env)
            self.assertFalse((here / "called").exists())
        self.assertEqual(report["verdict"]["cause"], cause)
        return report

    def test_a_taken_name(self):
        for engine in ENGINES:
            self.refused("--name", "trainer", "team/x:1", name="trainer", engine=engine)

    def test_a_taken_port_with_one_that_is_free(self):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
            start = self.refused("--jupyter", "--port", str(port), "team/x:1")["facts"]["start"]
        self.assertGreater(start["port_free"]["value"], port)
        self.assertIn("python", start["port_holder"]["value"])

    def test_the_second_doors_taken_port(self):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
            report = self.refused("--jupyter", "--ssh", "--port", str(free_ports(1)[0]), "--port", str(port), "team/x:1",
                                  image=OWN)
        self.assertEqual(report["facts"]["start"]["port"]["value"], port)

    def test_an_image_that_is_not_there(self):
        for engine in ENGINES:
            start = self.refused("team/other:1", engine=engine)["facts"]["start"]
            self.assertEqual(start["stored"]["state"], "absent")

    def test_an_engine_that_does_not_answer_is_not_read_as_a_missing_image_or_a_free_name(self):
        says = "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?"
        report = self.refused("team/x:1", failing=says)
        self.assertIn(says, report["verdict"]["headline"])
        self.assertEqual(report["facts"]["start"]["stored"]["state"], "unknown")
        self.assertEqual(report["facts"]["start"]["name_state"]["state"], "unknown")

    def test_no_engine(self):
        with program.folder() as empty:
            report = program.report("run", "--gpus", "none", "x", env={"PATH": str(empty)})
        self.assertEqual(report["verdict"]["cause"], "container/cannot-start")

    def test_a_folder_that_is_not_there(self):
        start = self.refused("--mount", "/nowhere/at/all:/data", "team/x:1")["facts"]["start"]
        self.assertEqual(start["mount"]["value"], "/nowhere/at/all")

    def test_another_processor(self):
        self.refused("team/x:1", image=[IMAGE[0] | {"Architecture": "s390x"}])

    def test_a_driver_older_than_the_images_label_says(self):
        self.refused("team/x:1", image=OWN, gpus="all", host="470.82.01", cause="driver/too-old")

    def test_a_driver_older_than_the_images_requirement_says(self):
        image = [{"Id": "sha256:1", "Config": {"Env": ["NVIDIA_REQUIRE_CUDA=cuda>=12.4 brand=tesla,driver>=535,driver<536"]}}]
        self.refused("team/x:1", image=image, gpus="all", host="470.82.01", cause="container/requirement-unmet")

    def test_no_toolkit(self):
        for engine in ENGINES:
            self.refused("team/x:1", gpus="all", host="550.54.14", toolkit=False, engine=engine, cause="container/toolkit-missing")

    def test_a_driver_older_than_the_images_name_says(self):
        name = "pytorch/pytorch:2.4.1-cuda12.1-cudnn9-runtime"
        self.refused(name, has=name, gpus="all", host="470.82.01", cause="driver/too-old")

    def test_no_server_in_the_image(self):
        name, plain = "pytorch/pytorch:2.4.1-cuda12.1-cudnn9-runtime", [{"Id": "sha256:1", "Config": {"Cmd": ["bash"]}}]
        report = self.refused("--ssh", "--port", str(free_ports(1)[0]), name, has=name, image=plain,
                              cause="access/ssh-unreachable")
        self.assertEqual(report["findings"][0]["remedies"][0]["commands"], [["gpuvet", "image", "new", "DIR", "--ssh"]])

    def test_no_key_for_an_image_that_takes_keys_alone(self):
        self.refused("--ssh", "--port", str(free_ports(1)[0]), "team/x:1", image=OWN, key=None, cause="access/ssh-denied")

    def test_facts_of_a_host_that_cannot_be_read(self):
        with client() as (_, env):
            done = program.start("run", "--host", "/nowhere", "team/x:1", env=env)
        self.assertEqual((done.returncode, done.stdout), (66, b""))


class Start(unittest.TestCase):
    def test_without_a_door_the_engines_code_is_handed_on(self):
        with client(code=7) as (here, env):
            done = program.start("run", "--gpus", "none", "team/x:1", env=env)
            self.assertEqual(done.returncode, 7)
            self.assertIn("team/x:1", (here / "called").read_text())

    def test_a_failed_start_is_explained_by_all_that_the_client_said(self):
        says = ("docker: Error response from daemon: could not select device driver \"\" with capabilities: [[gpu]].\n"
                "See 'docker run --help'.\n")
        with client(code=125, says=says) as (_, env):
            done = program.start("run", "--gpus", "none", "--jupyter", "--port", str(free_ports(1)[0]), "team/x:1", env=env)
        self.assertEqual(done.returncode, 125)
        self.assertIn(b"toolkit", done.stdout.lower())

    def test_a_failed_start_that_nothing_explains_is_said_as_it_is(self):
        with client(code=125, says="docker: something else\n") as (_, env):
            done = program.start("run", "--gpus", "none", "--jupyter", "--port", str(free_ports(1)[0]), "team/x:1", env=env)
        self.assertEqual((done.returncode, done.stderr), (125, b"docker: something else\n"))


if __name__ == "__main__":
    program.main()
