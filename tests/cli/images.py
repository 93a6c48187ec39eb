"""Container images for the tests, in every form in which they are written.

The file that is looked at is etc/os-release, whose title becomes machine.os_title."""

import hashlib
import io
import json
import tarfile

PLACE = "etc/os-release"


def release(title):
    return f'ID=debian\nPRETTY_NAME="{title}"\n'.encode()


def entry(name, data=b"", kind=tarfile.REGTYPE, target="", **more):
    info = tarfile.TarInfo(name)
    info.size, info.type, info.linkname = len(data), kind, target
    for key, value in more.items():
        setattr(info, key, value)
    return info, data


def tar(*entries, form=tarfile.PAX_FORMAT):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as archive:
        for info, data in entries:
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def config(**members):
    return json.dumps({"architecture": "amd64", "os": "linux", "config": members}).encode()


def saved(*layers, env=(), names=None):
    """As `docker save` writes it: the manifest comes last."""
    names = names or [f"{number}/layer.tar" for number in range(len(layers))]
    manifest = [{"Config": "config.json", "RepoTags": ["team/torch:1"], "Layers": names}]
    files = dict(zip(names, layers)) | {"config.json": config(Env=list(env)),
                                        "manifest.json": json.dumps(manifest).encode()}
    return tar(*(entry(name, data) for name, data in files.items()))


def layout(folder, *layers):
    """An OCI layout, with an attestation beside the image."""
    def put(data):
        digest = hashlib.sha256(data).hexdigest()
        (folder / "blobs/sha256" / digest).write_bytes(data)
        return f"sha256:{digest}"

    (folder / "blobs/sha256").mkdir(parents=True)
    manifest = put(json.dumps({"config": {"digest": put(config())},
                               "layers": [{"digest": put(layer)} for layer in layers]}).encode())
    other = put(b"{}")
    (folder / "index.json").write_text(json.dumps({"manifests": [
        {"digest": other, "platform": {"os": "unknown", "architecture": "unknown"}},
        {"digest": manifest, "platform": {"os": "linux", "architecture": "amd64"}}]}))
