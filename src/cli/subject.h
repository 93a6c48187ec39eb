/* subject: what the options ask about, as facts. */
#ifndef GPUVET_CLI_SUBJECT_H
#define GPUVET_CLI_SUBJECT_H

#include "cli/cli.h"
#include "facts/facts.h"
#include "probe/probe.h"
#include "snapshot/snapshot.h"
#include "verify/verify.h"

/* What looks: points at itself, so it must not be copied or moved. */
struct looking {
    struct eyes eyes;
    struct wishes wishes;
    struct probe_ctx ctx;
};

struct subject {
    struct str kind; /* "machine", "process", "directory", "image", "snapshot", "facts", "text",
                        "door" */
    struct str name;
    const struct quotes *quotes; /* of a text; NULL else */
    struct facts facts;
    struct looking looking; /* what filled the facts; no root where they were given */
    struct snapshot *kept; /* set before examining, it keeps all that is seen; the snapshot that was
                              replayed; or NULL */
};

/* This machine, with the eyes of the shell that gpuvet was started from. */
void look_at_machine(struct arena *arena, const struct options *options, struct facts *facts,
                     struct looking *ret);
const char *const *environment_of(struct arena *arena, const struct eyes *eyes);

/* From facts to a verdict, which is printed: the exit code. `verification` may be NULL. */
int conclude(struct arena *arena, const struct options *options, struct subject *subject,
             const struct verification *verification);

/* EXIT_GOOD, or EXIT_NO_INPUT after saying why. */
int subject_examine(struct arena *arena, const struct options *options, struct subject *ret);

/* Facts of the snapshot that `options` name. Exit codes as above. */
int subject_replay(struct arena *arena, const struct options *options, struct subject *ret);

/* Says that an input cannot be read, and why: EXIT_NO_INPUT. */
int cannot_read(struct arena *arena, const struct options *options, struct str what,
                struct str why);
struct str error_text(int error);

/* A path as the user typed it, made absolute: roots know no working directory. */
struct str absolute_path(struct arena *arena, struct str path, struct str directory);

#endif
