/* subject: what the options ask about, as facts. */
#ifndef GPUVET_CLI_SUBJECT_H
#define GPUVET_CLI_SUBJECT_H

#include "cli/cli.h"
#include "facts/facts.h"

struct subject {
    struct str kind; /* "machine", "process", "directory", "facts" */
    struct str name;
    struct facts facts;
};

/* EXIT_GOOD, or EXIT_NO_INPUT after saying why. */
int subject_examine(struct arena *arena, const struct options *options, struct subject *ret);

#endif
