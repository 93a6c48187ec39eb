/* states: what a machine's snapshot, and its comparison with another state, must give. */
#ifndef GPUVET_TESTS_STATES_H
#define GPUVET_TESTS_STATES_H

#include "lib/machine.h"

/* The same facts, to the byte, from a snapshot that was written and read; the same verdict from one
 * in which names were changed. */
void expect_replay(struct arena *arena, const struct machine *machine, bool redacted);

/* Where `before` is healthy and `after` is not: that among thirty harmless changes the ones are
 * found of which the cause's evidence speaks. `explained`: the one change that alone must be found;
 * empty: none is demanded. */
void expect_explained(struct arena *arena, struct str name, struct str explained,
                      const struct machine *before,
                      const struct machine *after);

#endif
