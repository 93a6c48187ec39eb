/*
 * binding: whether a library that was opened finds each symbol that it and what it brought ask for.
 *
 * Python opens with RTLD_NOW, and so does ctypes: where one symbol is not found, nothing of what
 * was opened stays. glibc relocates what was mapped last first (elf/dl-open.c,
 * dl_open_worker_begin()), so the last library that lacks one is the one that the message names.
 *
 * Looked at only where a CUDA library may be another than the one its users were built with:
 * reading all symbols of torch takes longer than the whole prediction. So only those are asked
 * that need such a library, and that library itself.
 */
#ifndef GPUVET_LOADER_BINDING_H
#define GPUVET_LOADER_BINDING_H

#include "loader/provider.h"

struct unbound {
    struct str symbol, version; /* "__nvJitLinkComplete_12_4", "libnvJitLink.so.12"; may be empty */
    const struct library *user; /* the library that asks for it */
    const struct library *culprit; /* the doubtful library that lacks it, or asks for too much */
};

/* A CUDA library that a search of the system's led to, or LD_PRELOAD: not what is found beside
 * its user. */
bool binding_is_foreign(const struct library *library);

/*
 * Of what `opened` has added to the map, the libraries from `first` on. `every`: no CUDA library is
 * to be trusted, wherever it was found. 1: a symbol is not found; 0: all are, or nothing is
 * doubtful. A look that failed becomes a doubt of the map.
 */
int binding_lacks(struct providers *providers, struct link_map *map, size_t first,
                  const struct library *opened, bool every, struct unbound *ret);

#endif
