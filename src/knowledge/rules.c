#include "knowledge/rules.h"

#include "rules_table.h"

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

const struct expr *rule_node(unsigned at)
{
    return &rule_nodes[at];
}

struct str rule_word(struct range range, unsigned at)
{
    return rule_words[range.start + at];
}

struct range rule_command(struct range range, unsigned at)
{
    return rule_commands[range.start + at];
}

const struct link_case *rule_case(struct range range, unsigned at)
{
    return &link_case_rows[range.start + at];
}

const struct remedy_way *rule_way(struct range range, unsigned at)
{
    return &way_rows[range.start + at];
}

const struct by_hand *rule_by_hand(struct range range, unsigned at)
{
    return &hand_rows[range.start + at];
}

const struct rule *rule_at(size_t at)
{
    return at < COUNT(rule_rows) ? &rule_rows[at] : NULL;
}

const struct remedy *remedy_at(size_t at)
{
    return at < COUNT(remedy_rows) ? &remedy_rows[at] : NULL;
}

const struct link *link_at(size_t at)
{
    return at < COUNT(link_rows) ? &link_rows[at] : NULL;
}

const struct precedence *precedence_at(size_t at)
{
    return at < COUNT(precedence_rows) ? &precedence_rows[at] : NULL;
}

const struct healthy *healthy_at(size_t at)
{
    return at < COUNT(healthy_rows) ? &healthy_rows[at] : NULL;
}

const struct step_row *step_at(size_t at)
{
    return at < COUNT(step_rows) ? &step_rows[at] : NULL;
}

const struct check *check_at(size_t at)
{
    return at < COUNT(check_rows) ? &check_rows[at] : NULL;
}

const struct lock_row *lock_row_at(size_t at)
{
    return at < COUNT(lock_rows) ? &lock_rows[at] : NULL;
}

bool remedy_is_for(const struct remedy *remedy, struct str cause)
{
    for (unsigned i = 0; i < remedy->causes.count; i++)
        if (str_eq(rule_word(remedy->causes, i), cause))
            return true;
    return false;
}

const struct advice *advice_for(struct str cause)
{
    for (size_t i = 0; i < COUNT(advice_rows); i++)
        if (str_eq(advice_rows[i].cause, cause))
            return &advice_rows[i];
    return NULL;
}

bool cause_explains(struct str cause, struct str other)
{
    for (size_t i = 0; i < COUNT(precedence_rows); i++)
        if (str_eq(precedence_rows[i].cause, cause) && str_eq(precedence_rows[i].explains, other))
            return true;
    return false;
}

const struct policy_key *policy_key_at(size_t at)
{
    return at < COUNT(policy_key_rows) ? &policy_key_rows[at] : NULL;
}

const struct policy_look *policy_look(const struct policy_key *key, unsigned at)
{
    return at < key->looks.count ? &policy_look_rows[key->looks.start + at] : NULL;
}
