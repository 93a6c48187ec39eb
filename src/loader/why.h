/* why: which file the loader picks for one library, and every path that it tried. */
#ifndef GPUVET_LOADER_WHY_H
#define GPUVET_LOADER_WHY_H

#include "base/json.h"
#include "loader/torch_import.h"

struct why {
    struct str name;   /* "libcudnn.so.9" */
    struct str winner; /* the file behind the links; empty: none is found, or it cannot be loaded */
    enum search_rule rule;
    bool by_torch;    /* `import torch`, or the first work after it, loads it; else: what a program
                         that asked for it now would find */
    struct str asker; /* the file that asks for it; empty: the program */
    struct search_tries tries; /* in order; the last is the winner, or what cannot be loaded. None:
                                  `name` is only a part of one, and torch loads nothing like it */
    struct str predicted;      /* the process has another file mapped than the search leads to: that
                                  file; else empty */
    LIST(struct str) also;     /* further files with that SONAME in the same process */
    int doubt; /* a look failed (a negative errno): the answer may be another; 0: none did */
    struct str doubt_from;
};

/*
 * `wanted` is a name in full, or without what stands around it: "libcudnn.so.9", "libcudnn",
 * "cudnn". A library that torch loads comes before any other. `import` may be of a process without
 * torch, or without anything.
 */
struct why why_library(const struct torch_import *import, struct str wanted);

/* The names of all that torch loads and that `wanted` may mean; one that is it exactly stands
 * alone. */
struct names why_candidates(const struct torch_import *import, struct str wanted);

/* The name of what torch loads that was probably meant by a name that is found nowhere; or empty.
 */
struct str why_near(const struct torch_import *import, struct str wanted);

/* What a file needs, each with how it is found: by Python after `import torch`, or, where the file
 * is a program, by that program. */
struct why_file {
    struct str path; /* without links */
    LIST(struct why) needed;
};
/* 0, or why the file cannot be read: as object_open(); -EBADMSG for what needs no loader, too. */
int why_file(const struct torch_import *import, const struct torch_import_wish *wish,
             struct str path, struct why_file *ret);

/* {"name", "winner", "rule", "by_torch", "asker", "predicted", "also": [path], "tried": [{"path",
 * "rule", "result"}]} as the value of `key`; the winner and its rule are null where there is none.
 * Of a file "needed", a list of such objects, stands beside these. */
void why_write(struct json *json, const char *key, const struct why *why);
void why_file_write(struct json *json, const char *key, const struct why_file *file);

#endif
