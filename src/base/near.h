/* near: the word that was probably meant. */
#ifndef GPUVET_BASE_NEAR_H
#define GPUVET_BASE_NEAR_H

#include "base/str.h"

/* How many single changes (a letter put in, left out, replaced, or two swapped) make one word the
 * other; words of over 63 bytes are far from everything. */
unsigned near_distance(struct str a, struct str b);

/* Whether `b` may have been meant by `a`: at most two changes, and at most a third of the word. */
bool near_enough(struct str a, struct str b);

#endif
