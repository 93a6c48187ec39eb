/* cuda_targets: for which GPUs the compiler of a CUDA release can make code. */
#ifndef GPUVET_KNOWLEDGE_CUDA_TARGETS_H
#define GPUVET_KNOWLEDGE_CUDA_TARGETS_H

#include "knowledge/table.h"

struct cuda_target {
    struct str capability; /* "8.6" */
    struct str first;      /* CUDA whose nvcc first compiles for it, "11.1"; empty: all we know */
    struct str ended;      /* the first that no longer does, "13.0"; empty: none yet */
    enum basis basis;
    struct str source;
};

/* By rising capability. False past the end. */
bool cuda_target_at(size_t at, struct cuda_target *ret);

/* Whether nvcc of this CUDA ("12.4", "12.4.1") compiles for the capability ("8.6"). False where the
 * table does not have it. */
bool cuda_compiles_for(struct str cuda, struct str capability, bool *ret);

#endif
