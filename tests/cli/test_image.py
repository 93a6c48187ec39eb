#!/usr/bin/env python3
"""--image: what lies in a container image, whatever way it was written, and whatever is wrong with it.

The file that is looked at is etc/os-release, whose title becomes machine.os_title."""

import gzip
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tarfile
import unittest
import zlib

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
import program  # noqa: E402
from images import PLACE, config, entry, layout, release, saved, tar  # noqa: E402

class Looking(unittest.TestCase):
    def examined(self, archive, pipe=False):
        if pipe:
            return program.report("--image", "-", input=archive)
        with program.folder() as here:
            (here / "image").write_bytes(archive)
            return program.report("--image", here / "image")

    def title(self, archive, pipe=False):
        fact = self.examined(archive, pipe)["facts"]["machine"].get("os_title", {"state": "unknown"})
        return fact.get("value", fact["state"])


class Image(Looking):
    def shows(self, title, *layers):
        """In place, packed, and through a pipe."""
        packed = saved(*(gzip.compress(layer) for layer in layers))
        for archive, pipe in ((saved(*layers), False), (packed, False), (saved(*layers), True),
                              (gzip.compress(saved(*layers)), True)):
            self.assertEqual(self.title(archive, pipe), title)

    def test_is_named_and_looked_at_as_its_own_process_would(self):
        answer = self.examined(saved(tar(entry(PLACE, release("A"))), env=["CUDA_VISIBLE_DEVICES=-1"]))
        self.assertEqual(answer["subject"], {"kind": "image", "name": "team/torch:1"})
        self.assertEqual(answer["facts"]["process"]["cuda_visible_devices"]["value"], "-1")

    def test_shows_the_upper_of_two_layers(self):
        self.shows("B", tar(entry(PLACE, release("A"))), tar(entry(PLACE, release("B"))))

    def test_the_later_of_two_entries_counts(self):
        self.shows("B", tar(entry(PLACE, release("A")), entry(PLACE, release("B"))))

    def test_a_whiteout_takes_away_what_lies_below_and_only_that(self):
        below = tar(entry(PLACE, release("A")))
        self.shows("absent", below, tar(entry("etc/.wh.os-release")))
        self.shows("absent", below, tar(entry(".wh.etc")))
        self.shows("B", below, tar(entry(PLACE, release("B")), entry("etc/.wh.os-release")))
        self.shows("A", tar(entry("etc/.wh.os-release")), below)

    def test_a_whiteout_of_what_is_nowhere_takes_nothing_away(self):
        below = tar(entry(PLACE, release("A")))
        for gone in (".wh.gone", "etc/.wh.gone", "no/such/folder/.wh.gone", "no/such/folder/.wh..wh..opq",
                     "etc/os-release/.wh.gone", ".wh.", "etc/.wh...", ".wh..wh.plnk"):
            with self.subTest(gone):
                self.shows("A", below, tar(entry(gone)))

    def test_an_opaque_folder_hides_what_lies_below_and_only_that(self):
        below = tar(entry(PLACE, release("A")))
        self.shows("absent", below, tar(entry("etc/.wh..wh..opq")))
        self.shows("B", below, tar(entry(PLACE, release("B")), entry("etc/.wh..wh..opq")))

    def test_links_lead_to_files_of_the_image(self):
        file = entry("data/release", release("A"))
        for kind, target in ((tarfile.LNKTYPE, "data/release"), (tarfile.SYMTYPE, "../data/release"),
                             (tarfile.SYMTYPE, "/data/release"), (tarfile.SYMTYPE, "../../../data/release")):
            with self.subTest(target, kind=kind):
                self.shows("A", tar(file, entry(PLACE, kind=kind, target=target)))

    def test_a_file_in_place_of_a_folder_takes_what_was_in_it(self):
        self.shows("absent", tar(entry(PLACE, release("A"))), tar(entry("etc", b"a file")))

    def test_long_names_of_every_form_are_read(self):
        deep = "/".join(["a" * 90] * 4) + "/release"
        for form in (tarfile.GNU_FORMAT, tarfile.PAX_FORMAT):
            self.shows("A", tar(entry(deep, release("A")), entry(PLACE, kind=tarfile.SYMTYPE, target="/" + deep),
                                form=form))

    def test_nothing_leads_out_of_it(self):
        outside = pathlib.Path("/etc/os-release")
        for path in ("../../../../../../etc/os-release", "/../etc/os-release", "etc/../../etc/os-release"):
            with self.subTest(path):
                self.assertEqual(self.title(saved(tar(entry(path, release("B"))))), "absent")
        for target in ("../../../../../../etc/os-release", "/proc/self/root/etc/os-release", "/" + PLACE):
            with self.subTest(target):
                layer = tar(entry(PLACE, kind=tarfile.SYMTYPE, target=target))
                self.assertNotIn(self.title(saved(layer)), outside.read_text() if outside.exists() else "-")

    def test_links_without_end_end(self):
        loop = tar(entry("etc", kind=tarfile.SYMTYPE, target="usr/etc"),
                   entry("usr", kind=tarfile.SYMTYPE, target="etc"))
        self.assertIn(self.title(saved(loop)), ("unknown", "absent"))
        self.assertEqual(self.title(saved(tar(entry(PLACE, kind=tarfile.LNKTYPE, target=PLACE)))), "absent")

    def test_devices_are_names(self):
        layer = tar(entry("etc/os-release", kind=tarfile.CHRTYPE, devmajor=1, devminor=5),
                    entry("dev/nvidiactl", kind=tarfile.CHRTYPE, devmajor=195, devminor=255))
        self.assertIn(self.title(saved(layer)), ("unknown", "absent"))

    def test_a_layer_of_several_gzip_members_is_read_whole(self):
        whole = tar(entry("a", b"x" * 3000), entry(PLACE, release("A")))
        parts = b"".join(gzip.compress(whole[at:at + 1000]) for at in range(0, len(whole), 1000))
        self.assertEqual(self.title(saved(parts)), "A")

    def test_an_oci_layout_is_read_as_a_folder_and_as_an_archive(self):
        layers = (tar(entry(PLACE, release("A"))), gzip.compress(tar(entry(PLACE, release("B")))))
        with program.folder() as here:
            layout(here / "oci", *layers)
            self.assertEqual(program.report("--image", here / "oci")["facts"]["machine"]["os_title"]["value"], "B")
            files = [(str(path.relative_to(here / "oci")), path.read_bytes())
                     for path in sorted((here / "oci").rglob("*")) if path.is_file()]
        self.assertEqual(self.title(tar(*(entry(*file) for file in files))), "B")

    def test_a_layer_that_is_stored_once_may_be_named_twice(self):
        layer = tar(entry(PLACE, release("A")))
        archive = tar(entry("0/layer.tar", layer),
                      entry("1/layer.tar", kind=tarfile.SYMTYPE, target="../0/layer.tar"),
                      entry("config.json", config()),
                      entry("manifest.json", json.dumps([{"Config": "config.json", "Layers": [
                          "0/layer.tar", "1/layer.tar"]}]).encode()))
        self.assertEqual(self.title(archive), "A")


def empty_files(count):
    """Their headers, ten thousand at a time."""
    head = tarfile.TarInfo("d000/f0000000").tobuf(tarfile.USTAR_FORMAT)
    rest = int(head[148:154], 8) - sum(head[:13])
    for first in range(0, count, 10000):
        names = (b"d%03d/f%07d" % (nth % 1000, nth) for nth in range(first, first + 10000))
        yield b"".join(name + head[13:148] + b"%06o" % (rest + sum(name)) + head[154:] for name in names)


class Damaged(Looking):
    def refused(self, archive):
        with program.folder() as here:
            (here / "image").write_bytes(archive)
            for done in (program.start("--image", here / "image"),
                         program.start("--image", "-", input=archive)):
                self.assertEqual(done.returncode, 66, done.stdout)
                self.assertEqual(done.stdout, b"")
                self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)

    def test_what_is_no_image_is_said(self):
        for archive in (b"", b"no archive", tar(), tar(entry("a", b"b")), bytes(10240),
                        gzip.compress(b"no archive"), saved(b"no layer" * 100), saved(gzip.compress(b"none"))):
            self.refused(archive)

    def test_what_ends_too_soon_is_said(self):
        layer = tar(entry("a", b"x" * 100000), entry(PLACE, release("A")))
        for archive in (saved(layer)[:60000], gzip.compress(saved(layer))[:-2000],
                        saved(gzip.compress(layer)[:-20])):
            self.refused(archive)

    def test_a_size_that_lies_is_said(self):
        layer = bytearray(tar(entry(PLACE, release("A"))))
        head = layer[:512]
        head[124:136] = b"77777777777\0"
        head[148:156] = b" " * 8
        head[148:156] = f"{sum(head):06o}\0 ".encode()
        self.refused(saved(bytes(head) + bytes(layer[512:])))

    def test_a_manifest_that_names_no_layer_is_said(self):
        self.refused(tar(entry("config.json", config()), entry("manifest.json", json.dumps(
            [{"Config": "config.json", "Layers": ["../../etc/passwd"]}]).encode())))
        for manifest in (b"[]", b"{}", b"[1]", b"[{}]", b'[{"Config": 1, "Layers": [2]}]', b"[" * 100000):
            self.refused(tar(entry("manifest.json", manifest)))

    def test_a_bomb_is_bounded(self):
        """A quarter of a gigabyte of nothing, packed: nobody asks for it, and memory stays small."""
        zeros, squeeze = bytes(1 << 20), zlib.compressobj(9, wbits=31)
        head, _ = entry("bomb", b"")
        head.size = 256 << 20
        packed = [squeeze.compress(head.tobuf(tarfile.PAX_FORMAT))]
        packed += [squeeze.compress(zeros) for _ in range(256)]
        packed += [squeeze.compress(tar(entry(PLACE, release("A")))), squeeze.flush()]
        with program.folder() as here:
            (here / "image").write_bytes(saved(b"".join(packed)))
            with subprocess.Popen([*program.WRAPPER, program.GPUVET, "--image", here / "image", "-q"],
                                  env=program.QUIET) as child:
                _, _, usage = os.wait4(child.pid, 0)
                child.returncode = 0
            self.assertEqual(self.title((here / "image").read_bytes()), "A")
        self.assertLess(usage.ru_maxrss, 128 << 10, "kilobytes")

    def test_many_entries_and_whiteouts_are_bounded(self):
        files = [entry(f"d{number % 100}/f{number}") for number in range(20000)]
        outs = [entry(f"d{number % 100}/.wh..wh..opq") for number in range(20000)]
        self.assertEqual(self.title(saved(tar(entry(PLACE, release("A")), *files), tar(*outs))), "A")

    def test_a_million_files_are_bounded(self):
        """Half a gigabyte of names: what each of them takes in memory is small."""
        squeeze = zlib.compressobj(1, wbits=31)
        packed = [squeeze.compress(heads) for heads in empty_files(1000000 // program.SHORTER)]
        packed += [squeeze.compress(tar(entry(PLACE, release("A")))), squeeze.flush()]
        with program.folder() as here:
            (here / "image").write_bytes(saved(b"".join(packed)))
            with subprocess.Popen([*program.WRAPPER, program.GPUVET, "--image", here / "image", "--json"],
                                  env=program.QUIET, stdout=subprocess.PIPE) as child:
                answer = json.loads(child.stdout.read())
                _, _, usage = os.wait4(child.pid, 0)
                child.returncode = 0
        self.assertEqual(answer["facts"]["machine"]["os_title"]["value"], "A")
        self.assertLess(usage.ru_maxrss, 1 << 20, "kilobytes")


class Whole(unittest.TestCase):
    """A packed image, of which parts are kept, is judged as the same files in a folder are."""

    # what its configuration tells (PATH, user, variables), and a folder does not
    OF_THE_IMAGE = ("container.", "engines.", "process.", "machine.uid", "machine.user", "toolkit.path")

    def test_is_judged_as_its_files_are(self):
        for name in ("ubuntu-22.04-rtx3060", "docker-pytorch", "ubuntu-torchaudio-newer"):
            with self.subTest(name), program.machine(name) as (root, words):
                for unseen in ("proc", "sys", "dev"):
                    shutil.rmtree(root / unseen, ignore_errors=True)
                shutil.rmtree(root / "etc/docker", ignore_errors=True)
                with tarfile.open(root.parent / "layer.tar.gz", "w:gz") as layer:
                    layer.add(root, arcname=".")
                (root.parent / "image").write_bytes(saved((root.parent / "layer.tar.gz").read_bytes()))
                there = program.report(*words)
                packed = program.report("--image", root.parent / "image", *words[2:])
                for part in ("state", "cause", "certainty"):
                    self.assertEqual(there["verdict"].get(part), packed["verdict"].get(part))
                self.assertEqual(self.facts(there), self.facts(packed))

    def facts(self, report):
        return {name: fact for name, fact in self.flat(report["facts"]).items()
                if not name.startswith(self.OF_THE_IMAGE)}

    def flat(self, facts, name=""):
        if isinstance(facts, dict) and isinstance(facts.get("state"), str):
            return {name: (facts["state"], facts.get("value"))}
        if isinstance(facts, dict):
            pairs = [(f"{name}.{part}".strip("."), value) for part, value in facts.items()]
        else:
            pairs = [(f"{name}[{at}]", value) for at, value in enumerate(facts)] if isinstance(facts, list) else []
        return {key: fact for part, value in pairs for key, fact in self.flat(value, part).items()}


if __name__ == "__main__":
    program.main()
