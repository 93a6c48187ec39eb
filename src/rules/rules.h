/*
 * rules: judges facts. No I/O, no order: every rule is asked, each says yes, no, or "cannot tell".
 *
 * Conditions are three-valued, after Kleene: an unknown or denied fact makes its comparison
 * unknown; `and` is false if either side is, `or` true if either side is, whatever the other. So
 * learning less can only turn an answer into "cannot tell", never into another answer.
 *
 * An ABSENT fact compares as false with everything, also with !=: what is not there has no version
 * that could differ. present(x) is true of KNOWN and DENIED; absent(x) of ABSENT; denied(x) of
 * DENIED. any(list: c) is true if c is true of an item; false only if the list is complete and c is
 * false of all. all(list: c) is not any(list: not c). count(list: c) is a number where c is decided
 * for all.
 */
#ifndef GPUVET_RULES_RULES_H
#define GPUVET_RULES_RULES_H

#include "facts/facts.h"
#include "knowledge/rules.h"

enum truth { TRUTH_FALSE, TRUTH_UNKNOWN, TRUTH_TRUE };

/* Names of facts that left a condition undecided. */
struct missing {
    LIST(struct str) names;
    bool failed;    /* one of them could not be seen because looking failed */
    bool supported; /* of a list, an item that the condition asks for is there */
};

/* The condition at `node`; with `missing`, what was lacking is added where it is undecided. */
enum truth rule_holds(struct arena *arena, const struct facts *facts, unsigned node,
                      struct missing *missing);

/* The first item for which the condition of an any(…) node is true. */
bool rule_first_item(struct arena *arena, const struct facts *facts, const struct expr *any,
                     size_t *ret);

/* A rule that is true, with its evidence: names of facts, list items numbered ("hardware.gpus.1").
 */
struct finding {
    const struct rule *rule;
    LIST(struct str) evidence;
};

/* A rule that the facts do not decide. */
struct open_question {
    const struct rule *rule;
    struct missing missing;
};

struct judgement {
    LIST(struct finding) findings; /* one a cause: by its surest rule, the first of them */
    LIST(struct open_question) open;
};

void rules_judge(struct arena *arena, const struct facts *facts, struct judgement *ret);

#endif
