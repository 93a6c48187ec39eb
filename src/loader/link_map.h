/*
 * link_map: the libraries of a process, as the dynamic loader would map them.
 *
 * glibc (elf/dl-deps.c, _dl_map_object_deps()): what is asked for, then what each of those needs,
 * breadth first, in the order of DT_NEEDED. A library that is loaded already, by one of its names,
 * by its SONAME (glibc), or because it is the same file, is not loaded again, wherever the search
 * would have led. Where one of a group is missing or broken, none of the group stays.
 *
 * Nothing is relocated: that a symbol is missing is seen by binding.h.
 */
#ifndef GPUVET_LOADER_LINK_MAP_H
#define GPUVET_LOADER_LINK_MAP_H

#include "loader/search.h"

#define LINK_MAP_LIMIT 4096 /* libraries; more is -E2BIG */
#define LINK_MAP_NEEDED 512 /* libraries that one of them needs */

struct library {
    struct str name;   /* by which it was asked for first: "libcudart.so.13", or a path */
    struct str soname; /* its DT_SONAME; empty: none */
    struct str
        path; /* as the loader made it: "…/torch/lib/../../nvidia/cu13/lib/libcudart.so.13" */
    struct str real; /* the file behind the links, as /proc/PID/maps shows it */
    struct node node;
    const struct library *asker; /* the object that needed or opened it; NULL: the program */
    enum search_rule rule;
    struct search_tries tries; /* how it was found; the last one won */
    struct search_asker looks; /* what it adds to the searches of what it needs */
    struct str *needed;
    size_t needed_count;
    LIST(struct str) names; /* all that it was asked for by */
    int stage;              /* the caller's: when it came */
    struct str predicted;   /* where a process has mapped another file: the one that was meant to
                               be found; else empty */
};

/* Why a group could not be loaded. */
struct link_failure {
    struct str name;             /* what was asked for; empty: nothing failed */
    const struct library *asker; /* who asked; NULL: nobody */
    int error;                   /* -ENOENT: not found; else what is wrong with the file */
    struct str path;             /* of the broken file */
    struct search_tries tries;
    /* where all was found, but for a symbol: `asker` asks for it, and `name` is its path */
    struct str symbol, version;
    const struct library *culprit; /* the library that lacks it: see binding.h */
};

struct link_map {
    struct root *root;
    struct arena *arena;
    struct search search;
    LIST(struct library *) all; /* in the order in which they were mapped */
    size_t started; /* how many of `all` came with the program: what every library can see */
    struct link_failure failure; /* of the last call that failed */
    int stage;                   /* put into what is loaded next */
    int doubt; /* a look failed (a negative errno): what follows may be otherwise */
    struct str doubt_from;
    size_t certain; /* how many of `all` were mapped before that look, where there is a doubt */
};

/*
 * A process that starts `program` (a path): the program, its interpreter, what LD_PRELOAD (parts
 * between blanks or colons) and /etc/ld.so.preload (the same, and comments from "#" on) name, and
 * what they need. A preload that cannot be loaded is passed over, as the loader does. 0, or why the
 * program could not be started.
 */
int link_map_start(struct root *root, struct arena *arena, const struct search_wish *wish,
                   struct str program, struct str preload, struct link_map *ret);

/* dlopen() of a name, or a path, by a loaded object. 0 (`*ret_library` is what was opened), or a
 * negative errno, with map->failure; the map is then as before. */
int link_map_open(struct link_map *map, const struct library *asker, struct str name,
                  struct library **ret_library);

/* Takes back what was opened since there were `first`: the loader unloads what it cannot bind. */
void link_map_take_back(struct link_map *map, size_t first);

/* Says that a look failed: what the map holds from now on may be otherwise. */
void link_map_doubt(struct link_map *map, int error, struct str from);

/* Reads a library as if the program had opened this path, and adds it to nothing. Errors of
 * object_open(). */
int link_map_read(const struct link_map *map, struct str path, struct library *ret);

/* The loaded library of that name or SONAME, or NULL. */
struct library *link_map_find(const struct link_map *map, struct str name);

#endif
