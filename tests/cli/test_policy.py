#!/usr/bin/env python3
"""gpuvet policy: what a team allows, on stacks, snapshots, reports and files; each finding on its line."""

import json
import pathlib
import re
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
import program  # noqa: E402
from program import excess  # noqa: E402

HEAD = "gpuvet-policy: 1\nrules:\n"
PINNED = "FROM pytorch/pytorch:2.6.0-cuda12.4-cudnn9-runtime\n"
TODAY = ["--date", "2026-11-24"]


def rule(name, **keys):
    """A rule of three lines; JSON is YAML."""
    lines = [f"    {key.replace('_', '-')}: {json.dumps(value)}\n" for key, value in keys.items()]
    return f"  - name: {name}\n" + "".join(lines) + "    reason: because\n"


class Folder(unittest.TestCase):
    def setUp(self):
        manager = program.folder()
        self.folder = manager.__enter__()
        self.addCleanup(manager.__exit__, None, None, None)

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        return name

    def start(self, *words, **how):
        return program.start("policy", *words, *TODAY, cwd=self.folder, **how)

    def report(self, *words):
        done = self.start(*words, "--json")
        return done.returncode, json.loads(done.stdout)

    def found(self, *words):
        """The code, and of each finding its place and its rule."""
        code, report = self.report("check", *words)
        return code, [(f["evidence"][0]["from"], f["cause"]) for f in report["findings"]]


FORBIDDEN = {
    "system-cudnn": [(PINNED + "RUN apt-get update && \\\n  apt-get install -y libcudnn9-cuda-12\n", 3),
                     (PINNED + "ENV LD_LIBRARY_PATH=/usr/lib/x86_64-linux-gnu\n", 2)],
    "cuda-visible-devices": [(PINNED + "ENV A=b \\\n  CUDA_VISIBLE_DEVICES=0\n", 3)],
    "root-ssh": [(PINNED + "RUN echo 'PermitRootLogin yes' >> /etc/ssh/sshd_config\n", 2)],
    "unpinned-base": [("# moves\nFROM pytorch/pytorch\n", 2), ("FROM pytorch/pytorch:latest\n", 1)],
    "base-without-digest": [(PINNED, 1)],
}


class Files(Folder):
    def test_each_forbidden_state_is_found_on_its_line_and_no_other_is(self):
        for state, files in FORBIDDEN.items():
            self.write("team.yaml", HEAD + rule(state, forbid=[state]))
            for text, line in files:
                with self.subTest(state=state, text=text):
                    self.write("Dockerfile", text)
                    self.assertEqual(self.found("team.yaml", "Dockerfile"),
                                     (1, [(f"Dockerfile:{line}", f"policy/{state}")]))
            if state != "base-without-digest":
                self.write("Dockerfile", PINNED)
                self.assertEqual(self.found("team.yaml", "Dockerfile"), (0, []), state)

    def test_a_public_port_is_found_on_its_line(self):
        self.write("team.yaml", HEAD + rule("ports", forbid="public-ports"))
        service = "services:\n  a:\n    build: .\n    ports:\n      - 127.0.0.1:1:1\n"
        self.write("compose.yaml", service)
        self.assertEqual(self.found("team.yaml", "compose.yaml"), (0, []))
        self.write("compose.yaml", service + "      - '8888:8888'\n")
        self.assertEqual(self.found("team.yaml", "compose.yaml"),
                         (1, [("compose.yaml:6", "policy/ports")]))

    def test_what_is_allowed_passes_and_what_is_not_is_named_with_its_line(self):
        rows = [
            (rule("r", cuda_tags=["cu124"]), "RUN pip install torch==2.6.0+cu124\n",
             "RUN pip install torch==2.6.0 --index-url https://download.pytorch.org/whl/cu126\n"),
            (rule("r", cuda_tags="cu12?"), "", "RUN pip install torch==2.6.0+cu118\n"),
            (rule("r", torch=">=2.6,<2.7"), "RUN pip install torch==2.6.0\n", "RUN pip install torch==2.5.1\n"),
            (rule("r", base_images=["pytorch/pytorch:2.6.*"]), "", "FROM ubuntu:22.04\n"),
            (rule("r", checks=["process/*"]), "", "ENV CUDA_VISIBLE_DEVICES=''\n"),
        ]
        for policy, good, bad in rows:
            with self.subTest(policy):
                self.write("team.yaml", HEAD + policy)
                self.write("Dockerfile", PINNED + good)
                self.assertEqual(self.found("team.yaml", "Dockerfile"), (0, []))
                self.write("Dockerfile", PINNED + bad)
                self.assertEqual(self.found("team.yaml", "Dockerfile"), (1, [("Dockerfile:2", "policy/r")]))

    def test_what_the_file_does_not_say_is_undecided(self):
        self.write("team.yaml", HEAD + rule("r", torch=">=2.6"))
        for line in ("RUN pip install torch\n", "ARG V\nRUN pip install torch==$V\n"):
            self.write("Dockerfile", "FROM python:3.12-slim\n" + line)
            code, report = self.report("check", "team.yaml", "Dockerfile")
            self.assertEqual((code, report["policy"]["state"]), (2, "undecided"))
            self.assertEqual(report["undecided"][0]["missing"], ["recipe.version"])
            self.assertIsNone(report["verdict"]["cause"])
        self.write("team.yaml", HEAD + rule("r", base_images=["python"]))
        self.write("Dockerfile", "ARG B\nFROM $B\n")
        self.assertEqual(self.start("check", "team.yaml", "Dockerfile").returncode, 2)

    def test_several_files_are_judged_together(self):
        self.write("team.yaml", HEAD + rule("r", forbid="unpinned-base"))
        self.write("a/Dockerfile", PINNED)
        self.write("b/Dockerfile", "FROM python\n")
        self.assertEqual(self.found("team.yaml", "a/Dockerfile", "b/Dockerfile"),
                         (1, [("b/Dockerfile:1", "policy/r")]))

    def test_a_rule_or_an_exception_can_be_for_some_files(self):
        policy = HEAD + rule("r", forbid="unpinned-base", files=["b/*"])
        self.write("team.yaml", policy)
        self.write("a/Dockerfile", "FROM python\n")
        self.write("b/Dockerfile", "FROM python\n")
        self.assertEqual(self.found("team.yaml", "a/Dockerfile"), (0, []))
        self.assertEqual(self.found("team.yaml", "b/Dockerfile")[0], 1)
        policy += "exceptions:\n  - {rule: r, files: 'b/*', until: 2026-12-01, reason: soon}\n"
        self.write("team.yaml", policy)
        code, report = self.report("check", "team.yaml", "b/Dockerfile")
        self.assertEqual((code, [n["until"] for n in report["notes"]]), (0, ["2026-12-01"] * 2))
        done = program.start("policy", "check", "team.yaml", "b/Dockerfile", "--date", "2026-12-02",
                             "--json", cwd=self.folder)
        report = json.loads(done.stdout)
        self.assertEqual(done.returncode, 1)
        self.assertIn("ended on 2026-12-01", report["findings"][1]["headline"])
        self.assertEqual(report["findings"][1]["from"], "team.yaml:8")

    def test_a_rule_for_a_group_needs_to_know_whether_a_file_is_for_it(self):
        self.write("team.yaml", "gpuvet-policy: 1\ngroups: {gpu: ['gpu-*'], cpu: ['c*']}\nrules:\n" +
                   rule("r", forbid="unpinned-base", groups=["gpu"]))
        self.write("Dockerfile", "FROM python\n")
        for words, code in (([], 2), (["--group", "gpu"], 1), (["--group=cpu"], 0), (["--group", "x"], 64)):
            self.assertEqual(self.start("check", "team.yaml", "Dockerfile", *words).returncode, code, words)

    def test_a_broken_policy_is_refused_at_its_line_and_column(self):
        for text, place in (("gpuvet-policy: 9\n", "1:1"), (HEAD + "  - nam: x\n", "3:5"),
                            (HEAD + "  - {\n", "4:1"), ("\x00", "1:1")):
            self.write("team.yaml", text)
            for lang in ("en", "zh"):
                done = self.start("check", "team.yaml", "--lang", lang)
                self.assertEqual((done.returncode, done.stdout), (66, b""))
                self.assertIn(f"team.yaml:{place}", done.stderr.decode())

    def test_the_command_line_is_checked(self):
        self.write("team.yaml", HEAD + rule("r", forbid="root-ssh"))
        self.write("Dockerfile", PINNED)
        for words in ([], ["check"], ["init", "x"], ["check", "team.yaml", "Dockerfile", "--root", "/"],
                      ["check", "team.yaml", "--sarif", "--json"], ["check", "team.yaml", "--date", "today"]):
            self.assertEqual(program.start("policy", *words, cwd=self.folder).returncode, 64, words)
        self.assertEqual(self.start("team.yaml", "Dockerfile").returncode, 0)
        self.assertEqual(self.start("check", "none.yaml").returncode, 66)
        self.assertEqual(self.start("check", "team.yaml", "none").returncode, 66)

    def test_lines_fit_the_terminal_and_nothing_escapes_in_both_languages(self):
        self.write("team.yaml", HEAD + rule("r", forbid=["cuda-visible-devices"], files="*") +
                   rule("long", base_images=["registry.example.org/team/pytorch:2.6.*"] * 9))
        self.write("Dockerfile", PINNED + "ENV CUDA_VISIBLE_DEVICES=\x1b[31m" + "九" * 90 + "\n")
        for lang in ("en", "zh"):
            text = self.start("check", "team.yaml", "Dockerfile", "--lang", lang).stdout.decode()
            self.assertNotIn("\x1b", text)
            self.assertIn("policy/r", text)
            self.assertEqual([line for line in text.splitlines() if excess(line, 80)], [])


class Stacks(Folder):
    MACHINE = "ubuntu-22.04-rtx3060"   # driver 550.54.14, torch 2.4.1+cu121, Python 3.10

    def judge(self, words, policy):
        self.write("team.yaml", HEAD + policy)
        code, report = self.report("check", "team.yaml", *words)
        return code, [finding["cause"] for finding in report["findings"]], report

    def test_a_machine_is_allowed_or_not_for_the_right_reason(self):
        rows = [
            (rule("r", cuda_tags=["cu121"]), rule("r", cuda_tags=["cu118", "cu124"]), "torch.tag"),
            (rule("r", torch="==2.4.*"), rule("r", torch=[">=2.5", "<2"]), "torch.version"),
            (rule("r", python="==3.10.*"), rule("r", python=">=3.11"), "torch.python_version"),
            (rule("r", drivers=">=550.54"), rule("r", drivers=">=560"), "driver.version"),
            (rule("r", driver_branches=[535, 550]), rule("r", driver_branches=["5?5"]), "driver.branch"),
        ]
        with program.machine(self.MACHINE) as (_, words):
            for good, bad, fact in rows:
                self.assertEqual(self.judge(words, good)[:2], (0, []), good)
                code, causes, report = self.judge(words, bad)
                self.assertEqual((code, causes), (1, ["policy/r"]), bad)
                self.assertEqual(report["findings"][0]["evidence"][0]["fact"], fact)
                self.assertEqual(report["findings"][0]["from"], "team.yaml:3")

    def test_forbidden_states_of_a_machine_are_found_with_their_line(self):
        states = rule("login", forbid="root-ssh") + rule("devices", forbid="cuda-visible-devices")
        rows = [
            ({}, 0, []),
            ({"etc/ssh/sshd_config": "# x\nPermitRootLogin no\nPermitRootLogin yes\n"}, 0, []),
            ({"etc/ssh/sshd_config": "Match User x\nPermitRootLogin yes\n"}, 0, []),
            ({"etc/ssh/sshd_config": "# x\npermitrootlogin yes\n"}, 1, ["etc/ssh/sshd_config:2"]),
            ({"etc/ssh/sshd_config": "Include /etc/ssh/sshd_config.d/*.conf\nPermitRootLogin no\n",
              "etc/ssh/sshd_config.d/9.conf": "PermitRootLogin yes\n"}, 1, ["etc/ssh/sshd_config.d/9.conf:1"]),
            ({"etc/ssh/sshd_config": "Match Address 10.*\nPermitRootLogin yes\n"}, 2, []),
            ({"etc/profile.d/gpu.sh": "# CUDA_VISIBLE_DEVICES=1\n"}, 0, []),
            ({"etc/profile.d/gpu.sh": "umask 2\nexport CUDA_VISIBLE_DEVICES=1\n"}, 1, ["etc/profile.d/gpu.sh:2"]),
            ({"home/ada/.bashrc": "true; CUDA_VISIBLE_DEVICES=\n"}, 1, ["home/ada/.bashrc:1"]),
        ]
        for files, code, places in rows:
            with self.subTest(files), program.machine(self.MACHINE) as (root, words):
                for name, text in files.items():
                    (root / name).parent.mkdir(parents=True, exist_ok=True)
                    (root / name).write_text(text)
                got, _, report = self.judge(words, states)
                self.assertEqual((got, [f["evidence"][0]["from"] for f in report["findings"]]), (code, places))

    def test_a_cudnn_of_the_system_is_a_forbidden_state(self):
        for foreign, answer in ((True, (1, ["policy/r"])), (False, (0, [])), (None, (2, []))):
            facts = {"torch": {"installed": {"state": "known", "value": True, "from": "torch"}}, "cudnn": {
                "loaded_path": {"state": "known", "value": "/usr/lib/libcudnn.so.9", "from": "ld.so.cache"}}}
            if foreign is not None:
                facts["cudnn"]["foreign"] = {"state": "known", "value": foreign, "from": "ld.so.cache"}
            self.write("facts.json", json.dumps({"schema": "gpuvet/1", "facts": facts}))
            self.assertEqual(self.judge(["facts.json"], rule("r", forbid="system-cudnn"))[:2], answer)

    def test_required_checks_fail_where_a_cause_is_found(self):
        with program.machine("ubuntu-22.04-rtx3060-470") as (_, words):
            code, causes, report = self.judge(words, rule("works", checks=["driver/too-old"]))
        self.assertEqual((code, causes), (1, ["policy/works"]))
        self.assertTrue(report["findings"][0]["headline"])

    def test_hosts_are_known_by_patterns_of_their_names(self):
        with program.machine(self.MACHINE) as (root, words):
            (root / "etc/hostname").write_text("gpu-07\n")
            bad = rule("r", torch=">=9", hosts=["gpu-*"])
            self.assertEqual(self.judge(words, bad)[0], 1)
            self.assertEqual(self.judge(words, rule("r", torch=">=9", hosts=["cpu-*"]))[0], 0)
            for name in ("etc/hostname", "proc/sys/kernel/hostname"):
                (root / name).unlink()
            self.assertEqual(self.judge(words, bad)[0], 2)

    def test_reports_and_snapshots_are_judged_as_their_source_is(self):
        policy = rule("r", torch="==2.5.*")
        with program.machine(self.MACHINE) as (_, words):
            self.write("node.json", program.start(*words, "--json").stdout.decode())
            program.start("snapshot", *words, "-o", self.folder / "node.gpuvet")
        for words in (["node.json"], ["--facts", "node.json"], ["--snapshot", "node.gpuvet"]):
            self.assertEqual(self.judge(words, policy)[:2], (1, ["policy/r"]), words)
            self.assertEqual(self.judge(words, rule("r", torch="==2.4.*"))[0], 0, words)
            self.assertEqual(self.judge(words, rule("r", forbid="root-ssh"))[0], 2, words)   # nobody looked

    def test_a_lock_is_judged_by_what_it_holds(self):
        with program.machine(self.MACHINE) as (_, words):
            program.start("lock", *words, "-o", self.folder / "gpuvet.lock")
        for words in (["gpuvet.lock"], ["--facts", "gpuvet.lock"]):
            code, causes, report = self.judge(words, rule("r", torch="==2.5.*"))
            self.assertEqual((code, causes), (1, ["policy/r"]), words)
            self.assertIn("2.4.1+cu121", report["findings"][0]["headline"])
            self.assertEqual(self.judge(words, rule("r", torch="==2.4.*"))[0], 0, words)

    def test_init_writes_a_policy_that_the_machine_passes(self):
        for name in (self.MACHINE, "ubuntu-old-cudnn", "debian-12-no-driver", "laptop-intel-only"):
            for lang in ("en", "zh"):
                with self.subTest(name, lang=lang), program.machine(name) as (_, words):
                    done = program.start("policy", "init", *words, "--lang", lang)
                    self.assertEqual(done.returncode, 0)
                    self.write("team.yaml", done.stdout.decode())
                    self.assertEqual(self.start("check", "team.yaml", *words).returncode, 0)
                    if name == self.MACHINE:
                        self.assertIn("\n    cuda-tags: ['cu121']\n", done.stdout.decode())
                        # what is commented out is a policy, too
                        whole = re.sub(r"(?m)^  # ( *(- name|[a-z-]+): )", r"  \1", done.stdout.decode())
                        self.write("team.yaml", whole)
                        self.assertIn(self.start("check", "team.yaml", *words).returncode, (0, 1, 2))

    def test_init_never_writes_over_a_file(self):
        with program.machine(self.MACHINE) as (_, words):
            for _ in range(2):
                done = program.start("policy", "init", *words, "-o", "team.yaml", cwd=self.folder)
            self.assertEqual(done.returncode, 73)
            self.assertEqual(sorted(p.name for p in self.folder.iterdir()), ["team.yaml"])
            (self.folder / "link.yaml").symlink_to("nowhere")
            done = program.start("policy", "init", *words, "-o", "link.yaml", cwd=self.folder)
            self.assertEqual(done.returncode, 73)
            self.assertFalse((self.folder / "nowhere").exists())


# The members that SARIF 2.1.0 demands, and the form of those that are written
# (https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html).
class Sarif(Folder):
    def location(self, location, message):
        place = location["physicalLocation"]
        self.assertRegex(place["artifactLocation"]["uri"], r"^(file://)?[A-Za-z0-9._~/%-]+$")
        self.assertGreaterEqual(place["region"]["startLine"], 1)
        self.assertEqual("message" in location, message)

    def check_shape(self, log):
        self.assertEqual(set(log), {"$schema", "version", "runs"})
        self.assertEqual(log["version"], "2.1.0")
        self.assertTrue(log["$schema"].endswith("/sarif-schema-2.1.0.json"))
        for run in log["runs"]:
            driver = run["tool"]["driver"]
            self.assertEqual(driver["name"], "gpuvet")
            ids = [rule["id"] for rule in driver["rules"]]
            self.assertEqual(len(ids), len(set(ids)))
            for result in run["results"]:
                self.assertTrue(result["message"]["text"])
                self.assertEqual(ids[result["ruleIndex"]], result["ruleId"])
                self.assertIn(result["kind"], ("fail", "open", "informational"))
                self.assertIn(result["level"], ("error", "note", "none"))
                self.assertEqual(result["level"] == "none", result["kind"] != "fail")
                for location in result["locations"]:
                    self.location(location, False)
                for location in result.get("relatedLocations", []):
                    self.location(location, True)

    def test_sarif_is_valid_in_shape_and_names_the_right_lines(self):
        self.write("team.yaml", HEAD + rule("base", forbid="unpinned-base") + rule("torch", torch=">=2.6") +
                   rule("old", forbid="base-without-digest") +
                   "exceptions:\n  - {rule: old, until: 2026-12-01, reason: soon}\n")
        name = self.write("a b/Dockerfile", "FROM python\nRUN pip install torch==2.5.0\nRUN pip install torch\n")
        done = self.start("check", "team.yaml", name, "--sarif")
        log = json.loads(done.stdout)
        self.assertEqual(done.returncode, 1)
        self.check_shape(log)
        seen = [(r["ruleId"], r["kind"], r["level"], r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"],
                 r["locations"][0]["physicalLocation"]["region"]["startLine"]) for r in log["runs"][0]["results"]]
        self.assertEqual(seen, [
            ("policy/base", "fail", "error", "a%20b/Dockerfile", 1),
            ("policy/torch", "fail", "error", "a%20b/Dockerfile", 2),
            ("policy/torch", "open", "none", "a%20b/Dockerfile", 3),
            ("policy/old", "informational", "none", "team.yaml", 13),
            ("policy/old", "fail", "note", "team.yaml", 13),
        ])

    def test_of_a_stack_it_names_the_policys_line(self):
        self.write("team.yaml", HEAD + rule("torch", torch=">=9"))
        with program.machine(Stacks.MACHINE) as (_, words):
            log = json.loads(self.start("check", "team.yaml", *words, "--sarif").stdout)
        self.check_shape(log)
        result = log["runs"][0]["results"][0]
        self.assertEqual(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "team.yaml")
        self.assertIn("2.4.1+cu121", result["message"]["text"])

    def test_nothing_found_is_a_run_without_results(self):
        self.write("team.yaml", HEAD + rule("r", forbid="root-ssh"))
        self.write("Dockerfile", PINNED)
        log = json.loads(self.start("check", "team.yaml", "Dockerfile", "--sarif").stdout)
        self.check_shape(log)
        self.assertEqual(log["runs"][0]["results"], [])


if __name__ == "__main__":
    program.main()
