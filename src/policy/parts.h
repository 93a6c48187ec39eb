/* parts: what reading and judging a policy share. Only for this folder. */
#ifndef GPUVET_POLICY_PARTS_H
#define GPUVET_POLICY_PARTS_H

#include "policy/policy.h"

/* Whether the whole of `text` is as the pattern says: "*" stands for any bytes, "?" for one. */
bool policy_glob(struct str pattern, struct str text);

/* 0; -EBADMSG where the item is no pattern of that form. */
int policy_item_check(enum policy_form form, struct str item);

/* Whether one of the items allows the value, or names it. UNKNOWN: it is no value of that form. */
enum truth policy_allows(struct arena *arena, enum policy_form form,
                         const struct policy_words *items, struct str value);

/* Whether it is for this subject. */
enum truth policy_is_for(const struct policy_scope *scope, const struct policy_subject *subject);

/* Reading: the tree's parts, each of which says what is wrong by returning policy_fault(). */
struct policy_reader {
    struct arena *arena;
    struct policy *policy;
    struct policy_error *error;
};
int policy_fault(struct policy_reader *reader, const struct yaml *at, enum text_id says,
                 struct str word, struct str near);
int policy_read_words(struct policy_reader *reader, const struct yaml *node,
                      struct policy_words *ret);

/* Every key of `map` is one of `names`, none is there twice. NULL ends the names. */
int policy_check_keys(struct policy_reader *reader, const struct yaml *map,
                      const char *const *names);

int policy_read_rules(struct policy_reader *reader, const struct yaml *list);
int policy_read_exceptions(struct policy_reader *reader, const struct yaml *list);

#endif
