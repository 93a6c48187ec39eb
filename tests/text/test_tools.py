#!/usr/bin/env python3
"""What each tool prints is read, with its place: test_tools.py GPUVET TOOLS_TOML [--table]

TOOLS_TOML holds a sample of each tool's output, the messages and the facts that must come of it, each
followed by "line:column". --table prints what is covered, for docs/accuracy.md.
"""

import json
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tools"))
from toml_reader import read_toml  # noqa: E402

PROGRAM, TOOLS = sys.argv[1], sys.argv[2]


def flatten(node, path, found):
    """Facts by name: "value line:column"."""
    if isinstance(node, list):
        for number, item in enumerate(node):
            flatten(item, f"{path}.{number}", found)
    elif "state" not in node:
        for name, member in node.items():
            flatten(member, f"{path}.{name}" if path else name, found)
    elif node["state"] == "known":
        value = node["value"]
        value = str(value).lower() if isinstance(value, bool) else value
        found[path] = f"{value} {node.get('from', '')}"


def read(text):
    run = subprocess.run([PROGRAM, "explain", "-", "--json"], input=text, text=True,
                         capture_output=True, check=False)
    found = {}
    flatten(json.loads(run.stdout)["facts"], "", found)
    return found


def tools():
    return read_toml(pathlib.Path(TOOLS))["tool"]


class Tools(unittest.TestCase):
    def test_each_sample_gives_its_facts_and_messages_where_they_stand(self):
        for tool in tools():
            found = read(tool["text"])
            messages = {value for name, value in found.items()
                        if name.startswith("symptom.items.") and name.endswith(".name")}
            with self.subTest(tool=tool["name"]):
                self.assertTrue(tool["messages"] or tool.get("facts"))
                self.assertLessEqual(set(tool["messages"]), messages)
                self.assertLessEqual(tool.get("facts", {}).items(), found.items())


def print_table():
    print("| tool | facts that are read | messages that are known |\n| --- | --- | --- |")
    for tool in tools():
        facts = ", ".join(tool.get("facts", {}))
        messages = ", ".join(message.split()[0] for message in tool["messages"])
        print(f"| {tool['name']} | {facts} | {messages} |")


if __name__ == "__main__":
    if "--table" in sys.argv:
        print_table()
    else:
        unittest.main(argv=sys.argv[:1])
