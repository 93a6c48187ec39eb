#!/usr/bin/env python3
"""gpuvet image updates: what registries have newer, and who may take it; skopeo is a script that knows some images."""

import contextlib
import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
import program  # noqa: E402

OLD, NEW = "sha256:" + "0a" * 32, "sha256:" + "0b" * 32
PYTORCH = ["latest", "2.4.1-cuda12.1-cudnn9-runtime", "2.4.1-cuda12.1-cudnn9-devel", "2.0.1-cuda11.7-cudnn8-runtime",
           "2.6.0-cuda12.6-cudnn9-runtime", "2.8.0-cuda12.9-cudnn9-runtime", "2.10.0-cuda13.0-cudnn9-runtime",
           "2.8.0-cuda12.9-cudnn9-devel", "2.5.1-cuda12.4-cudnn9-runtime", "2.7.1-cuda12.8-cudnn9-runtime"]
CUDA = ["12.4.1-cudnn-runtime-ubuntu22.04", "12.8.1-cudnn-runtime-ubuntu22.04", "12.8.1-cudnn-runtime-ubuntu24.04"]
KNOWN = {"docker.io/pytorch/pytorch": PYTORCH, "docker.io/nvidia/cuda": CUDA, "reg.example/team/base": ["1.2", "1.3"]}


@contextlib.contextmanager
def registry(env=(), **moved):
    """A folder with a skopeo that answers for the images of KNOWN; `moved` names their digests."""
    with program.folder() as here:
        (here / "bin").mkdir()
        answers = {name: json.dumps({"Name": name, "Digest": OLD, "RepoTags": tags, "Env": list(env)})
                   for name, tags in KNOWN.items()}
        (here / "answers.json").write_text(json.dumps(answers))
        script = here / "bin/skopeo"
        script.write_text(f"""#!/bin/sh
echo "$*" >>{here}/asked
for word; do name=${{word#docker://}}; done
exec {sys.executable} -c '
import json, sys
name = sys.argv[1].split("@")[0]
name = name.rsplit(":", 1)[0] if ":" in name.split("/")[-1] else name
answer = json.load(open("{here}/answers.json")).get(name)
sys.exit("time=x level=fatal msg=\\"reading manifest: unknown\\"") if answer is None else print(answer)' "$name"
""")
        script.chmod(0o755)
        yield here, {"PATH": f"{here / 'bin'}:/usr/bin:/bin"}


def fact(value):
    return {"state": "known", "value": value, "from": "test"}


def host(name, driver, capability, segment="GeForce"):
    return json.dumps({"facts": {
        "machine": {"name": fact(name), "architecture": fact("x86_64")}, "driver": {"version": fact(driver)},
        "hardware": {"gpus": [{"capability": fact(capability), "segment": fact(segment)}]}}})


class Updates(unittest.TestCase):
    def asked(self, text, hosts=(), env=(), name="Dockerfile", code=0):
        with registry(env) as (here, path):
            (here / name).write_text(text)
            words = []
            for number, given in enumerate(hosts or (host("here", "560.35.03", "8.6"),)):
                (here / f"host{number}").write_text(given)
                words += ["--host", here / f"host{number}"]
            done = program.start("image", "updates", here / name, *words, "--json", env=path)
            self.assertEqual(done.returncode, code, done.stderr)
            self.commands = (here / "asked").read_text() if (here / "asked").exists() else ""
            return json.loads(done.stdout)["updates"]

    def test_later_tags_of_the_same_line_latest_first(self):
        update, = self.asked("FROM pytorch/pytorch:2.4.1-cuda12.1-cudnn9-runtime\n")
        self.assertEqual([newer["tag"] for newer in update["newer"]],
                         ["2.10.0-cuda13.0-cudnn9-runtime", "2.8.0-cuda12.9-cudnn9-runtime",
                          "2.7.1-cuda12.8-cudnn9-runtime", "2.6.0-cuda12.6-cudnn9-runtime"])
        self.assertEqual((update["newer_count"], update["digest"], update["state"]), (5, OLD, "open"))

    def test_another_system_is_another_line(self):
        update, = self.asked("FROM nvidia/cuda:12.4.1-cudnn-runtime-ubuntu22.04\n")
        self.assertEqual([newer["tag"] for newer in update["newer"]], ["12.8.1-cudnn-runtime-ubuntu22.04"])

    def test_a_tag_that_names_another_image_than_the_pinned_one_has_moved(self):
        for digest, state in ((OLD, "current"), (NEW, "moved")):
            update, = self.asked(f"FROM reg.example/team/base:1.3@{digest}\n")
            self.assertEqual((update["state"], update["pinned"]), (state, digest))
            self.assertNotIn("@", self.commands)

    def test_each_host_is_judged_by_its_driver_and_gpus(self):
        hosts = (host("new", "580.65.06", "8.6"), host("old", "470.57.02", "8.6"), host("pascal", "580.65.06", "6.1"),
                 host("centre", "535.54.03", "8.0", "datacenter"))
        update, = self.asked("FROM pytorch/pytorch:2.7.1-cuda12.8-cudnn9-runtime\n", hosts)
        judged = {newer["tag"].split("-")[1]: {each["host"]: (each["takes"], each["because"])
                                               for each in newer["hosts"]} for newer in update["newer"]}
        self.assertEqual(judged["cuda12.9"]["new"], (True, []))
        self.assertEqual(judged["cuda12.9"]["old"], (False, ["driver-old"]))
        self.assertEqual(judged["cuda13.0"]["pascal"][0], False)
        self.assertIn("gpu", judged["cuda12.9"]["pascal"][1])
        self.assertEqual(judged["cuda13.0"]["centre"], (None, ["driver-compat"]))

    def test_what_the_name_does_not_tell_the_image_may_and_else_it_is_open(self):
        for env, because in (((), ["cuda-unknown", "gpu-unknown"]), (("CUDA_VERSION=12.4.1",), ["gpu-unknown"])):
            update, = self.asked("FROM reg.example/team/base:1.2\n", env=env)
            each, = update["newer"][0]["hosts"]
            self.assertEqual((each["takes"], each["because"]), (None, because))

    def test_a_change_of_cudnns_major_version_is_said(self):
        update, = self.asked("FROM pytorch/pytorch:2.0.1-cuda11.7-cudnn8-runtime\n")
        self.assertTrue(all(newer["cudnn_major_changes"] for newer in update["newer"]))

    def test_compose_files_and_locks_name_images_too(self):
        compose = "services:\n  a:\n    image: reg.example/team/base:1.2\n  b:\n    image: reg.example/team/base:1.2\n"
        update, = self.asked(compose, name="compose.yaml")
        self.assertEqual(update["newer"][0]["tag"], "1.3")
        lock = {"schema": "gpuvet-lock/1", "hashes": {}, "known": [], "needs": {}, "stack": {"container": {
            "image_name": "reg.example/team/base:1.3", "image_digest": NEW, "image_digest_of": "manifest"}}}
        update, = self.asked(json.dumps(lock), name="gpuvet.lock")
        self.assertEqual((update["state"], update["pinned"]), ("moved", NEW))

    def test_what_could_not_be_asked_is_said_and_undecided(self):
        update, = self.asked("FROM elsewhere.example/team/x:1\n", code=2)
        self.assertIn("reading manifest", update["why"])
        update, = self.asked("ARG V\nFROM reg.example/team/base:$V\n", code=2)
        self.assertEqual(update["state"], "unknown")
        with program.folder() as here:
            (here / "Dockerfile").write_text("FROM reg.example/team/base:1.2\n")
            done = program.start("image", "updates", here / "Dockerfile", "--json", env={"PATH": str(here)})
        self.assertEqual(done.returncode, 2)
        self.assertIn("skopeo", json.loads(done.stdout)["updates"][0]["why"])

    def test_the_text_fits_in_both_languages(self):
        with registry() as (here, path):
            (here / "Dockerfile").write_text("FROM pytorch/pytorch:2.0.1-cuda11.7-cudnn8-runtime\nFROM x.example/y:1\n")
            (here / "host").write_text(host("here", "470.57.02", "6.1"))
            for lang in ("en", "zh"):
                text = program.start("image", "updates", here / "Dockerfile", "--host", here / "host", "--lang", lang,
                                     env=path).stdout.decode()
                self.assertIn("470.57.02", text)
                for line in text.splitlines():
                    self.assertFalse(program.excess(line, 80), line)

    def test_files_that_are_none_are_refused(self):
        with program.folder() as here:
            (here / "Dockerfile").write_text("NONSENSE\n")
            self.assertEqual(program.start("image", "updates", here / "Dockerfile").returncode, 66)
            self.assertEqual(program.start("image", "updates", here / "none").returncode, 66)
            self.assertEqual(program.start("image", "updates").returncode, 64)


if __name__ == "__main__":
    program.main()
