/*
 * restore: the commands that rebuild a stack that was recorded, in a snapshot or a lock.
 *
 * Only what the facts tell becomes a command; what is missing for one is a gap, and is said. The
 * driver is the host's: of a container or an image, whose files tell their own distribution, no
 * package of it can be named.
 */
#ifndef GPUVET_PLAN_RESTORE_H
#define GPUVET_PLAN_RESTORE_H

#include "diagnosis/diagnosis.h"
#include "plan/install.h"

enum restore_id { RESTORE_IMAGE, RESTORE_DRIVER, RESTORE_PYTHON, RESTORE_CHECK, RESTORE_IDS };

enum restore_gap {
    GAP_DIGEST,  /* the image's digest is that of its configuration: no registry takes it */
    GAP_CHANGES, /* in a container, above its image */
    GAP_DRIVER,
    GAP_HOST, /* whose driver it is */
    GAP_PACKAGE,
    GAP_FLAVOUR,
    GAP_PYTHON,
    GAP_TORCH,
    GAP_WHEELS,
    GAP_CHANNEL,
    GAP_OTHERS,
    RESTORE_GAPS
};

struct restore_step {
    enum restore_id id;
    struct commands commands;
    unsigned needs; /* enum needs */
};

struct restore {
    LIST(struct restore_step) steps; /* in the order in which they are done */
    unsigned gaps;                   /* a bit for each */
    struct str driver, os, torch;    /* that the texts name; may be empty */
};

/* `lock`: the file, where a lock is what records it; empty: no lock can be compared with. */
void restore_plan(struct arena *arena, const struct facts *facts, struct str lock,
                  struct restore *ret);

/* "image", "driver", "python", "check"; and "digest", "changes", … */
const char *restore_name(enum restore_id id);
const char *restore_gap_name(enum restore_gap gap);

#endif
