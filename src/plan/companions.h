/* companions: which versions of torchvision, torchaudio and xformers go with a torch. */
#ifndef GPUVET_PLAN_COMPANIONS_H
#define GPUVET_PLAN_COMPANIONS_H

#include "knowledge/companions.h"
#include "plan/problem.h"
#include "rules/rules.h"

/* Whether the table holds any version of it. */
bool companion_is_known(struct str name);

/*
 * The newest version within what is wanted that was made for this torch. TRUE: *ret is set. FALSE:
 * the table knows companions of this torch, and none fits. UNKNOWN: it knows of none, or of one
 * that asks for no particular torch: then that is in *ret, which else is left as it was.
 */
enum truth companion_for(const struct wanted *wanted, struct str torch, struct companion *ret);

#endif
