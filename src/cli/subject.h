/* subject: what the options ask about, as facts. */
#ifndef GPUVET_CLI_SUBJECT_H
#define GPUVET_CLI_SUBJECT_H

#include "cli/cli.h"
#include "facts/facts.h"
#include "probe/probe.h"
#include "verify/verify.h"

struct subject {
    struct str kind; /* "machine", "process", "directory", "facts", "text" */
    struct str name;
    const struct quotes *quotes; /* of a text; NULL else */
    struct facts facts;
};

/* What looks at this machine with the eyes of the shell that gpuvet was started from. */
struct looking {
    struct eyes eyes;
    struct wishes wishes;
    struct probe_ctx ctx;
};
void look_at_machine(struct arena *arena, const struct options *options, struct facts *facts,
                     struct looking *ret);
const char *const *environment_of(struct arena *arena, const struct eyes *eyes);

/* From facts to a verdict, which is printed: the exit code. `verification` may be NULL. */
int conclude(struct arena *arena, const struct options *options, struct subject *subject,
             const struct verification *verification);

/* One line that says that `what` cannot be read, and why: EXIT_NO_INPUT. */
int cannot_read(struct arena *arena, const struct options *options, struct str what,
                struct str why);
struct str error_text(int error);

/* EXIT_GOOD, or EXIT_NO_INPUT after saying why. */
int subject_examine(struct arena *arena, const struct options *options, struct subject *ret);

#endif
