/* complete: what the words of a text entail by the tables, where no machine is there to look at. */
#ifndef GPUVET_TRANSCRIPT_COMPLETE_H
#define GPUVET_TRANSCRIPT_COMPLETE_H

#include "facts/facts.h"

/*
 * Fills only unknown facts: a GPU's capability from its name, where all GPUs of that name share it;
 * release and tag from torch's version; architectures from the table of builds; whether a GPU that
 * was named is covered by them. A text may leave GPUs out, so `covers_gpus` is never set to true.
 */
void transcript_complete(struct arena *arena, struct facts *facts);

#endif
