#!/usr/bin/env python3
"""--container, --pod, and images of an engine's store: clients are scripts (engines.py), their processes real."""

import contextlib
import gzip
import json
import os
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
import engines  # noqa: E402
import program  # noqa: E402
from images import PLACE, entry, release, saved, tar  # noqa: E402

# The tools that the scripts themselves need, behind the folder with the clients.
TOOLS = "/usr/bin:/bin"


@contextlib.contextmanager
def clients(**answers):
    """A folder with a client for each engine, and the variables that find it first."""
    with program.folder() as here:
        (here / "bin").mkdir()
        for engine, answer in answers.items():
            engines.install(here / "bin", engine, **answer)
        yield here, {"PATH": f"{here / 'bin'}:{TOOLS}"}


@contextlib.contextmanager
def process_marked(mark):
    """A process whose mounts name `mark`, as those of a container do; None where we may not mount."""
    with program.folder() as here:
        (here / mark).mkdir()
        script = f"mount --bind {here / mark} /mnt && echo ready && exec sleep 60"
        with subprocess.Popen(["unshare", "--mount", "sh", "-c", script], stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, text=True) as child:
            try:
                yield child.pid if child.stdout.readline() == "ready\n" else None
            finally:
                child.kill()


class Container(unittest.TestCase):
    files = tar(entry(PLACE, release("inside")))

    def answer(self, engine="docker", words=(), **said):
        with clients(**{engine: {"answer": said["answer"]}}) as (here, env):
            (here / "files.tar").write_bytes(self.files)
            engines.install(here / "bin", engine, said["answer"], files=here / "files.tar")
            return program.report("--container", "trainer", *words, env=env)

    def facts(self, **said):
        return {name: fact.get("value", fact["state"])
                for name, fact in self.answer(**said)["facts"]["container"].items() if name != "ports"}

    def test_a_process_that_is_not_proven_to_be_its_own_is_a_stranger(self):
        """An engine elsewhere counts its own PIDs: this one is ours, and no container's."""
        answer = self.answer(answer=engines.docker(pid=os.getpid(), env=["CUDA_VISIBLE_DEVICES=7"]))
        self.assertEqual(answer["subject"], {"kind": "container", "name": "trainer"})
        self.assertEqual(answer["facts"]["machine"]["os_title"]["value"], "inside")
        self.assertEqual(answer["facts"]["process"]["cuda_visible_devices"]["value"], "7")
        self.assertEqual(answer["facts"]["hardware"]["gpu_count"]["state"], "unknown")

    def test_a_process_whose_mounts_name_it_is_looked_at_itself(self):
        with process_marked(engines.ID) as pid:
            if pid is None:
                self.skipTest("no mount namespace may be made here")
            answer = self.answer(answer=engines.docker(pid=pid))
        self.assertNotEqual(answer["facts"]["machine"]["os_title"].get("value"), "inside")
        self.assertEqual(answer["facts"]["hardware"]["gpu_count"]["state"], "known")

    def test_says_how_the_gpu_was_asked_for(self):
        visible = ["NVIDIA_VISIBLE_DEVICES=all"]
        node = {"PathOnHost": "/dev/nvidia0", "PathInContainer": "/dev/nvidia0", "CgroupPermissions": "rwm"}
        for how, what, said in (
                ("absent", "unknown", engines.docker()),
                ("absent", "unknown", engines.docker(env=visible)),
                ("gpus", "all", engines.docker(host={"DeviceRequests": engines.GPUS})),
                ("gpus", "2", engines.docker(host={"DeviceRequests": [engines.GPUS[0] | {"Count": 2}]})),
                ("cdi", "nvidia.com/gpu=all", engines.docker(host={"DeviceRequests": engines.CDI})),
                ("cdi", "nvidia.com/gpu=0", engines.docker(CreateCommand=["podman", "run", "--device",
                                                                         "nvidia.com/gpu=0", "x"])),
                ("runtime", "all", engines.docker(env=visible, host={"Runtime": "nvidia"})),
                ("absent", "unknown", engines.docker(env=["NVIDIA_VISIBLE_DEVICES=void"],
                                                     host={"Runtime": "nvidia"})),
                ("devices", "/dev/nvidia0", engines.docker(host={"Devices": [node]}))):
            with self.subTest(how=how, what=what):
                facts = self.facts(answer=said)
                self.assertEqual((facts["request"], facts.get("requested", "unknown")), (how, what))
                self.assertEqual(facts["gpu_requested"], how != "absent")

    def test_each_engines_own_form_is_read(self):
        gpu = {"gpu0": {"type": "gpu"}}
        with process_marked(engines.ID) as pid:
            if pid is None:
                self.skipTest("no mount namespace may be made here")
            for engine, said, request in (
                    ("podman", engines.docker(pid=pid, host={"DeviceRequests": engines.CDI}), "cdi"),
                    ("nerdctl", engines.docker(pid=pid, host={"DeviceRequests": engines.GPUS}), "gpus"),
                    ("crictl", engines.crictl(pid), "absent"),
                    ("crictl", engines.crictl(pid, cdi=["nvidia.com/gpu=0"]), "cdi"),
                    ("crictl", engines.crictl(pid, devices=["/dev/nvidia0"]), "devices")):
                with self.subTest(engine):
                    facts = self.facts(engine=engine, answer=said)
                    self.assertEqual((facts["request"], facts["pid"]), (request, pid))
        for engine, mark, said, request in (
                ("incus", "lxc.payload.trainer", lambda pid: engines.incus(pid=pid, devices=gpu), "gpu device"),
                ("lxc", "lxc.payload.trainer", lambda pid: engines.incus(pid=pid), "absent")):
            with self.subTest(engine), process_marked(mark) as pid:
                facts = self.facts(engine=engine, answer=said(pid))
                self.assertEqual((facts["request"], facts["engine"]), (request, "lxc"))

    def test_its_ports_are_told_and_where_they_lead(self):
        ports = {"8888/tcp": [{"HostIp": "127.0.0.1", "HostPort": "18888"}], "22/tcp": None}
        told = self.answer(answer=engines.docker(ports=ports))["facts"]["container"]["ports"]
        self.assertEqual([(port["port"]["value"], port["address"].get("value")) for port in told],
                         [("8888/tcp", "127.0.0.1"), ("22/tcp", None)])

    def test_the_engine_that_knows_it_is_asked_and_another_only_where_it_is_named(self):
        nobody = {"answer": engines.docker(name="other")}
        with clients(docker=nobody, podman=nobody) as (here, env):
            engines.install(here / "bin", "podman", engines.docker(), files=here / "files.tar")
            (here / "files.tar").write_bytes(self.files)
            (here / "bin/docker").write_text("#!/bin/sh\necho no such container >&2\nexit 1\n")
            answer = program.report("--container", "trainer", env=env)
            self.assertEqual(answer["facts"]["container"]["engine"]["value"], "podman")
            done = program.start("--container", "trainer", "--engine", "docker", env=env)
        self.assertEqual((done.returncode, done.stdout), (66, b""))
        self.assertIn(b"no such container", done.stderr)

    def test_a_name_that_nobody_knows_is_one_line_and_66(self):
        with clients(docker={"answer": engines.docker()}) as (_, env):
            for name in ("other", "--all", "-v", "a\nb", ""):
                done = program.start(f"--container={name}", env=env)
                self.assertIn(done.returncode, (64, 66))
                self.assertEqual((done.stdout, done.stderr.count(b"\n")), (b"", 1))
        with program.folder() as empty:
            done = program.start("--container", "trainer", env={"PATH": str(empty)})
            self.assertEqual((done.returncode, done.stderr.count(b"\n")), (66, 1))

    def test_answers_that_are_none_are_one_line_and_66(self):
        for answer in ("", [], {}, [1], [[]], None, [{}], [{"State": "no"}]):
            with self.subTest(answer=answer), clients(docker={"answer": answer}) as (_, env):
                done = program.start("--container", "trainer", env=env)
                self.assertEqual((done.returncode, done.stdout, done.stderr.count(b"\n")), (66, b"", 1))


class Causes(unittest.TestCase):
    """Facts as --container finds them; what it cannot find on a machine without a GPU is given."""

    def cause(self, container, engines_=None, driver=None, process=None):
        def known(layer):
            return {name: {"state": "absent"} if value is None else
                    {"state": "known", "value": value, "from": "test"} for name, value in layer.items()}

        facts = {"container": known({"asked": True, "inside": True, "engine": "docker", "name": "trainer"} | container),
                 "driver": known({"module_loaded": True, "version": "535.161.08"} | (driver or {})),
                 "machine": known({"wsl": 0, "jetson": False}),
                 "engines": known(engines_ or {}), "process": known(process or {})}
        answer = program.report("--facts", "-", input=json.dumps(facts).encode())
        return [finding["cause"] for finding in answer["findings"]]

    def test_a_container_that_was_started_without_the_gpu(self):
        asked = {"gpu_requested": False, "request": None, "privileged": False, "gpu_injected": False}
        self.assertIn("container/gpu-not-requested", self.cause(asked))
        for other in ({"privileged": True}, {"gpu_requested": True, "request": "gpus"}):
            self.assertNotIn("container/gpu-not-requested", self.cause(asked | {"gpu_injected": True} | other))

    def test_a_cdi_spec_that_is_stale_or_lacks_uvm(self):
        asked = {"gpu_requested": True, "request": "cdi", "privileged": False}
        stale, whole = {"cdi_missing": "/usr/lib/libcuda.so.535.1"}, {"cdi_missing": None, "cdi_uvm": True}
        self.assertIn("container/stale-injection", self.cause(asked, stale))
        self.assertIn("container/stale-injection", self.cause(asked, {"cdi_missing": None, "cdi_uvm": False}))
        self.assertNotIn("container/stale-injection", self.cause(asked, whole))
        self.assertNotIn("container/stale-injection", self.cause(asked | {"request": "gpus"}, stale))

    def test_no_cgroups_is_wrong_only_where_the_engine_is_not_rootless(self):
        asked = {"gpu_requested": True, "request": "gpus", "privileged": False}
        for rootless in (False, True):
            found = self.cause(asked | {"user_namespace": rootless}, {"no_cgroups": True})
            self.assertEqual("container/device-denied" in found, not rootless)

    def test_a_host_without_the_toolkit(self):
        missing = {"toolkit_installed": False, "cdi": False}
        stopped = {"gpu_requested": True, "request": "gpus", "pid": None}
        self.assertIn("container/toolkit-missing", self.cause(stopped, missing))
        self.assertNotIn("container/toolkit-missing", self.cause(stopped, missing | {"toolkit_installed": True}))
        self.assertNotIn("container/toolkit-missing", self.cause(stopped | {"pid": 4711}, missing))

    def test_capabilities_without_compute(self):
        asked = {"gpu_requested": True, "request": "gpus"}
        for value, wrong in (("utility", True), ("video,utility", True), ("compute,utility", False),
                             ("all", False), ("", False)):
            found = self.cause(asked, process={"driver_capabilities": value})
            self.assertEqual("container/driver-capabilities" in found, wrong, value)

    def test_nothing_of_it_is_said_of_what_no_engine_was_asked_about(self):
        found = self.cause({"asked": False, "gpu_requested": False, "request": "cdi", "pid": None},
                           {"cdi_missing": "/x", "toolkit_installed": False, "cdi": False, "no_cgroups": True})
        self.assertEqual([cause for cause in found if cause.startswith("container/")], [])


MANIFEST = """# a trainer and what stands beside it
apiVersion: v1
kind: Service
metadata: {name: board}
spec:
  selector: {app: trainer}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: trainer
spec:
  template:
    spec:
      runtimeClassName: %s
      containers:
      - name: sidecar
        image: team/sidecar:1
      - name: trainer
        image: team/torch:1
        securityContext: {privileged: %s}
        env:
        - {name: NVIDIA_VISIBLE_DEVICES, value: "all"}
        resources:
          limits:
            cpu: "4"
            nvidia.com/gpu: %s
"""


class Pod(unittest.TestCase):
    def judged(self, pod):
        text = pod if isinstance(pod, str) else json.dumps(pod)
        return program.report("--pod", "-", input=text.encode())

    def test_one_that_asks_for_no_gpu_is_told_so(self):
        for pod in (engines.pod(), engines.pod(kind="Deployment"), engines.pod({"cpu": "4"}),
                    engines.pod({"nvidia.com/gpu": "0"}), {"kind": "List", "items": [engines.pod()]},
                    engines.pod(env=[("NVIDIA_VISIBLE_DEVICES", "all")]), MANIFEST % ("runc", "false", 0),
                    engines.pod() | {"kind": "CronJob", "spec": {"jobTemplate": {"spec": engines.pod(kind="Job")["spec"]}}}):
            answer = self.judged(pod)
            self.assertEqual(answer["verdict"]["cause"], "container/gpu-not-requested")
            self.assertEqual(answer["subject"], {"kind": "pod", "name": "trainer"})

    def test_one_that_asks_is_not_blamed(self):
        one = engines.pod({"nvidia.com/gpu": 1})
        for pod in (one, engines.pod({"nvidia.com/gpu": "1"}),
                    engines.pod({"nvidia.com/mig-1g.10gb": 1}), engines.pod({"nvidia.com/gpu": 8}, kind="Job"),
                    engines.pod(runtime="nvidia", env=[("NVIDIA_VISIBLE_DEVICES", "all")]),
                    {"kind": "List", "items": [engines.pod(), {"kind": "Service", "spec": {}}, one]},
                    MANIFEST % ("runc", "false", 1), MANIFEST % ("nvidia", "false", 0)):
            answer = self.judged(pod)
            self.assertEqual(answer["findings"], [])
            self.assertEqual(answer["facts"]["container"]["gpu_requested"]["value"], True)

    def test_a_privileged_one_has_the_nodes_without_asking(self):
        for privileged in ("true", "false"):
            causes = [finding["cause"] for finding in self.judged(MANIFEST % ("runc", privileged, 0))["findings"]]
            self.assertEqual(causes == [], privileged == "true")

    def test_what_is_no_pod_is_one_line_and_66(self):
        for text in (b"", b"{}", b"[]", b"kind: Pod", b'{"spec": {"containers": []}}', b"[" * 100000,
                     b"a: &a [*a, *a]", b"\0", b"---\n---\n...", b"x: " * 70000):
            done = program.start("--pod", "-", input=text)
            self.assertEqual((done.returncode, done.stdout, done.stderr.count(b"\n")), (66, b"", 1))

    def test_a_broken_line_is_named(self):
        for text, line in ((MANIFEST.replace("kind: Service", "kind: [Service"), b":4:"),
                           ("spec:\n\tcontainers: []\n", b":2:"), ('{"spec":\n\n {"a" 1}}', b":3:")):
            self.assertIn(line, program.start("--pod", "-", input=text.encode()).stderr.replace(b" ", b":"))


class Image(unittest.TestCase):
    def test_a_name_of_an_engines_store_is_saved_by_its_client_and_read(self):
        archive = saved(tar(entry(PLACE, release("stored"))))
        with clients(podman={"answer": {}}) as (here, env):
            (here / "archive").write_bytes(archive)
            engines.install(here / "bin", "podman", {}, archive=here / "archive")
            answer = program.report("--image", "team/torch:1", env=env)
            self.assertEqual(answer["facts"]["machine"]["os_title"]["value"], "stored")
            done = program.start("--image", "team/other:1", env=env)
        self.assertEqual((done.returncode, done.stdout, done.stderr.count(b"\n")), (66, b"", 1))
        self.assertIn(b"no such thing", done.stderr)

    def test_a_registrys_image_comes_through_skopeo(self):
        archive = saved(tar(entry(PLACE, release("pulled"))))
        with program.folder() as here:
            (here / "archive").write_bytes(archive)
            (here / "skopeo").write_text(f"""#!/bin/sh
[ "$*" = "copy --quiet docker://host/team/torch:1 docker-archive:/dev/stdout" ] || {{ echo refused >&2; exit 1; }}
cat {here}/archive
""")
            (here / "skopeo").chmod(0o755)
            env = {"PATH": f"{here}:{TOOLS}"}
            answer = program.report("--image", "docker://host/team/torch:1", env=env)
            self.assertEqual(answer["facts"]["machine"]["os_title"]["value"], "pulled")
            done = program.start("--image", "docker://host/other", env=env)
            self.assertEqual((done.returncode, done.stderr.count(b"\n")), (66, 1))
            self.assertIn(b"refused", done.stderr)

    def test_a_client_that_dies_in_the_middle_is_said(self):
        archive = saved(tar(entry(PLACE, release("cut"))))
        with program.folder() as here:
            (here / "archive").write_bytes(archive)
            (here / "podman").write_text(f"#!/bin/sh\ncat {here}/archive\necho disk error >&2\nexit 3\n")
            (here / "podman").chmod(0o755)
            done = program.start("--image", "team/torch:1", env={"PATH": f"{here}:{TOOLS}"})
        self.assertEqual((done.returncode, done.stdout), (66, b""))
        self.assertIn(b"disk error", done.stderr)

    def on_host(self, machine, *env):
        with program.machine(machine) as (_, words), program.folder() as here:
            host = program.report(*words)
            (here / "host.json").write_text(json.dumps(host))
            (here / "image").write_bytes(saved(tar(entry(PLACE, release("A"))), env=env))
            return program.report("--image", here / "image", "--host", here / "host.json")

    def test_what_it_requires_is_held_against_the_host(self):
        required = "NVIDIA_REQUIRE_CUDA=cuda>={} brand=tesla,driver>=450,driver<451"
        for cuda, unmet in (("12.4", True), ("11.4", False)):
            answer = self.on_host("ubuntu-22.04-rtx3060-470", required.format(cuda))
            self.assertEqual(answer["facts"]["container"]["requirement_met"]["value"], not unmet)
            self.assertEqual("container/requirement-unmet" in [f["cause"] for f in answer["findings"]], unmet)

    def test_the_hosts_hardware_and_driver_lie_beneath_it(self):
        answer = self.on_host("ubuntu-22.04-rtx3060-470")
        self.assertEqual(answer["facts"]["driver"]["module_version"]["value"], "470.57.02")
        self.assertEqual(answer["facts"]["hardware"]["gpu_count"]["value"], 1)
        self.assertEqual(answer["facts"]["machine"]["os_title"]["value"], "A")

    def test_a_host_is_for_images_alone(self):
        for words in (("--host", "x"), ("--with-machine",), ("--host", "x", "--with-machine", "--image", "y")):
            self.assertEqual(program.start(*words).returncode, 64)

    def test_what_was_not_kept_is_told(self):
        for packed, partial in ((False, False), (True, True)):
            layer = tar(entry(PLACE, release("A")))
            with program.folder() as here:
                (here / "image").write_bytes(saved(gzip.compress(layer) if packed else layer))
                facts = program.report("--image", here / "image")["facts"]["container"]
            self.assertEqual(facts["image_partial"]["value"], partial)
            self.assertEqual(facts["image_refused"]["value"], 0)


if __name__ == "__main__":
    program.main()
