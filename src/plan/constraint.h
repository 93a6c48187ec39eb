/*
 * constraint: what a build must satisfy, one row each.
 *
 * A row judges one build against the problem, three-valued, and says what the build needs, what the
 * machine has, and which fact that is. Everything that a plan explains comes from these rows: why a
 * build was chosen, why a cell of the matrix is refused, which constraints conflict, what a plan
 * assumes, and which change would help.
 */
#ifndef GPUVET_PLAN_CONSTRAINT_H
#define GPUVET_PLAN_CONSTRAINT_H

#include "knowledge/texts.h"
#include "knowledge/torch_builds.h"
#include "plan/problem.h"
#include "rules/rules.h"

/* In the order in which they are explained. */
enum constraint_id {
    CONSTRAINT_ASKED,      /* the torch that is asked for */
    CONSTRAINT_STABLE,     /* not one that its makers call experimental */
    CONSTRAINT_COMPANIONS, /* there are the wanted torchvision, torchaudio, xformers for it */
    CONSTRAINT_PYTHON,     /* a wheel for this Python, free-threaded or not */
    CONSTRAINT_C_LIBRARY,  /* glibc, and new enough */
    CONSTRAINT_BOARD,      /* no Jetson that needs NVIDIA's own builds */
    CONSTRAINT_GPU_DRIVER, /* the driver supports every GPU at all */
    CONSTRAINT_DRIVER,     /* the driver runs the build's CUDA */
    CONSTRAINT_GPU_CODE,   /* code for every GPU */
    CONSTRAINT_EXTENSIONS, /* what was compiled against the installed torch can stay */
    CONSTRAINT_COUNT
};

/* What a constraint says of one build. Views live as long as the problem's arena. */
struct reason {
    enum truth holds;
    struct str need;  /* of the build: "525.60.13", "3.10 3.11 3.12", "sm_61" */
    struct str have;  /* of the machine: "535.183.01", "3.9"; empty where that is not known */
    struct str what;  /* the GPU, package, or CUDA that it is about; may be empty */
    struct str fact;  /* "driver.version"; "wanted" for what was asked for */
    struct str from;  /* that fact's origin */
    enum basis basis; /* of the knowledge that was used; MEASURED where none was */
};

struct constraint {
    const char *name;           /* for programs: "driver" */
    bool may_assume;            /* where it is open the plan stands, and says what it assumes */
    bool advises;               /* where it is open it says what else is to be done */
    bool by_version;            /* asks for the build's version alone: judged once a version */
    bool silent;                /* not worth a line where it holds */
    enum text_id title, word;   /* the line's head; the word in a cell of the matrix */
    enum text_id yes, no, open; /* sentences with {need}, {have}, {what} and {build} */
    struct reason (*judge)(const struct problem *problem, const struct torch_build *build);
};

extern const struct constraint constraints[CONSTRAINT_COUNT];

/* "8.6" as "sm_86". */
struct str capability_target(struct arena *arena, struct gpu_capability capability);

/* The newest CUDA that the driver knows: 0 where that is not known. */
bool problem_max_cuda(const struct problem *problem, struct str *ret);

#endif
