/*
 * torch_builds: the builds of PyTorch that its makers publish, and the packages that they pin.
 *
 * A build is one version, CUDA tag and platform. Lists of builds that PyPI does not give were
 * mostly read from build scripts, which say what was meant: only a MEASURED list says what is in
 * the wheel.
 */
#ifndef GPUVET_KNOWLEDGE_TORCH_BUILDS_H
#define GPUVET_KNOWLEDGE_TORCH_BUILDS_H

#include "knowledge/table.h"

/* Which tables to search: NULL is the program's own (knowledge/newer.h). */
struct knowledge;

struct torch_build {
    struct str version;    /* "2.4.1" */
    struct str tag;        /* "cu121", "cpu": the folder on download.pytorch.org/whl/ */
    struct str platform;   /* "linux_x86_64", "linux_aarch64", "windows_x86_64", "macos_arm64" */
    struct str local;      /* local version, without "+": "cu121"; empty: not known */
    struct str pythons;    /* "3.9 3.10 3.13t", for str_next_word() */
    struct str wheel_tags; /* "manylinux_2_28_x86_64", for str_next_word() */
    struct str cuda;       /* "12.1.1"; empty: a CPU build */
    struct str cudnn;      /* "9.1.0.70"; may be empty */
    struct str nccl;       /* may be empty */
    struct str archs;      /* "sm_80 sm_90 compute_90", for torch_arch_next(); empty: not known */
    enum basis arch_basis; /* of a list that is not empty */
    enum answer pypi_default; /* is it what `pip install torch==version` gives from PyPI? */
    enum basis pypi_default_basis;
    struct str min_glibc;    /* "2.28"; empty: not known */
    enum answer cxx11_abi;   /* YES: _GLIBCXX_USE_CXX11_ABI=1 */
    struct str status;       /* "stable", "experimental", or empty */
    struct str note, source; /* the note may be empty */
};

/* By rising version, then tag, then platform. False past the end. */
bool torch_build_at(const struct knowledge *knowledge, size_t at, struct torch_build *ret);

/* `tag` may also be the local version ("cpu.cxx11.abi"). False where there is no such build. */
bool torch_build_find(const struct knowledge *knowledge, struct str version, struct str tag,
                      struct str platform, struct torch_build *ret);

struct torch_arch {
    bool ptx; /* compute_XY, which later GPUs can compile; else code for sm_XY */
    unsigned major, minor;
    char suffix; /* 'a': that GPU only; 'f': its family; 0: none */
};

/* Takes the next architecture off *rest; false at the end. What is none is passed over. */
bool torch_arch_next(struct str *rest, struct torch_arch *ret);

/* A package that a build's metadata requires. */
struct torch_pin {
    struct str version, tag; /* of the build */
    struct str index;        /* where the wheel is: "pypi", "download.pytorch.org/whl/cu118" */
    struct str platforms;    /* for str_next_word() */
    struct str requirement;  /* "nvidia-cudnn-cu12", "cuda-toolkit[nvrtc,cudart]" */
    struct str version_spec; /* "==9.1.0.70"; may be empty: any */
    struct str marker;       /* for marker_evaluate(); empty: always, or not known */
    enum basis basis;
    struct str how; /* what the row was taken from: "lock file" */
    struct str note, source;
};

bool torch_pin_at(const struct knowledge *knowledge, size_t at, struct torch_pin *ret);

/* The number of pins of this version and tag, over all indexes and platforms; they start at
 * *ret_first. 0: none known, which does not mean that there are none. */
size_t torch_pins_by_build(const struct knowledge *knowledge, struct str version, struct str tag,
                           size_t *ret_first);

#endif
