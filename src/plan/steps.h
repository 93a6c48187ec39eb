/*
 * steps: the chain as a teacher walks it (knowledge/steps.toml): question, answer, where it was
 * read, and what a person types to see it.
 */
#ifndef GPUVET_PLAN_STEPS_H
#define GPUVET_PLAN_STEPS_H

#include "diagnosis/diagnosis.h"

struct walked_step {
    const struct step_row *row;
    enum link_state state;                 /* the worst of its links; ABSENT only if all are */
    LIST(const struct chain_link *) links; /* that answer it */
    const struct link_case *text;          /* its own answer; NULL: it has none */
    LIST(struct str) read;                 /* names of its facts that were looked at */
    const struct by_hand *hand;            /* NULL: nothing that would show it here */
    struct command command;                /* of the hand, filled in */
};
struct walk {
    LIST(struct walked_step) steps;
};

/* Walks the chain of a verdict. */
void plan_steps(struct arena *arena, const struct verdict *verdict, struct walk *ret);

#endif
