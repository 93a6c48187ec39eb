/*
 * sonames: the CUDA libraries that PyTorch loads, by the name that the dynamic loader looks for.
 *
 * One name can serve several CUDA majors (libnccl.so.2, libcudnn.so.9), each with a Python package
 * of its own: those rows stand together, by rising major.
 */
#ifndef GPUVET_KNOWLEDGE_SONAMES_H
#define GPUVET_KNOWLEDGE_SONAMES_H

#include "knowledge/table.h"

struct cuda_library {
    struct str soname;     /* "libcudart.so.12" */
    unsigned cuda_major;   /* 0: of the driver, whatever the CUDA version */
    struct str library;    /* "cudart" */
    struct str package;    /* package on PyPI, "nvidia-cuda-runtime-cu12"; empty: none known */
    struct str folder;     /* under site-packages, "nvidia/cuda_runtime/lib"; empty: none known */
    struct str depends_on; /* other libraries by .library, separated by blanks */
    enum basis basis;
    struct str note;
    struct str source;
};

/* False past the end. */
bool cuda_library_at(size_t at, struct cuda_library *ret);

/* The number of rows for this name; they start at *ret_first. 0: no CUDA library we know. */
size_t cuda_libraries_by_soname(struct str soname, size_t *ret_first);

/* The row for this name in this CUDA major; false where there is none. */
bool cuda_library_find(struct str soname, unsigned cuda_major, struct cuda_library *ret);

#endif
