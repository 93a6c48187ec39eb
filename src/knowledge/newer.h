/*
 * newer: knowledge that is read at run time and stands in place of what the program was built with.
 *
 * tools/knowledge_json.py writes such a file from the same tables. It holds what ages fastest: the
 * builds of PyTorch, what they pin, their companions, and the releases of CUDA; GPUs, error codes
 * and texts stay those of the program. Every look-up that takes a `const struct knowledge *`
 * searches the tables given, and those of the program where it is NULL.
 *
 *     {"schema": "gpuvet-knowledge/1", "date": "2026-11-24",
 *      "torch_builds": [{"version": "2.4.1", "tag": "cu121", …}, …],
 *      "torch_pins": […], "companions": […], "cuda_releases": […]}
 *
 * A row's members are those of the look-up's struct, under the same names: texts; for enum basis
 * one of its names; for enum answer true, false, or null. The JSON schema is
 * docs/knowledge.schema.json.
 */
#ifndef GPUVET_KNOWLEDGE_NEWER_H
#define GPUVET_KNOWLEDGE_NEWER_H

#include "base/arena.h"
#include "knowledge/companions.h"
#include "knowledge/cuda.h"
#include "knowledge/torch_builds.h"

#define KNOWLEDGE_SIZE (16u << 20) /* the largest file, in bytes */
#define KNOWLEDGE_ROWS 65536       /* of one table */
#define KNOWLEDGE_TEXT 4096        /* bytes of one text */

struct knowledge {
    struct str date; /* "2026-11-24" */
    const struct torch_build *builds;
    const struct torch_pin *pins;
    const struct companion *companions;
    const struct cuda_release *releases;
    size_t build_count, pin_count, companion_count, release_count;
};

/*
 * Everything is copied into the arena. 0; -EBADMSG, with *ret_why saying where and what
 * ("torch_builds[12].cuda: no text"); -E2BIG, likewise, over a limit above.
 */
int knowledge_read(struct arena *arena, struct str json, struct knowledge *ret,
                   struct str *ret_why);

/* The day up to which releases were looked at, "2026-11-24": what came later it cannot know. */
struct str knowledge_date(const struct knowledge *knowledge);

#endif
