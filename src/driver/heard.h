/*
 * heard: what the driver said, as it came, so that it can be understood again later.
 */
#ifndef GPUVET_DRIVER_HEARD_H
#define GPUVET_DRIVER_HEARD_H

#include "driver/facts.h"

struct driver_heard {
    bool asked;
    bool asked_clean;        /* without LD_LIBRARY_PATH and LD_PRELOAD, too */
    enum fact_state outcome; /* of one that was not asked, and why not */
    struct str from;
    struct child_result nvml, cuda, clean_nvml, clean_cuda;
    struct fact_str woken_modules, woken_nodes; /* what asking changed */
};

/* The facts that follow; derivations (COST_NOTHING) must run after it. `heard` must outlive them.
 */
void driver_heard_facts(struct arena *arena, const struct driver_heard *heard, struct facts *facts);

#endif
