/*
 * plan: which PyTorch build fits, and what can be done about a verdict.
 */
#ifndef GPUVET_PLAN_PLAN_H
#define GPUVET_PLAN_PLAN_H

#include "diagnosis/diagnosis.h"

/*
 * Fills facts->build: of the builds that are published for this platform and Python, that the
 * driver can run and that have code for every GPU, the one of the installed release, else of the
 * newest; with the newest CUDA. Unknown where the driver or a GPU is not known; ABSENT where none
 * fits.
 */
void plan_build(struct arena *arena, struct facts *facts);

/* Gives every cause in the verdict the remedies that are possible here, safest first; and a verdict
 * that rests on no finding ("healthy") what comes next. */
void plan_remedies(struct arena *arena, struct verdict *verdict);

#endif
