/*
 * compare: what is there against a lock, difference by difference.
 *
 * Each difference is put into the layer lock, one at a time, and the rows of knowledge/lock.toml
 * are asked in their order. The first that is not false decides: true, it says what it says;
 * undecided, so is the difference. What no row allows is broken. Beside these stand the causes that
 * the rules find, but for those that were there when the lock was made.
 */
#ifndef GPUVET_LOCK_COMPARE_H
#define GPUVET_LOCK_COMPARE_H

#include "lock/lock.h"

enum lock_state { LOCK_SAME, LOCK_COMPATIBLE, LOCK_UNDECIDED, LOCK_BROKEN };

struct lock_difference {
    enum lock_state state;
    const struct lock_row *row; /* that judged it; NULL: a cause, or what no row knows */
    struct str cause;           /* the slug; empty: none */
    const struct rule *rule;    /* of a cause */
    struct lock_facts said;     /* the layer lock, as the row saw it */
    struct missing missing;     /* of an undecided one */
};

struct lock_comparison {
    enum lock_state state;                    /* the worst of all */
    LIST(struct lock_difference) differences; /* broken first; else in the order of the entries */
    LIST(const char *)
    unseen; /* names of facts that are locked, and that nobody could look at here */
    const struct facts *facts; /* of what is there */
    struct verdict verdict;    /* on it */
};

/*
 * `facts` are those of what is there; their layer lock is filled from the lock, and they are
 * judged. `hashes` are those of the lock's files as they are now; NULL: they are not compared.
 */
void lock_compare(struct arena *arena, const struct lock *lock, const struct lock_hashes *hashes,
                  struct facts *facts, struct lock_comparison *ret);

/* "same", "compatible", "undecided", "broken"; 0, 0, 2 and 1. */
const char *lock_state_name(enum lock_state state);
int lock_exit_code(enum lock_state state);

#endif
