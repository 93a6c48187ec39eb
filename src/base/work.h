/*
 * work: many small tasks on all cores, in forked copies of this process. No threads.
 *
 * Each worker takes the next task that nobody has taken, so the order in which they are done is
 * open; what they give is not: results stand by the task's number. A task sees the memory as it was
 * when work_run() was called, and what it writes is lost, but for its result
 * and its output.
 *
 * A worker that dies leaves the task that it was at without result; where all that is left makes no
 * headway for WORK_STALL_US, the workers are killed. Neither can make work_run() hang.
 */
#ifndef GPUVET_BASE_WORK_H
#define GPUVET_BASE_WORK_H

#include "base/arena.h"

#define WORK_WORKERS 64        /* at most */
#define WORK_STALL_US 60000000 /* a read from a network that is gone */
#define WORK_NOTHING INT32_MIN /* the result of a task that was not done */

/* What a task may use: says how far it is, in units of the caller's. */
struct work_share;
void work_advance(struct work_share *share, uint64_t units);

/* Where a task may write what is more than a number: work.output_size bytes, zeroed. */
void *work_output(struct work_share *share, size_t task);

struct work {
    size_t count; /* tasks, from 0 */
    int (*run)(void *context, size_t task, struct work_share *share);
    void *context;
    int64_t stall_us; /* 0: WORK_STALL_US */
    unsigned workers; /* 0: one for each processor that we may use */
    /* Called five times a second while waiting; may be NULL. */
    void (*tick)(void *context, uint64_t units_done);
    void *tick_context;
    size_t output_size; /* bytes of each task's output; 0: none */
    void *outputs;      /* the tasks' outputs, one after the other: room for all of them */
};

/* The result of each task, in the arena. WORK_NOTHING for all where no worker could be started. */
const int *work_run(struct arena *arena, const struct work *work);

/* Processors that we may use; at least 1, at most WORK_WORKERS. */
unsigned work_processors(void);

#endif
