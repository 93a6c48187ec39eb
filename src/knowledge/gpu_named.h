/* gpu_named: a GPU as people write it: a name, a compute capability, or a PCI number. */
#ifndef GPUVET_KNOWLEDGE_GPU_NAMED_H
#define GPUVET_KNOWLEDGE_GPU_NAMED_H

#include "base/arena.h"
#include "knowledge/gpus.h"

/*
 * "sm_89", "8.9", "10de:2684", "2684", "RTX 4060 Ti", "4060ti", "Orin". Of a capability alone only
 * capability, architecture and tegra are set; a name that several GPUs of one capability share
 * stays as it was written.
 *
 * 0; -ENOENT: nothing has that name; -ENOTUNIQ: it can mean GPUs of different capabilities, whose
 * names are then in ret_names, the first GPU of each capability.
 */
struct gpu_names {
    struct str items[GPU_CAPABILITIES_MAX];
    size_t count;
};
int gpu_named(struct arena *arena, struct str text, struct gpu_info *ret,
              struct gpu_names *ret_names);

/* The name that was probably meant; false where none is near. */
bool gpu_named_near(struct arena *arena, struct str text, struct str *ret);

#endif
