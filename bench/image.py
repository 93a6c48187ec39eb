#!/usr/bin/env python3
"""Reading an image against unpacking it: image.py GPUVET LAYER.tar.gz... [--runs N]

The layers, the lowest first, are put into an archive as `docker save` writes it (packed), and into an
OCI layout with the layers unpacked, in a folder of $TMPDIR that is removed at the end. Packed: the time of
`gpuvet --image` beside that of `zcat` of the same layers into /dev/null, turn about, and the most memory
that gpuvet had at once. Unpacked: the time alone. Figures are medians.
"""

import argparse
import hashlib
import io
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import tarfile
import tempfile
import time

CONFIG = json.dumps({"architecture": "amd64", "os": "linux", "config": {"Env": ["PATH=/opt/venv/bin:/usr/bin:/bin"]}})


def digest(text):
    return hashlib.sha256(text.encode()).hexdigest()


def add(archive, name, text):
    info = tarfile.TarInfo(name)
    info.size = len(text)
    archive.addfile(info, io.BytesIO(text.encode()))


def save(path, layers):
    names = [f"{number}/layer.tar" for number in range(len(layers))]
    with tarfile.open(path, "w") as archive:
        for name, layer in zip(names, layers):
            archive.add(layer, name)
        add(archive, "config.json", CONFIG)
        add(archive, "manifest.json", json.dumps([{"Config": "config.json", "Layers": names}]))


def layout(folder, layers):
    """Digests of large layers are taken from their names: nobody checks them, and hashing takes longer than reading."""
    blobs = folder / "blobs/sha256"
    blobs.mkdir(parents=True)
    named = []
    for layer in layers:
        named.append(digest(layer.name))
        with (blobs / named[-1]).open("wb") as out:
            subprocess.run(["zcat", layer], stdout=out, check=True)
    manifest = json.dumps({"config": {"digest": f"sha256:{digest(CONFIG)}"},
                           "layers": [{"digest": f"sha256:{name}"} for name in named]})
    for text in (CONFIG, manifest):
        (blobs / digest(text)).write_text(text)
    (folder / "index.json").write_text(json.dumps({"manifests": [{"digest": f"sha256:{digest(manifest)}"}]}))


def timed(words):
    began = time.perf_counter()
    with subprocess.Popen(words, stdout=subprocess.DEVNULL) as child:
        _, _, usage = os.wait4(child.pid, 0)
        child.returncode = 0
    return time.perf_counter() - began, usage.ru_maxrss / 1024


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("gpuvet")
    parser.add_argument("layers", nargs="+", type=pathlib.Path)
    parser.add_argument("--runs", type=int, default=3)
    given = parser.parse_args()
    here = pathlib.Path(tempfile.mkdtemp(prefix="gpuvet-image-"))
    try:
        save(here / "save.tar", given.layers)
        packed, zcat, memory = [], [], []
        for _ in range(given.runs):
            zcat.append(timed(["zcat", *given.layers])[0])
            seconds, most = timed([given.gpuvet, "--image", here / "save.tar", "-q"])
            packed.append(seconds)
            memory.append(most)
        (here / "save.tar").unlink()
        layout(here / "oci", given.layers)
        unpacked = [timed([given.gpuvet, "--image", here / "oci", "-q"]) for _ in range(given.runs)]
    finally:
        shutil.rmtree(here)
    size = sum(layer.stat().st_size for layer in given.layers) / 1e9
    print(f"packed, {size:.1f} GB: {statistics.median(packed):.1f} s, zcat {statistics.median(zcat):.1f} s, "
          f"ratio {statistics.median(packed) / statistics.median(zcat):.2f}, at most {max(memory):.0f} MB")
    print(f"unpacked layout: {statistics.median(seconds for seconds, _ in unpacked):.2f} s, "
          f"at most {max(most for _, most in unpacked):.0f} MB")


if __name__ == "__main__":
    main()
