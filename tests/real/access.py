#!/usr/bin/env python3
"""A real OpenSSH server and a real Jupyter Server on the loopback; every refusal is made for real.

    tests/real/access.py GPUVET [FOLDER]

Needs root and Debian's openssh-server for SSH; for Jupyter a Python that can make a virtual environment in
FOLDER (/tmp/real-envs/jupyter) and install jupyter_server. Says what could not run."""

import contextlib
import json
import os
import pathlib
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

GPUVET = os.path.abspath(sys.argv.pop(1))
VENV = pathlib.Path(sys.argv.pop(1) if len(sys.argv) > 1 and not sys.argv[1].startswith("-") else "/tmp/real-envs/jupyter")
TOKEN = "r3al-t0ken-that-nobody-prints"
PATIENCE = 60
SSHD = "/usr/sbin/sshd"


def free_port(address="127.0.0.1"):
    with socket.create_server((address, 0)) as listener:
        return listener.getsockname()[1]


def wait_for(port, process, address="127.0.0.1"):
    """Until something takes connections there."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if process.poll() is not None:
            raise RuntimeError(f"{process.args[0]} ended with {process.returncode}")
        with contextlib.suppress(OSError), socket.create_connection((address, port), 1):
            return
    raise TimeoutError(f"nothing listens on {port}")


@contextlib.contextmanager
def running(*words, **how):
    with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **how) as process:
        try:
            yield process
        finally:
            process.terminate()
            process.wait()


def ask(*words, path="", **env):
    done = subprocess.run([GPUVET, "access", *words, "--json"], capture_output=True, check=False, timeout=PATIENCE,
                          env={"PATH": f"{path}:/usr/local/bin:/usr/bin:/bin", "HOME": "/root"} | env)
    assert TOKEN.encode() not in done.stdout + done.stderr, "the token was printed"
    return json.loads(done.stdout)


class Machine:
    """A folder below root's home (StrictModes looks at every folder above a key) with host key, user key,
    configuration of the client, and an `ssh` that reads it: ssh takes its home from /etc/passwd."""

    def __init__(self, folder):
        self.folder, self.port = folder, free_port()
        for name in ("host", "other", "key"):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / name], check=True)
        self.keys = folder / "authorized_keys"
        shutil.copy(folder / "key.pub", self.keys)
        self.keys.chmod(0o600)
        self.know("host")
        (folder / "bin").mkdir()
        ssh = folder / "bin" / "ssh"
        ssh.write_text(f'#!/bin/sh\nexec /usr/bin/ssh -F {folder}/config "$@"\n')
        ssh.chmod(0o755)
        self.client("IdentityFile " + str(folder / "key"))

    def know(self, key):
        kind, data, *_ = (self.folder / f"{key}.pub").read_text().split()
        (self.folder / "known").write_text(f"[127.0.0.1]:{self.port} {kind} {data}\n")

    def client(self, *lines):
        (self.folder / "config").write_text("\n".join([
            f"UserKnownHostsFile {self.folder}/known", "GlobalKnownHostsFile none", "IdentitiesOnly yes", *lines, ""]))

    @contextlib.contextmanager
    def server(self, *lines, address="127.0.0.1"):
        config = self.folder / "sshd_config"
        config.write_text("\n".join([*lines, f"Port {self.port}", f"ListenAddress {address}", "PidFile none",
                                     f"HostKey {self.folder}/host", f"AuthorizedKeysFile {self.keys}",
                                     "UsePAM no", "PasswordAuthentication no", ""]))
        with running(SSHD, "-D", "-e", "-f", config) as process:
            wait_for(self.port, process, address)
            yield

    def knock(self, user="root", port=None):
        return ask("ssh", f"{user}@127.0.0.1:{port or self.port}", path=str(self.folder / "bin"))


@unittest.skipUnless(os.geteuid() == 0 and os.path.exists(SSHD), "needs root and openssh-server")
class Ssh(unittest.TestCase):
    def setUp(self):
        folder = tempfile.mkdtemp(prefix="gpuvet-access-", dir=pwd.getpwuid(0).pw_dir)
        self.addCleanup(shutil.rmtree, folder)
        os.makedirs("/run/sshd", mode=0o755, exist_ok=True)
        self.machine = Machine(pathlib.Path(folder))

    def cause(self, report, cause, words=""):
        self.assertEqual(report["verdict"]["cause"], cause, json.dumps(report, indent=1))
        self.assertIn(words, report["verdict"]["headline"])

    def test_right_key_gets_in(self):
        known = (self.machine.folder / "known").read_text()
        with self.machine.server():
            self.cause(self.machine.knock(), "none/healthy")
        self.assertEqual((self.machine.folder / "known").read_text(), known)

    def test_not_started(self):
        self.cause(self.machine.knock(), "access/ssh-unreachable", "Nothing listens")

    def test_wrong_port(self):
        with self.machine.server():
            self.cause(self.machine.knock(port=free_port()), "access/ssh-unreachable")

    def test_bound_elsewhere(self):
        with self.machine.server(address="127.0.0.2"):
            self.cause(self.machine.knock(), "access/ssh-unreachable")

    def test_no_key(self):
        self.machine.client(f"IdentityFile {self.machine.folder}/absent")
        with self.machine.server():
            self.cause(self.machine.knock(), "access/ssh-denied", "no key to offer")

    def test_key_that_is_not_authorized(self):
        self.machine.client(f"IdentityFile {self.machine.folder}/other")
        with self.machine.server():
            self.cause(self.machine.knock(), "access/ssh-denied", "none of the keys")

    def test_bad_modes_of_authorized_keys(self):
        self.machine.keys.chmod(0o666)
        with self.machine.server():
            self.cause(self.machine.knock(), "access/ssh-denied", "mode is too open")

    def test_private_key_that_others_may_read(self):
        (self.machine.folder / "key").chmod(0o644)
        with self.machine.server():
            self.cause(self.machine.knock(), "access/ssh-denied", "others may read it")

    def test_key_with_a_passphrase(self):
        subprocess.run(["ssh-keygen", "-q", "-p", "-N", "secret", "-f", self.machine.folder / "key"], check=True,
                       stdout=subprocess.DEVNULL)
        with self.machine.server():
            self.cause(self.machine.knock(), "access/ssh-denied", "passphrase")

    def test_root_login_off(self):
        with self.machine.server("PermitRootLogin no"):
            self.cause(self.machine.knock(), "access/ssh-denied", "may not log in")

    def test_keys_off(self):
        with self.machine.server("PubkeyAuthentication no", "PasswordAuthentication yes"):
            self.cause(self.machine.knock(), "access/ssh-denied", "takes no keys")

    def test_banned_shell(self):
        with self.machine.server("Match User root", "ForceCommand /usr/sbin/nologin", "Match all"):
            self.cause(self.machine.knock(), "access/ssh-denied", "currently not available")

    def test_changed_host_key(self):
        self.machine.know("other")
        with self.machine.server():
            self.cause(self.machine.knock(), "access/ssh-host-key")

    def test_unknown_host_key_is_not_learned(self):
        (self.machine.folder / "known").write_text("")
        with self.machine.server():
            self.assertEqual(self.machine.knock()["verdict"]["state"], "undecided")
        self.assertEqual((self.machine.folder / "known").read_text(), "")


def install_jupyter():
    """Why there is none; empty where there is."""
    if (VENV / "bin" / "jupyter-server").exists():
        return ""
    with contextlib.suppress(OSError, subprocess.CalledProcessError):
        subprocess.run([sys.executable, "-m", "venv", VENV], check=True)
        subprocess.run([VENV / "bin" / "pip", "install", "-q", "jupyter_server", "ipykernel"], check=True)
        return ""
    return "jupyter_server cannot be installed here"


@contextlib.contextmanager
def proxy(to):
    """Hands each connection on without the header line "Upgrade", as a proxy does that was told nothing."""
    def carry(client):
        request = b""
        while b"\r\n\r\n" not in request:
            request += client.recv(65536)
        lines = [line for line in request.split(b"\r\n") if not line.lower().startswith(b"upgrade:")]
        with socket.create_connection(("127.0.0.1", to)) as server:
            server.sendall(b"\r\n".join(lines))
            client.sendall(server.recv(65536))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        def accept():
            while True:
                try:
                    client, _ = listener.accept()
                except OSError:
                    return
                with client, contextlib.suppress(OSError):
                    carry(client)
        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


class Jupyter(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        missing = install_jupyter()
        if missing:
            raise unittest.SkipTest(missing)
        cls.port = free_port()
        cls.home = cls.enterClassContext(tempfile.TemporaryDirectory())
        process = cls.enterClassContext(running(
            VENV / "bin" / "jupyter-server", "--no-browser", "--allow-root", f"--port={cls.port}", "--ip=127.0.0.1",
            env={"PATH": f"{VENV}/bin:/usr/bin:/bin", "HOME": cls.home, "JUPYTER_TOKEN": TOKEN}, cwd=cls.home))
        wait_for(cls.port, process)

    def knock(self, cause, *more, port=None, token=TOKEN):
        report = ask("jupyter", f"http://127.0.0.1:{port or self.port}/lab?token={token}", *more)
        self.assertEqual(report["verdict"]["cause"], cause, json.dumps(report, indent=1))
        return {link["layer"]: link["state"] for link in report["chain"]}

    def test_token_is_taken_and_a_kernel_connects(self):
        self.assertEqual(self.knock("none/healthy")["token"], "ok")
        self.assertEqual(self.knock("none/healthy", "--start-kernel")["kernel"], "ok")
        self.assertEqual(self.knock("none/healthy")["kernel"], "unknown")   # and none is left

    def test_bad_token(self):
        self.assertEqual(self.knock("access/jupyter-unreachable", token="wrong")["token"], "broken")

    def test_no_token(self):
        self.assertEqual(self.knock("access/jupyter-unreachable", token="")["token"], "broken")

    def test_wrong_port(self):
        self.assertEqual(self.knock("access/jupyter-unreachable", port=free_port())["port"], "broken")

    def test_proxy_that_breaks_websockets(self):
        with proxy(self.port) as port:
            links = self.knock("access/jupyter-unreachable", "--start-kernel", port=port)
        self.assertEqual((links["token"], links["kernel"]), ("ok", "broken"))


if __name__ == "__main__":
    unittest.main(verbosity=2)
