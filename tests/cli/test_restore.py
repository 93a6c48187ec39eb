#!/usr/bin/env python3
"""snapshot --restore-plan: what is recorded becomes commands, and what is not is said."""

import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
import program  # noqa: E402
from test_snapshot import taken  # noqa: E402

MACHINE = "ubuntu-22.04-rtx3060"


def fact(value):
    return {"state": "known", "value": value, "from": "test"}


def facts(**layers):
    return {layer: {name: value if isinstance(value, list) else fact(value) for name, value in members.items()}
            for layer, members in layers.items()}


TORCH = {"version": "2.6.0+cu126", "release": "2.6.0", "metadata_version": "2.6.0+cu126", "python_version": "3.11",
         "installer": "pip"}
PACKAGES = [{"name": fact(name), "version": fact(version)}
            for name, version in (("torchvision", "0.21.0+cu126"), ("nvidia-nccl-cu12", "2.21.5"))]


class Plan(unittest.TestCase):
    def plan(self, given):
        with program.folder() as here:
            (here / "facts").write_text(json.dumps({"facts": given}))
            return program.report("snapshot", "--restore-plan", here / "facts")["restore"]

    def commands(self, given):
        return [" ".join(command) for step in self.plan(given)["steps"] for command in step["commands"]]

    def test_a_build_of_an_index_comes_from_that_index_and_the_rest_from_pypi(self):
        commands = self.commands(facts(torch=TORCH | {"packages": PACKAGES}))
        self.assertEqual(commands[:3], [
            "python3.11 -m venv torch-restored",
            "torch-restored/bin/python -m pip install torch==2.6.0+cu126 torchvision==0.21.0+cu126 "
            "--index-url https://download.pytorch.org/whl/cu126",
            "torch-restored/bin/python -m pip install --no-deps nvidia-nccl-cu12==2.21.5"])

    def test_what_came_from_pypi_comes_from_there_and_by_its_own_tool(self):
        commands = self.commands(facts(torch=TORCH | {"metadata_version": "2.6.0", "installer": "uv"}))
        self.assertEqual(commands[:2], ["uv venv --python 3.11 torch-restored",
                                        "uv pip install --python torch-restored/bin/python torch==2.6.0"])
        commands = self.commands(facts(torch=TORCH | {"cuda": "12.6", "installer": "conda"}))
        self.assertEqual(commands[0], "conda create --name torch-restored -c conda-forge python=3.11 "
                                      "pytorch-gpu=2.6.0 cuda-version=12.6")

    def test_the_driver_is_installed_as_its_distribution_does_and_held(self):
        driver = {"version": "550.54.14", "branch": "550", "module_flavour": "proprietary"}
        for os, wanted in (
                ("ubuntu", ["sudo apt install nvidia-driver-550=550.54.14*", "sudo apt-mark hold nvidia-driver-550"]),
                ("debian", ["sudo apt install nvidia-driver=550.54.14*", "sudo apt-mark hold nvidia-driver"])):
            self.assertEqual(self.commands(facts(driver=driver, machine={"os": os}))[:2], wanted)
        self.assertEqual(
            self.commands(facts(driver=driver | {"module_flavour": "open"}, machine={"os": "fedora"}))[:2],
            ["sudo dnf install akmod-nvidia-550.54.14*", "sudo dnf versionlock add akmod-nvidia"])

    def test_what_is_not_recorded_is_said_and_nothing_is_made_up(self):
        driver = {"version": "550.54.14"}
        for given, gap in ((facts(machine={"os": "ubuntu"}), "driver"),
                           (facts(driver=driver, machine={"os": "ubuntu"}), "flavour"),
                           (facts(driver=driver | {"module_flavour": "open"}, machine={"os": "gentoo"}), "package"),
                           (facts(driver=driver | {"module_flavour": "open"}, machine={"os": "ubuntu"},
                                  container={"image_name": "team/torch:1"}), "host"),
                           (facts(torch={"installer": "pip"}), "torch")):
            plan = self.plan(given)
            self.assertIn(gap, plan["not_recorded"])
            self.assertEqual(plan["steps"], [])

    def test_an_image_is_pulled_by_the_digest_that_a_registry_takes(self):
        digest = "sha256:" + "ab" * 32
        image = {"image_name": "reg.example:5000/team/torch:1", "image_digest": digest, "engine": "podman"}
        plan = self.plan(facts(container=image | {"image_digest_of": "manifest"}, torch=TORCH))
        self.assertEqual([step["commands"] for step in plan["steps"]],
                         [[["podman", "pull", f"reg.example:5000/team/torch@{digest}"]]])
        plan = self.plan(facts(container=image | {"image_digest_of": "configuration"}))
        self.assertEqual((plan["steps"], "digest" in plan["not_recorded"]), ([], True))

    def test_a_snapshot_and_a_lock_give_theirs(self):
        with program.machine(MACHINE) as (_, words), program.folder() as here:
            (here / "kept").write_bytes(taken(*words))
            program.start("lock", *words, "-q", "-o", here / "gpuvet.lock")
            for name, last in (("kept", ["gpuvet", "--env", "torch-restored"]),
                               ("gpuvet.lock", ["--verify", str(here / "gpuvet.lock")])):
                done = program.start("snapshot", "--restore-plan", here / name, "--json")
                self.assertEqual(done.returncode, 0)
                steps = json.loads(done.stdout)["restore"]["steps"]
                self.assertEqual(steps[-1]["commands"][0][-len(last):], last)
            for lang in ("en", "zh"):
                text = program.start("snapshot", "--restore-plan", here / "kept", "--lang", lang).stdout.decode()
                for line in text.splitlines():
                    self.assertFalse(program.excess(line, 80), line)

    def test_what_cannot_be_read_or_holds_nothing_has_its_code(self):
        with program.folder() as here:
            (here / "empty").write_text('{"facts": {"machine": {}}}')
            self.assertEqual(program.start("snapshot", "--restore-plan", here / "empty").returncode, 2)
            self.assertEqual(program.start("snapshot", "--restore-plan", here / "none").returncode, 66)
            self.assertEqual(program.start("snapshot", "--restore-plan", here / "empty", "-o", "x").returncode, 64)


if __name__ == "__main__":
    program.main()
