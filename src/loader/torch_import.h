/*
 * torch_import: every shared library that `import torch` maps, and those that the first work on a
 * GPU brings in afterwards.
 *
 * The steps are those of torch/__init__.py: the interpreter; libtorch_global_deps.so; the CUDA
 * libraries that torch preloads by path (format/torch_init.h); torch/_C with libtorch_python. Then
 * what libraries open by themselves, by the table in torch_import.c.
 *
 * Python's own extension modules are mapped, too, but are no libraries: only those that bring one
 * (_ctypes: libffi) are followed. What other packages bring that torch imports where they are
 * installed (numpy) is left out.
 */
#ifndef GPUVET_LOADER_TORCH_IMPORT_H
#define GPUVET_LOADER_TORCH_IMPORT_H

#include "loader/link_map.h"

/* library.stage */
enum torch_stage {
    STAGE_IMPORT,
    STAGE_USE, /* at the first convolution, matrix product, FFT or linear solve */
};

struct torch_import_wish {
    struct search_wish search;
    struct str preload;                /* LD_PRELOAD */
    struct str program;                /* the interpreter; links are followed */
    struct str torch;                  /* torch's package folder */
    struct str python_tag;             /* "cpython-311", "cpython-313t" */
    unsigned cuda_major;               /* of torch's build; 0: none, or not known */
    struct search_folders search_path; /* sys.path, as far as it is folders */
    bool distrust_packages; /* torch's own CUDA packages may not be those that it was built with:
                               whether their symbols are all there is looked at */
};

struct torch_import {
    struct link_map map;
    const struct library *python; /* the object that opens extension modules */
    bool loaded;                  /* torch/_C and all that it needs can be mapped and bound */
    struct link_failure failure; /* where it cannot: the name of the library, or of the pattern that
                                    torch looked for on sys.path */
    bool preloaded;              /* torch had to fall back to preloading */
};

/* 0; where the import fails, `loaded` is false and the map holds what was mapped before. An error
 * means that the interpreter could not be read. */
int torch_import_predict(struct root *root, struct arena *arena,
                         const struct torch_import_wish *wish, struct torch_import *ret);

#endif
