/*
 * answer: the plan itself: the build, why it, what was assumed, or what stands against every build,
 * and the nearest ways out.
 */
#ifndef GPUVET_PLAN_ANSWER_H
#define GPUVET_PLAN_ANSWER_H

#include "plan/solve.h"

enum plan_state {
    PLAN_FOUND,
    PLAN_NONE,
    PLAN_UNDECIDED, /* a fact that decides is not known: a build for each thing it may be */
};

/* What one constraint says of the build that was chosen. */
struct because {
    enum constraint_id id;
    struct reason reason;
};
struct becauses {
    struct because *items;
    size_t count, room;
};

/* A build that fits if what is open is as it needs. */
struct supposition {
    struct torch_build build;
    struct becauses open; /* what it needs */
};

/* A wanted companion: the version that goes with the build; empty: none is known. */
struct pinned {
    const struct wanted *wanted;
    struct str version;
};

enum way_id {
    WAY_OTHER_TAG,
    WAY_OTHER_TORCH,
    WAY_OTHER_COMPANIONS,
    WAY_WITHOUT_GPU,
    WAY_PYTHON,
    WAY_COMPAT,
    WAY_DRIVER,
    WAY_IMAGE,
    WAY_JETSON,
    WAY_SOURCE,
    WAY_COUNT
};

/* A change, and the build that then fits. */
struct way {
    enum way_id id;
    struct str what; /* "580", "3.12", the GPU, "6.1 12.0" */
    bool has_build;
    struct torch_build build;
};

struct plan {
    enum plan_state state;
    struct torch_build build; /* of FOUND */
    enum basis basis;         /* the weakest that the choice rests on */
    bool native;              /* of FOUND: the driver itself knows the build's CUDA */
    struct str beyond;        /* what is newer than the tables: "torch>=2.16"; empty: nothing */
    struct becauses because;
    unsigned assumed; /* constraints that are open although the plan stands */
    struct {
        struct supposition *items;
        size_t count, room;
    } suppositions; /* of UNDECIDED, the best first */
    struct {
        struct pinned *items;
        size_t count, room;
    } pinned;
    bool no_builds; /* none is published for this platform: there are no conflicts then */
    unsigned conflicts[CONFLICTS_MAX];
    size_t conflict_count;
    struct {
        struct way *items;
        size_t count, room;
    } ways;                       /* cheapest first; of FOUND only what gives a newer build */
    struct candidates candidates; /* for the matrix */
};

void plan_make(const struct problem *problem, struct plan *ret);

/* Every constraint's word on one build, in their order. */
void plan_because(const struct problem *problem, const struct torch_build *build,
                  struct becauses *ret);

/* Fills plan->pinned: of each companion that is wanted, the version made for plan->build. */
void plan_pin(const struct problem *problem, struct plan *plan);

/* What a way is called by programs: "driver". */
const char *way_name(enum way_id id);

/* Fills plan->ways, which must be empty; for answer.c. */
void plan_ways(const struct problem *problem, struct plan *plan);

#endif
