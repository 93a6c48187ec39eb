/*
 * extension: whether a compiled extension can be loaded into a process that has imported torch.
 *
 * Python opens extension modules with RTLD_NOW (Python/dynload_shlib.c), and so does ctypes, by
 * which torch.ops.load_library() opens libraries of operators: each symbol must be found at once,
 * and so must each version. Visible are the program with what it needs, what torch opens with
 * RTLD_GLOBAL (libtorch_global_deps.so), and what the extension itself needs; libtorch_python.so
 * and the rest of torch only where the extension names them.
 *
 * Packages load their own libraries in an order that their Python code knows: a library that is
 * not found, but lies beside the extension under that name, counts as loaded before.
 */
#ifndef GPUVET_LOADER_EXTENSION_H
#define GPUVET_LOADER_EXTENSION_H

#include "loader/provider.h"
#include "loader/torch_import.h"

/* A process that has imported torch, into which one extension after the other is loaded, each as if
 * it were the only one. */
struct extension_host {
    const struct torch_import *import;
    struct link_map map; /* as after the import */
    struct providers providers;
    struct scope program, global; /* what every library sees: what came with the program, and what
                                     torch opened for all */
};

/* The import must have succeeded; it must outlive the host. */
void extension_host_start(const struct torch_import *import, struct extension_host *ret);

/* Something that is asked for and not there, and the file that asks for it. */
struct lack {
    struct str name; /* empty: nothing is lacking */
    struct str user;
    struct str where; /* of a version: the file that should define it; of a library: the file that
                         was found and is none */
    int error;        /* of a library: -ENOENT, or what is wrong with the file */
};

struct extension {
    bool uses_torch;  /* it names torch's libraries, or asks for symbols of theirs */
    bool uses_stable; /* symbols of torch's stable C interface, aoti_torch_* */
    bool uses_cpp;    /* C++ symbols of torch, which change from release to release */
    bool new_strings,
        old_strings; /* in those: a std::string of the C++11 ABI, or of the one before */
    struct str *needed;
    size_t needed_count;
    bool gpu_code;                        /* it may hold code for GPUs: gpu_code_is_in() */
    struct lack library, symbol, version; /* the first of each; of symbols, torch's before others */
    bool symbol_is_torch;
    LIST(struct lack)
    unbound;   /* every symbol that is not found, in the order of the files that ask */
    int doubt; /* a look failed (a negative errno): what is not lacking may still be */
    struct str doubt_from;
};

/* `beside`: files of the same package. 0, or why the file could not be read: as object_open(). */
int extension_load(struct extension_host *host, struct str path,
                   const struct search_folders *beside, struct extension *ret);

/* Whether torch itself was built with the C++11 ABI: 1, 0, or why that cannot be said. */
int extension_host_new_strings(struct extension_host *host);

#endif
