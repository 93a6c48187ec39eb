/*
 * torch_init: what torch/__init__.py loads by path before its own libraries, read from its text.
 *
 * A wheel's CUDA libraries lie in packages of their own. torch opens libtorch_global_deps.so; where
 * that fails for want of one of them, it opens every one it finds on sys.path by path, and tries
 * again (_preload_cuda_deps(), since 2.0). Since 2.6 it opens some of them also where that went
 * well, lest a system's copy be taken for them (https://github.com/pytorch/pytorch/issues/138460).
 * Which ones, in which order and from which folders has changed often, so it is read from the file
 * itself. Known forms: those of 2.0 to 2.15, read in the wheels of 2.1.2, 2.4.1, 2.6.0, 2.8.0,
 * 2.11.0 and 2.15.0.
 */
#ifndef GPUVET_FORMAT_TORCH_INIT_H
#define GPUVET_FORMAT_TORCH_INIT_H

#include "base/str.h"

#define TORCH_INIT_ROWS 32      /* libraries; those beyond are left out */
#define TORCH_INIT_LINES 20000u /* lines that are looked at */

struct torch_preload {
    struct str folder;  /* "cuda_nvrtc" */
    struct str pattern; /* "libnvrtc.so.*[0-9]" */
    bool required;      /* where it is not found, the rest is not looked for */
    bool from_cuda_12;  /* only in builds for CUDA 12 and later */
};

struct torch_init {
    struct torch_preload fallback[TORCH_INIT_ROWS]; /* after a failure */
    size_t fallback_count;
    struct torch_preload always[TORCH_INIT_ROWS]; /* after success */
    size_t always_count;
    struct str
        condition; /* `always` counts only where a mapped path has this in it; may be empty */
    bool beside;   /* sys.path/FOLDER/lib is looked at, too, after sys.path/nvidia/FOLDER/lib */
    bool only_with_nvidia; /* an entry of sys.path counts only where it has a folder "nvidia" */
    bool by_major;         /* and between them sys.path/nvidia/cu13/lib (from CUDA 13) */
};

/* Views point into the text. All empty where the text preloads nothing. */
void torch_init_parse(struct str text, struct torch_init *ret);

/* Whether a file's name fits a pattern; of fnmatch() only "*" before a last "[0-9]" is known. */
bool torch_preload_fits(struct str pattern, struct str name);

#endif
