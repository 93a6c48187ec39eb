#!/usr/bin/env python3
"""Measures wheels again and compares with the rows that knowledge/measured/ has of them.

    wheels.py READ_WHEEL [PACKAGE==VERSION …]

Fetches from pip's configured index; without packages a small one, torchvision 0.23.0 (9 MB for each
Linux platform). What may change without the wheel changing (which other Pythons and platform tags the
index offers) is not compared. Ends with 1 where something differs.
"""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tools"))

import measure_wheels
from wheel_index import open_index

GROWS = {"python_versions", "wheel_platform_tag"}


def measured_again(index, program, wish):
    for package, version, platform, files in measure_wheels.releases(index, wish):
        file = measure_wheels.choose(files)
        said = measure_wheels.measure(index, program, file, platform)
        yield measure_wheels.wheel_row(package, file, platform, files, said)


def main(program, *wishes):
    known = {(row["package"], row["version"], row["platform"]): row
             for row in measure_wheels.load(measure_wheels.WHEELS)}
    compared = differences = 0
    with open_index() as index:
        for wish in wishes or ["torchvision==0.23.0"]:
            for row in measured_again(index, program, wish):
                key = row["package"], row["version"], row["platform"]
                for column in sorted(row.keys() - GROWS):
                    compared += 1
                    if row[column] != known.get(key, {}).get(column):
                        differences += 1
                        print(*key, column, known.get(key, {}).get(column), "->", row[column])
    print(f"{compared} values compared, {differences} differ")
    return 1 if differences or not compared else 0


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
