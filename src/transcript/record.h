/* record: writes what a pattern's match tells into the facts. */
#ifndef GPUVET_TRANSCRIPT_RECORD_H
#define GPUVET_TRANSCRIPT_RECORD_H

#include "facts/facts.h"
#include "transcript/match.h"

/*
 * True where that adds something. A fact that is known already stays: what a text says first
 * counts. An item of a list that says nothing new is not added; a list that a text fills is
 * `partial`, but for the symptoms. `from` must live as long as the facts; values are copied.
 */
bool record_match(struct arena *arena, struct facts *facts, const struct pattern *pattern,
                  const struct match *match, struct str from);

#endif
