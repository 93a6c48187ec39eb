#!/usr/bin/env python3
"""Runs the analysers over src/ and helper/, as the build folder compiles them: lint.py BUILD [FILE…]

gcc -fanalyzer, clang --analyze, clang-tidy (.clang-tidy says which checks) and cppcheck; what is not
installed is named and left out. Prints what they say. Silence is success.
"""

import concurrent.futures
import json
import os
import pathlib
import shlex
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
# cppcheck does not know AUTO_CLOSE, nor that an anonymous mapping has the descriptor -1, and wants
# readdir_r, which glibc advises against, and fears a NULL that is an int, which it is in no C of ours. One configuration: the one that is built.
CPPCHECK = ["--enable=warning,performance,portability", "--inline-suppr", "--quiet", "--std=c11",
            "--error-exitcode=1", "--suppress=missingInclude", "--suppress=missingIncludeSystem",
            "--suppress=resourceLeak", "--suppress=invalidFunctionArg", "--suppress=readdirCalled",
            "--suppress=varFuncNullUB",
            "--library=posix", "--max-configs=1"]


def units(build):
    """(folder, source, compiler words) of each file of ours, without the output's words."""
    for entry in json.loads((build / "compile_commands.json").read_text(encoding="utf-8")):
        source = (pathlib.Path(entry["directory"]) / entry["file"]).resolve()
        inside = source.relative_to(ROOT).parts[0] if source.is_relative_to(ROOT) else ""
        if inside not in ("src", "helper") or source.suffix != ".c" or "stubs" in source.parts:
            continue
        words = shlex.split(entry["command"])
        words = words[next(i for i, word in enumerate(words) if word.startswith("-")):]
        kept = [word for i, word in enumerate(words)
                if word not in ("-o", "-c", "-MD", "-MQ", "-MF", "-Werror")
                and (i == 0 or words[i - 1] not in ("-o", "-c", "-MQ", "-MF"))]
        yield entry["directory"], str(source), kept


def for_cppcheck(words):
    return [word for i, word in enumerate(words)
            if word.startswith(("-D", "-I")) or (i and words[i - 1] == "-include")]


def analysers(source, words):
    includes = [f"--include={word}" if not word.startswith("-") else word
                for word in for_cppcheck(words)]
    yield "gcc", ["-fanalyzer", "-Wno-error", "-c", source, "-o", "/dev/null", *words]
    yield "clang", ["--analyze", "--analyzer-output", "text", "-Wno-unknown-warning-option", source,
                    *words]
    yield "clang-tidy", ["--quiet", source, "--", *words]
    if not source.endswith("/knowledge/table.c"):   # megabytes of rows, no code
        yield "cppcheck", [*CPPCHECK, *includes, source]


def analyse(job):
    folder, source, tool, words = job
    done = subprocess.run([tool, *words], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, check=False)
    lines = [line for line in done.stdout.splitlines()
             if "warnings generated" not in line and "warning generated" not in line
             and "Suppressed " not in line and "Use -header-filter" not in line]
    return tool, source, "\n".join(lines).strip() or ("failed" if done.returncode else "")


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    missing = [tool for tool in ("gcc", "clang", "clang-tidy", "cppcheck") if not shutil.which(tool)]
    jobs = [(folder, source, tool, words) for folder, source, flags in units(build)
            for tool, words in analysers(source, flags) if tool not in missing
            and (not sys.argv[2:] or os.path.relpath(source) in sys.argv[2:])]
    said = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for tool, source, words in pool.map(analyse, jobs):
            if words:
                said += 1
                print(f"--- {tool} of {os.path.relpath(source)}\n{words}", flush=True)
    for tool in missing:
        print(f"skipped: {tool} is not installed")
    print(f"{len(jobs)} looks, {said} with something to say")
    return 1 if said or not jobs else 0


if __name__ == "__main__":
    sys.exit(main())
