/*
 * facts: the driver's answers as facts.
 *
 * A code that is not 0 is a fact, with its name (knowledge/errors.h); what it means is for the
 * rules. A call that the GPU does not support leaves its fact ABSENT, one that we may not make
 * DENIED, one that never ended UNKNOWN, its name as the origin.
 */
#ifndef GPUVET_DRIVER_FACTS_H
#define GPUVET_DRIVER_FACTS_H

#include "driver/answer.h"
#include "facts/facts.h"

/*
 * Fills nvml, cuda and driver.asked from what was said in the user's own environment, and `clean_…`
 * from what was said without LD_LIBRARY_PATH and LD_PRELOAD (NULL: neither was set). Then completes
 * hardware.gpus, driver.version and driver.max_cuda: what the driver says of its GPUs is measured,
 * and goes before what our tables say. The answers must live as long as the facts.
 *
 * NVML's part may be without a child: it was not asked then. Derivations (COST_NOTHING) must run
 * after it.
 */
void driver_facts(struct arena *arena, const struct driver_answer *own,
                  const struct driver_answer *clean, struct facts *facts);

/* What the driver says of GPUs, into hardware and driver: the last part of the above. */
void driver_complete(struct arena *arena, const struct driver_answer *own, struct facts *facts);

/* Why nobody was asked: `from`, an option, or the process that is not ours. */
void driver_not_asked(struct facts *facts, enum fact_state outcome, struct str from);

#endif
