/* driver_advice: the driver for the GPUs that are here. */
#ifndef GPUVET_PLAN_DRIVER_ADVICE_H
#define GPUVET_PLAN_DRIVER_ADVICE_H

#include "plan/problem.h"

struct driver_advice {
    unsigned branch;     /* the newest that supports every GPU */
    struct str last_for; /* the GPU whose last branch that is; empty: support of none has ended */
    struct str flavour;  /* "open", "proprietary"; empty: no module is for all of them */
    struct str package;  /* the distribution's; empty: not known */
    struct str source;   /* of the package's name */
};

/* False where the GPUs are not all known, or are a Tegra's, whose driver is part of its system. */
bool driver_advise(const struct problem *problem, struct driver_advice *ret);

#endif
