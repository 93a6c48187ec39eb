/*
 * beneath: a host's facts beneath those of what runs, or will run, on it.
 *
 * A container has files and variables of its own; the GPUs, the kernel and its modules are the
 * host's. Which facts those are is a table. With `driver`, the driver's libraries, nodes and
 * answers are the host's too: so for an image, into which an engine will put them.
 */
#ifndef GPUVET_FACTS_BENEATH_H
#define GPUVET_FACTS_BENEATH_H

#include "facts/facts.h"

void facts_beneath(struct facts *facts, const struct facts *host, bool driver);

#endif
