/* why: which file the loader picks for one library, and every path that it tried. */
#ifndef GPUVET_LOADER_WHY_H
#define GPUVET_LOADER_WHY_H

#include "base/json.h"
#include "loader/torch_import.h"

struct why {
    struct str name;   /* "libcudnn.so.9" */
    struct str winner; /* the file behind the links; empty: none is found */
    enum search_rule rule;
    bool by_torch;    /* `import torch`, or the first work after it, loads it; else: what a program
                         that asked for it now would find */
    struct str asker; /* the file that asks for it; empty: the program */
    struct search_tries tries; /* in order; the winner is the last */
};

/*
 * `wanted` is a name in full, or without what stands around it: "libcudnn.so.9", "libcudnn",
 * "cudnn". A library that torch loads comes before any other.
 */
struct why why_library(const struct torch_import *import, struct str wanted);

/* {"name", "winner", "rule", "by_torch", "asker", "tried": [{"path", "rule", "result"}]} as the
 * value of `key`; the winner and its rule are null where there is none. */
void why_write(struct json *json, const char *key, const struct why *why, struct arena *arena);

#endif
