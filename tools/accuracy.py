"""How often texts are judged rightly.

    accuracy.py VERDICTS_PROGRAM CASES… [--wrong] [--markdown]

Each of CASES is a file of records, a JSON object a line: id, input, cause, also_acceptable. A record
is exact if the verdict names its cause; acceptable also if it names one of also_acceptable, or is
undecided with the cause among its first three candidates. A wrong verdict that calls itself certain
is counted by itself: there must be none. --wrong lists what was not exact.
"""

import argparse
import json
import pathlib
import subprocess
import tempfile


def read_cases(path):
    with open(path, encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]


def verdicts(program, cases):
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for number, case in enumerate(cases):
            paths.append(pathlib.Path(folder, f"{number:05}"))
            paths[-1].write_bytes(case["input"].encode("utf-8", "surrogateescape"))
        run = subprocess.run([program, *paths], check=True, capture_output=True, text=True,
                             errors="replace")
    return [line.split("\t") for line in run.stdout.splitlines()]


def grade(case, verdict):
    state, cause, certainty, candidates = verdict[:4]
    if cause == case["cause"]:
        return "exact"
    if cause in case.get("also_acceptable", []):
        return "acceptable"
    if state == "undecided" and case["cause"] in candidates.split()[:3]:
        return "acceptable"
    return "certain-wrong" if certainty == "certain" else "wrong"


def count(path, program, show_wrong):
    cases = read_cases(path)
    grades = {"exact": 0, "acceptable": 0, "wrong": 0, "certain-wrong": 0}
    several = 0
    for case, verdict in zip(cases, verdicts(program, cases)):
        result = grade(case, verdict)
        grades[result] += 1
        several += len(set(verdict[4].split()) - {"error-line"}) > 1
        if show_wrong and result != "exact":
            print(f"{case['id']:10} {result:13} {case['cause']} <- {verdict}")
    return len(cases), grades, several


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("cases", nargs="+")
    parser.add_argument("--wrong", action="store_true")
    arguments = parser.parse_args()
    rows = [(path, *count(path, arguments.program, arguments.wrong)) for path in arguments.cases]
    print("| records | number | exact | acceptable | wrong, not certain | wrong and certain "
          "| show several messages |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for path, total, grades, several in rows:
        exact = grades["exact"]
        print(f"| {pathlib.Path(path).name} | {total} | {exact / total:.1%} "
              f"| {(exact + grades['acceptable']) / total:.1%} | {grades['wrong']} "
              f"| {grades['certain-wrong']} | {several} |")


if __name__ == "__main__":
    main()
