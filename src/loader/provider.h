/*
 * provider: which symbols and versions the libraries of a process offer.
 *
 * glibc (elf/dl-lookup.c) looks for a symbol in the global scope, which is the program, what it
 * needs, and what was opened with RTLD_GLOBAL, and then in the closure of what was opened: itself
 * and all that it needs. Which library comes first does not matter here: only whether one does.
 */
#ifndef GPUVET_LOADER_PROVIDER_H
#define GPUVET_LOADER_PROVIDER_H

#include "format/elf_exports.h"
#include "loader/link_map.h"

struct provider {
    const struct library *library;
    bool read; /* the rest is filled, or `error` says why not */
    int error; /* -ENOTSUP: see elf_exports() */
    struct elf_exports exports;
    struct elf_version *versions; /* those that it defines */
    size_t version_count;
};

/* Starts zeroed. Each library is read once, when it is asked for the first time. */
struct providers {
    struct root *root;
    struct arena *arena;
    LIST(struct provider *) all;
};

/* The libraries in which a symbol is looked for. */
struct scope {
    LIST(struct provider *) items;
};

void scope_add(struct providers *providers, struct scope *scope, const struct library *library);

/* Adds the library and all that it needs, breadth first, as far as the map holds them. */
void scope_add_closure(struct providers *providers, struct scope *scope, const struct link_map *map,
                       const struct library *library);

/* 1: one of them defines the symbol; 0: none does; or why one of them could not be read
 * (`*ret_at`), where no other defines it. */
int scope_has(struct providers *providers, const struct scope *scope, struct str symbol,
              struct str *ret_at);

/*
 * Whether a library defines a version. 1; 0; or why it could not be read. One that defines no
 * versions at all meets every need: the loader only warns.
 */
int provider_has_version(struct providers *providers, const struct library *library,
                         struct str version);

#endif
