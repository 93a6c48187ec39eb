/* shadow: which copy of a CUDA library came with torch, and which is loaded in its place. */
#ifndef GPUVET_PROBE_SHADOW_H
#define GPUVET_PROBE_SHADOW_H

#include "loader/torch_import.h"
#include "probe/look.h"

/* Records loader.shadowed, .unfit and what stands with them; with a doubt, nothing is KNOWN. */
void shadow_record(struct probe_ctx *ctx, const struct torch_import_wish *wish,
                   const struct torch_import *import, const struct doubt *doubt);

#endif
