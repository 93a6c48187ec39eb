#!/usr/bin/env python3
"""restore.py GPUVET ENVIRONMENTS [VERSION]: the plan that a lock gives is followed, command by command.

Downloads a torch with all that it needs (5 GB); the environment that comes out must be the same by the lock, hashes
and all.
"""

import json
import pathlib
import subprocess
import sys
import tempfile


def main():
    gpuvet, environments = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2])
    version = sys.argv[3] if len(sys.argv) > 3 else "2.6.0"
    with tempfile.TemporaryDirectory(dir=environments) as folder:
        lock = pathlib.Path(folder) / "gpuvet.lock"
        subprocess.run([gpuvet, "lock", "--env", environments / version, "-q", "-o", lock], check=True)
        plan = json.loads(subprocess.run([gpuvet, "snapshot", "--restore-plan", lock, "--json"],
                                         stdout=subprocess.PIPE, check=True).stdout)["restore"]
        commands = [command for step in plan["steps"] for command in step["commands"]]
        for command in commands:
            print(" ".join(command)[:100], flush=True)
            words = [str(gpuvet), *command[1:]] if command[0] == "gpuvet" else command
            done = subprocess.run(words, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
            if done.returncode:
                print(done.stdout.decode())
                print("FAILED", command[0], done.returncode)
                sys.exit(1)
        print(done.stdout.decode().splitlines()[0])
        if commands[-1][0] != "gpuvet":
            print("FAILED nothing was verified")
            sys.exit(1)


if __name__ == "__main__":
    main()
