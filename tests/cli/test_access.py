#!/usr/bin/env python3
"""access: doors that open, and doors that do not, as small servers on the loopback show them.

What needs a real SSH server or a real Jupyter stands in tests/real/access.py. Here ssh is a script that
prints what the real one would."""

import contextlib
import json
import os
import pathlib
import socket
import stat
import sys
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
import program  # noqa: E402
from schema import Schema  # noqa: E402

SCHEMA = Schema(pathlib.Path(__file__).with_name("schema.json"))
TOKEN = "s3same-0pen-t0ken"
BANNER = b"SSH-2.0-OpenSSH_9.2p1\r\n"
KNOWN = "debug1: Host 'h' is known and matches the ED25519 host key."
KEY = "debug1: Offering public key: /home/me/.ssh/id_ed25519 ED25519 SHA256:abc"


@contextlib.contextmanager
def server(talk, address="127.0.0.1"):
    """Listens on a free port; each connection is given to talk() in one thread. Gives the port."""
    with socket.create_server((address, 0)) as listener:
        def accept():
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection, contextlib.suppress(OSError):
                    talk(connection)
        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


def closed_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def greets(connection):
    connection.sendall(b"a line before the banner\r\n" + BANNER)
    connection.recv(4096)


@contextlib.contextmanager
def client(*complaints, code=0, says="", config=""):
    """An ssh that says this of a login, and that of its configuration: the environment to find it in.
    What it was called with lands in the file `called` beside it."""
    with program.folder() as folder:
        path = folder / "ssh"
        (folder / "complaints").write_text("".join(line + "\r\n" for line in complaints))
        path.write_text(f"""#!/bin/sh
echo "$@" >> {folder}/called
case " $* " in *" -G "*) printf '%s\\n' 'user me' {config}; exit 0;; esac
cat {folder}/complaints >&2
echo '{says}'
exit {code}
""")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        yield {"PATH": f"{folder}:/usr/bin:/bin"}


def http(answers):
    """A server that answers by path; an answer is (status, body), or a function of the request."""
    def talk(connection):
        request = b""
        while b"\r\n\r\n" not in request:
            piece = connection.recv(65536)
            if not piece:
                return
            request += piece
        path = request.split()[1].decode()
        answer = answers.get(path, (404, ""))
        status, body = answer(request) if callable(answer) else answer
        connection.sendall(f"HTTP/1.1 {status} X\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode())
    return talk


def with_token(answer):
    def guarded(request):
        if f"Authorization: token {TOKEN}\r\n".encode() not in request:
            return 403, ""
        return answer(request) if callable(answer) else answer
    return guarded


def upgrade(request):
    return (101, "") if b"Upgrade: websocket\r\n" in request else (400, "")


JUPYTER = {
    "/api": (200, json.dumps({"version": "2.14.0"})),
    "/api/status": with_token((200, "{}")),
    "/api/kernels": with_token((200, json.dumps([{"id": "ab-1"}]))),
    "/api/kernels/ab-1/channels": with_token(upgrade),
}


def chain(report):
    return {link["layer"]: link["state"] for link in report["chain"]}


class Access(unittest.TestCase):
    def found(self, cause, *words, **how):
        report = program.report("access", *words, **how)
        self.assertEqual(report["verdict"]["cause"], cause, json.dumps(report["facts"], indent=1))
        self.assertEqual(list(SCHEMA.mistakes(report)), [])
        return report


class Ssh(Access):
    def ssh(self, cause, port, environment, **how):
        return self.found(cause, "ssh", f"127.0.0.1:{port}", env=environment, **how)

    def test_login_that_works_is_an_open_door(self):
        with server(greets) as port, client(KNOWN, KEY, "Authenticated to h ([h]:22) using \"publickey\".") as env:
            report = self.ssh("none/healthy", port, env)
            self.assertEqual(set(chain(report).values()), {"ok"})
            self.assertEqual(report["facts"]["access"]["ssh"]["banner"]["value"], BANNER.decode().strip())
            done = program.start("access", "ssh", f"me@127.0.0.1:{port}", env=env)
            self.assertEqual(done.returncode, 0)

    def test_client_is_asked_in_batch_and_learns_nothing(self):
        with server(greets) as port, client(KNOWN) as env:
            program.start("access", "ssh", f"me@127.0.0.1:{port}", env=env)
            called = (pathlib.Path(env["PATH"].split(":")[0]) / "called").read_text().splitlines()
        for option in ("BatchMode=yes", "StrictHostKeyChecking=yes", "UpdateHostKeys=no", "ControlPath=none"):
            self.assertIn(option, called[-1])
        self.assertTrue(called[-1].endswith(f"-p {port} -l me -- 127.0.0.1 true"), called[-1])

    def test_nothing_listens(self):
        with client() as env:
            report = self.ssh("access/ssh-unreachable", closed_port(), env)
        self.assertEqual(chain(report)["port"], "broken")
        self.assertEqual(chain(report)["login"], "not-reached")

    def test_bound_to_another_address(self):
        with server(greets, "127.0.0.2") as port, client() as env:
            self.ssh("access/ssh-unreachable", port, env)

    def test_closed_before_the_banner(self):
        with server(lambda connection: None) as port, client() as env:
            report = self.ssh("access/ssh-unreachable", port, env)
        self.assertEqual(report["facts"]["access"]["ssh"]["greeting"]["value"], "closed")

    def test_another_protocol_is_named(self):
        with server(lambda one: one.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")) as port, client() as env:
            report = self.ssh("access/ssh-unreachable", port, env)
        self.assertEqual(report["facts"]["access"]["ssh"]["banner"]["value"], "HTTP/1.1 400 Bad Request")

    def test_endless_greeting_ends(self):
        def talk(connection):
            with contextlib.suppress(OSError):
                for _ in range(1000):
                    connection.sendall(b"x" * 4096)
        with server(talk) as port, client() as env:
            self.ssh("access/ssh-unreachable", port, env)

    def test_changed_host_key(self):
        words = ("debug1: Server host key: ssh-ed25519 SHA256:new",
                 "@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @",
                 "Offending ED25519 key in /home/me/.ssh/known_hosts:7",
                 "Host key for [127.0.0.1]:2222 has changed and you have requested strict checking.",
                 "Host key verification failed.")
        with server(greets) as port, client(*words, code=255) as env:
            report = self.ssh("access/ssh-host-key", port, env)
        commands = [remedy["commands"] for remedy in report["findings"][0]["remedies"]]
        self.assertIn([["ssh-keygen", "-f", "/home/me/.ssh/known_hosts", "-R", "[127.0.0.1]:2222"]], commands)

    def test_unknown_host_key_is_no_verdict(self):
        words = ("debug1: Server host key: ssh-ed25519 SHA256:new",
                 "No ED25519 host key is known for h and you have requested strict checking.",
                 "Host key verification failed.")
        with server(greets) as port, client(*words, code=255) as env:
            report = program.report("access", "ssh", f"127.0.0.1:{port}", env=env)
        self.assertEqual(report["verdict"]["state"], "undecided")
        self.assertEqual(chain(report)["host-key"], "unknown")

    def test_denied_says_why(self):
        cases = {
            "no key to offer": (KNOWN, "me@h: Permission denied (publickey)."),
            "none of the keys": (KNOWN, KEY, "me@h: Permission denied (publickey)."),
            "takes no keys": (KNOWN, "me@h: Permission denied (password)."),
            "others may read it": (KNOWN, KEY, 'Load key "/k": bad permissions',
                                   "me@h: Permission denied (publickey)."),
            "without asking": (KNOWN, KEY, "debug1: Server accepts key: /k ED25519 SHA256:abc",
                               "me@h: Permission denied (publickey)."),
            "too many keys": (KNOWN, KEY, "Received disconnect from h port 22:2: Too many authentication failures"),
        }
        for words, complaints in cases.items():
            with self.subTest(words), server(greets) as port, client(*complaints, code=255) as env:
                self.assertIn(words, self.ssh("access/ssh-denied", port, env)["verdict"]["headline"])

    def test_banned_shell(self):
        with server(greets) as port, client(KNOWN, KEY, "Authenticated to h ([h]:22) using \"publickey\".", code=1,
                                            says="This account is currently not available.") as env:
            report = self.ssh("access/ssh-denied", port, env)
        self.assertIn("This account is currently not available.", report["verdict"]["headline"])

    def test_configuration_says_where(self):
        with server(greets) as port:
            with client(KNOWN, "Authenticated to h", config=f"'hostname 127.0.0.1' 'port {port}'") as env:
                report = self.found("none/healthy", "ssh", "box", env=env)
        self.assertEqual(report["facts"]["access"]["port"]["value"], port)

    def test_without_a_client_nothing_is_claimed(self):
        with server(greets) as port:
            report = program.report("access", "ssh", f"127.0.0.1:{port}", env={"PATH": "/nonexistent"})
        self.assertEqual(report["verdict"]["state"], "undecided")
        self.assertEqual(chain(report)["greeting"], "ok")


class Jupyter(Access):
    def silent(self, *words, env=None):
        """No form of output holds the token."""
        for more in ([], ["--json"], ["-v"], ["--lang", "zh", "-v"]):
            done = program.start("access", *words, *more, env=env)
            self.assertNotIn(TOKEN.encode(), done.stdout + done.stderr)

    def test_open_door_keeps_its_token(self):
        with server(http(JUPYTER)) as port:
            url = f"http://127.0.0.1:{port}/lab/tree/a.ipynb?token={TOKEN}"
            report = self.found("none/healthy", "jupyter", url)
            self.assertEqual(set(chain(report).values()), {"ok"})
            self.silent("jupyter", url)
            self.silent("jupyter", f"127.0.0.1:{port}", env={"JUPYTER_TOKEN": TOKEN})

    def test_wrong_usage_keeps_the_token(self):
        for words in (["jupyter", f"ftp://h/?token={TOKEN}"], [f"http://h/?token={TOKEN}"],
                      ["jupiter", f"http://h/?token={TOKEN}"], ["jupyter", f"http://h:0/?token={TOKEN}"],
                      ["jupyter", f"http://h/?token={TOKEN}", "x"]):
            self.silent(*words)

    def test_refused_token_and_missing_token_differ(self):
        with server(http(JUPYTER)) as port:
            wrong = self.found("access/jupyter-unreachable", "jupyter", f"http://127.0.0.1:{port}/?token=wrong")
            none = self.found("access/jupyter-unreachable", "jupyter", f"http://127.0.0.1:{port}/")
        self.assertIn("refuses the token", wrong["verdict"]["headline"])
        self.assertIn("none was given", none["verdict"]["headline"])

    def test_websocket_that_a_proxy_drops(self):
        broken = JUPYTER | {"/api/kernels/ab-1/channels": with_token((400, "Can \"Upgrade\" only to \"WebSocket\"."))}
        with server(http(broken)) as port:
            report = self.found("access/jupyter-unreachable", "jupyter", f"http://127.0.0.1:{port}/?token={TOKEN}")
        self.assertEqual(chain(report)["kernel"], "broken")
        self.assertEqual(chain(report)["token"], "ok")

    def test_no_kernel_is_started_unasked(self):
        asked = []

        def start(request):
            asked.append(request.split()[0])
            return (201, '{"id": "ab-1"}') if request.startswith(b"POST") else (200, "[]")

        def end(request):
            asked.append(request.split()[0])
            return 204, ""
        with server(http(JUPYTER | {"/api/kernels": start, "/api/kernels/ab-1": end})) as port:
            url = f"http://127.0.0.1:{port}/?token={TOKEN}"
            self.assertEqual(self.found("none/healthy", "jupyter", url)["verdict"]["certainty"], "likely")
            self.assertEqual(asked, [b"GET"])
            report = self.found("none/healthy", "jupyter", url, "--start-kernel")
        self.assertEqual(report["verdict"]["certainty"], "certain")
        self.assertEqual(asked, [b"GET", b"GET", b"POST", b"DELETE"])

    def test_what_is_no_jupyter_is_not_called_one(self):
        answers = {"no Jupyter": {"/api": (404, "")}, "proxy": {"/api": (502, "")}}
        for words, answer in answers.items():
            with self.subTest(words), server(http(answer)) as port:
                report = self.found("access/jupyter-unreachable", "jupyter", f"http://127.0.0.1:{port}")
                self.assertIn(words, report["verdict"]["headline"])

    def test_nothing_listens(self):
        self.found("access/jupyter-unreachable", "jupyter", f"http://127.0.0.1:{closed_port()}")

    def test_another_protocol(self):
        with server(greets) as port:
            self.found("access/jupyter-unreachable", "jupyter", f"http://127.0.0.1:{port}")

    def test_https_goes_through_curl_and_hides_the_token_from_the_process_list(self):
        with server(greets) as port, program.folder() as folder:
            curl = folder / "curl"
            curl.write_text(f"""#!/bin/sh
echo "$@" >> {folder}/called
cat >> {folder}/config
printf 'HTTP/1.1 200 OK\\r\\nContent-Length: 21\\r\\n\\r\\n{{"version": "2.14.0"}}'
""")
            curl.chmod(0o755)
            url = f"https://127.0.0.1:{port}/?token={TOKEN}"
            report = program.report("access", "jupyter", url, env={"PATH": f"{folder}:/usr/bin:/bin"})
            self.assertNotIn(TOKEN, (folder / "called").read_text())
            self.assertIn(f'header = "Authorization: token {TOKEN}"', (folder / "config").read_text())
        self.assertEqual(report["facts"]["access"]["jupyter"]["version"]["value"], "2.14.0")

    def test_https_without_curl_stays_open(self):
        with server(greets) as port:
            report = program.report("access", "jupyter", f"https://127.0.0.1:{port}", env={"PATH": "/nonexistent"})
        self.assertEqual(report["verdict"]["state"], "undecided")


class Usage(unittest.TestCase):
    def test_wrong_words_are_wrong_usage(self):
        for words in ([], ["ssh"], ["ssh", "a", "b"], ["shs", "h"], ["ssh", "--", "-oProxyCommand=x"],
                      ["ssh", "h:0"], ["jupyter", "ftp://h"], ["ssh", "h", "--python", "x"]):
            done = program.start("access", *words)
            self.assertEqual((done.returncode, done.stdout), (64, b""), words)
            self.assertEqual(done.stderr.count(b"\n"), 1, words)

    def test_typo_is_understood(self):
        self.assertIn(b"access ssh was probably meant", program.start("access", "shs", "h").stderr)

    def test_reports_fit_a_terminal(self):
        with server(greets) as port, client(KNOWN, KEY, "me@h: Permission denied (publickey).", code=255) as env:
            for lang in ("en", "zh"):
                done = program.start("access", "ssh", f"127.0.0.1:{port}", "--lang", lang, env=env)
                for line in done.stdout.decode().splitlines():
                    self.assertFalse(program.excess(line, 80), line)

    def test_report_gives_the_same_verdict_again(self):
        with client() as env, program.folder() as folder:
            done = program.start("access", "ssh", f"127.0.0.1:{closed_port()}", "--json", env=env)
            (folder / "report.json").write_bytes(done.stdout)
            again = program.report("check", "--facts", os.fspath(folder / "report.json"))
        self.assertEqual(again["verdict"], json.loads(done.stdout)["verdict"])


if __name__ == "__main__":
    program.main()
