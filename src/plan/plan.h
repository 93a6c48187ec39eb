/*
 * plan: which PyTorch build fits, and what can be done about a verdict.
 */
#ifndef GPUVET_PLAN_PLAN_H
#define GPUVET_PLAN_PLAN_H

#include "diagnosis/diagnosis.h"

/*
 * Fills facts->build: the plan for this machine (answer.h), rather of the installed release than of
 * the newest. Unknown where something that decides is not known; ABSENT where no build fits.
 */
void plan_build(struct arena *arena, struct facts *facts);

/* Gives every cause in the verdict the remedies that are possible here, safest first; and a verdict
 * that rests on no finding ("healthy") what comes next. */
void plan_remedies(struct arena *arena, struct verdict *verdict);

#endif
