#!/usr/bin/env python3
"""What remedies say to uv and Poetry, these do: managers.py GPUVET. Needs both on PATH, or UV and POETRY; no network.

A project is made with each, beside an index of wheels that hold a version and nothing else, served on this
machine. gpuvet writes the commands for it (`plan --json`, install_with); they are followed to the letter, but for
the index's address. Then the project's own lock file and environment must hold the very build.
"""

import functools
import http.server
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "cli"))
from test_replace import write_wheel  # noqa: E402

GPUVET = os.path.abspath(sys.argv[1])
TOOLS = {"uv-project": os.environ.get("UV") or shutil.which("uv"),
         "poetry": os.environ.get("POETRY") or shutil.which("poetry")}
PROJECT = """[project]
name = "trial"
version = "0"
requires-python = "=={python}.*"
dependencies = []
[tool.poetry]
package-mode = false
[tool.uv.workspace]
members = []
"""


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


def serve(folder):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}"


def plan():
    words = [GPUVET, "plan", "torch==2.4.1", "torchvision", "--gpu", "sm_86", "--driver", "550.54.14", "--python",
             f"{sys.version_info[0]}.{sys.version_info[1]}", "--json"]
    return json.loads(subprocess.run(words, stdout=subprocess.PIPE, check=True).stdout)["plan"]


def publish(folder, commands):
    """One folder a package, as an index has it, with each package that the commands name."""
    wanted = {word for command in commands for word in command if "==" in word}
    for one in wanted:
        name, _, version = one.partition("==")
        write_wheel(folder / name, name, version)
        write_wheel(folder / name, name, version.partition("+")[0] + "+cpu")
    return wanted


def follow(tool, commands, url, project):
    plain = {"PATH": os.environ["PATH"], "HOME": str(project), "POETRY_VIRTUALENVS_IN_PROJECT": "1",
             "UV_NO_CONFIG": "1", "UV_PYTHON": sys.executable, "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring"}
    for command in commands:
        words = [TOOLS[tool], *(f"{word.partition('=')[0]}={url}" if "=https:" in word else url
                                if word.startswith("https:") else word for word in command[1:])]
        done = subprocess.run(words, cwd=project, env=plain, capture_output=True, text=True, check=False)
        if done.returncode:
            return f"{tool}: {' '.join(words)}: {done.stdout}{done.stderr}"
    return ""


def installed(project):
    return {path.name for path in project.glob(".venv/lib/python*/site-packages/*.dist-info")}


def trial(tool, commands):
    if not TOOLS[tool]:
        return f"{tool}: not installed"
    with tempfile.TemporaryDirectory() as above:
        project, index = pathlib.Path(above) / "trial", pathlib.Path(above) / "index"
        project.mkdir()
        index.mkdir()
        version = f"{sys.version_info[0]}.{sys.version_info[1]}"
        (project / "pyproject.toml").write_text(PROJECT.format(python=version), encoding="utf-8")
        wanted = publish(index, commands)
        mistake = follow(tool, commands, serve(index), project)
        lacking = {f"{one.replace('==', '-')}.dist-info" for one in wanted} - installed(project)
        return mistake or (f"{tool}: lacks {lacking}" if lacking else "")


def main():
    install = plan()["install_with"]
    found = [trial(tool, install[tool]) for tool in TOOLS]
    print("\n".join(one for one in found if one))
    sys.exit(1 if any(found) else 0)


if __name__ == "__main__":
    main()
