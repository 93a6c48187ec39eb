/*
 * provider: which symbols and versions the libraries of a process offer, and which they ask for.
 *
 * glibc (elf/dl-lookup.c) looks for a symbol in the global scope, which is the program, what it
 * needs, and what was opened with RTLD_GLOBAL, and then in the closure of what was opened: itself
 * and all that it needs. Which library comes first does not matter here: only whether one does.
 */
#ifndef GPUVET_LOADER_PROVIDER_H
#define GPUVET_LOADER_PROVIDER_H

#include "format/elf_exports.h"
#include "loader/link_map.h"

/* A symbol that must be found when the library is loaded, if a relocation names it: one that is not
 * weak. */
struct ask {
    struct str name;
    uint32_t index;                    /* among its dynamic symbols */
    const struct elf_version *version; /* NULL: none */
};

/* What a file asks for. */
struct asks {
    LIST(struct ask) symbols;
    struct elf_version *versions;
    size_t version_count;
    struct str *needed; /* DT_NEEDED */
    size_t needed_count;
    bool gpu_code; /* gpu_code_is_in() */
};

struct provider {
    const struct library *library; /* another process of the same run may hold the same file */
    bool read;                     /* what it offers is filled, or `error` says why not */
    int error;                     /* -ENOTSUP: see elf_exports() */
    struct elf_exports exports;
    struct elf_version *versions; /* those that it defines */
    size_t version_count;
    bool asked; /* likewise `asks` and `ask_error` */
    int ask_error;
    struct asks asks;
    bool bound; /* likewise `relocated` and `bind_error` */
    int bind_error;
    struct elf_relocated relocated;
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

/* 1: one library of the `count` scopes defines the symbol; 0: none does; or why one of them could
 * not be read (`*ret_at`), where no other defines it. Libraries that were read already are asked
 * first. */
int scopes_have(struct providers *providers, const struct scope *const *scopes, size_t count,
                struct str symbol, struct str *ret_at);

/*
 * Whether a library defines a version. 1; 0; or why it could not be read. One that defines no
 * versions at all meets every need: the loader only warns.
 */
int provider_has_version(struct providers *providers, const struct library *library,
                         struct str version);

/* What a library asks for; what it offers is read with it. 0, or why it could not be read. */
int provider_asks(struct providers *providers, const struct library *library,
                  const struct asks **ret);

/* The same of a file that could not be mapped. Errors of object_open() and of format/elf.h. */
int asks_read(struct root *root, struct arena *arena, struct str path, struct asks *ret);

/* Whether a relocation of the library names what it asks for, so that the loader looks for it. 1;
 * 0; or why that could not be read. Costs more than what it asks for: for the few that are lacking.
 */
int provider_binds(struct providers *providers, const struct library *library,
                   const struct ask *ask);

#endif
