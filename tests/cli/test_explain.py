#!/usr/bin/env python3
"""explain: a text gets the verdict that a machine would, with its lines as evidence."""

import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
import program  # noqa: E402
from program import excess  # noqa: E402
from schema import Schema  # noqa: E402

SCHEMA = Schema(pathlib.Path(__file__).with_name("schema.json"))
RECORDS = program.HERE.parent / "cases" / "text"
NO_KERNEL = ("epoch 1\nRuntimeError: CUDA error: no kernel image is available for execution on the device\n"
             "NVIDIA GeForce RTX 5090 with CUDA capability sm_120 is not compatible with the current "
             "PyTorch installation.\n")
CODES = {"healthy": 0, "not-environment": 0, "broken": 1, "undecided": 2}


def explain(text, *words, **how):
    """Runs explain with the text, str or bytes, on standard input."""
    with tempfile.TemporaryFile() as pasted:
        pasted.write(text if isinstance(text, bytes) else text.encode())
        pasted.seek(0)
        return program.start("explain", *words, stdin=pasted, **how)


class Text(unittest.TestCase):
    def test_of_reported_cases_is_judged_as_the_check_judges(self):
        lines = (RECORDS / "kept_aside.jsonl").read_text(encoding="utf-8").splitlines()
        for record in map(json.loads, lines[::4]):
            with self.subTest(record["id"]):
                done = explain(record["input"], "-", "--json")
                answer = json.loads(done.stdout)
                self.assertEqual(list(SCHEMA.mistakes(answer)), [])
                self.assertEqual(answer["subject"], {"kind": "text", "name": "-"})
                self.assertEqual(done.returncode, CODES[answer["verdict"]["state"]])
                self.assertIn(answer["verdict"]["cause"] or answer["undecided"][0]["cause"],
                              [record["cause"], *record["also_acceptable"]])


    def test_shows_the_lines_that_tell(self):
        for lang in ("en", "zh"):
            said = " ".join(explain(NO_KERNEL, "--lang", lang).stdout.decode().split())
            self.assertIn("2:27 RuntimeError: CUDA error: no kernel image is available", said)
            self.assertIn("3:1 NVIDIA GeForce RTX 5090 with CUDA capability sm_120", said)
        evidence = json.loads(explain(NO_KERNEL, "--json").stdout)["findings"][0]["evidence"]
        self.assertEqual(evidence[0]["from"], "2:27")
        self.assertEqual(evidence[0]["line"], NO_KERNEL.splitlines()[1])

    def test_may_be_a_file_a_pipe_or_standard_input(self):
        with program.folder() as here:
            (here / "train.log").write_text(NO_KERNEL)
            for words in (["train.log"], ["./train.log"], [here / "train.log"]):
                done = program.start("explain", *words, "--json", cwd=here)
                self.assertEqual((done.returncode, done.stderr), (1, b""))
                self.assertEqual(json.loads(done.stdout)["verdict"]["cause"], "hardware/arch-too-new")
        self.assertEqual(explain(NO_KERNEL).stdout, explain(NO_KERNEL, "-").stdout)

    def test_that_says_nothing_is_undecided(self):
        for text in ("", "\n" * 5000, "hello\n", bytes(range(256)) * 4000, b"\xff\xfe" * 100000,
                     b"CUDA error: " * 50000, b"\x00" * 1000000):
            with self.subTest(text[:20]):
                done = explain(text, "--json")
                self.assertIn(done.returncode, (0, 1, 2))
                self.assertEqual(list(SCHEMA.mistakes(json.loads(done.stdout.decode()))), [])
                self.assertNotIn(b"\x1b", explain(text).stdout)

    def test_is_read_in_constant_memory(self):
        block = b"".join(b"step %d loss 0.731 error 3 CUDA memory 12 GiB\n" % i for i in range(25000))

        def peak(process):
            status = pathlib.Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
            return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1])

        with subprocess.Popen([*program.WRAPPER, program.GPUVET, "explain", "-", "--json"],
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              env=program.QUIET) as process:
            for count in (10, 90):
                for _ in range(count):
                    process.stdin.write(block)
                process.stdin.flush()
                before = peak(process) if count == 10 else before
            grown = peak(process) - before
            process.stdin.write(NO_KERNEL.encode())
            process.stdin.close()
            answer = json.loads(process.stdout.read())
        self.assertLess(grown, 2048, "KiB more for 100 MB than for 10 MB")
        self.assertEqual(answer["verdict"]["cause"], "hardware/arch-too-new")

    def test_keeps_no_secret(self):
        secrets = "https://ada:hunter2@example.org/ token=abcdef0123456789abcdef"
        text = NO_KERNEL.replace("\n", f" {secrets}\n") + f"{secrets} CUDA error: unknown error\n"
        for words in ([], ["--json"], ["-v"]):
            said = explain(text, *words).stdout
            self.assertIn(b"RTX 5090", said)
            self.assertNotIn(b"hunter2", said)
            self.assertNotIn(b"abcdef0123456789", said)

    def test_that_is_undecided_shows_what_was_read(self):
        for lang in ("en", "zh"):
            done = explain("ok\nRuntimeError: CUDA error: no kernel image is available for execution on "
                           "the device\n", "--lang", lang)
            self.assertEqual(done.returncode, 2)
            self.assertIn("2:1  RuntimeError: CUDA error: no kernel".split(),
                          [line.split()[:6] for line in done.stdout.decode().splitlines()])

    def test_can_be_joined_with_the_machine(self):
        text = "PyTorch version: 2.4.1+cu121\n"
        with program.machine("ubuntu-22.04-rtx3060-470") as (_, words):
            facts = program.report(*words)["facts"]
            answer = json.loads(explain(text, "--with-machine", *words, "--json").stdout)
        self.assertEqual(answer["facts"]["torch"]["version"],
                         {"state": "known", "value": "2.4.1+cu121", "from": "1:1"})
        self.assertEqual(answer["facts"]["driver"]["module_version"], facts["driver"]["module_version"])
        self.assertEqual(answer["verdict"]["cause"], "driver/too-old")

    def test_about_compiling_is_joined_with_the_toolkit_that_torch_takes(self):
        used = "CUDA used to build PyTorch: 12.1\n"
        rows = [  # CUDA of the toolkit, GCC that it takes, the text, the cause, a fact that proves it
            (11080, 11, "The detected CUDA version (11.8) mismatches the version that was used to compile "
             "PyTorch (12.1).", "runtime/toolkit-mismatch", "toolkit.version"),
            (12010, 4, "error: #error -- unsupported GNU version! gcc versions later than 4 are not "
             "supported!", "runtime/toolkit-arch", "toolkit.gcc_limit"),
            (0, 0, "OSError: CUDA_HOME environment variable is not set. Please set it to your CUDA install "
             "root.", "runtime/toolkit-missing", "toolkit.nvcc"),
        ]
        for version, gcc, text, cause, proof in rows:
            with self.subTest(cause), tempfile.TemporaryDirectory() as home:
                include = pathlib.Path(home, "include/crt")
                include.mkdir(parents=True)
                (include.parent / "cuda_runtime_api.h").write_text(f"#define CUDART_VERSION  {version}\n")
                (include / "host_config.h").write_text(f"#if __GNUC__ > {gcc}\n")
                done = explain(used + text, "--with-machine", "--json", env={"CUDA_HOME": home})
                answer = json.loads(done.stdout)
                proofs = [one["fact"] for finding in answer["findings"] if finding["cause"] == cause
                          for one in finding["evidence"]]
                if "gcc" in proof and answer["facts"]["toolkit"]["gcc"]["state"] != "known":
                    self.skipTest("this machine's gcc does not tell its version by its name")
                self.assertIn(proof, proofs)


class Topic(unittest.TestCase):
    def said(self, *words, lang="en", code=0):
        done = program.start("explain", *words, "--lang", lang)
        self.assertEqual((done.returncode, done.stderr), (code, b""), words)
        return done.stdout.decode()

    def test_of_every_cause_is_told_in_both_languages(self):
        causes = json.loads(program.start("explain", "--list", "--json").stdout)["causes"]
        self.assertGreater(len(causes), 50)
        for cause in causes:
            with self.subTest(cause["slug"]):
                english, chinese = (self.said(cause["slug"], lang=lang) for lang in ("en", "zh"))
                self.assertEqual(" ".join(english.split()).find(cause["title"]), 0)
                self.assertNotEqual(english, chinese)
                self.assertEqual([line for line in (english + chinese).splitlines()
                                  if excess(line, 80)], [])
                told = json.loads(program.start("explain", cause["slug"], "--json").stdout)["cause"]
                self.assertEqual(told["slug"], cause["slug"])

    def test_codes_are_known_as_people_write_them(self):
        for words, name, cause in (
                (["CUDA", "804"], "CUDA_ERROR_COMPAT_NOT_SUPPORTED_ON_DEVICE", "driver/forward-compat"),
                (["CUDA error: 804"], "cudaErrorCompatNotSupportedOnDevice", "driver/forward-compat"),
                (["804"], "CUDA_ERROR_COMPAT_NOT_SUPPORTED_ON_DEVICE", "driver/forward-compat"),
                (["cudaErrorNoKernelImageForDevice"], "CUDA runtime 209", "hardware/arch-too-new"),
                (["cudaerrornokernelimagefordevice"], "CUDA runtime 209", "hardware/arch-too-old"),
                (["CUDA_ERROR_NO_DEVICE"], "CUDA driver 100", "hardware/no-gpu"),
                (["Xid", "79"], "GPU has fallen off the bus", "hardware/gpu-fault"),
                (["NVRM: Xid: 79"], "GPU has fallen off the bus", "hardware/gpu-fault"),
                (["xid79"], "GPU has fallen off the bus", "hardware/gpu-fault"),
                (["NVML", "18"], "NVML_ERROR_LIB_RM_VERSION_MISMATCH", "driver/version-mismatch"),
                (["CUDNN_STATUS_NOT_SUPPORTED"], "cuDNN 9: 3000", "cudnn/unsupported")):
            with self.subTest(words):
                for lang in ("en", "zh"):
                    said = self.said(*words, lang=lang)
                    self.assertIn(cause, said)
                    if lang == "en":
                        self.assertIn(name, said)

    def test_a_code_of_several_causes_says_that_it_is_a_symptom(self):
        self.assertIn("several causes share it", self.said("CUDA", "999"))

    def test_the_list_names_every_layer_in_order(self):
        for lang in ("en", "zh"):
            said = self.said("--list", lang=lang)
            slugs = [line.strip() for line in said.splitlines() if line.startswith("  ") and "/" in line
                     and " " not in line.strip()]
            self.assertGreater(len(slugs), 50)
            self.assertEqual([line for line in said.splitlines() if excess(line, 80)], [])

    def test_a_near_miss_offers_what_was_meant(self):
        for word, meant in (("driver/umv", "driver/uvm"), ("uvm", "driver/uvm"),
                            ("cudaErrorUnknwon", "cudaErrorUnknown"),
                            ("driver/to-old", "driver/too-old")):
            for lang in ("en", "zh"):
                done = program.start("explain", word, "--lang", lang)
                self.assertEqual((done.returncode, done.stdout, done.stderr.count(b"\n")), (64, b"", 1))
                self.assertIn(meant, done.stderr.decode())

    def test_what_is_nothing_is_one_line_and_66(self):
        for word in ("nosuch.log", "/nonexistent/log", "Xid 7777", "\x1b[2J"):
            done = program.start("explain", word)
            self.assertEqual((done.returncode, done.stdout, done.stderr.count(b"\n")), (66, b"", 1))
            self.assertNotIn(b"\x1b", done.stderr)

    def test_a_file_with_a_slash_comes_first_and_else_last_and_that_is_said(self):
        with program.folder() as here:
            (here / "driver").mkdir()
            for name, as_file in (("driver/uvm", True), ("804", False), ("./804", True)):
                (here / name).write_text(NO_KERNEL)
                done = program.start("explain", name, "--json", cwd=here)
                self.assertEqual("verdict" in json.loads(done.stdout), as_file, name)
                self.assertEqual(done.stderr.count(b"\n"), 0 if name.startswith(".") else 1)

    def test_options_of_a_machine_need_with_machine(self):
        for words in (["--root", "/"], ["--no-driver"], ["--env", "x"]):
            done = program.start("explain", "-", *words)
            self.assertEqual((done.returncode, done.stderr.count(b"\n")), (64, 1))
            self.assertIn(b"--with-machine", done.stderr)

    def test_is_named_by_a_broken_machine_and_by_the_help(self):
        with program.machine("ubuntu-version-mismatch") as (_, words):
            self.assertIn("gpuvet explain driver/version-mismatch",
                          program.start(*words).stdout.decode())
        for lang in ("en", "zh"):
            self.assertIn("explain", program.start("--help", "--lang", lang).stdout.decode())


if __name__ == "__main__":
    program.main()
