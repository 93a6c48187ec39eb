#!/usr/bin/env python3
"""Real containers with a real SSH server and a real Jupyter Server, started by `gpuvet run` and looked at from their inside; every refusal is
made for real.

    tests/real/run.py GPUVET [ROOT]

Needs root, podman, runc, debootstrap and an SSH client (of Debian), and a pip that is of Debian 12's Python version, 3.11,
and reaches a registry; ROOT (/tmp/gpuvet-sshd-root) is made where it is missing. On
restricted hosts only the host's network works, so no port is mapped: tests/cli/test_run.py shows that part."""

import contextlib
import json
import os
import pathlib
import re
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
import unittest
import urllib.error
import urllib.request

GPUVET = os.path.abspath(sys.argv.pop(1))
ROOT = pathlib.Path(sys.argv.pop(1) if len(sys.argv) > 1 and not sys.argv[1].startswith("-") else "/tmp/gpuvet-sshd-root")
IMAGE = "localhost/gpuvet-run-sshd:1"
FOLDER = pathlib.Path(tempfile.mkdtemp(prefix="gpuvet-run-"))
OPEN = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
LIMITS = [f"--option=--ulimit=nofile={OPEN}:{OPEN}", "--option=--ulimit=nproc=1000:1000"]
ENV = {"PATH": f"{FOLDER}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": str(FOLDER),
       "CONTAINERS_CONF": str(FOLDER / "containers.conf")}


PROGRAMS = {"jupyter": "jupyter_core.command", "jupyter-server": "jupyter_server.serverapp"}


def run(*words, **how):
    return subprocess.run(words, env=ENV, capture_output=True, text=True, timeout=300, check=False, **how)


def setUpModule():
    missing = [name for name in ("podman", "runc", "debootstrap") if not shutil.which(name)]
    if missing or os.geteuid():
        raise unittest.SkipTest(f"needs root and {missing}")
    (FOLDER / "containers.conf").write_text(
        '[engine]\nruntime = "runc"\n[containers]\nnetns = "host"\n'
        f'default_ulimits = ["nofile={OPEN}:{OPEN}", "nproc=1000:1000"]\n')
    if not (ROOT / "usr/local/bin/jupyter").exists():
        make_root()
    make_user()
    tar = subprocess.Popen(["tar", "-C", ROOT, "--one-file-system", "-c", "."], stdout=subprocess.PIPE)
    done = run("podman", "import", "-c", "ENV PATH=/opt/torch/bin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
               "-c", "ENV NVIDIA_DRIVER_CAPABILITIES=compute", "-c", 'CMD ["/usr/sbin/sshd", "-D"]', "-", IMAGE,
               stdin=tar.stdout)
    if done.returncode:
        raise unittest.SkipTest(done.stderr.splitlines()[-1])


def make_root():
    subprocess.run(["debootstrap", "--variant=minbase", "--include=openssh-server,python3", "bookworm", ROOT], check=True,
                   stdout=subprocess.DEVNULL)
    subprocess.run([sys.executable, "-m", "pip", "install", "-q", "--python-version", "3.11", "--only-binary", ":all:",
                    "--target", ROOT / "usr/local/lib/python3.11/dist-packages", "jupyter-server"], check=True)
    for name, module in PROGRAMS.items():
        (ROOT / "usr/local/bin" / name).write_text(f"#!/usr/bin/python3\nfrom {module} import main\nmain()\n")
        (ROOT / "usr/local/bin" / name).chmod(0o755)


def make_user():
    """A user with a key, whose ssh knows the image's host key; the tester's own ~/.ssh stays out of it."""
    (FOLDER / ".ssh").mkdir(mode=0o700)
    run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", FOLDER / ".ssh/id_ed25519")
    host_key = (ROOT / "etc/ssh/ssh_host_ed25519_key.pub").read_text()
    (FOLDER / "known_hosts").write_text(f"* {host_key}")
    (FOLDER / "config").write_text(f"UserKnownHostsFile {FOLDER}/known_hosts\nIdentityFile {FOLDER}/.ssh/id_ed25519\n"
                                   "HostKeyAlgorithms ssh-ed25519\n")
    (FOLDER / "ssh").write_text(f'#!/bin/sh\nexec /usr/bin/ssh -F {FOLDER}/config "$@"\n')
    (FOLDER / "ssh").chmod(0o755)


def tearDownModule():
    run("podman", "rmi", "-f", IMAGE)
    shutil.rmtree(FOLDER)


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


@contextlib.contextmanager
def container(script, server="exec /usr/sbin/sshd -D -p $PORT"):
    """A container that does this, and then starts sshd; gives its name."""
    name, port = f"gpuvet-real-{os.getpid()}", free_port()
    done = run("podman", "run", "-d", "--name", name, "-e", f"PORT={port}", IMAGE, "sh", "-c",
               f"mkdir -p /run/sshd /root/.ssh; chmod 700 /root /root/.ssh; echo ssh-ed25519 AAAA me > /root/.ssh/authorized_keys;"
               f"chmod 600 /root/.ssh/authorized_keys; {script}; touch /ready; {server}")
    try:
        if done.returncode:
            raise unittest.SkipTest(done.stderr.splitlines()[-1])
        for _ in range(600):
            if run("podman", "exec", name, "sh", "-c", "test -f /ready && (pidof sshd || ! grep -q sshd /proc/1/cmdline)"
                   ).returncode == 0:
                break
        yield name
    finally:
        run("podman", "rm", "-f", "-t", "0", name)


class Inside(unittest.TestCase):
    def cause(self, script, cause, words, who="root@", **how):
        with container(script, **how) as name:
            report = json.loads(run(GPUVET, "access", "container", who + name, "--ssh", "--engine", "podman",
                                    "--json").stdout)
        found = {one["cause"] for one in report["findings"]}
        self.assertIn(cause, found, json.dumps(report["facts"]["access"], indent=1))
        headlines = report["verdict"]["headline"] + json.dumps(report["findings"])
        self.assertIn(words, headlines)
        return report["facts"]["access"]

    def test_not_started(self):
        self.cause("true", "access/ssh-unreachable", "does not run", server="exec sleep 600")

    def test_root_is_off(self):
        self.cause("echo PermitRootLogin no > /etc/ssh/sshd_config.d/a.conf", "access/ssh-denied", "PermitRootLogin no")

    def test_bad_modes(self):
        self.cause("chmod 666 /root/.ssh/authorized_keys", "access/ssh-denied", "mode 0666")

    def test_nobody_of_that_name(self):
        self.cause("true", "access/ssh-denied", "no such user", who="ada@")

    def test_no_key(self):
        self.cause("rm /root/.ssh/authorized_keys", "access/ssh-denied", "no authorized_keys")

    def test_environment_is_lost(self):
        self.cause("true", "torch/wrong-environment", "/opt/torch/bin")

    def test_wrong_address(self):
        """With the host's network that is no fault of its own; what it listens on is seen all the same."""
        facts = self.cause("echo ListenAddress 127.0.0.1 > /etc/ssh/sshd_config.d/a.conf", "torch/wrong-environment",
                           "/opt/torch/bin")["sshd"]
        self.assertEqual((facts["listen"]["value"], facts["inside_only"]["value"]), ("127.0.0.1", True))


class Run(unittest.TestCase):
    def test_starts_the_container_and_knocks(self):
        name = f"gpuvet-started-{os.getpid()}"
        try:
            done = run(GPUVET, "run", *LIMITS, "--gpus", "none", "--ssh", "--engine", "podman", "--name", name, "--port",
                       str(free_port()), IMAGE, "--", "sh", "-c", "echo gone; exit 3")
            self.assertIn("ended at once", done.stdout, done.stderr)
            again = run(GPUVET, "run", *LIMITS, "--gpus", "none", "--engine", "podman", "--name", name, IMAGE)
            self.assertIn("one of the name", again.stdout)
        finally:
            run("podman", "rm", "-f", "-t", "0", name)

    @contextlib.contextmanager
    def started(self, *words):
        """What a run of the image with these words says; the container is gone afterwards."""
        name = f"gpuvet-door-{os.getpid()}"
        try:
            yield name, run(GPUVET, "run", *LIMITS, "--gpus", "none", "--engine", "podman", "--name", name, *words,
                            stdin=subprocess.DEVNULL)
        finally:
            run("podman", "rm", "-f", "-t", "0", name)

    JUPYTER = 'exec jupyter-server --ip=127.0.0.1 --port="$0" --allow-root --no-browser'
    SSHD = 'mkdir -p /run/sshd; exec /usr/sbin/sshd -D -e -p "$0"'

    def test_opens_jupyters_door_and_tells_its_address(self):
        port = str(free_port())
        with self.started("--jupyter", "--port", port, IMAGE, "--", "sh", "-c", self.JUPYTER, port) as (name, done):
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            address = re.search(r"http://127\.0\.0\.1:\d+", done.stdout).group()
            self.assertEqual(address, f"http://127.0.0.1:{port}")
            token = run("podman", "exec", name, "printenv", "JUPYTER_TOKEN").stdout.strip()
            self.assertGreaterEqual(len(token), 32)
            self.assertNotIn(token, done.stdout + done.stderr)
            with urllib.request.urlopen(f"{address}/api/status?token={token}", timeout=20) as answer:
                self.assertIn("kernels", json.load(answer))
            with self.assertRaises(urllib.error.HTTPError):
                urllib.request.urlopen(f"{address}/api/status", timeout=20)
            inside = run(GPUVET, "access", "container", name, "--engine", "podman", "--jupyter", "--json").stdout
            facts = json.loads(inside)["facts"]["access"]["lab"]
            self.assertEqual((facts["running"]["value"], facts["port"]["value"], facts["token"]["value"]),
                             (True, int(port), "given"))

    def test_opens_sshs_door_to_the_users_own_key(self):
        port = str(free_port())
        with self.started("--ssh", "--port", port, IMAGE, "--", "sh", "-c", self.SSHD, port) as (_, done):
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            self.assertIn(f"ssh -p {port} root@127.0.0.1", done.stdout)
            self.assertEqual(run("ssh", "-p", port, "root@127.0.0.1", "echo in").stdout, "in\n")

    def test_opens_both_doors(self):
        ports = str(free_port()), str(free_port())
        script = 'mkdir -p /run/sshd; /usr/sbin/sshd -p "$1"; ' + self.JUPYTER
        with self.started("--ssh", "--jupyter", "--port", ports[0], "--port", ports[1], IMAGE, "--", "sh", "-c", script,
                          *ports) as (_, done):
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            self.assertIn(f"http://127.0.0.1:{ports[0]}", done.stdout)
            self.assertIn(f"ssh -p {ports[1]} root@127.0.0.1", done.stdout)

    def test_hands_on_the_engines_code(self):
        done = run(GPUVET, "run", *LIMITS, "--gpus", "none", "--engine", "podman", IMAGE, "--", "sh", "-c", "exit 7",
                   stdin=subprocess.DEVNULL)
        self.assertEqual(done.returncode, 7, done.stderr)


if __name__ == "__main__":
    print("SKIPPED mapped ports: only the host's network works here; fixtures show them (tests/cli/test_run.py)")
    unittest.main()
