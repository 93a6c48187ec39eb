/*
 * probe: looks at one subject and records what it saw; it never judges.
 *
 * A probe reads through ctx->root, or the variables in ctx->eyes, and sets members of ctx->facts
 * with their state and origin. A failure to look is evidence, not an error path: absent things are
 * ABSENT, refused ones DENIED, and what could not be worked out stays UNKNOWN. A value that follows
 * from several looks is known only if each look that could change it succeeded: the rules rely on
 * it, and the fault sweep checks it.
 *
 * Probes run in the order of the registry, so a later one may use the facts of an earlier one.
 */
#ifndef GPUVET_PROBE_PROBE_H
#define GPUVET_PROBE_PROBE_H

#include "facts/facts.h"
#include "root/root.h"

/*
 * Whose eyes: the process whose environment is asked about. Variables are "NAME=value" views; for
 * another machine's folder there are none, and `known` is false.
 */
struct eyes {
    bool known;
    const struct str *variables;
    size_t variable_count;
    uint32_t uid;
    struct str working_directory; /* absolute; empty where unknown */
    int pid;                      /* 0: the caller's own shell */
    struct root *proc; /* whose proc/PID that process has; NULL: the root that is examined */
};

/* A variable's value. False where it is not set, or where the variables are not known. */
bool eyes_variable(const struct eyes *eyes, const char *name, struct str *ret);

/* What the user asked for beyond the default. */
struct wishes {
    struct str python;      /* --python: an interpreter */
    struct str environment; /* --env: an environment's folder */
    bool settings;          /* of the machine, which a policy judges: of sshd, in profiles */
    bool engines;           /* how the machine's container engines are set up */
    bool thorough;          /* --thorough: read in full what is else judged by a part */
    bool inside;            /* the doors of the container that the root is, */
    struct str door, user; /* "ssh" or "jupyter", empty: those that it has; who is to log in, empty:
                              whom its processes belong to */
};

struct python_state;
struct mapped;

struct probe_ctx {
    struct arena *arena;
    struct root *root;
    const struct eyes *eyes;
    const struct wishes *wishes;
    struct facts *facts;
    struct python_state *python; /* what the probes of Python hand on; NULL before them */
    void (*progress)(void *context, uint64_t done, uint64_t all); /* of a thorough run; or NULL */
    void *progress_context;
    struct mapped *mapped; /* what the process has mapped; NULL: no process is examined */
};

enum probe_cost {
    COST_THOROUGH, /* takes seconds: only probe_thorough() runs it */
    COST_FILES,    /* reads files */
    COST_NOTHING,  /* works on facts alone: runs for facts from JSON, too, and fills only unknown
                      ones */
};

struct probe {
    const char *name;
    enum probe_cost cost;
    bool before_driver; /* looks at what asking the driver may change: kernel modules, nodes */
    void (*run)(struct probe_ctx *ctx);
};

extern const struct probe *const probes[];
extern const size_t probe_count;

/* Those that look at a container's doors: what `gpuvet access container` runs alone. */
extern const struct probe probe_sshd, probe_lab;

/* Runs all probes of at most this kind: COST_FILES runs all but the thorough ones, COST_NOTHING the
 * derivations.
 */
void probe_all(struct probe_ctx *ctx, enum probe_cost kind);

/* The same in three steps, where the driver is asked in between: files that must be read before the
 * driver is asked; those that may be read meanwhile; then probe_all(ctx, COST_NOTHING). */
void probe_before_driver(struct probe_ctx *ctx);
void probe_beside_driver(struct probe_ctx *ctx);

/* The thorough ones, after all others. */
void probe_thorough(struct probe_ctx *ctx);

#endif
