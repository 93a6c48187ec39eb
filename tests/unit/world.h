/*
 * world: small machines for the tests of probes, in a few lines each, and runs of all probes over
 * them, with or without a look that fails.
 */
#ifndef GPUVET_TESTS_WORLD_H
#define GPUVET_TESTS_WORLD_H

#include "probe/probe.h"
#include "root/tree.h"

/* A path and what lies there, by its mark: "= text" a file, "> target" a link, "/" a folder, "c
 * 0660 GID" a device, "! " a file that gives EIO, "? " one that gives EACCES, "| " a FIFO. */
struct thing {
    const char *path, *what;
};

struct world {
    struct arena *arena;
    struct tree *tree;
    struct eyes eyes;
    struct facts facts;
    size_t looks; /* of the last run */
};

/* Things end with a NULL path. */
struct world world_of(struct arena *arena, const struct thing *things);
void world_add(struct world *world, const struct thing *things);
void world_variable(struct world *world, const char *variable);
void world_user(struct world *world, uint32_t uid);

/* Runs every probe. With a `broken` of N, look N gives EIO; 0 breaks none. */
void world_look(struct world *world, size_t broken);

/* A fact by name as "known: value", "absent", "denied", "unknown". */
const char *world_says(struct world *world, const char *name);

/*
 * What `broken` claims and `whole` does not: the name of the first fact that is known or absent in
 * `broken`, and otherwise in `whole`. NULL: none.
 */
const char *world_lie(struct world *whole, struct world *broken);

void no_memory(void);

#endif
