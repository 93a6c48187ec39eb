/* plan_question: what `gpuvet plan` and `gpuvet image new` are asked, and the plan for it. Only for
 * this folder. */
#ifndef GPUVET_CLI_PLAN_QUESTION_H
#define GPUVET_CLI_PLAN_QUESTION_H

#include "cli/subject.h"
#include "plan/answer.h"

struct plan_question {
    struct subject subject;
    struct problem problem;
    struct plan plan;
};

/*
 * Plans for the machine that the options mean, with the requirements in `words`. EXIT_GOOD, or what
 * the program ends with after saying why. `ret` must be zero.
 */
int plan_ask(struct arena *arena, const struct options *options, const struct word_list *words,
             struct plan_question *ret);

#endif
