/*
 * container: a container of this machine as a root, seen from outside.
 *
 * The root of its first process is taken where that process is proven to be this container's on
 * this kernel: its control group or its mounts name the container's id. A PID alone proves nothing:
 * an engine on another machine counts its own. Else the engine's client copies the files out.
 */
#ifndef GPUVET_IMAGE_CONTAINER_H
#define GPUVET_IMAGE_CONTAINER_H

#include "facts/facts.h"
#include "image/engine.h"

struct container {
    const struct engine *engine;
    struct inspect said;
    struct str proof; /* the file that proves that it runs on this kernel; empty: none does */
    struct fact_bool user_namespace; /* UNKNOWN without a proof */
    struct root *root;
    bool copied; /* the root holds files alone: no /proc, no /sys, nothing that was mounted */
};

/*
 * Finds it and its root. -ENOENT, -ETIMEDOUT as engine_find(); -EACCES: its files cannot be had in
 * either way; or as image_of_files(). *ret_why: why, in the client's words.
 */
int container_open(const struct engine_user *user, struct str name, struct container *ret,
                   struct str *ret_why);

/* What the engine said, as facts of the container. */
void container_tell(struct arena *arena, const struct container *container, struct facts *facts);

#endif
