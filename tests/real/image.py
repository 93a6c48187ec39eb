#!/usr/bin/env python3
"""A real environment, packed into an image, is judged as its folder is: image.py GPUVET ROOT ENV

ROOT is a folder that is a /, with the environment ENV (its path there) and its Python in it. The layer is packed in
$TMPDIR, where it needs as much room as it takes packed."""

import io
import json
import pathlib
import subprocess
import sys
import tarfile
import tempfile

# What the image's configuration tells, and a folder does not.
OF_THE_IMAGE = ("container", "engines", "process", "machine.uid", "machine.user", "machine.refusals", "toolkit.path")


def flat(facts, name=""):
    if isinstance(facts, dict) and isinstance(facts.get("state"), str):
        yield name, (facts["state"], facts.get("value"))
    elif isinstance(facts, dict):
        for part, value in facts.items():
            yield from flat(value, f"{name}.{part}".strip("."))
    elif isinstance(facts, list):
        for at, value in enumerate(facts):
            yield from flat(value, f"{name}[{at}]")


def report(gpuvet, *words):
    done = subprocess.run([gpuvet, *words, "--json"], stdout=subprocess.PIPE, check=False,
                          env={"PATH": "/usr/bin:/bin", "HOME": "/nonexistent"})
    return json.loads(done.stdout)


def save(path, layer, env):
    files = {"config.json": {"architecture": "amd64", "os": "linux", "config": {"Env": [f"PATH={env}/bin:/usr/bin:/bin"]}},
             "manifest.json": [{"Config": "config.json", "Layers": ["layer.tar"]}]}
    with tarfile.open(path, "w") as archive:
        archive.add(layer, "layer.tar")
        for name, content in files.items():
            text = json.dumps(content).encode()
            info = tarfile.TarInfo(name)
            info.size = len(text)
            archive.addfile(info, io.BytesIO(text))


def main():
    gpuvet, root, env = sys.argv[1:]
    with tempfile.TemporaryDirectory(prefix="gpuvet-image-") as above:
        here = pathlib.Path(above)
        subprocess.run(["tar", "-C", root, "--exclude=./proc/*", "--exclude=./sys/*", "-I", "gzip -1",
                        "-cf", here / "layer", "."], check=True)
        save(here / "image", here / "layer", env)
        (here / "layer").unlink()
        folder = report(gpuvet, "--root", root, "--env", env)
        image = report(gpuvet, "--image", here / "image")
    failed = 0
    for part in ("state", "cause", "certainty"):
        there, packed = folder["verdict"].get(part), image["verdict"].get(part)
        failed += there != packed
        print("OK     " if there == packed else "FAILED ", f"{part}: {there}, packed {packed}")
    there, packed = dict(flat(folder["facts"])), dict(flat(image["facts"]))
    names = [name for name in sorted(there | packed) if not name.startswith(OF_THE_IMAGE)]
    for name in names:
        if there.get(name) != packed.get(name):
            # What was not kept may be unknown; it is never something else.
            lost = packed.get(name, ("unknown", None))[0] == "unknown"
            failed += not lost
            print("LOST   " if lost else "FAILED ", f"{name}: {there.get(name)}, packed {packed.get(name)}")
    print(f"{len(names)} facts compared")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
