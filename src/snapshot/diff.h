/*
 * diff: what changed between two states of facts, and which change explains the change of verdict.
 *
 * Each change is put back, alone, and the rules are asked again: where that brings the first
 * verdict back, the change explains the second. Where no single one does, a smallest set is looked
 * for: one of which none can be left out. Facts that follow from others are no changes of their
 * own: they are worked out anew each time.
 */
#ifndef GPUVET_SNAPSHOT_DIFF_H
#define GPUVET_SNAPSHOT_DIFF_H

#include "diagnosis/diagnosis.h"

struct change {
    const char *layer;
    struct str fact;     /* "torch.version", "loader.libraries[libcudnn.so.9].path" */
    struct str from, to; /* values, or "absent", "denied", "unknown" */
    size_t unit;         /* what is put back together; each has one change */
};

/* Numbers of changes. */
struct change_set {
    LIST(size_t) changes;
};

struct diff_side {
    struct facts *facts; /* as it was given */
    struct verdict verdict;
};

struct diff {
    struct diff_side a, b;
    LIST(struct change) changes;    /* layer by layer */
    bool same_verdict;              /* state and cause: nothing is to be explained */
    struct change_set explained;    /* the smallest set; empty: none was found */
    LIST(struct change_set) others; /* further single changes that would do */
};

/* Both facts may be completed (COST_NOTHING). */
void diff_facts(struct arena *arena, struct facts *a, struct facts *b, struct diff *ret);

#endif
