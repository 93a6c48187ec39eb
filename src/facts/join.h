/*
 * join: two sources of facts about what is held to be one subject, a text and the machine that it
 * comes from.
 *
 * `facts` has the first word: the other source fills only what is unknown there. Of a layer in
 * which both know a fact and do not agree, nothing is taken: the text then tells of another state
 * of the machine, or of another machine, and half of each would be neither.
 *
 * Versions and names agree where one holds the other: "12.1" and "12.1.105", "RTX 3060" and
 * "NVIDIA GeForce RTX 3060". A list of `facts` that is partial agrees where each of its items
 * agrees with one of the other's; then the other's list, which says more, is taken.
 */
#ifndef GPUVET_FACTS_JOIN_H
#define GPUVET_FACTS_JOIN_H

#include "facts/facts.h"

void facts_join(struct facts *facts, const struct facts *other);

#endif
