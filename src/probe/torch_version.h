/*
 * torch_version: what torch/version.py says, which the build of PyTorch writes
 * (https://github.com/pytorch/pytorch/blob/main/tools/generate_torch_version.py):
 *
 *     __version__ = '2.4.1+cu121'
 *     cuda: Optional[str] = '12.1'
 *     hip: Optional[str] = None
 */
#ifndef GPUVET_PROBE_TORCH_VERSION_H
#define GPUVET_PROBE_TORCH_VERSION_H

#include "base/arena.h"

/* Views into the text; empty where the file says None or has no such line. */
struct torch_version {
    struct str version; /* "2.4.1+cu121" */
    struct str cuda;    /* "12.1" */
    struct str hip;     /* "6.1.40091-a8dbc0c19"; from "rocm" in newer builds */
    struct str xpu;     /* "20250101" */
    bool has_cuda;      /* there is a line for CUDA, be it None */
};

/* False where the text states no version. */
bool torch_version_parse(struct str text, struct torch_version *ret);

/* "2.4.1" and "cu121" of "2.4.1+cu121"; the second is empty where there is none. */
struct str torch_release(struct str version);
struct str torch_local(struct str version);

/* "cuda", "cpu", "rocm", "xpu", "other"; NULL where that cannot be said. */
const char *torch_build_kind(const struct torch_version *version);

/* "cu121", "cpu", "rocm6.1", "xpu"; empty where that cannot be said. */
struct str torch_build_tag(struct arena *arena, const struct torch_version *version);

#endif
