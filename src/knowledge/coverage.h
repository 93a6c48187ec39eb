/*
 * coverage: which GPUs a build's code runs on.
 *
 * Code for sm_XY runs on GPUs of the same major X with minor ≥ Y, but not to, from or between Tegra
 * parts. An `a` target runs on exactly that GPU, an `f` target on its major's later minors. PTX
 * (compute_XY) runs on every GPU from X.Y on, where the driver is new enough to compile it.
 * https://docs.nvidia.com/cuda/cuda-programming-guide/01-introduction/cuda-platform.html#binary-compatibility
 * and #ptx-compatibility there.
 */
#ifndef GPUVET_KNOWLEDGE_COVERAGE_H
#define GPUVET_KNOWLEDGE_COVERAGE_H

#include "knowledge/gpus.h"
#include "knowledge/torch_builds.h"

enum coverage { COVERAGE_NONE, COVERAGE_PTX, COVERAGE_CODE };

/* `archs` as in struct torch_build. NONE also where the list is empty: ask first. */
enum coverage archs_cover(struct str archs, struct gpu_capability gpu);

/* Whether the GPU is newer than everything in a list that does not cover it. */
bool archs_all_older(struct str archs, struct gpu_capability gpu);

/* "8.6" as a capability; false where it is none. */
bool capability_parse(struct str text, struct gpu_capability *ret);

#endif
