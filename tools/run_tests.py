#!/usr/bin/env python3
"""Runs the tests of build folders and counts them.

    run_tests.py BUILD…

Prints what failed, with its output, and as the last line "N passed, N failed". A cmocka program
counts with each of its tests, every other test as one.
"""

import json
import os
import re
import subprocess
import sys

CASE = re.compile(r"^\[\s*(OK|FAILED)\s*\] (\S+)$", re.M)
SKIPPED = re.compile(r"^\[\s*SKIPPED\s*\] (\S+: .*)$", re.M)


def results(build):
    with open(f"{build}/meson-logs/testlog.json", encoding="utf-8") as log:
        return [json.loads(line) for line in log if line.strip()]


def count(test):
    """(passed, failed) of one meson test."""
    output = test.get("stdout", "") + test.get("stderr", "")
    cases = {name: verdict for verdict, name in CASE.findall(output)}
    failed = sum(verdict == "FAILED" for verdict in cases.values())
    passed = len(cases) - failed
    good = test["result"] in ("OK", "EXPECTEDFAIL")
    if good:
        return (passed or 1), 0
    return passed, (failed or 1)


def main():
    passed = failed = skipped = 0
    for build in sys.argv[1:]:
        ninja = subprocess.run(["ninja", "-C", build], stdout=subprocess.PIPE, text=True, check=False)
        if ninja.returncode:
            sys.exit(f"{ninja.stdout}\n{build}: the build failed")
        # Some tests wait for a deadline, so one more than there are processors.
        subprocess.run(["meson", "test", "-C", build, "--no-rebuild", "--quiet",
                        "--num-processes", str((os.cpu_count() or 1) + 1)],
                       stdout=subprocess.DEVNULL, check=False)
        for test in results(build):
            if test["result"] == "SKIP":
                skipped += 1
                print(f"skipped: {build}: {test['name']}")
                continue
            for reason in SKIPPED.findall(test.get("stdout", "")):
                skipped += 1
                print(f"skipped: {build}: {reason}")
            good, bad = count(test)
            passed += good
            failed += bad
            if bad:
                print(f"--- {build}: {test['name']}: {test['result']}")
                print(test.get("stdout", "")[-4000:], test.get("stderr", "")[-4000:])
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
