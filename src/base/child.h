/*
 * child: programs that run beside us under a deadline. No other file but work.c forks.
 *
 * What may hang, crash or write garbage runs in a child, and how it ended is a fact, never an error
 * of ours. Several are started and then waited for together:
 *
 *     struct child *a = child_start(arena, &asks_nvml), *b = child_start(arena, &asks_cuda);
 *     children_wait((struct child *[]){ a, b }, 2, clock_us() + 15000000, NULL);
 *     const struct child_result *answer = child_result(a);
 *
 * A child runs in a process group of its own, dies with us, and inherits nothing but what its spec
 * names: its environment, its standard input (/dev/null unless told), and the pipes that we read.
 * Its end is its death, not the end of its output: a grandchild that keeps the pipe open delays
 * nothing, and is killed with the group.
 */
#ifndef GPUVET_BASE_CHILD_H
#define GPUVET_BASE_CHILD_H

#include "base/arena.h"

/* How many may be waited for at once. */
#define CHILDREN_MAX 32

/* The descriptor on which a program of ours answers: the libraries that it loads may print. */
#define CHILD_ANSWER_FD 3

struct child_spec {
    struct str image;           /* the program's bytes; empty: argv[0] is the path of a file */
    const char *const *argv;    /* NULL-terminated, never empty */
    const char *const *environ; /* NULL-terminated; NULL: an empty environment */
    struct str input;           /* what it reads on standard input; empty: nothing */
    const char *temporary_dir;  /* where the image goes if memfd_create is refused; NULL: /tmp */
    size_t answer_limit;        /* bytes of answer that are kept; 0: 64 KiB */
    size_t complaint_limit;     /* of what it writes to standard error; 0: 4 KiB */
    bool answers_on_stdout;     /* for programs not ours: read fd 1 instead of fd 3 */
    bool no_memfd;              /* go straight to the temporary file */
};

enum child_end {
    CHILD_OK,     /* exit code 0 */
    CHILD_LATE,   /* killed at the deadline */
    CHILD_SIGNAL, /* died of `signal` */
    CHILD_EXIT,   /* exit code `code`, not 0 */
    CHILD_EXEC,   /* never became the program: `error` at `step`. For an image, -ENOENT at "exec"
                     means that the system has no dynamic loader for it */
    CHILD_SYSTEM, /* could not even be started: `error` at `step` */
};

struct child_result {
    enum child_end end;
    int error; /* negative errno; 0 unless CHILD_EXEC or CHILD_SYSTEM */
    const char
        *step; /* "memfd", "temporary-file", "input", "pipe", "fork", "redirect", "exec", "wait" */
    int signal, code;      /* 0 where they do not apply */
    bool unreaped;         /* late, and still inside a system call that no kill interrupts */
    bool truncated;        /* answered more than answer_limit; the rest was dropped */
    bool from_file;        /* the image went through a temporary file */
    int64_t us;            /* from start to end */
    struct str answers;    /* raw bytes, from the child: garbage is possible */
    struct str complaints; /* the start of what it wrote to standard error */
};

/* Called while waiting: first `after_us` after the wait began, then again every `every_us` (0: only
 * once). child_result() gives what has been answered so far. */
struct child_watch {
    int64_t after_us, every_us;
    void (*tick)(void *context, int64_t waited_us);
    void *context;
};

struct child;

/* Never fails: a child that could not be started is one whose result says so. */
struct child *child_start(struct arena *arena, const struct child_spec *spec);

/*
 * Waits, for CHILDREN_MAX at most, until all are dead or the clock reads `deadline_us`, then kills
 * what is left. The deadline bounds our wait, not the child's life: one that is inside a driver
 * call dies when that returns.
 */
void children_wait(struct child *const *children, size_t count, int64_t deadline_us,
                   const struct child_watch *watch);

/* Good as long as the arena. Complete after children_wait(). */
const struct child_result *child_result(const struct child *child);

/* One child, start to end. */
const struct child_result *child_run(struct arena *arena, const struct child_spec *spec,
                                     int64_t deadline_us);

/* "ok", "late", "signal", "exit", "exec", "system". */
const char *child_end_name(enum child_end end);

#endif
