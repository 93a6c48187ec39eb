"""Environments that are wrong in one way each, for loader.py.

Copies of an environment are made of hard links, in a folder beside them, and removed with it; a file is
written anew before it is changed. The system's own library cache is replaced, and /etc/ld.so.preload
put there, in a mount namespace of its own, which takes root.
"""
import glob
import os
import re
import shutil
import subprocess

OTHER_MACHINE = bytes.fromhex("7f454c460101010000000000000000000300280001000000") + bytes(100)


def site(env):
    return glob.glob(env + "/lib/python3*/site-packages")[0]


def cuda_libraries(env):
    return [path for path in glob.glob(site(env) + "/nvidia/*/lib/*.so*") if ".so." in path]


def by_name(env):
    return {os.path.basename(path): path for path in cuda_libraries(env)}


def copy_of(env, work):
    copy = work + "/" + os.path.basename(env)
    shutil.rmtree(copy, ignore_errors=True)
    subprocess.run(["cp", "-al", env + "/.", copy], check=True)
    if os.path.realpath(copy) != copy or os.path.islink(env):
        raise SystemExit("%s is no copy" % copy)
    return copy


def folder_of(work, name, files):
    """A folder of links to files, or of files with the bytes given."""
    path = work + "/" + name
    shutil.rmtree(path, ignore_errors=True)
    os.makedirs(path)
    for base, content in files.items():
        os.makedirs(os.path.dirname(path + "/" + base), exist_ok=True)
        if isinstance(content, bytes):
            open(path + "/" + base, "wb").write(content)
        else:
            os.symlink(content, path + "/" + base)
    return path


def compiled(work, name, soname):
    """A shared library of that SONAME with nothing in it, as a toolkit's stub has little."""
    path = folder_of(work, os.path.dirname(name), {}) + "/" + os.path.basename(name)
    subprocess.run(["cc", "-shared", "-nostdlib", "-x", "c", os.devnull, "-Wl,-soname," + soname,
                    "-o", path], check=True)
    return os.path.dirname(path)


def with_cache(work, conf):
    """Words before a command that let it see a library cache made from this ld.so.conf, or None."""
    open(work + "/ld.so.conf", "w").write(conf)
    subprocess.run(["/sbin/ldconfig", "-X", "-C", work + "/ld.so.cache", "-f", work + "/ld.so.conf"],
                   check=True, stderr=subprocess.DEVNULL)
    wrap = ["unshare", "-m", "sh", "-c",
            "mount --bind %s/ld.so.cache /etc/ld.so.cache && exec \"$@\"" % work, "sh"]
    return wrap if subprocess.run(wrap + ["true"], stderr=subprocess.DEVNULL).returncode == 0 else None


def with_preload(work, text):
    """Likewise, with this /etc/ld.so.preload in a layer over /etc."""
    layer = folder_of(work, "etc", {"ld.so.preload": text.encode()})
    wrap = ["unshare", "-m", "sh", "-c",
            "mount -t overlay overlay -o lowerdir=%s:/etc /etc && exec \"$@\"" % layer, "sh"]
    return wrap if subprocess.run(wrap + ["true"], stderr=subprocess.DEVNULL).returncode == 0 else None


def others_of(env):
    return [e for e in sorted(glob.glob(os.path.dirname(env) + "/[0-9]*"))
            if os.path.isdir(e) and os.path.basename(e).split("-")[0] !=
            os.path.basename(env).split("-")[0] and glob.glob(e + "/lib/*/*/torch/lib")]


def same_cudnn(env):
    """Another release's copy of what this one loads as libcudnn, or None."""
    ours = [base for base in by_name(env) if re.fullmatch(r"libcudnn\.so\.\d+", base)]
    for other in others_of(env):
        theirs = {base: path for base, path in by_name(other).items() if "libcudnn" in base}
        if ours and ours[0] in theirs:
            return theirs
    return None


# --- variables ---------------------------------------------------------------------------------

def foreign_folders(bench, env, other):
    name, work = os.path.basename(env), bench.work
    foreign = folder_of(work, "toolkit", by_name(other))
    clone = folder_of(work, "links/lib", by_name(env))

    bench.compare(name + ", another release's libraries in LD_LIBRARY_PATH", env,
                  {"LD_LIBRARY_PATH": foreign})
    cudnn = same_cudnn(env)
    if cudnn:
        bench.compare(name + ", another release's cuDNN in LD_LIBRARY_PATH", env,
                      {"LD_LIBRARY_PATH": folder_of(work, "cudnn", cudnn)})
    bench.compare(name + ", links to its own libraries in LD_LIBRARY_PATH", env,
                  {"LD_LIBRARY_PATH": clone})
    bench.compare(name + ", an empty part of LD_LIBRARY_PATH", env, {"LD_LIBRARY_PATH": ":/nowhere"},
                  cwd=foreign)
    bench.compare(name + ", a relative LD_LIBRARY_PATH", env,
                  {"LD_LIBRARY_PATH": "nowhere;./toolkit/"}, cwd=work)
    bench.compare(name + ", $ORIGIN in LD_LIBRARY_PATH", env,
                  {"LD_LIBRARY_PATH": "$ORIGIN" + "/.." * 12 + work + "/toolkit:/${LIB}/nowhere"})


def stand_ins(bench, env):
    name, work, ours = os.path.basename(env), bench.work, by_name(env)
    linker = [base for base in ours if base.startswith("libnvJitLink")]

    bench.compare(name + ", a toolkit's stub of libcuda", env,
                  {"LD_LIBRARY_PATH": compiled(work, "stubs/libcuda.so.1", "libcuda.so.1")})
    bench.compare(name + ", a stub under its build name alone", env,
                  {"LD_LIBRARY_PATH": compiled(work, "stubs/libcuda.so", "libcuda.so.1")})
    other_machine = folder_of(work, "other", {base: OTHER_MACHINE for base in ours})
    bench.compare(name + ", libraries for another machine", env, {"LD_LIBRARY_PATH": other_machine})
    hwcaps = folder_of(work, "hwcaps", {"glibc-hwcaps/x86-64-v2/" + base: ours[base]
                                        for base in linker})
    bench.compare(name + ", a folder for newer processors", env, {"LD_LIBRARY_PATH": hwcaps})
    if linker:
        broken = folder_of(work, "broken", {linker[0]: b"no library"})
        bench.compare(name + ", a broken library", env, {"LD_LIBRARY_PATH": broken})


def preloads(bench, env, other):
    name, ours = os.path.basename(env), by_name(env)
    clone = folder_of(bench.work, "links/lib", ours)
    linker = [path for base, path in ours.items() if base.startswith("libnvJitLink")]
    runtime = [path for base, path in by_name(other).items() if base.startswith("libcudart")]
    cudnn = [base for base in ours if re.fullmatch(r"libcudnn\.so\.\d+", base)]

    if linker:
        bench.compare(name + ", LD_PRELOAD of one library", env,
                      {"LD_PRELOAD": linker[0] + ":/nowhere/libx.so"})
    if runtime:
        bench.compare(name + ", LD_PRELOAD of another release's runtime", env,
                      {"LD_PRELOAD": runtime[0]})
    if cudnn:
        bench.compare(name + ", LD_PRELOAD by name", env,
                      {"LD_PRELOAD": cudnn[0], "LD_LIBRARY_PATH": clone})


def system_preload(bench, env, other):
    name, ours, theirs = os.path.basename(env), by_name(env), by_name(other)
    linker = [path for base, path in ours.items() if base.startswith("libnvJitLink")]
    runtime = [path for base, path in theirs.items() if base.startswith("libcudart")]
    cudnn = [path for base, path in (same_cudnn(env) or {}).items()
             if re.fullmatch(r"libcudnn\.so\.\d+", base)]
    lists = {"another release's runtime": runtime, "another release's cuDNN": cudnn,
             "comments, a colon and a file that is gone":
                 linker and ["# " + runtime[0] + "\n/nowhere/libx.so:" + linker[0] + " # all"]}
    for what, entries in lists.items():
        if not entries:
            continue
        wrap = with_preload(bench.work, "\n".join(entries) + "\n")
        if not wrap:
            bench.skip("an /etc of its own takes root")
            return
        bench.compare("%s, /etc/ld.so.preload: %s" % (name, what), env, wrap=wrap)


def cache(bench, env, other):
    name = os.path.basename(env)
    folder = folder_of(bench.work, "cached", by_name(other))
    wrap = with_cache(bench.work, folder + "\ninclude /etc/ld.so.conf\n")
    if not wrap:
        bench.skip("a library cache of its own takes root")
        return
    bench.compare(name + ", another release in ld.so.conf", env, wrap=wrap)
    copy = copy_of(env, bench.work)
    for path in cuda_libraries(copy):
        if "libcudnn" in path or "libcudart" in path:
            os.unlink(path)
    bench.compare(name + ", the same, and two of its own removed", copy, wrap=wrap)


# --- files -------------------------------------------------------------------------------------

def removed(bench, env):
    name = os.path.basename(env)
    for pattern in ["libcudart.so.*", "libcudnn.so.*", "libcusparse.so.*", "libnvJitLink.so.*"]:
        copy = copy_of(env, bench.work)
        for path in glob.glob(site(copy) + "/nvidia/*/lib/" + pattern):
            os.unlink(path)
        bench.compare(name + ", without " + pattern, copy)
    copy = copy_of(env, bench.work)
    for folder in glob.glob(site(copy) + "/nvidia/cudnn") + glob.glob(site(copy) + "/nvidia_cudnn*"):
        shutil.rmtree(folder)
    bench.compare(name + ", without the cuDNN package", copy)

    copy = copy_of(env, bench.work)
    path = [p for p in cuda_libraries(copy) if "libcublas.so" in p][0]
    start = open(path, "rb").read(40)
    os.unlink(path)
    open(path, "wb").write(start)
    bench.compare(name + ", a truncated libcublas", copy)


def moved(bench, env):
    name = os.path.basename(env)
    copy = copy_of(env, bench.work)
    os.makedirs(copy + "/elsewhere")
    os.rename(site(copy) + "/nvidia", copy + "/elsewhere/nvidia")
    bench.compare(name + ", CUDA packages elsewhere on sys.path", copy,
                  {"PYTHONPATH": copy + "/elsewhere"})
    os.symlink(copy + "/elsewhere/nvidia", site(copy) + "/nvidia")
    bench.compare(name + ", the CUDA packages behind a link", copy)
    link = bench.work + "/link"
    os.symlink(env, link)
    bench.compare(name + ", the environment behind a link", link)
    os.unlink(link)


# --- RPATH and RUNPATH -------------------------------------------------------------------------

def patched(copy, *words):
    """Rewrites the small libraries of torch by patchelf; "RPATH" among the words is what they had."""
    for path in glob.glob(site(copy) + "/torch/lib/*.so") + glob.glob(site(copy) + "/torch/_C*.so"):
        if os.path.getsize(path) > 300 << 20:
            continue
        subprocess.run(["cp", path, path + "+"], check=True)
        os.replace(path + "+", path)
        had = subprocess.run(["patchelf", "--print-rpath", path], stdout=subprocess.PIPE, text=True,
                             check=True).stdout.strip()
        subprocess.run(["patchelf", *[had if word == "RPATH" else word for word in words], path],
                       check=True)


def rpaths(bench, env, other):
    name = os.path.basename(env)
    if not shutil.which("patchelf"):
        bench.skip("patchelf is not installed")
        return
    foreign = {"LD_LIBRARY_PATH": folder_of(bench.work, "toolkit", by_name(other))}
    for how, words in {
            "RPATH of small libraries stripped": ["--remove-rpath"],
            "RPATH of small libraries without CUDA": ["--set-rpath", "$ORIGIN:$ORIGIN/lib"],
            "RUNPATH, and a foreign LD_LIBRARY_PATH": ["--set-rpath", "RPATH"],
            "RPATH, and a foreign LD_LIBRARY_PATH": ["--force-rpath", "--set-rpath", "RPATH"]}.items():
        copy = copy_of(env, bench.work)
        patched(copy, *words)
        bench.compare("%s, %s" % (name, how), copy, foreign if "foreign" in how else None)


def conda_like(bench, env):
    """The CUDA libraries in the prefix's lib, as conda has them, and torch's RPATH leads there."""
    if not shutil.which("patchelf"):
        return
    copy = copy_of(env, bench.work)
    for path in cuda_libraries(copy):
        target = copy + "/lib/" + os.path.basename(path)
        if not os.path.exists(target):
            os.rename(path, target)
    shutil.rmtree(site(copy) + "/nvidia")
    os.makedirs(copy + "/conda-meta")
    open(copy + "/conda-meta/history", "w").close()
    patched(copy, "--force-rpath", "--set-rpath", "$ORIGIN:$ORIGIN/lib:$ORIGIN/../../../..")
    bench.compare(os.path.basename(env) + ", a prefix as of conda", copy, {"CONDA_PREFIX": copy})


def all_of(bench, env):
    others = others_of(env)
    other = others[-1] if others else env
    foreign_folders(bench, env, other)
    stand_ins(bench, env)
    preloads(bench, env, other)
    system_preload(bench, env, other)
    cache(bench, env, other)
    removed(bench, env)
    moved(bench, env)
    rpaths(bench, env, other)
    conda_like(bench, env)
