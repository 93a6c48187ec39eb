#!/usr/bin/env python3
"""gpuvet image check: each fault on its line and under its cause; nothing to say of what is right."""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
import program  # noqa: E402
from program import excess  # noqa: E402

CUDA = "FROM nvidia/cuda:12.1.0-devel-ubuntu22.04\n"
SLIM = "FROM python:3.12-slim\n"
TORCH = "RUN pip install torch==2.4.1 --index-url https://download.pytorch.org/whl/cu121\n"

# A file's content, and what is found: line and check, remarks too. The cause is the check's.
DOCKERFILES = {
    "no cudnn in the tag": ("FROM pytorch/pytorch:2.0.1-cuda11.7-devel\n", [(1, "no-such-tag")]),
    "two parts of a version": ("FROM nvidia/cuda:12.1-devel-ubuntu22.04\n", [(1, "no-such-tag")]),
    "a tag from ARG": ("ARG V=2.0.1\nARG T=${V}-cuda11.7-devel\nFROM pytorch/pytorch:${T}\n",
                       [(3, "no-such-tag")]),
    "no latest": ("FROM nvidia/cuda\n", [(1, "no-latest-cuda")]),
    "unpinned": ("FROM python\n", [(1, "unpinned-base")]),
    "hidden": (SLIM + "ENV A=b \\\n  CUDA_VISIBLE_DEVICES=\"\"\n", [(3, "hidden-by-cuda-visible-devices")]),
    "old form of ENV": (SLIM + "ENV CUDA_VISIBLE_DEVICES -1\n", [(2, "hidden-by-cuda-visible-devices")]),
    "void": (SLIM + "ENV NVIDIA_VISIBLE_DEVICES=void\n", [(2, "no-device-injected")]),
    "utility only": (SLIM + "ARG C=utility\nENV NVIDIA_DRIVER_CAPABILITIES=$C\n",
                     [(3, "no-compute-capability")]),
    "stubs": (CUDA + "ENV LD_LIBRARY_PATH=/usr/local/cuda/lib64/stubs:$LD_LIBRARY_PATH\n",
              [(2, "stubs-in-search-path")]),
    "compat": (CUDA + "ENV LD_LIBRARY_PATH=/usr/local/cuda/compat:$LD_LIBRARY_PATH\n",
               [(2, "compat-in-search-path")]),
    "arm64": ("FROM --platform=linux/arm64 python:3.12-slim\nRUN pip install torch==2.4.1\n",
              [(2, "cpu-build-by-platform")]),
    "cpu on CUDA": (CUDA + "RUN pip3 install torch --index-url https://download.pytorch.org/whl/cpu\n",
                    [(2, "cpu-build-on-cuda-base")]),
    "no such build": (SLIM + "RUN pip install torch==2.4.1 -i https://download.pytorch.org/whl/cu99\n",
                      [(2, "no-build-for-platform")]),
    "musl": ("FROM python:3.12-alpine\nRUN pip install torch==2.4.1\n", [(2, "musl")]),
    "driver": (CUDA + "RUN apt-get update && \\\n    # the driver\n    apt-get install -y git \\\n"
               "      nvidia-driver-550=550.1 && \\\n    rm -rf /x\n", [(5, "driver-in-image")]),
    "driver in a heredoc": (CUDA + "RUN <<EOF\nset -e\nyum -y install cuda-drivers\nEOF\n",
                            [(4, "driver-in-image")]),
    "driver in exec form": (CUDA + 'RUN ["apt-get", "install", "libnvidia-compute-550"]\n',
                            [(2, "driver-in-image")]),
    "driver in a shell": (CUDA + "RUN bash -lc 'apt-get install libcuda1'\n", [(2, "driver-in-image")]),
    "metapackage": ("FROM ubuntu:22.04\nRUN apt install cuda\n", [(2, "cuda-with-driver")]),
    "conda and pip": ("FROM condaforge/miniforge3:24.3.0-0\n"
                      "RUN conda install -c pytorch pytorch=2.1 pytorch-cuda=12.1\n"
                      "RUN python -m pip install torch==2.4.1\n", [(3, "conda-and-pip")]),
    "replaced": (SLIM + TORCH + "RUN pip install -U torch==2.5.1 -i https://download.pytorch.org/whl/cpu\n",
                 [(3, "replaced-by-cpu")]),
    "replaced by another": (SLIM + TORCH + "RUN uv pip install torch==2.5.1 --torch-backend=cu124\n",
                            [(3, "replaced-build")]),
    "nothing is installed": (SLIM + TORCH + "RUN pip install torch --index-url https://download.pytorch.org/whl/cu124\n",
                             [(3, "idle-install")]),
    "over NVIDIA's": ("FROM nvcr.io/nvidia/pytorch:24.05-py3\nRUN pip install torch==2.4.1\n",
                      [(2, "replaced-in-ngc")]),
    "other toolkit": ("FROM nvidia/cuda:11.8.0-devel-ubuntu22.04\n" + TORCH + "ENV TORCH_CUDA_ARCH_LIST=8.0\n"
                      "RUN pip install git+https://github.com/NVIDIA/apex\n", [(4, "toolkit-of-other-major")]),
    "no compiler": ("FROM pytorch/pytorch:2.4.1-cuda12.1-cudnn9-runtime\n"
                    "RUN TORCH_CUDA_ARCH_LIST=8.6 pip install git+https://github.com/NVIDIA/apex\n",
                    [(2, "no-compiler")]),
    "no list of GPUs": (CUDA + "RUN pip install 'git+https://github.com/facebookresearch/detectron2'\n",
                        [(2, "no-arch-list")]),
    "driver copied": (SLIM + "COPY a \\\n  /usr/lib/x86_64-linux-gnu/libcuda.so.1 /usr/lib/\n",
                      [(3, "driver-library-copied")]),
    "localhost": (SLIM + 'USER 1000\nCMD ["jupyter", "lab"]\n', [(3, "jupyter-on-localhost")]),
    "localhost, by entry point": (SLIM + 'USER 1000\nENTRYPOINT ["jupyter"]\nCMD ["lab", "--ip", "127.0.0.1"]\n',
                                  [(4, "jupyter-on-localhost")]),
    "root": (SLIM + "CMD jupyter lab --ip=0.0.0.0\n", [(2, "jupyter-as-root")]),
    "no token": (SLIM + "USER me\nCMD [\"jupyter\", \"lab\", \"--ip=*\", \"--ServerApp.token=''\"]\n",
                 [(3, "jupyter-without-token")]),
    "token in a layer": (SLIM + "ENV JUPYTER_TOKEN=secret\n", [(2, "token-in-layer")]),
    "root login": (SLIM + "RUN sed -i 's/^#PermitRootLogin.*/PermitRootLogin yes/' /etc/ssh/sshd_config\n",
                   [(2, "root-login")]),
    "host keys": ("FROM debian:12\nRUN apt-get install -y openssh-server\n", [(2, "host-keys-in-layer")]),
    "in the second stage": (SLIM + "FROM python:3.12-alpine AS b\nFROM b\nRUN pip install torch==2.4.1\n",
                            [(4, "musl")]),
}

COMPOSE = {
    "no request": ("services:\n  a:\n    image: pytorch/pytorch:2.4.1-cuda12.4-cudnn9-runtime\n",
                   [(2, "gpu-not-requested")]),
    "by an environment": ("services:\n  a:\n    build: .\n    environment: [NVIDIA_VISIBLE_DEVICES=all]\n",
                          [(2, "gpu-not-requested")]),
    "device files": ("services:\n  a:\n    build: .\n    devices: [\"/dev/nvidia0:/dev/nvidia0\"]\n",
                     [(2, "device-files-alone")]),
    "no capabilities": ("services:\n  a:\n    build: .\n    deploy:\n      resources:\n        reservations:\n"
                        "          devices:\n            - driver: nvidia\n              count: 1\n",
                        [(8, "request-without-capabilities")]),
    "not a GPU": ("services:\n  a:\n    build: .\n    deploy: {resources: {reservations: {devices: [\n"
                  "      {capabilities: [tpu]}]}}}\n", [(5, "request-for-no-gpu")]),
    "count and ids": ("services:\n  a:\n    build: .\n    deploy: {resources: {reservations: {devices: [\n"
                      "      {count: 1, device_ids: ['0'],\n       capabilities: [gpu]}]}}}\n",
                      [(5, "count-and-ids")]),
    "without CUDA": ("services:\n  a:\n    image: quay.io/jupyter/pytorch-notebook:python-3.12\n    gpus: all\n",
                     [(2, "cpu-image")]),
    "shared memory": ("services:\n  a:\n    build: .\n    gpus: all\n    command: train.py --num-workers=8\n",
                      [(2, "small-shared-memory")]),
    "anchors": ("x-a: &a\n  build: .\n  privileged: true\nservices:\n  a:\n    <<: *a\n"
                "    environment:\n      CUDA_VISIBLE_DEVICES: ''\n",
                [(5, "device-files-alone"), (8, "hidden-by-cuda-visible-devices")]),
    "mounted driver": ("services:\n  a:\n    build: .\n    volumes:\n"
                       "      - /usr/lib/x86_64-linux-gnu/libcuda.so.1:/usr/lib/libcuda.so.1\n",
                       [(5, "driver-library-copied")]),
    "runtime": ("services:\n  a:\n    build: .\n    runtime: nvidia\n", [(2, "old-runtime-key")]),
    "open Jupyter": ("services:\n  a:\n    build: .\n    user: '1000'\n    gpus: all\n    ports: ['8888:8888']\n"
                     "    command: jupyter lab --ip=0.0.0.0 --IdentityProvider.token=\n",
                     [(2, "open-jupyter"), (7, "jupyter-without-token")]),
}

DEVCONTAINERS = {
    "no request": ('// one\n{\n  /* two */ "image": "nvidia/cuda:12.1.0-base-ubuntu22.04",\n}\n',
                   [(3, "gpu-not-requested")]),
    "capabilities": ('{\n"image": "nvidia/cuda:12.1.0-base-ubuntu22.04", "runArgs": ["--gpus=all"],\n'
                     '"containerEnv": {\n"NVIDIA_DRIVER_CAPABILITIES": "video"}}\n',
                     [(4, "no-compute-capability")]),
}

RIGHT = {
    "Dockerfile": (
        SLIM + TORCH,
        SLIM + "RUN pip install torch==2.8.0\nUSER 1000\nCMD [\"python\"]\n",
        "FROM --platform=linux/arm64 python:3.12-slim\n"
        "RUN pip install torch==2.8.0 --index-url https://download.pytorch.org/whl/cu129\n",
        SLIM + "RUN pip install torch --index-url https://download.pytorch.org/whl/cpu\n",
        "FROM pytorch/pytorch:2.4.1-cuda12.1-cudnn9-devel AS build\nENV TORCH_CUDA_ARCH_LIST=8.6\n"
        "RUN pip wheel git+https://github.com/NVIDIA/apex\n"
        "FROM pytorch/pytorch:2.4.1-cuda12.1-cudnn9-runtime\nCOPY --from=build /x /x\n",
        "FROM quay.io/jupyter/pytorch-notebook:cuda12-python-3.11.8\nCMD [\"start-notebook.py\"]\n",
        "FROM debian:12\nRUN apt-get install -y openssh-server && rm /etc/ssh/ssh_host_*\n",
        "FROM nvidia/cuda:12.4.1-cudnn-runtime-ubuntu22.04\nRUN apt-get install -y cuda-toolkit-12-4 # nvidia-driver-550\n",
        "FROM scratch\nCOPY a /\n",
    ),
    "compose.yaml": (
        "services:\n  a:\n    image: pytorch/pytorch:2.4.1-cuda12.4-cudnn9-runtime\n    shm_size: 8gb\n"
        "    command: [torchrun, train.py]\n    deploy: {resources: {reservations: {devices: ["
        "{driver: nvidia, count: all, capabilities: [gpu]}]}}}\n",
        "services:\n  a:\n    image: pytorch/pytorch:2.4.1-cuda12.4-cudnn9-runtime\n"
        "    devices: ['nvidia.com/gpu=all']\n",
        "services:\n  db:\n    image: postgres:16\n",
    ),
    "devcontainer.json": (
        '{"image": "nvidia/cuda:12.1.0-base-ubuntu22.04", "hostRequirements": {"gpu": "optional"}}',
        '{"dockerComposeFile": "compose.yaml"}',
    ),
}

# What cannot be read: the line, and a word of what is said of it.
BROKEN = {
    "Dockerfile": (("FROM a\n\nRNU x\n", 3, "RUN"), ("RUN x\n", 1, "FROM"), ("FROM a\nRUN <<E\n", 2, "E"),
                   ("", 1, "FROM"), ("\0\xff", 1, "")),
    "compose.yaml": (("services:\n  a: [\n", 3, ""), ("a: 1\n b: 2\n", 2, ""), ("a: 1\n", 1, "services"),
                     ("a: *b\n", 1, "alias")),
    "devcontainer.json": (('{"a":\n\n', 3, ""), ("[]", 1, "")),
}


def report(folder, name, content, *words):
    (folder / name).write_text(content, encoding="latin-1")
    return program.report("image", "check", folder / name, *words)


def found(answer):
    """Line and check of everything that is said."""
    return sorted((int(item["evidence"][0]["from"].rpartition(":")[2]), item["check"])
                  for item in answer["findings"] + answer["remarks"])


class Findings(unittest.TestCase):
    def check_all(self, name, cases):
        with program.folder() as folder:
            for case, (content, expected) in cases.items():
                with self.subTest(case):
                    answer = report(folder, name, content)
                    self.assertEqual(found(answer), sorted(expected))
                    self.assertEqual(answer["undecided"], [])
                    for item in answer["findings"]:
                        self.assertIn("/", item["cause"])

    def test_stand_on_the_line_of_a_dockerfile(self):
        self.check_all("Dockerfile", DOCKERFILES)

    def test_stand_on_the_line_of_a_compose_file(self):
        self.check_all("compose.yaml", COMPOSE)

    def test_stand_on_the_line_of_a_devcontainer(self):
        self.check_all("devcontainer.json", DEVCONTAINERS)

    def test_of_every_check_there_is_an_example(self):
        here = pathlib.Path(__file__).resolve().parents[2] / "knowledge/imagefile.toml"
        names = {line.split('"')[1] for line in here.read_text(encoding="utf-8").splitlines()
                 if line.startswith("name = ")}
        seen = {check for cases in (DOCKERFILES, COMPOSE, DEVCONTAINERS)
                for _, expected in cases.values() for _, check in expected}
        self.assertEqual(names - seen, set())


class NothingToSay(unittest.TestCase):
    def test_of_files_that_are_right(self):
        with program.folder() as folder:
            for name, contents in RIGHT.items():
                for content in contents:
                    with self.subTest(name, content=content):
                        answer = report(folder, name, content)
                        self.assertEqual(found(answer), [])
                        self.assertEqual(answer["verdict"]["state"], "healthy")
                        done = program.start("image", "check", folder / name)
                        self.assertEqual(done.returncode, 0)
                        self.assertIn("nothing to say", done.stdout.decode())


class Undecided(unittest.TestCase):
    def test_is_a_base_that_is_given_when_it_is_built(self):
        with program.folder() as folder:
            answer = report(folder, "Dockerfile", "ARG BASE\nFROM ${BASE}\n")
            self.assertEqual(answer["verdict"]["state"], "undecided")
            self.assertEqual(program.start("image", "check", folder / "Dockerfile").returncode, 2)


class Unreadable(unittest.TestCase):
    def test_is_said_with_the_line(self):
        with program.folder() as folder:
            for name, rows in BROKEN.items():
                for content, line, word in rows:
                    (folder / name).write_text(content, encoding="latin-1")
                    done = program.start("image", "check", folder / name)
                    with self.subTest(name, content=content):
                        self.assertEqual(done.returncode, 66)
                        self.assertIn(f"{name}:{line} ", done.stderr.decode())
                        self.assertIn(word, done.stderr.decode())
                        self.assertEqual(done.stderr.count(b"\n"), 1)

    def test_is_a_file_that_is_not_there(self):
        self.assertEqual(program.start("image", "check", "/nonexistent/Dockerfile").returncode, 66)


class Text(unittest.TestCase):
    def test_fits_eighty_columns_in_both_languages(self):
        with program.folder() as folder:
            for name, cases in (("Dockerfile", DOCKERFILES), ("compose.yaml", COMPOSE)):
                for content, _ in cases.values():
                    (folder / name).write_text(content)
                    for lang in ("en", "zh"):
                        done = program.start("image", "check", name, "--lang", lang, cwd=folder)
                        text = done.stdout.decode()
                        self.assertEqual([line for line in text.splitlines() if excess(line, 80)], [])

    def test_escapes_what_the_file_says(self):
        with program.folder() as folder:
            (folder / "Dockerfile").write_text("FROM \x1b[31mx\n")
            self.assertNotIn(b"\x1b", program.start("image", "check", folder / "Dockerfile").stdout)

    def test_finds_a_fault_and_exits_with_one(self):
        with program.folder() as folder:
            (folder / "Dockerfile").write_text(DOCKERFILES["musl"][0])
            done = program.start("image", "check", "Dockerfile", cwd=folder)
            self.assertEqual(done.returncode, 1)
            self.assertIn("Dockerfile:2: torch/no-wheel", done.stdout.decode())


class Words(unittest.TestCase):
    def test_that_are_wrong_are_named(self):
        for words, told in ((["chekc", "x"], "check"), (["nmae", "x"], "name"), (["frobnicate"], "new DIR"),
                            ([], "check"), (["check"], "FILE"), (["check", "a", "b"], "b")):
            done = program.start("image", *words)
            with self.subTest(words):
                self.assertEqual(done.returncode, 64)
                self.assertIn(told, done.stderr.decode())
                self.assertEqual(done.stderr.count(b"\n"), 1)


class Name(unittest.TestCase):
    def test_tells_what_the_tag_says(self):
        image = program.report("image", "name", "pytorch/pytorch:2.4.1-cuda12.4-cudnn9-devel")["image"]
        self.assertEqual(image["fields"], {"torch": "2.4.1", "cuda": "12.4", "cudnn": "9", "flavour": "devel"})
        self.assertTrue(image["fits"] and image["seen"])
        self.assertEqual(image["driver"], "525.60.13")

    def test_gives_the_nearest_real_tag(self):
        done = program.start("image", "name", "pytorch/pytorch:2.0.1-cuda11.7-devel")
        self.assertEqual(done.returncode, 1)
        self.assertIn("pytorch/pytorch:2.0.1-cuda11.7-cudnn8-devel", done.stdout.decode())

    def test_of_nobody_known_is_undecided(self):
        self.assertEqual(program.start("image", "name", "example.org/a/b:c").returncode, 2)
        self.assertEqual(program.start("image", "name", "no reference").returncode, 64)


class New(unittest.TestCase):
    MACHINE = ("--gpu", "RTX 3060", "--driver", "550.54.14")

    def test_is_found_to_be_right(self):
        for options in ((), ("--jupyter",), ("--ssh",), ("--jupyter", "--ssh")):
            with program.folder() as folder, self.subTest(options):
                done = program.start("image", "new", folder, "--compose", *options, *self.MACHINE)
                self.assertEqual(done.returncode, 0)
                for name in ("Dockerfile", "compose.yaml"):
                    checked = program.start("image", "check", folder / name)
                    self.assertEqual((checked.returncode, b"nothing to say" in checked.stdout), (0, True))

    def test_leaves_alone_what_is_there(self):
        with program.folder() as folder:
            (folder / "compose.yaml").write_text("mine")
            done = program.start("image", "new", folder, "--compose", *self.MACHINE)
            self.assertEqual(done.returncode, 64)
            self.assertEqual([path.name for path in folder.iterdir()], ["compose.yaml"])
            self.assertEqual((folder / "compose.yaml").read_text(), "mine")
            self.assertEqual(program.start("image", "new", folder, "--compose", "--force",
                                           *self.MACHINE).returncode, 0)
            self.assertNotEqual((folder / "compose.yaml").read_text(), "mine")

    def test_keeps_secrets_out_of_the_image(self):
        with program.folder() as folder:
            program.start("image", "new", folder, "--jupyter", "--ssh", "--compose", *self.MACHINE)
            text = (folder / "Dockerfile").read_text()
            self.assertNotRegex(text, r"(?m)^(ENV|ARG).*TOKEN|ssh-keygen|PasswordAuthentication yes")
            self.assertIn("USER user", text)

    def test_of_a_machine_that_is_not_known_is_refused(self):
        done = program.start("image", "new", "-", "--gpu", "RTX 3060")
        self.assertEqual(done.returncode, 2)
        self.assertEqual(done.stdout, b"")


if __name__ == "__main__":
    program.main()
