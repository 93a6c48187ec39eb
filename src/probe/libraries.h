/* libraries: the prediction behind the facts of the layer `loader`, for `gpuvet why`. */
#ifndef GPUVET_PROBE_LIBRARIES_H
#define GPUVET_PROBE_LIBRARIES_H

#include "loader/torch_import.h"
#include "probe/probe.h"

/* What `import torch` maps, after the probes of Python and torch have run. -ENOENT: there is no
 * Python, or no torch, that is known; else as torch_import_predict(). */
int libraries_predict(struct probe_ctx *ctx, struct torch_import_wish *ret_wish,
                      struct torch_import *ret);

#endif
