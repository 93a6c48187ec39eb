#!/usr/bin/env python3
"""Every remedy that replaces a build really replaces it, over the build that it is offered for.

Real environments with wheels made here, which hold a version and nothing else. Their facts, beside those of
a fake machine with a GPU, give the advice; pip (and uv, where it is installed or UV names it) follows it to
the letter, but for the index: a folder for each index, and --no-index.
"""

import base64
import hashlib
import json
import os
import shutil
import subprocess
import sys
import unittest
import zipfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import program  # noqa: E402

MACHINE = ("machine", "hardware", "driver", "nvml", "cuda", "container")
DERIVED = ("covers_gpus", "uncovered", "uncovered_newer", "predicted.is_available", "predicted.device_count")
TAGS = ("cpu", "cu118", "cu121", "cu124", "cu126", "cu128", "cu129", "cu130", "rocm6.1")
UV = os.environ.get("UV") or shutil.which("uv")
CUDA = {"cu118": "'11.8'", "cu121": "'12.1'", "cpu": "None", "rocm6.1": "None"}
PLAIN = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "HOME": "/nonexistent", "PIP_CONFIG_FILE": os.devnull,
         "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_CACHE_DIR": "1", "UV_NO_CONFIG": "1", "UV_NO_CACHE": "1"}


def version_py(version):
    tag = version.partition("+")[2]
    hip = "'6.1'" if tag.startswith("rocm") else "None"
    return f"__version__ = '{version}'\ndebug = False\ncuda = {CUDA.get(tag, 'None')}\ngit_version = 'x'\nhip = {hip}\n"


def vision_of(release, tag, patch=1):
    return f"0.{int(release.split('.')[1]) + 15}.{patch}+{tag}"


def write_wheel(folder, name, version, requires=()):
    """The smallest wheel that pip and uv install, and gpuvet reads."""
    folder.mkdir(exist_ok=True)
    module = name.replace("-", "_")
    info = f"{module}-{version}.dist-info"
    files = {f"{module}/__init__.py": f"__version__ = '{version}'\n", f"{module}/version.py": version_py(version),
             f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
                                 + "".join(f"Requires-Dist: {one}\n" for one in requires),
             f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: here\nRoot-Is-Purelib: true\nTag: py3-none-any\n"}
    record = ""
    for path, text in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
        record += f"{path},sha256={digest},{len(text)}\n"
    with zipfile.ZipFile(folder / f"{module}-{version}-py3-none-any.whl", "w") as wheel:
        for path, text in (files | {f"{info}/RECORD": record + f"{info}/RECORD,,\n"}).items():
            wheel.writestr(path, text)


def has_pip():
    return subprocess.run([sys.executable, "-c", "import ensurepip, venv"], stderr=subprocess.DEVNULL,
                          check=False).returncode == 0


@unittest.skipUnless(has_pip(), "this Python makes no environments with pip (python3-venv)")
class Replace(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.above = cls.enterClassContext(program.folder())
        cls.machines = {name: cls.facts_of(name) for name in ("ubuntu-22.04-rtx3060", "ubuntu-22.04-rtx3060-470")}
        cls.environment = cls.make_environment("with-pip")
        cls.release = cls.publish()

    @classmethod
    def facts_of(cls, name):
        with program.machine(name) as (_, words):
            return program.report(*words)["facts"]

    @classmethod
    def make_environment(cls, name, *options):
        subprocess.run([sys.executable, "-m", "venv", *options, cls.above / name], check=True)
        return cls.above / name

    @classmethod
    def publish(cls):
        """The release that gpuvet would choose for this Python, and those beside it, one index a tag."""
        cls.prepare(cls.environment, "torch==0.1+cpu")
        build = cls.merged("ubuntu-22.04-rtx3060", cls.environment)["facts"]["build"]["requirement"]
        if build["state"] != "known":
            raise unittest.SkipTest("no build is known for this Python")
        release = build["value"].partition("==")[2].partition("+")[0]
        for version in ("8.9.2.26", "9.1.0.70"):
            for tag in ("pypi", *TAGS):
                write_wheel(cls.above / tag, "nvidia-cudnn-cu12", version)
        for version in {"2.3.1", "2.4.1", "2.5.1", release}:
            for tag in TAGS:
                cudnn = ["nvidia-cudnn-cu12 ==9.1.0.70"] if tag == "cu121" else []
                write_wheel(cls.above / tag, "torch", f"{version}+{tag}", cudnn)
                for patch in range(4):
                    write_wheel(cls.above / tag, "torchvision", vision_of(version, tag, patch), [f"torch (=={version})"])
        return release

    @classmethod
    def run_installer(cls, words, folder=None):
        done = subprocess.run(words, env=PLAIN, cwd=folder or cls.above, capture_output=True, text=True, check=False)
        if done.returncode:
            raise AssertionError(f"{words}: {done.stdout}{done.stderr}")
        return done.stdout

    @classmethod
    def prepare(cls, environment, *requirements):
        """Puts the wheels' files there, as an installer would have done, and takes older ones away."""
        site = next(environment.glob("lib/python*/site-packages"))
        for pattern in ("torch*", "nvidia_cudnn*"):
            for path in site.glob(pattern):
                shutil.rmtree(path)
        for requirement in requirements:
            name, _, version = requirement.partition("==")
            tag = version.partition("+")[2] or "pypi"
            if not (cls.above / tag / f"{name.replace('-', '_')}-{version}-py3-none-any.whl").exists():
                write_wheel(cls.above / tag, name, version)
            with zipfile.ZipFile(cls.above / tag / f"{name.replace('-', '_')}-{version}-py3-none-any.whl") as wheel:
                wheel.extractall(site)
            info = f"{name.replace('-', '_')}-{version}.dist-info"
            (site / info / "INSTALLER").write_text("pip\n", encoding="utf-8")
            with open(site / info / "RECORD", "a", encoding="utf-8") as record:
                record.write(f"{info}/INSTALLER,,\n")
        return environment

    @classmethod
    def merged(cls, machine, environment, **torch):
        """gpuvet's report of this environment, as if it stood on that machine."""
        facts = {layer: cls.machines[machine][layer] for layer in MACHINE if layer in cls.machines[machine]}
        real = program.report("--python", environment / "bin/python", "--no-driver")["facts"]
        facts["torch"] = {name: fact for name, fact in real["torch"].items() if name not in DERIVED} | torch
        facts["cudnn"] = real.get("cudnn", {})
        path = cls.above / "facts.json"
        path.write_text(json.dumps({"facts": facts}), encoding="utf-8")
        return program.report("--facts", path)

    def remedies(self, cause, machine, environment, **torch):
        report = self.merged(machine, environment, **torch)
        found = [finding for finding in report["findings"] if finding["cause"] == cause]
        self.assertTrue(found, [finding["cause"] for finding in report["findings"]])
        kept = [remedy for remedy in found[0]["remedies"] if remedy["needs"] == ["safe"]
                and any("install" in command for command in remedy["commands"])]
        self.assertTrue(kept, found[0]["remedies"])
        return kept

    def follow(self, remedy, folder=None):
        for command in remedy["commands"]:
            words, index = list(command), "pypi"
            self.assertRegex(words[0], r"^(uv|/.*/python|torch-venv/bin/python)$")   # nothing of this machine
            if "--index-url" in words:
                at = words.index("--index-url")
                index = os.path.basename(words[at + 1])
                del words[at:at + 2]
            if "install" in words:
                words += ["--no-index", "--find-links", str(self.above / index)]
            if words[0] == "uv":
                words[0] = UV
            self.run_installer(words, folder)

    def versions(self, environment):
        """What Python imports, not what metadata says."""
        code = ("import importlib, json; found = {}\nfor name in ('torch', 'torchvision', 'nvidia_cudnn_cu12'):\n"
                " try: found[name] = importlib.import_module(name + '.version').__version__\n"
                " except ImportError: pass\nprint(json.dumps(found))")
        return json.loads(self.run_installer([environment / "bin/python", "-c", code]))

    def fitting(self, environment, machine="ubuntu-22.04-rtx3060"):
        return self.merged(machine, environment)["facts"]["build"]["requirement"]["value"].partition("==")[2]

    # --- promises -----------------------------------------------------------------------------

    def test_a_plain_version_replaces_nothing(self):
        self.prepare(self.environment, f"torch=={self.release}+cpu")
        for tag in ("cpu", "cu121"):
            self.run_installer([self.environment / "bin/python", "-m", "pip", "install", f"torch=={self.release}",
                                "--no-index", "--find-links", self.above / tag])
            self.assertEqual(self.versions(self.environment)["torch"], f"{self.release}+cpu")

    def replaces(self, cause, environment, *installed, machine="ubuntu-22.04-rtx3060"):
        self.prepare(environment, *installed)
        wanted = self.fitting(environment, machine)
        self.assertNotIn(f"torch=={wanted}", installed)
        remedies = self.remedies(cause, machine, environment)
        for remedy in remedies:
            self.prepare(environment, *installed)
            self.follow(remedy)
            self.assertEqual(self.versions(environment)["torch"], wanted, remedy["commands"])
        return remedies

    def test_a_cpu_build_is_replaced(self):
        self.replaces("torch/cpu-only", self.environment, f"torch=={self.release}+cpu")

    def test_a_build_for_another_accelerator_is_replaced(self):
        self.replaces("torch/other-accelerator", self.environment, f"torch=={self.release}+rocm6.1")

    def test_a_cpu_build_of_another_release_is_replaced(self):
        self.replaces("torch/cpu-only", self.environment, "torch==0.1+cpu")

    def test_a_build_that_the_driver_cannot_run_is_replaced(self):
        self.replaces("driver/too-old", self.environment, "torch==2.4.1+cu121",
                      machine="ubuntu-22.04-rtx3060-470")

    def test_companions_are_replaced_with_it(self):
        for vision in (vision_of(self.release, "cpu"), "0.1.0+cpu"):   # of the same torch, and of another
            self.prepare(self.environment, f"torch=={self.release}+cpu", f"torchvision=={vision}")
            wanted = self.fitting(self.environment)
            remedy, = self.remedies("torch/cpu-only", "ubuntu-22.04-rtx3060", self.environment)
            pins = [word for command in remedy["commands"] for word in command if word.startswith("torchvision==")]
            self.follow(remedy)
            self.assertEqual([f"torchvision=={self.versions(self.environment)['torchvision']}"], pins)
            self.assertEqual(pins[0].partition("+")[2], wanted.partition("+")[2])

    def test_a_companion_left_behind_is_replaced_and_torch_kept(self):
        environment = self.prepare(self.environment, "torch==2.4.1+cu121", "torchvision==0.18.1+cu121", "nvidia-cudnn-cu12==9.1.0.70")
        for remedy in self.remedies("torch/companion-mismatch", "ubuntu-22.04-rtx3060", environment):
            self.follow(remedy)
        self.assertEqual(self.versions(environment)["torch"], "2.4.1+cu121")
        self.assertEqual(self.versions(environment)["torchvision"], "0.19.1+cu121")

    def test_a_mixed_install_becomes_one_version(self):
        environment = self.prepare(self.environment, "torch==2.4.1+cu121")
        version = next(environment.glob("lib/python*/site-packages/torch/version.py"))
        version.write_text(version_py("2.5.1+cu121"), encoding="utf-8")
        for remedy in self.remedies("torch/broken-install", "ubuntu-22.04-rtx3060", environment):
            self.follow(remedy)
        metadata = [path.name for path in environment.glob("lib/python*/site-packages/torch-*.dist-info")]
        self.assertEqual(metadata, [f"torch-{self.versions(environment)['torch']}.dist-info"])

    def test_the_expected_cudnn_comes_back(self):
        environment = self.prepare(self.environment, "torch==2.4.1+cu121", "nvidia-cudnn-cu12==8.9.2.26")
        for remedy in self.remedies("cudnn/version-mismatch", "ubuntu-22.04-rtx3060", environment):
            self.follow(remedy)
        self.assertEqual(self.versions(environment)["nvidia_cudnn_cu12"], "9.1.0.70")
        self.assertEqual(self.versions(environment)["torch"], "2.4.1+cu121")

    def test_a_missing_package_is_installed(self):
        environment = self.prepare(self.environment, "torch==2.4.1+cu121")
        for remedy in self.remedies("cudnn/library-missing", "ubuntu-22.04-rtx3060", environment):
            self.follow(remedy)
        self.assertEqual(self.versions(environment)["nvidia_cudnn_cu12"], "9.1.0.70")

    def test_a_managed_python_gets_an_environment(self):
        self.prepare(self.environment, f"torch=={self.release}+cpu")
        managed = {"externally_managed": {"state": "known", "value": True, "from": "test"}}
        wanted = self.fitting(self.environment)
        with program.folder() as folder:
            for remedy in self.remedies("torch/cpu-only", "ubuntu-22.04-rtx3060", self.environment, **managed):
                self.follow(remedy, folder)
            self.assertEqual(self.versions(folder / "torch-venv")["torch"], wanted)
        self.assertEqual(self.versions(self.environment)["torch"], f"{self.release}+cpu")

    @unittest.skipUnless(UV, "uv is not installed")
    def test_uv_replaces_what_pip_would(self):
        environment = self.make_environment("without-pip", "--without-pip")
        for cause, installed in (("torch/cpu-only", "cpu"), ("torch/other-accelerator", "rocm6.1")):
            for remedy in self.replaces(cause, environment, f"torch=={self.release}+{installed}"):
                self.assertEqual(remedy["commands"][0][:3], ["uv", "pip", "install"])
        self.prepare(environment, "torch==2.4.1+cu121", "nvidia-cudnn-cu12==8.9.2.26")
        for remedy in self.remedies("cudnn/version-mismatch", "ubuntu-22.04-rtx3060", environment):
            self.follow(remedy)
        self.assertEqual(self.versions(environment)["nvidia_cudnn_cu12"], "9.1.0.70")


if __name__ == "__main__":
    program.main()
