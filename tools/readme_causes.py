#!/usr/bin/env python3
"""Prints the causes that have a rule, as the README lists them: readme_causes.py SOURCE_ROOT."""

import pathlib
import sys

from toml_reader import read_toml


def main():
    knowledge = pathlib.Path(sys.argv[1]) / "knowledge"
    ruled = {rule["slug"] for path in (knowledge / "rules").glob("*.toml")
             for rule in read_toml(path).get("rule", [])}
    print("| cause | what is broken |\n| --- | --- |")
    for cause in read_toml(knowledge / "causes.toml")["cause"]:
        if cause["slug"] in ruled:
            print(f"| {cause['slug']} | {cause['title']['en']} |")


if __name__ == "__main__":
    main()
