/*
 * gpu_speed: how fast a GPU's memory should be, by its maker's data sheet.
 *
 * A lead for a note, never a verdict: boards differ, clocks are lowered, and others use the memory.
 */
#ifndef GPUVET_KNOWLEDGE_GPU_SPEED_H
#define GPUVET_KNOWLEDGE_GPU_SPEED_H

#include "knowledge/table.h"

struct gpu_speed {
    struct str name;    /* the product's name, as the driver tells it */
    unsigned bandwidth; /* of its memory, in GB/s (10^9 bytes) */
    struct str source;
};

/* By rising name. False past the end. */
bool gpu_speed_at(size_t at, struct gpu_speed *ret);

/* False where the table does not have just this name. */
bool gpu_speed_by_name(struct str name, struct gpu_speed *ret);

#endif
