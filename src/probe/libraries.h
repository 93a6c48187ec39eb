/* libraries: the prediction behind the facts of the layer `loader`, for `gpuvet why`. */
#ifndef GPUVET_PROBE_LIBRARIES_H
#define GPUVET_PROBE_LIBRARIES_H

#include "loader/torch_import.h"
#include "probe/probe.h"

/* What `import torch` maps, after the probes of Python and torch have run. -ENOENT: there is no
 * Python, or no torch, that is known; else as torch_import_predict(). */
int libraries_predict(struct probe_ctx *ctx, struct torch_import_wish *ret_wish,
                      struct torch_import *ret);

/* Where that is not possible: the interpreter alone, or where there is none that can be read, an
 * empty process, in which nothing but the system and the environment counts. */
void libraries_without_torch(struct probe_ctx *ctx, struct torch_import_wish *ret_wish,
                             struct torch_import *ret);

/* The copy of the CUDA library `name` (a SONAME) that came with torch. 1; 0 where there is none, or
 * where it is no CUDA library of this torch's CUDA; or why a look failed, with the path in *ret. */
int libraries_meant(struct probe_ctx *ctx, const struct search *search,
                    const struct torch_import_wish *wish, struct str name, struct str *ret);

/* A library's SONAME; of one that has none, the name that it was asked for by. */
struct str library_soname(const struct library *library);

#endif
