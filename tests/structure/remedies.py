#!/usr/bin/env python3
"""Checks that no remedy creates a new fault: remedies.py SOURCE_ROOT. Silence is success.

It reads knowledge/remedies/, places.toml, advice.toml and causes.toml, and tries itself on BROKEN: advice
that must be refused.
"""

import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tools"))
from toml_reader import read_toml  # noqa: E402

SHELL = re.compile(r"^(\||\|\||&|&&|;|<|>|>>|2>)$|\$\(|`|\$\{")
INTERPRETER = re.compile(r"^(\{torch\.(python|other_cuda)\}|torch-venv/bin/python)$")
DRIVER = re.compile(r"^(nvidia-driver|nvidia-open|akmod-nvidia|xorg-x11-drv-nvidia|ubuntu-drivers|cuda-drivers|nvidia-kernel)")
TOOLKIT = re.compile(r"^(cuda(-toolkit.*|-nvcc.*)?|nvidia-cuda-toolkit|cudatoolkit.*)$")
REPLACED = ("{build.requirement}", "{build.current_requirement}", "{cudnn.package}=={cudnn.expected}",
            "{torch.missing_package}=={torch.missing_pinned}")
DRIVER_CAUSES = {"driver/missing", "driver/too-old", "driver/gpu-unsupported", "driver/module-not-loaded"}
INSTALLS = {"install", "add", "-S", "-Syu"}


def command_mistakes(command, needs):
    if any(SHELL.search(word) for word in command):
        yield "needs a shell"
    if "sudo" in command and (command[0] != "sudo" or "root" not in needs):
        yield "sudo, without needing root"
    if command[-1] == "reboot" and "reboot" not in needs:
        yield "reboots, and does not say so"
    if any(word.startswith(("LD_LIBRARY_PATH=", "LD_PRELOAD=")) for word in command):
        yield "sets the loader's variables"


def python_mistakes(command):
    """An installer of Python packages: for which interpreter, and does it replace what it is to replace?"""
    if "pip" not in command and command[0] not in ("pip", "pip3", "uv", "poetry"):
        return
    if command[0] in ("pip", "pip3", "sudo"):
        yield "pip without its interpreter"
    if command[1:3] == ["-m", "pip"] and not INTERPRETER.match(command[0]):
        yield "pip of any interpreter"
    if command[:2] == ["uv", "pip"] and "--python" not in command:
        yield "uv pip without --python"
    if not INSTALLS & set(command) or "source" in command:
        return
    if not any(word in REPLACED for word in command) and not {"--force-reinstall", "--reinstall-package"} & set(command):
        yield "installs what may count as installed"
    if "--force-reinstall" in command and "--no-deps" not in command:
        yield "reinstalls more than it names"
    if "{build.requirement}" in command:
        yield "leaves companions of another build behind"


def package_mistakes(remedy, command):
    installs = INSTALLS & set(command) and command[0] == "sudo"
    if installs and any(DRIVER.match(word) for word in command) and not set(remedy["causes"]) & DRIVER_CAUSES:
        yield "installs a driver on a guess"
    if installs and any(DRIVER.match(word) for word in command):
        if "container.inside == true" not in remedy.get("unless", "") and "container" not in remedy.get("when", ""):
            yield "installs a driver in a container"
    if INSTALLS & set(command) and any(TOOLKIT.match(word) for word in command):
        if not all(cause.startswith("runtime/toolkit-") for cause in remedy["causes"]):
            yield "installs a toolkit for what needs none"


def mistakes(remedy):
    for way in remedy.get("way", [{}]):
        whole = remedy | way
        said = list(way_mistakes(remedy, whole))
        yield from (f"{remedy['name']} ({way.get('where', way.get('when', 'everywhere'))}): {text}"
                    for text in said)


def way_mistakes(remedy, way):
    if not way.get("source", "").startswith("https://"):
        yield "no source"
    if not way.get("check"):
        yield "no check"
    elif "sudo" in way["check"]:
        yield "a check that needs root"
    if any("LD_LIBRARY_PATH=" in text for text in way["title"].values()):
        yield "sets the loader's variables"
    if "safe" in way["needs"] and len(way["needs"]) > 1:
        yield "safe, and not safe"
    for command in [*way.get("commands", []), way.get("check") or ["-"]]:
        yield from command_mistakes(command, way["needs"])
        yield from python_mistakes(command)
        yield from package_mistakes(remedy, command)


def sample(command, **more):
    return {"name": "sample", "causes": ["torch/cpu-only"], "needs": ["safe"], "check": ["gpuvet"],
            "source": "https://example.invalid/", "title": {"en": "x", "zh": "x"}, "commands": [command]} | more


PYTHON = ["{torch.python}", "-m", "pip", "install"]
BROKEN = {
    "needs a shell": sample(["a", "|", "b"]),
    "sudo, without needing root": sample(["sudo", "modprobe", "nvidia"]),
    "reboots, and does not say so": sample(["sudo", "reboot"], needs=["root"]),
    "sets the loader's variables": sample(["env", "LD_LIBRARY_PATH=/usr/lib", "python"]),
    "pip without its interpreter": sample(["pip", "install", "{build.requirement}"]),
    "pip of any interpreter": sample(["python", "-m", "pip", "install", "{build.requirement}"]),
    "uv pip without --python": sample(["uv", "pip", "install", "{build.requirement}"]),
    "installs what may count as installed": sample([*PYTHON, "torch"]),
    "reinstalls more than it names": sample([*PYTHON, "--force-reinstall", "{build.current_requirement}"]),
    "leaves companions of another build behind": sample([*PYTHON, "{build.requirement}"]),
    "installs a driver on a guess": sample(["sudo", "apt", "install", "nvidia-driver"], needs=["root"]),
    "installs a driver in a container": sample(["sudo", "dnf", "install", "akmod-nvidia"], needs=["root"],
                                               causes=["driver/missing"]),
    "installs a toolkit for what needs none": sample(["sudo", "apt", "install", "nvidia-cuda-toolkit"], needs=["root"]),
    "no source": sample(["gpuvet"], source="somewhere"),
    "no check": sample(["gpuvet"], check=[]),
    "safe, and not safe": sample(["gpuvet"], needs=["safe", "root"]),
}


def gaps(root, remedies):
    """What a cause, a place or an advice lacks."""
    causes = {entry["slug"] for entry in read_toml(root / "knowledge/causes.toml")["cause"]}
    advised = [entry["cause"] for entry in read_toml(root / "knowledge/advice.toml")["advice"]]
    places = set(read_toml(root / "knowledge/places.toml"))
    used = {way.get("where") for remedy in remedies for way in remedy.get("way", [])}
    names = [remedy["name"] for remedy in remedies]
    yield from (f"{slug}: nothing can be done" for slug in
                sorted(causes - {slug for remedy in remedies for slug in remedy["causes"]}))
    yield from (f"{slug}: no advice" for slug in sorted(causes - set(advised)))
    yield from (f"{slug}: advised twice" for slug in sorted({x for x in advised if advised.count(x) > 1}))
    yield from (f"{name}: two remedies of that name" for name in sorted({x for x in names if names.count(x) > 1}))
    yield from (f"{place}: no remedy has a way for it" for place in sorted(places - used))


def main():
    root = pathlib.Path(sys.argv[1])
    remedies = [entry for path in sorted((root / "knowledge/remedies").glob("*.toml"))
                for entry in read_toml(path)["remedy"]]
    found = [text for remedy in remedies for text in mistakes(remedy)] + list(gaps(root, remedies))
    found += [f"not refused: {what}" for what, remedy in BROKEN.items()
              if not any(text.endswith(what) for text in mistakes(remedy))]
    print("\n".join(found))
    sys.exit(1 if found or not remedies else 0)


if __name__ == "__main__":
    main()
