/*
 * problem: what a plan is made from: the facts of a machine, and the packages that are wanted.
 *
 * Whatever the constraints ask of the machine for every build is worked out once, here. A fact that
 * nobody could see stays unknown, and the plan says what it would take.
 */
#ifndef GPUVET_PLAN_PROBLEM_H
#define GPUVET_PLAN_PROBLEM_H

#include "facts/facts.h"
#include "knowledge/gpus.h"

/* A package that is wanted, and where that stands: "command line", "requirements.txt". */
struct wanted {
    struct str name;       /* as written: compare with package_eq() */
    struct str specifiers; /* for specifiers_match(); empty: any version */
    struct str from;
};

struct wants {
    struct wanted *items;
    size_t count, room; /* for LIST_ADD */
};

/* One GPU that the build must have code for. */
struct target_gpu {
    struct gpu_capability capability; /* 0.0: not known */
    struct str name;                  /* may be empty */
    struct str segment;               /* as in struct gpu_info; may be empty */
    unsigned first_branch;            /* of the driver that supports it; 0: not known */
    unsigned last_branch;             /* 0: not ended, or not known */
    struct str fact, from;            /* of the capability: "hardware.gpus.0.capability" */
};

/* A package that was compiled against the installed torch, and is not among the wants. */
struct compiled {
    struct str name; /* "flash-attn" */
    bool bound;      /* to that very torch: does not keep to its stable interface */
    int64_t cuda;    /* major version whose libraries it needs; 0: none, or not known */
};

struct companions; /* companions.h */
struct knowledge;  /* knowledge/newer.h */

struct problem {
    struct arena *arena;
    const struct facts *facts;
    struct wants wants;
    bool keep_release; /* rather the installed release than the newest one: for remedies */

    struct str platform; /* as in struct torch_build; empty: not known */
    bool windows;
    const struct companions *companions;
    const struct knowledge *knowledge; /* NULL: what the program was built with */
    struct str python;                 /* "3.13t"; empty: not known */
    struct fact_str driver;   /* the version that counts: the driver's, or its compat library's */
    struct str driver_fact;   /* "driver.version" */
    struct fact_str max_cuda; /* that this driver says it knows */
    struct {
        struct target_gpu *items;
        size_t count, room;
        bool known; /* all of them, with their capability */
        struct str from;
    } gpus;
    struct {
        struct compiled *items;
        size_t count, room;
    } compiled;
};

/* `facts` and `knowledge`, which may be NULL, must outlive the problem. */
void problem_make(struct arena *arena, const struct facts *facts, const struct wants *wants,
                  const struct knowledge *knowledge, struct problem *ret);

/*
 * What is asked for, or installed, that is newer than every torch of the tables: "torch>=2.16".
 * Empty: nothing is.
 */
struct str problem_beyond_tables(const struct problem *problem);

/* The newest driver branch that supports every GPU; 0: no GPU's support has ended. */
unsigned problem_last_branch(const struct problem *problem, const struct target_gpu **ret_oldest);

/* The oldest driver branch that supports every GPU; 0: not known. */
unsigned problem_first_branch(const struct problem *problem);

/* Whether the driver is the one of the Windows around this Linux. */
bool problem_in_wsl(const struct problem *problem);

/* Whether forward-compatibility packages are for every GPU here: data-centre GPUs
 * (https://docs.nvidia.com/deploy/cuda-compatibility/forward-compatibility.html). */
bool problem_takes_compat(const struct problem *problem);

#endif
