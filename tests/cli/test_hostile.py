#!/usr/bin/env python3
"""What is examined cannot harm: not the terminal, not the shell that a command is pasted into, not
a reader of JSON; and a folder given as --root cannot lead out, hang, or fill the memory."""

import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
import program  # noqa: E402

BASH = shutil.which("bash") or "sh"
CANARY = "c4n4ry-0utside"
SITE = "home/ada/venv/lib/python3.10/site-packages"
VALUES = ("$(touch pwned);rm -rf ~", "`id`", "'; touch pwned; '", '"&&touch pwned', "\x1b[2J\x1b]0;x\x07",
          "<script>alert(1)</script>", "\u202egnp.exe", "two\nlines\r\x08\x7f", "-rf", "~root", "a b\tc",
          "\\x1b", "%s%n", "{driver.version}", "🙂" * 50, "é" * 3000, "\x00nul")
SECRET = "Zq7" + "x9Kp2Lm4Nv8Rt6" * 2
SECRETS = {
    "Hugging Face": f"hf_{SECRET}", "OpenAI": f"sk-{SECRET}", "a project's": f"sk-proj-{SECRET}",
    "Anthropic": f"sk-ant-api03-{SECRET}", "GitHub": f"ghp_{SECRET}", "fine-grained": f"github_pat_{SECRET}",
    "GitLab": f"glpat-{SECRET}", "Slack": f"xoxb-{SECRET}", "NGC": f"nvapi-{SECRET}", "PyPI": f"pypi-{SECRET}",
    "Google": f"AIza{SECRET}", "AWS id": f"AKIA{SECRET}", "AWS key": f"AWS_SECRET_ACCESS_KEY={SECRET}/+{SECRET}",
    "JWT": f"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIx{SECRET}.{SECRET}", "long JWT": f"eyJhbGciOi{SECRET * 30}.{SECRET}",
    "Bearer": f"Authorization: Bearer {SECRET}", "Bearer alone": f"Bearer {SECRET}",
    "Basic": f"Authorization: Basic {SECRET}==", "address": f"https://ada:{SECRET}@example.org/simple",
    "address with a token": f"https://{SECRET}@example.org/x.git", "query": f"http://localhost:8888/?token={SECRET}",
    "signature": f"https://example.org/x?sig={SECRET}", "escaped": f"https://ada:{SECRET}&amp;x@example.org/",
    "option": f"--password {SECRET}", "option=": f"--token={SECRET}", "login": f"docker login -u ada -p {SECRET} x",
    "curl": f"curl -u ada:{SECRET} https://x", "variable": f"WANDB_API_KEY={SECRET}",
    "JSON": f'{{"password": "{SECRET}"}}', "quoted": f"password='{SECRET} {SECRET}'", "Azure": f"AccountKey={SECRET}",
    "private key": f"-----BEGIN OPENSSH PRIVATE KEY-----\n{SECRET}\n{SECRET}\n-----END OPENSSH PRIVATE KEY-----",
}
# What a report quotes, with a secret before, beside and after it.
TOLD = (
    "RuntimeError: CUDA error: no kernel image is available for execution on the device {}\n",
    "{} RuntimeError: CUDA error: no kernel image is available {}\nNVIDIA GeForce RTX 5090 with CUDA capability "
    "sm_120 is not compatible with the current PyTorch installation. {}\n",
    "docker: Error response from daemon: could not select device driver \"\" with capabilities: [[gpu]]. {}\n",
    "$ docker run -it -e {} --gpus all pytorch/pytorch:2.4.1 python\nOSError: libcudnn.so.8: cannot open shared "
    "object file {}\n",
    "$ pip install torch {}\nERROR: Could not find a version that satisfies the requirement torch {}\n",
)
# A list that hides nothing: every fact, every command.
EVERYTHING = ("-v", "--color=never")


def wild(text):
    """Bytes that could move a cursor or reorder a line."""
    return [glyph for glyph in text if (ord(glyph) < 32 and glyph != "\n") or 127 <= ord(glyph) < 160
            or glyph in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\ufffe"]


def argv_of_shell(line, home):
    """What a shell makes of a pasted line, without running it."""
    done = subprocess.run([BASH, "-c", f"printf '%s\\0' {line}"], capture_output=True, check=True,
                          env={"HOME": home, "PATH": "/nonexistent"})
    return done.stdout.decode("utf-8", errors="surrogateescape").split("\0")[:-1]


def commands_of_text(text):
    """The command lines of a report, with their continuations joined."""
    lines = text.replace(" \\\n", " ").splitlines()
    return [line.strip() for line in lines if line.startswith(" " * 7) and line.strip()
            and line[7] != " "]


def commands_of_report(answer):
    """The commands that the text shows, too: a consequence needs none of its own."""
    return [command for finding in answer["findings"] if finding["role"] != "consequence"
            for remedy in finding["remedies"] for command in remedy["commands"]]


class Values(unittest.TestCase):
    """Planted in every fact that is a string: what a hostile machine could say of itself."""

    def planted(self, value, here):
        with program.machine("ubuntu-version-mismatch") as (_, words):
            answer = program.report(*words)
        count = 0
        for layer in answer["facts"].values():
            for fact in layer.values():
                for each in fact if isinstance(fact, list) else [{"": fact}]:
                    for member in each.values():
                        member["from"] = value
                        if isinstance(member.get("value"), str):
                            member["value"] = value
                            count += 1
        self.assertGreater(count, 50)
        (here / "facts").write_text(json.dumps(answer["facts"]))
        return here / "facts"

    def test_never_reach_the_terminal_as_they_are(self):
        with program.folder() as here:
            for value in VALUES:
                facts = self.planted(value, here)
                for lang in ("en", "zh"):
                    for words in ((), EVERYTHING):
                        with self.subTest(value[:40], lang=lang, words=words):
                            done = program.start("--facts", facts, "--lang", lang, *words)
                            self.assertIn(done.returncode, (0, 1, 2))
                            self.assertEqual(wild(done.stdout.decode("utf-8", errors="strict")), [])
                            self.assertEqual(done.stderr, b"")

    def test_come_back_from_json_as_they_were(self):
        with program.folder() as here:
            for value in VALUES:
                with self.subTest(value[:40]):
                    facts = program.report("--facts", self.planted(value, here))["facts"]
                    self.assertEqual(facts["machine"]["name"]["value"], value)

    def test_in_names_of_files_are_escaped_too(self):
        for name in ("hostile-names", "hostile-bytes"):
            for words in ((), EVERYTHING):
                with program.machine(name) as (_, machine), self.subTest(name, words=words):
                    done = program.start(*machine, *words)
                    self.assertEqual(wild(done.stdout.decode("utf-8", errors="strict")), [])
                    program.report(*machine)

    def test_in_wrong_input_are_escaped_too(self):
        for words in (["--root", b"/\xff\x1b[2J\n"], ["--facts", b"/\xff\x1b[2J\n"],
                      ["--color", b"\x1b[2J"]):
            done = program.start(*words)
            self.assertEqual(done.stderr.count(b"\n"), 1)
            self.assertEqual(wild(done.stderr.decode("utf-8", errors="strict")), [])


class Texts(unittest.TestCase):
    """What `explain` is given to read."""

    def test_keep_their_secrets(self):
        for name, secret in SECRETS.items():
            for text in TOLD[::program.SHORTER]:
                pasted = text.replace("{}", secret).encode()
                for words in (("-v", "--lang=zh"), ("--json",))[program.SHORTER > 1:]:
                    with self.subTest(name, text=text[:20], words=words):
                        done = program.start("explain", "-", *words, input=pasted)
                        self.assertIn(done.returncode, (1, 2))
                        self.assertNotIn(SECRET.encode(), done.stdout + done.stderr)

    def test_of_any_shape_end_in_a_short_report(self):
        shapes = {
            "noise": bytes(range(256)) * 4000, "no UTF-8": b"\xff\xfe\xc3\x28" * 250000, "zeros": bytes(10**6),
            "one line": b"CUDA error: " * 80000, "lines": b"CUDA error: x\n" * 70000, "short": b"Xid\n" * 250000,
            "quoted": (b"> " * 2000 + b"CUDA error: x\n") * 250, "colours": b"\x1b[1;31mCUDA\x1b[0m error: x\n" * 40000,
            "colour": b"\x1b[" + b"1;" * 500000, "escapes": b"&quot;&lt;CUDA error&gt;&amp;" * 30000,
            "run": b"a/" * 250000 + b" image " + b"a." * 250000, "blanks": b"apt install" + b" " * 10**6,
            "ends": b"\n" * 10**6, "secrets": b"CUDA error: ://a:b token hf_ -----BEGIN \n" * 25000,
        }
        for name, text in shapes.items():
            for words in ((), ("--json",), ("-v",)):
                with self.subTest(name, words=words):
                    done = program.start("explain", "-", *words, input=text[:len(text) // program.SHORTER])
                    self.assertIn(done.returncode, (0, 1, 2))
                    self.assertEqual(done.stderr, b"")
                    self.assertLess(len(done.stdout), 200000)
                    self.assertEqual(wild(done.stdout.decode("utf-8", errors="strict")), [])


class Commands(unittest.TestCase):
    def test_pasted_into_a_shell_are_what_json_says(self):
        seen = 0
        for name in program.machines():
            with program.machine(name) as (_, words):
                answer = program.report(*words)
                text = program.start(*words, "--color=never").stdout.decode()
            home = answer["facts"].get("process", {}).get("home", {}).get("value", "/nonexistent")
            promised = commands_of_report(answer)
            with self.subTest(name):
                self.assertEqual([argv_of_shell(line, home) for line in commands_of_text(text)], promised)
                seen += len(promised)
        self.assertGreater(seen, 30)

    def test_do_not_run_what_is_planted_in_a_path(self):
        with program.machine("ubuntu-old-cudnn") as (_, words):
            answer = program.report(*words)
        with program.folder() as here:
            for value in VALUES:
                python = f"/home/ada/{value}/bin/python"
                answer["facts"]["torch"]["python"]["value"] = python
                (here / "facts").write_text(json.dumps(answer["facts"]))
                promised = commands_of_report(program.report("--facts", here / "facts"))
                text = program.start("--facts", here / "facts", "--color=never").stdout.decode()
                with self.subTest(value[:40]):
                    self.assertIn(python, promised[0])
                    if "\0" not in value:   # no argument of a program holds a NUL
                        self.assertEqual([argv_of_shell(line, "/home/ada")
                                          for line in commands_of_text(text)], promised)


class Root(unittest.TestCase):
    """A folder that somebody hostile has filled."""

    def setUp(self):
        self.context = program.machine("ubuntu-22.04-rtx3060")
        self.root, self.words = self.context.__enter__()
        self.addCleanup(self.context.__exit__, None, None, None)
        self.outside = self.root.parent / "outside"
        self.outside.mkdir()
        for name in ("version", "version.py", "hostname", "os-release", "METADATA"):
            (self.outside / name).write_text(f"__version__ = '{CANARY}'\n{CANARY}\n")

    def replace(self, path):
        path = self.root / path
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_symlink() or path.is_file():
            path.unlink()
        elif path.is_dir():
            path.rename(path.with_name("was"))
        return path

    def examine(self, refused=None):
        began = time.monotonic()
        done = program.start(*self.words, *EVERYTHING, timeout=10)
        took = time.monotonic() - began
        text = done.stdout.decode("utf-8", errors="strict")
        self.assertIn(done.returncode, (0, 1, 2), done.stderr)
        self.assertNotIn(CANARY, text)
        self.assertNotIn(CANARY, program.start(*self.words, "--json").stdout.decode())
        self.assertLess(took, 10)
        if refused:
            self.assertIn("Not read", text)
            self.assertIn(refused, text[text.index("Not read"):].split("\n\n")[0])
        return text

    def test_links_never_lead_out(self):
        up = "/".join([".."] * 40)
        for target in (f"{self.outside}", f"{up}{self.outside}", "../../../../../../outside",
                       "/../outside", f"/proc/self/cwd/{self.outside}", f"/proc/{os.getpid()}/root"
                       f"{self.outside}"):
            for path, name in (("etc/hostname", "hostname"), ("sys/module/nvidia/version", "version"),
                               (f"{SITE}/torch/version.py", "version.py")):
                with self.subTest(target=target, path=path):
                    self.replace(path).symlink_to(f"{target}/{name}")
                    self.examine()
        for folder in ("etc", "sys/module/nvidia", f"{SITE}/torch"):
            with self.subTest(folder=folder):
                self.replace(folder).symlink_to(self.outside)
                self.examine()

    def test_loops_end(self):
        self.replace("sys/module/nvidia/version").symlink_to("version")
        self.replace("etc/hostname").symlink_to("/etc/hostname")
        self.replace(f"{SITE}/torch").symlink_to(".")
        (self.root / SITE / "loop").symlink_to("..")
        self.examine(refused="/sys/module/nvidia/version")

    def test_what_is_no_file_is_not_opened(self):
        version = self.replace(f"{SITE}/torch/version.py")
        os.mkfifo(version)
        self.examine(refused="version.py")
        version.unlink()
        with socket.socket(socket.AF_UNIX) as server:
            here = os.open(version.parent, os.O_PATH)
            server.bind(f"/proc/self/fd/{here}/version.py")
            os.close(here)
            self.examine(refused="version.py")
        os.mkfifo(self.replace("etc/ld.so.cache"))
        os.mkfifo(self.replace("sys/bus/pci/devices"))
        self.examine()

    def test_devices_are_not_opened(self):
        version = self.replace(f"{SITE}/torch/version.py")
        try:
            os.mknod(version, 0o20666, os.makedev(1, 5))   # /dev/zero
        except PermissionError:
            self.skipTest("making a device needs root")
        self.examine(refused="version.py")

    def test_huge_files_cost_their_limit(self):
        for path in (f"{SITE}/torch/version.py", "sys/module/nvidia/version", "etc/os-release",
                     f"{SITE}/torch-2.4.1+cu121.dist-info/METADATA", "etc/ld.so.cache"):
            with self.subTest(path), open(self.replace(path), "wb") as file:
                file.truncate(10 << 30)
                self.examine(refused=path.rsplit("/", 1)[1][:8])

    def test_crowded_folders_cost_their_limit(self):
        for folder, count in ((SITE, 100000), ("usr/lib/x86_64-linux-gnu", 9000),
                              ("sys/bus/pci/devices", 9000), ("var/lib/dkms", 9000)):
            with self.subTest(folder):
                (self.root / folder).mkdir(parents=True, exist_ok=True)
                for i in range(count):
                    os.close(os.open(self.root / folder / f"n{i:06}", os.O_CREAT | os.O_WRONLY))
                self.examine()

    def test_deep_and_long_names_end(self):
        deep = self.root / SITE
        for _ in range(10):
            deep = deep / ("d" * 200)
            deep.mkdir()
        (self.root / SITE / "x.pth").write_text("/" + "a/" * 5000 + "\n" + "b" * 100000 + "\n" + "..\n" * 9999)
        self.examine()

    def test_files_full_of_anything_do_not_crash(self):
        noise = bytes(range(256)) * 400
        for pattern in ("etc/*", f"{SITE}/torch/*.py", f"{SITE}/*.dist-info/*", "sys/module/nvidia/*",
                        "proc/*", "sys/bus/pci/devices/*/*", "usr/lib/x86_64-linux-gnu/*.so*",
                        "home/ada/venv/*.cfg", "lib/modules/*/*"):
            for path in self.root.glob(pattern):
                if path.is_file() and not path.is_symlink():
                    path.write_bytes(noise)
        self.examine()


if __name__ == "__main__":
    program.main()
