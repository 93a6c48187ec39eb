/*
 * companions: which versions of torchvision, torchaudio and xformers go with a torch.
 *
 * The table's specifiers are read once a problem: every build asks them.
 */
#ifndef GPUVET_PLAN_COMPANIONS_H
#define GPUVET_PLAN_COMPANIONS_H

#include "format/version.h"
#include "knowledge/companions.h"
#include "plan/problem.h"
#include "rules/rules.h"

#define COMPANION_CLAUSES 2 /* of "what it requires of torch"; rows with more are left out */

struct made_for {
    struct companion row;
    struct specifier clauses[COMPANION_CLAUSES];
    size_t clause_count; /* 0: no torch in particular */
    bool elsewhere;      /* a wheel for another platform: its clauses are not read */
};

struct companions {
    struct made_for *items; /* by package, then rising version */
    size_t count, room;
};

/* `platform` as in struct torch_build; empty: any. */
void companions_load(struct arena *arena, const struct knowledge *knowledge, struct str platform,
                     struct companions *ret);

/* Whether some version of it, for whatever platform, was made for one torch. */
bool companion_is_known(const struct companions *companions, struct str name);

/*
 * The newest version within what is wanted that was made for this torch. TRUE: *ret is set. FALSE:
 * the table knows companions of this torch, and none fits. UNKNOWN: it knows of none, has none for
 * this platform, or only one that asks for no particular torch: then that is in *ret, which else is
 * left as it was.
 */
enum truth companion_for(const struct companions *companions, const struct wanted *wanted,
                         struct str torch, struct companion *ret);

#endif
