/* chain: the links in the order in which a request travels. For diagnosis.c alone. */
#ifndef GPUVET_DIAGNOSIS_CHAIN_H
#define GPUVET_DIAGNOSIS_CHAIN_H

#include "diagnosis/diagnosis.h"

/* Sets verdict->chain from its facts and findings. */
void diagnose_chain(struct arena *arena, struct verdict *verdict);

/* Whether these links (words; none: every one) are known to work. */
bool chain_holds(const struct verdict *verdict, struct range links);

#endif
