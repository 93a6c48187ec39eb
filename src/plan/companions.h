/* companions: the packages beside torch, as an install command of ours must name them. */
#ifndef GPUVET_PLAN_COMPANIONS_H
#define GPUVET_PLAN_COMPANIONS_H

#include "facts/facts.h"

/* Fills build.torchvision and its like from build.requirement and build.current_requirement. */
void plan_companions(struct arena *arena, struct facts *facts);

#endif
