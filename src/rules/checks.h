/* checks: judges the statements of a recipe (knowledge/imagefile.toml), each by itself. */
#ifndef GPUVET_RULES_CHECKS_H
#define GPUVET_RULES_CHECKS_H

#include "rules/rules.h"

/* A check that holds, or, in `open`, that is undecided for want of `missing`. */
struct check_result {
    const struct check *check;
    const struct recipe_facts *statement;
    struct missing missing;
};
struct check_results {
    struct check_result *items;
    size_t count, room;
};

/* In the order of the statements; what a check says twice of one line counts once. Of remarks only
 * those that hold. */
void checks_judge(struct arena *arena, const struct recipe_facts *statements, size_t count,
                  struct check_results *ret_found, struct check_results *ret_open);

#endif
