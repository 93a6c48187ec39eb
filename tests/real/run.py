#!/usr/bin/env python3
"""Real containers with a real SSH server, started by `gpuvet run` and looked at from their inside; every refusal is
made for real.

    tests/real/run.py GPUVET [ROOT]

Needs root, podman, runc and debootstrap (of Debian); ROOT (/tmp/gpuvet-sshd-root) is made where it is missing. On
restricted hosts only the host's network works, so no port is mapped: tests/cli/test_run.py shows that part."""

import contextlib
import json
import os
import pathlib
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
import unittest

GPUVET = os.path.abspath(sys.argv.pop(1))
ROOT = pathlib.Path(sys.argv.pop(1) if len(sys.argv) > 1 and not sys.argv[1].startswith("-") else "/tmp/gpuvet-sshd-root")
IMAGE = "localhost/gpuvet-run-sshd:1"
FOLDER = pathlib.Path(tempfile.mkdtemp(prefix="gpuvet-run-"))
OPEN = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
LIMITS = [f"--option=--ulimit=nofile={OPEN}:{OPEN}", "--option=--ulimit=nproc=1000:1000"]
ENV = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root",
       "CONTAINERS_CONF": str(FOLDER / "containers.conf")}


def run(*words, **how):
    return subprocess.run(words, env=ENV, capture_output=True, text=True, timeout=300, check=False, **how)


def setUpModule():
    missing = [name for name in ("podman", "runc", "debootstrap") if not shutil.which(name)]
    if missing or os.geteuid():
        raise unittest.SkipTest(f"needs root and {missing}")
    (FOLDER / "containers.conf").write_text(
        '[engine]\nruntime = "runc"\n[containers]\nnetns = "host"\n'
        f'default_ulimits = ["nofile={OPEN}:{OPEN}", "nproc=1000:1000"]\n')
    if not (ROOT / "usr/sbin/sshd").exists():
        subprocess.run(["debootstrap", "--variant=minbase", "--include=openssh-server", "bookworm", ROOT],
                       check=True, stdout=subprocess.DEVNULL)
    tar = subprocess.Popen(["tar", "-C", ROOT, "-c", "."], stdout=subprocess.PIPE)
    done = run("podman", "import", "-c", "ENV PATH=/opt/torch/bin:/usr/sbin:/usr/bin:/sbin:/bin",
               "-c", "ENV NVIDIA_DRIVER_CAPABILITIES=compute", "-c", 'CMD ["/usr/sbin/sshd", "-D"]', "-", IMAGE,
               stdin=tar.stdout)
    if done.returncode:
        raise unittest.SkipTest(done.stderr.splitlines()[-1])


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

    def test_hands_on_the_engines_code(self):
        done = run(GPUVET, "run", *LIMITS, "--gpus", "none", "--engine", "podman", IMAGE, "--", "sh", "-c", "exit 7",
                   stdin=subprocess.DEVNULL)
        self.assertEqual(done.returncode, 7, done.stderr)


if __name__ == "__main__":
    print("SKIPPED mapped ports: only the host's network works here; fixtures show them (tests/cli/test_run.py)")
    unittest.main()
