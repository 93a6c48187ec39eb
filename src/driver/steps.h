/*
 * steps: what the helper's "verify" and "libs" say, as structs.
 *
 * A step that failed has either a call and its code, or a count of wrong numbers: which of the two
 * decides whether the driver or the hardware is at fault. A step that began and has no end is
 * STEP_UNFINISHED: the helper hung, or died, in the call that `answer.within` names.
 */
#ifndef GPUVET_DRIVER_STEPS_H
#define GPUVET_DRIVER_STEPS_H

#include "driver/answer.h"

enum step_state {
    STEP_UNFINISHED,
    STEP_OK,
    STEP_FAILED,
    STEP_SKIPPED, /* for `reason`: "not-on-this-gpu", "no-free-memory", "no-host-memory", … */
};

struct step {
    struct str name; /* "allocate", "copy", "kernel", "matmul-bf16", "bandwidth", "peer", … */
    enum step_state state;
    double ms;
    double figure; /* in `unit`: "TFLOP/s", "GB/s", "GB"; empty: no figure */
    struct str unit;
    double expected; /* what its maker says of this model, in `unit`; 0: not known */
    struct str call; /* the call that failed, and its code; empty: none did */
    int64_t code;
    int64_t wrong, first;    /* how many numbers were wrong, and the place of the lowest */
    double max_error, bound; /* the largest error, and the largest that is allowed */
    struct str reason;
    int64_t peer; /* the second GPU; -1: none */
    bool direct;  /* the two reach each other without the host */
};

struct verified_gpu {
    bool asked;
    struct str name;
    int64_t major, minor;
    struct said context; /* as in cuda_gpu */
    LIST(struct step) steps;
};

struct verified_library {
    struct str name;    /* "cublas", "cudnn", … as it was given */
    struct str path;    /* the file that the loader took */
    struct str version; /* as the library reports it; empty: it was not told */
    struct str error;   /* why it could not be loaded, in the loader's words */
    LIST(struct step) steps;
};

struct verify_answer {
    struct answer_head head;
    struct said driver_version, init, count;
    LIST(struct verified_gpu) gpus;
    LIST(struct verified_library) libraries;
};

/* All text lies in the arena. `child` must be over, and live as long as the answer. */
void verify_answer_read(struct arena *arena, const struct child_result *child,
                        struct verify_answer *ret);

#endif
