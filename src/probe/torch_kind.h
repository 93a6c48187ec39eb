/*
 * torch_kind: what a torch is built for, from what its version.py says
 * (https://github.com/pytorch/pytorch/blob/main/tools/generate_torch_version.py).
 */
#ifndef GPUVET_PROBE_TORCH_KIND_H
#define GPUVET_PROBE_TORCH_KIND_H

#include "base/arena.h"
#include "format/python_files.h"

/* "2.4.1" and "cu121" of "2.4.1+cu121"; the second is empty where there is none. */
struct str torch_release(struct str version);
struct str torch_local(struct str version);

/* "cuda", "cpu", "rocm", "xpu", "other"; NULL where that cannot be said. */
const char *torch_kind(const struct torch_version *version);

/* "cu121", "cpu", "rocm6.1", "xpu"; empty where that cannot be said. */
struct str torch_tag(struct arena *arena, const struct torch_version *version);

#endif
