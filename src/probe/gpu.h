/* gpu: what the tables know of a GPU, as facts; for all who find one. */
#ifndef GPUVET_PROBE_GPU_H
#define GPUVET_PROBE_GPU_H

#include "facts/facts.h"
#include "knowledge/gpus.h"

/* Fills name, architecture, capability, segment, open_module, first_branch and last_branch where
 * they are unknown; `key` is what the row was found by, for their origin. */
void gpu_describe(struct arena *arena, const struct gpu_info *info, struct str key,
                  struct gpu_facts *gpu);

#endif
