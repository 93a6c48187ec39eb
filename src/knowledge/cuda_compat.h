/*
 * cuda_compat: which kernel drivers NVIDIA's forward-compatibility package of a CUDA runs on.
 *
 * The package cuda-compat-13-0 brings the libcuda of the driver that CUDA 13.0 came with
 * (https://docs.nvidia.com/deploy/cuda-compatibility/forward-compatibility.html); the branches are
 * those that NVIDIA's own images of that CUDA, which hold the package, ask for.
 */
#ifndef GPUVET_KNOWLEDGE_CUDA_COMPAT_H
#define GPUVET_KNOWLEDGE_CUDA_COMPAT_H

#include "knowledge/table.h"

struct cuda_compat {
    struct str cuda;     /* "13.0" */
    struct str branches; /* of the kernel driver, for str_next_word(): "535 550" */
    enum basis basis;
    struct str source;
};

/* By rising CUDA. False past the end. */
bool cuda_compat_at(size_t at, struct cuda_compat *ret);

#endif
