/*
 * fact_line: one fact as a line of a description: "torch.version = 2.4.1+cu121", or "NAME absent",
 * "denied", "unknown".
 */
#ifndef GPUVET_TESTS_FACT_LINE_H
#define GPUVET_TESTS_FACT_LINE_H

#include "facts/facts.h"

struct fact_line {
    struct str name;
    enum fact_state state;
    struct str value; /* of a known one */
};

/* -EBADMSG. */
int fact_line_read(struct arena *arena, struct str text, struct fact_line *ret);

/* Makes it so, as if `from` had said it. -ENOENT: there is no such fact; -EBADMSG: no such value.
 */
int fact_line_tell(const struct fact_line *line, struct str from, struct facts *facts);

#endif
