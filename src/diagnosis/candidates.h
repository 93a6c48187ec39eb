/* candidates: the causes that remain where the rules do not decide. For diagnosis.c alone. */
#ifndef GPUVET_DIAGNOSIS_CANDIDATES_H
#define GPUVET_DIAGNOSIS_CANDIDATES_H

#include "diagnosis/diagnosis.h"

/*
 * Sets verdict->undecided from its facts: every cause once, by its likeliest open question, then
 * the other open questions. With a text, the causes at which most of its messages point come first
 * (knowledge/leads.toml), whether a rule of theirs is open or not; and where there is only a text,
 * a cause at which none points is no candidate.
 */
void list_candidates(struct arena *arena, const struct judgement *judgement,
                     struct verdict *verdict);

#endif
