/*
 * solve: every build of the platform, judged by every constraint; the best of those that fit, or
 * the constraints that cannot hold together.
 *
 * A CPU build is a candidate only where its tag is asked for by name: never by accident.
 */
#ifndef GPUVET_PLAN_SOLVE_H
#define GPUVET_PLAN_SOLVE_H

#include "plan/constraint.h"

/* Sets of constraints are bit masks: 1 << enum constraint_id. */
#define CONSTRAINT_BIT(id) (1u << (id))
#define CONSTRAINTS_ALL (CONSTRAINT_BIT(CONSTRAINT_COUNT) - 1)

struct candidate {
    struct torch_build build;
    unsigned refused, open; /* constraints that do not hold, and that are not decided */
};

struct candidates {
    struct candidate *items; /* by rising version */
    size_t count, room;
};

/* All builds of the problem's platform; none where there are none. */
void candidates_find(const struct problem *problem, struct candidates *ret);

/* Judges them again by the constraints in `which`: for a problem that was changed. */
void candidates_judge(const struct problem *problem, unsigned which, struct candidates *candidates);

/*
 * The best that nothing refuses; NULL where there is none. What is decided goes before what is not,
 * then the installed release (where the problem keeps it), the newest torch, a CUDA that the driver
 * itself knows, the newest CUDA, the installed tag.
 */
const struct candidate *candidates_best(const struct problem *problem,
                                        const struct candidates *candidates);

/*
 * Whether the driver itself knows the build's CUDA: then nothing depends on minor-version
 * compatibility, of which PTX that is made at run time is the exception. Of an unknown driver: the
 * oldest that runs the build.
 */
bool build_is_native(const struct problem *problem, const struct torch_build *build);

/* Whether a is newer than b: the torch, else the CUDA. */
bool build_is_newer(const struct torch_build *a, const struct torch_build *b);

/* Open constraints of which the plan assumes that they hold; not those that only advise. */
unsigned open_assumed(unsigned open);

/* Open constraints that leave the answer open. */
unsigned open_decisive(unsigned open);

/* The smallest sets of constraints of which every candidate breaks one. */
#define CONFLICTS_MAX 16
size_t candidates_conflicts(const struct problem *problem, const struct candidates *candidates,
                            unsigned ret[CONFLICTS_MAX]);

#endif
