/* beside: the packages beside torch, as an install command of ours must name them. */
#ifndef GPUVET_PLAN_BESIDE_H
#define GPUVET_PLAN_BESIDE_H

#include "facts/facts.h"

/* Fills build.torchvision and its like from build.requirement and build.current_requirement. */
void plan_beside(struct arena *arena, struct facts *facts);

#endif
