#!/usr/bin/env python3
"""Measures real wheels and writes what they hold into knowledge/measured/.

    measure_wheels.py READ_WHEEL [PACKAGE[==VERSION] …]

READ_WHEEL: the program of that name (ninja -C build tools/read_wheel). Without packages: torch from
2.0 on and its companions. Wheels come from pip's configured index. Of each release and Linux platform
one wheel is fetched whole, checked against the index's hash, read, and deleted; of other platforms
only the metadata is fetched. What knowledge/measured/ has already is not measured again; delete its
row to do so. The folder's files are described in knowledge/README.md.
"""

import csv
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import zipfile

from wheel_index import open_index

HERE = pathlib.Path(__file__).resolve().parent.parent
WHEELS = HERE / "knowledge" / "measured" / "wheels.csv"
PINS = HERE / "knowledge" / "measured" / "pins.csv"
WHEEL_COLUMNS = ["package", "version", "platform", "local_version", "python_versions",
                 "wheel_platform_tag", "requires_python", "torch", "cuda_version", "cudnn_version",
                 "nccl_version", "arch_list", "code", "glibc", "glibcxx", "cxx11_abi", "source"]
PIN_COLUMNS = ["package", "version", "platform", "requirement", "version_spec", "marker"]
DEFAULT = ["torch", "torchvision", "torchaudio", "triton"]
FIRST = {"torch": (2, 0), "torchvision": (0, 15), "torchaudio": (2, 0), "triton": (2, 0)}

# Our name of a platform: how its wheels' tags end, and what markers are evaluated for.
PLATFORMS = {
    "linux_x86_64": (r"(many)?linux\w*_x86_64", "Linux", "x86_64"),
    "linux_aarch64": (r"(many)?linux\w*_aarch64", "Linux", "aarch64"),
    "windows_x86_64": (r"win_amd64", "Windows", "AMD64"),
    "macos_arm64": (r"macosx\w*_arm64", "Darwin", "arm64"),
}
WHOLE = ("linux_x86_64", "linux_aarch64")
# Requirements that a choice of builds rests on; the others are the same for every build.
CHOSEN = re.compile(r"nvidia-.*|cuda-.*|(pytorch-)?triton|torch|numpy")
PREFERRED = ["cp311", "cp310", "cp312"]
LIBRARY = re.compile(r"\.so(\.\d+)*$")
SMALL = re.compile(r"(^[^/]+\.dist-info/(METADATA|WHEEL)|^[^/]+/version\.py)$")


def numbers(version):
    return tuple(int(part) for part in re.findall(r"\d+", version.split("+")[0]))


def platform_of(file):
    for name, (pattern, _, _) in PLATFORMS.items():
        if all(re.fullmatch(pattern, tag) for tag in file.platforms):
            return name
    return None


def python_of(file):
    """"3.13t" of cp313-cp313t; "3.9+" of cp39-abi3; "3" of py3-none."""
    if file.python.startswith("py"):
        return "3"
    digits = re.fullmatch(r"cp(\d)(\d+)", file.python)
    name = f"{digits[1]}.{digits[2]}"
    if file.abi == "abi3":
        return name + "+"
    return name + ("t" if file.abi.endswith("t") else "")


def in_order(pythons):
    return " ".join(sorted(set(pythons), key=lambda name: (numbers(name), name)))


def choose(files):
    """The wheel that stands for a release on one platform: of a common Python."""
    for python in PREFERRED:
        for file in files:
            if file.python == python and not file.abi.endswith("t"):
                return file
    return files[0]


def unpack(wheel, folder, wanted):
    names = [name for name in wheel.namelist() if wanted(name)]
    for name in names:
        wheel.extract(name, folder)
    return names


def read(program, folder, platform, libraries):
    _, system, machine = PLATFORMS[platform]
    answer = subprocess.run([program, folder, system, machine, *libraries],
                            stdout=subprocess.PIPE, check=True)
    return json.loads(answer.stdout)


def measure(index, program, file, platform):
    """What the reader says of one wheel."""
    with tempfile.TemporaryDirectory() as folder:
        libraries = []
        if platform in WHOLE:
            path = pathlib.Path(folder, "wheel")
            index.fetch(file, path)
            with zipfile.ZipFile(path) as wheel:
                unpack(wheel, folder, SMALL.search)
                libraries = unpack(wheel, folder, LIBRARY.search)
            path.unlink()
        else:
            with index.peek(file) as remote, zipfile.ZipFile(remote) as wheel:
                unpack(wheel, folder, SMALL.search)
        return read(program, folder, platform, libraries)


def code_of(libraries):
    """"libtorch_cuda.so: sm_80=476 sm_89=1 compute_90=3@8.4; …", in the libraries' order."""
    texts = []
    for library in libraries:
        entries = " ".join(f"{row['target']}={row['entries']}" + (f"@{row['ptx']}" if "ptx" in row else "")
                           for row in library.get("code", []))
        if entries:
            texts.append(f"{library['path'].rsplit('/', 1)[-1]}: {entries}")
    return "; ".join(sorted(texts))


def newest(libraries, key):
    return max((library.get(key, "") for library in libraries), key=numbers, default="")


def pinned(said, pattern):
    """The version that a requirement names exactly."""
    for row in said["requires"]:
        if re.fullmatch(pattern, row["name"]) and row["applies"] is not False and row["specifiers"].startswith("=="):
            return row["specifiers"][2:]
    return ""


def main_library(package, libraries):
    """The library whose code decides which GPUs the package can use."""
    wanted = {"torch": r"libtorch_cuda\.so", "torchvision": r"_C(_stable)?\.so",
              "torchaudio": r"(lib)?_?torchaudio(\.abi3)?\.so"}.get(package)
    for library in libraries:
        if wanted and "archs" in library and re.fullmatch(wanted, library["path"].rsplit("/", 1)[-1]):
            return library
    return {}


def wheel_row(package, file, platform, files, said):
    libraries = said["libraries"]
    abi = [library["cxx11_abi"] for library in libraries if "cxx11_abi" in library]
    torch = [row["specifiers"] for row in said["requires"] if row["name"] == "torch" and row["applies"] is not False]
    return {
        "package": package, "version": file.version, "platform": platform,
        "local_version": said.get("build", "").partition("+")[2],
        "python_versions": in_order(map(python_of, files)),
        "wheel_platform_tag": " ".join(sorted({tag for other in files for tag in other.platforms})),
        "requires_python": said["requires_python"], "torch": torch[0] if torch else "",
        "cuda_version": pinned(said, "cuda-toolkit") or said.get("cuda", ""),
        "cudnn_version": pinned(said, r"nvidia-cudnn-cu\d+"),
        "nccl_version": pinned(said, r"nvidia-nccl-cu\d+"),
        "arch_list": main_library(package, libraries).get("archs", ""), "code": code_of(libraries),
        "glibc": newest(libraries, "glibc"), "glibcxx": newest(libraries, "glibcxx"),
        "cxx11_abi": str(int(abi[0])) if abi else "",
        "source": f"PyPI file {file.name} sha256 {file.sha256}",
    }


def pin_rows(package, file, platform, said):
    return [{"package": package, "version": file.version, "platform": platform,
             "requirement": row["name"] + (f"[{row['extras']}]" if row["extras"] else ""),
             "version_spec": row["specifiers"], "marker": row["marker"]}
            for row in said["requires"] if row["applies"] is not False and CHOSEN.fullmatch(row["name"])]


def load(path):
    if not path.exists():
        return []
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def store(path, columns, rows):
    rows.sort(key=lambda row: (row["package"], numbers(row["version"]), row["platform"],
                               row.get("requirement", ""), row.get("marker", "")))
    path.parent.mkdir(exist_ok=True)
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def releases(index, wish):
    """(package, version, platform, files) of what the wish names."""
    package, _, version = wish.partition("==")
    groups = {}
    for file in index.files(package):
        platform = platform_of(file)
        usable = platform and re.fullmatch(r"cp3\d+|(py2\.)?py3", file.python)
        if usable and numbers(file.version) >= FIRST[package] and version in ("", file.version):
            groups.setdefault((numbers(file.version), platform), []).append(file)
    for key in sorted(groups, reverse=True):
        yield package, groups[key][0].version, key[1], groups[key]


def main(program, *wishes):
    wheels, pins = load(WHEELS), load(PINS)
    done = {(row["package"], row["version"], row["platform"]) for row in wheels}
    with open_index() as index:
        for wish in wishes or DEFAULT:
            for package, version, platform, files in releases(index, wish):
                if (package, version, platform) in done:
                    continue
                file = choose(files)
                print(file.name, flush=True)
                said = measure(index, program, file, platform)
                wheels.append(wheel_row(package, file, platform, files, said))
                pins += pin_rows(package, file, platform, said)
                store(WHEELS, WHEEL_COLUMNS, wheels)
                store(PINS, PIN_COLUMNS, pins)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main(*sys.argv[1:])
