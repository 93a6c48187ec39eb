#!/usr/bin/env python3
"""Checks that what a person is told to type only looks: steps.py SOURCE_ROOT. Silence is success.

It reads the by-hand commands of knowledge/steps.toml, and tries itself on CHANGING: commands that must be refused.
"""

import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tools"))
from toml_reader import read_toml  # noqa: E402

# Programs that change nothing, whatever follows them.
READERS = {"cat", "df", "findmnt", "grep", "id", "ldd", "ls", "lsmod", "lspci", "modinfo", "printenv", "uname"}
# Programs that can change something, and how they are only asked.
ASKED = {
    "nvidia-smi": re.compile(r"^(-L|-q|--query-\S+|--format=\S+|topo -m|\s)*$"),
    "{torch.python}": re.compile(r"^(-m pip (show|list)( [\w-]+)*|-c import torch; (?!.*(open|os\.|sys\.|system)).*)$"),
}
CHANGING = [["sudo", "cat", "/x"], ["rm", "-r", "/x"], ["nvidia-smi", "--gpu-reset"], ["nvidia-smi", "-pm", "1"],
            ["{torch.python}", "-m", "pip", "install", "torch"], ["{torch.python}", "-c", "import os; os.remove('x')"],
            ["{torch.python}", "-c", "import torch; torch.save(1, open('x', 'w'))"], ["cat", "/x", ">", "/y"]]


def only_looks(command):
    program = pathlib.PurePath(command[0]).name if command[0].startswith("/") else command[0]
    if set(command) & {"|", ">", ">>", "&&", ";"}:
        return False
    return program in READERS or (program in ASKED and bool(ASKED[program].match(" ".join(command[1:]))))


def main():
    steps = read_toml(pathlib.Path(sys.argv[1]) / "knowledge/steps.toml")["step"]
    commands = [way["command"] for step in steps for way in step.get("by_hand", [])]
    found = [f"may change something: {' '.join(command)}" for command in commands if not only_looks(command)]
    found += [f"not refused: {' '.join(command)}" for command in CHANGING if only_looks(command)]
    found += [f"no command by hand: {step['question']['en']}" for step in steps if not step.get("by_hand")]
    print("\n".join(found))
    sys.exit(1 if found or not commands else 0)


if __name__ == "__main__":
    main()
