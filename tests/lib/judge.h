/*
 * judge: from a root and the eyes that look at it to a verdict, as a case states it. The runner of
 * the cases is written against this; the program's own parts stand behind it.
 */
#ifndef GPUVET_TESTS_JUDGE_H
#define GPUVET_TESTS_JUDGE_H

#include "facts/facts.h"
#include "lib/answers.h"
#include "probe/probe.h"
#include "root/root.h"

struct judged_finding {
    struct str cause;
    struct str role;            /* "root", "consequence", "independent" */
    const struct str *evidence; /* names of facts: "driver.module_version" */
    size_t evidence_count;
};

struct judged_lines {
    struct str *items;
    size_t count, room;
};

/* Strings as --json has them. An undecided verdict has the empty cause. */
struct judged {
    struct str state, cause, certainty;
    const struct judged_finding *findings;
    size_t finding_count;
    const struct str *candidates; /* causes that an undecided verdict leaves, likeliest first */
    size_t candidate_count;
    struct judged_lines commands, checks; /* of the verdict's remedies, words joined by blanks */
    struct judged_lines others;           /* commands of further findings */
    const struct facts *facts;
};

/* `answers` are what the driver says, or that it is not asked; an engine that tells of a container
 * is looked at, too. */
void judge(struct arena *arena, struct root *root, const struct eyes *eyes,
           const struct machine_answers *answers, struct wishes wishes, struct judged *ret);

/* What is seen and what the driver answers: of `check`, or of `access container` where the wishes
 * are for what is inside; what an engine tells above that; and the facts alone, as the program
 * gathers them: both, and what follows from them. */
void judge_look(struct probe_ctx *ctx, const struct machine_answers *answers);
void judge_tell(struct probe_ctx *ctx, const struct machine_answers *answers);
void judge_facts(struct probe_ctx *ctx, const struct machine_answers *answers);

#endif
