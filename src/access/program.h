/* program: the user's own programs (ssh, getent, curl, docker), as children with deadlines. */
#ifndef GPUVET_ACCESS_PROGRAM_H
#define GPUVET_ACCESS_PROGRAM_H

#include "access/access.h"
#include "base/child.h"

#define PROGRAM_OUTPUT (1u << 20) /* bytes that are kept of its output, and of its complaints */

/* Where the PATH has an executable file of that name; empty where it has none. */
struct str program_find(const struct knocker *knocker, const char *name);

/*
 * Runs `words` (a program's path first, NULL last) with `input` on its standard input, for at most
 * `us`. Messages come in English (LC_ALL=C).
 */
const struct child_result *program_run(const struct knocker *knocker, const char *const *words,
                                       struct str input, int64_t us);

#endif
