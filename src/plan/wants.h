/* wants: what the user, or the user's project, asks for. */
#ifndef GPUVET_PLAN_WANTS_H
#define GPUVET_PLAN_WANTS_H

#include "format/dependencies.h"
#include "plan/problem.h"

/*
 * Adds those dependencies that decide which torch is taken: torch itself and the companions that
 * the table knows. What a marker excludes on this machine is left out.
 */
void wants_add_all(struct arena *arena, const struct facts *facts,
                   const struct knowledge *knowledge, const struct dependencies *dependencies,
                   struct str from, struct wants *wants);

/* Adds the companions that are installed and not among the wants: another torch breaks them. */
void wants_add_installed(struct arena *arena, const struct facts *facts,
                         const struct knowledge *knowledge, struct wants *wants);

#endif
