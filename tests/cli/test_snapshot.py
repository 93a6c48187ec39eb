#!/usr/bin/env python3
"""Snapshots: what is kept is what was seen, nobody is named, and no input does harm."""

import base64
import hashlib
import os
import pathlib
import resource
import shutil
import signal
import stat
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
import engines  # noqa: E402
import program  # noqa: E402
from images import PLACE, entry, release, saved, tar  # noqa: E402

MACHINE = "ubuntu-22.04-rtx3060"
HEAD = b"gpuvet-snapshot/1\n"


def taken(*words, env=None):
    done = program.start("snapshot", *words, env=env)
    assert done.returncode == 0, done.stderr
    return done.stdout


def sealed(packed, head=HEAD):
    """A file with a hash that is right."""
    text = base64.urlsafe_b64encode(hashlib.sha256(head + packed).digest()).rstrip(b"=")
    return head + packed + b"\n" + text + b"\n"


def raw_frame(body, size=None):
    """A zstd frame (RFC 8878) of raw blocks, 8 bytes of content size."""
    blocks = [body[at:at + 100000] for at in range(0, len(body), 100000)] or [b""]
    frame = b"\x28\xb5\x2f\xfd\xe0" + (len(body) if size is None else size).to_bytes(8, "little")
    for number, block in enumerate(blocks):
        frame += (len(block) << 3 | (number == len(blocks) - 1)).to_bytes(3, "little") + block
    return frame


def bomb(size):
    """A frame of blocks that repeat one byte 128 KiB often."""
    blocks = size >> 17
    return (b"\x28\xb5\x2f\xfd\x00\x58" + b"".join(
        (1 << 17 << 3 | 2 | (number == blocks - 1)).to_bytes(3, "little") + b"\0" for number in range(blocks)))


class Replay(unittest.TestCase):
    def test_a_snapshot_says_what_its_source_says(self):
        with program.machine(MACHINE) as (_, words):
            was = program.report(*words)
            snapshot = taken(*words, "--no-redact")
            now = program.report("--snapshot", "-", input=snapshot)
            self.assertEqual(now["facts"], was["facts"])
            self.assertEqual(now["verdict"], was["verdict"])
            renamed = program.report("--snapshot", "-", input=taken(*words))
        self.assertEqual(renamed["verdict"], was["verdict"])

    def test_replays_agree_to_the_byte_wherever_they_run(self):
        with program.machine(MACHINE) as (_, words), program.folder() as here:
            (here / "it").write_bytes(taken(*words))
            one = program.start("--snapshot", here / "it", "--json")
            two = program.start("--snapshot", "it", "--json", cwd=here, env={
                "HOME": "/root", "TZ": "Asia/Tokyo", "LD_LIBRARY_PATH": "/x", "CUDA_VISIBLE_DEVICES": "",
                "VIRTUAL_ENV": "/y", "USER": "somebody"})
        self.assertEqual(one.stdout, two.stdout)

    def test_other_commands_take_one(self):
        with program.machine(MACHINE) as (_, words), program.folder() as here:
            (here / "it").write_bytes(taken(*words))
            self.assertEqual(program.start("plan", "--snapshot", here / "it", "-q").returncode,
                             program.start("plan", *words, "-q").returncode)

    def test_text_survives_an_issue(self):
        with program.machine(MACHINE) as (_, words):
            text = taken(*words, "--text").decode("ascii")
            binary = program.report("--snapshot", "-", input=taken(*words))
        self.assertTrue(all(len(line) <= 76 for line in text.splitlines()))
        quoted = "Hello,\r\n\r\n" + "".join(f"> {line}\r\n" for line in text.splitlines()) + "> thanks"
        self.assertEqual(program.report("--snapshot", "-", input=quoted.encode()), binary)


class Told(unittest.TestCase):
    """What an engine or an image's configuration says is kept, too: no look at files gives it again."""

    def replayed(self, *words, env=None):
        was = program.report(*words, env=env)
        now = program.report("--snapshot", "-", input=taken(*words, "--no-redact", env=env))
        self.assertEqual(now["facts"], was["facts"])
        self.assertEqual(now["verdict"], was["verdict"])
        renamed = program.report("--snapshot", "-", input=taken(*words, env=env))
        self.assertEqual(renamed["verdict"], was["verdict"])
        return now

    def test_an_image_says_what_it_said_itself(self):
        with program.folder() as here:
            (here / "image.tar").write_bytes(saved(
                tar(entry(PLACE, release("inside"))),
                env=["NVIDIA_REQUIRE_CUDA=cuda>=12.4", "LD_LIBRARY_PATH=/usr/local/cuda/lib64"]))
            now = self.replayed("--image", here / "image.tar")
        container = now["facts"]["container"]
        self.assertEqual(container["image_require"]["value"], "cuda>=12.4")
        self.assertEqual(container["image_name"]["value"], "team/torch:1")

    def test_a_container_says_what_its_engine_said(self):
        ports = {"8888/tcp": [{"HostIp": "10.20.30.40", "HostPort": "18888"}], "22/tcp": None}
        answer = engines.docker(host={"DeviceRequests": engines.GPUS}, ports=ports)
        with program.folder() as here:
            (here / "files.tar").write_bytes(tar(entry(PLACE, release("inside"))))
            engines.install(here, "docker", answer, files=here / "files.tar")
            env = {"PATH": f"{here}:/usr/bin:/bin"}
            now = self.replayed("--container", "trainer", env=env)
            renamed = program.report("--snapshot", "-", input=taken("--container", "trainer", env=env))
        self.assertEqual(now["facts"]["container"]["request"]["value"], "gpus")
        self.assertEqual(len(now["facts"]["container"]["ports"]), 2)
        self.assertNotIn("10.20.30.40", str(renamed))


class Commit(unittest.TestCase):
    """--commit: the engine is a script that writes down what it was told to do."""

    def commit(self, *words, engine="podman", answer=None, fails=False):
        with program.folder() as here:
            (here / "files.tar").write_bytes(tar(entry(PLACE, release("inside"))))
            engines.install(here, engine, answer or engines.docker(), files=here / "files.tar")
            client = here / engine
            said = 'echo "no space left" >&2; exit 125' if fails else f'printf "%s\\n" "$@" >{here}/told'
            client.write_text(client.read_text().replace("export*)", f"commit*) {said} ;;\nexport*)"))
            done = program.start("snapshot", "--container", "trainer", *words,
                                 env={"PATH": f"{here}:/usr/bin:/bin"})
            told = (here / "told").read_text().splitlines() if (here / "told").exists() else None
        return done, told

    def test_the_engine_commits_it_with_labels_and_what_is_run_is_said(self):
        done, told = self.commit("--commit", "team/kept:1")
        self.assertEqual((done.returncode, done.stdout), (0, b""))
        self.assertEqual(told, ["commit", "--change", "LABEL org.opencontainers.image.base.name=team/torch:1",
                                engines.ID, "team/kept:1"])
        self.assertIn(b"+ podman commit --change", done.stderr)

    def test_a_value_that_an_instruction_could_not_hold_is_no_label(self):
        _, told = self.commit("--commit", "team/kept:1", answer=engines.docker(Image='x" evil="$(y)'))
        self.assertEqual(told, ["commit", engines.ID, "team/kept:1"])

    def test_what_the_engine_refuses_is_73_in_its_own_words(self):
        done, _ = self.commit("--commit", "team/kept:1", fails=True)
        self.assertEqual(done.returncode, 73)
        self.assertIn(b"no space left", done.stderr)

    def test_only_a_container_and_only_under_a_name_and_only_by_an_engine_that_can(self):
        self.assertEqual(program.start("snapshot", "--commit", "x").returncode, 64)
        for tag in ("--all", "Upper Case", "x@sha256:" + "ab" * 32):
            done, told = self.commit(f"--commit={tag}")
            self.assertEqual((done.returncode, told), (64, None))
        done, told = self.commit("--commit", "x", engine="nerdctl")
        self.assertNotEqual(done.returncode, 0)
        self.assertIsNone(told)


SECRETS = (
    "hf_abcdefghijklmnopqrstuvwx", "sk-abcdefghijklmnopqrst1234", "ghp_abcdefghijklmnopqrstuvwxyz01",
    "github_pat_11ABCDEFG0abcdefghij", "glpat-abcdefghij0123456789", "xoxb-1234567890-abcdefghijkl",
    "AKIAABCDEFGHIJKLMNOP", "nvapi-abcdefghijklmnopqrst", "pypi-AgEIcHlwaS5vcmcCJGFiYw",
    "dckr_pat_abcdefghijklmnopqrst", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0",
)
VARIABLES = {
    "WANDB_API_KEY": "0123456789secretwandb", "DB_PASSWORD": "hunter2hunter2", "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMIK7",
    "MY_TOKEN": "plainlookingvalue", "SESSION_COOKIE": "crumbcrumbcrumb", "GIT_CREDENTIALS": "gitgitgit99",
    "PIP_INDEX_URL": "https://bob:pa55w0rdpa55@pypi.example.invalid/simple", "SSH_CONNECTION": "203.0.113.77 51000 192.168.7.9 22",
    "USER": "wilhelmina", "HOSTNAME": "gpu-box-17.lab.example.net", "HOME": "/home/wilhelmina",
    "MASTER_ADDR": "10.20.30.40", "CONTROLLER": "fe80::d1c3:b5ff:fe12:3456", "ETHERNET": "d0:50:99:ab:cd:ef",
    "CUDA_VISIBLE_DEVICES": "GPU-8c1ed00d-0d11-4f7a-9c55-a1b2c3d4e5f6", "BOARD": "serial=1322120052917",
} | {f"NOTE_{number}": value for number, value in enumerate(SECRETS)}
PLANTED = SECRETS + (
    "0123456789secretwandb", "hunter2hunter2", "wJalrXUtnFEMIK7", "plainlookingvalue", "crumbcrumbcrumb",
    "gitgitgit99", "pa55w0rdpa55", "203.0.113.77", "192.168.7.9", "wilhelmina", "gpu-box-17", "lab.example.net",
    "10.20.30.40", "d1c3:b5ff", "d0:50:99", "8c1ed00d", "9c55-a1b2c3d4e5f6", "1322120052917",
    "Grace Hopper", "corpnode42",
)


class Redaction(unittest.TestCase):
    def body(self, snapshot, here):
        """What is packed in it, by way of the system's zstd if there is one."""
        (here / "packed").write_bytes(snapshot[len(HEAD):-45])
        if not shutil.which("zstd"):
            self.skipTest("no zstd")
        return subprocess.run(["zstd", "-dcq", here / "packed"], stdout=subprocess.PIPE, check=True).stdout

    def test_thirty_planted_secrets_are_not_in_it(self):
        self.assertGreaterEqual(len(PLANTED), 30)
        with program.machine(MACHINE) as (root, words), program.folder() as here:
            root = pathlib.Path(os.fsdecode(root))
            (root / "etc/hostname").write_text("corpnode42\n")
            with open(root / "etc/passwd", "a", encoding="utf-8") as file:
                file.write("wilhelmina:x:1007:1007:Grace Hopper,,,:/home/wilhelmina:/bin/sh\n")
            planted = "\n".join(PLANTED)
            (root / "proc").mkdir(exist_ok=True)
            for name in ("proc/mounts", "proc/self/mountinfo", "proc/version", "proc/cmdline"):
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                with open(root / name, "a", encoding="utf-8") as file:
                    file.write("\ntoken: " + planted)
            body = self.body(taken("--no-driver", env=VARIABLES), here)
            for secret in PLANTED:
                if secret not in ("Grace Hopper", "corpnode42"):
                    self.assertFalse(secret.encode() in body, secret)
            kept = self.body(taken("--no-driver", "--no-redact", env=VARIABLES), here)
            self.assertTrue(b"wilhelmina" in kept)
            body = self.body(taken(*words), here)
            for secret in ("Grace Hopper", "corpnode42", "wilhelmina", "/ada/"):
                self.assertFalse(secret.encode() in body, secret)
            kept = self.body(taken(*words, "--no-redact"), here)
            self.assertTrue(b"corpnode42" in kept)


class Writing(unittest.TestCase):
    def setUp(self):
        held = program.machine(MACHINE)
        _, self.words = held.__enter__()
        self.addCleanup(held.__exit__, None, None, None)
        held = program.folder()
        self.here = held.__enter__()
        self.addCleanup(held.__exit__, None, None, None)
        self.file = self.here / "monday.gpuvet"

    def test_a_file_is_its_owners_alone(self):
        self.assertEqual(program.start("snapshot", *self.words, "-o", self.file).returncode, 0)
        self.assertEqual(stat.S_IMODE(self.file.stat().st_mode), 0o600)
        self.assertEqual([path.name for path in self.here.iterdir()], ["monday.gpuvet"])

    def test_a_link_is_not_followed(self):
        (self.here / "precious").write_text("precious")
        self.file.symlink_to("precious")
        self.assertEqual(program.start("snapshot", *self.words, "-o", self.file).returncode, 73)
        self.assertEqual((self.here / "precious").read_text(), "precious")

    def test_what_cannot_be_written_whole_leaves_the_old_file(self):
        self.file.write_text("old")
        done = program.start("snapshot", *self.words, "-o", self.file, preexec_fn=lambda: (
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN),
            resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))))
        self.assertEqual(done.returncode, 73, done.stderr)
        self.assertEqual(self.file.read_text(), "old")
        self.assertEqual([path.name for path in self.here.iterdir()], ["monday.gpuvet"])


class Damaged(unittest.TestCase):
    def refused(self, snapshot):
        done = program.start("--snapshot", "-", "--json", input=snapshot)
        self.assertEqual(done.returncode, 66)
        self.assertEqual(done.stdout, b"")
        self.assertEqual(len(done.stderr.splitlines()), 1)
        return done.stderr.decode()

    def test_what_was_cut_or_changed_is_refused(self):
        with program.machine(MACHINE) as (_, words):
            snapshot = taken(*words)
        for end in (0, 1, len(HEAD), len(HEAD) + 1, 100, len(snapshot) // 2, len(snapshot) - 1):
            self.refused(snapshot[:end])
        for at in (20, 30, len(snapshot) // 2, len(snapshot) - 10):
            self.refused(snapshot[:at] + bytes([snapshot[at] ^ 1]) + snapshot[at + 1:])
        self.refused(snapshot + b"more")

    def test_another_version_is_said(self):
        self.assertIn("newer", self.refused(sealed(raw_frame(b""), b"gpuvet-snapshot/2\n")))

    def test_sizes_and_counts_that_lie_are_refused(self):
        for body in (b"", b"\xff" * 4, b"\xff" * 5000, b"\0" * 5000, b"\x04\0\0\0kind" + b"\xff" * 100,
                     b"\0" * 9 + b"\x01" + b"\0" * 13 + b"\xff\xff\xff\xff"):
            self.refused(sealed(raw_frame(body)))
            self.refused(sealed(raw_frame(body, 1 << 60)))

    def test_a_bomb_is_bounded(self):
        self.refused(sealed(bomb(1 << 30)))


if __name__ == "__main__":
    program.main()
