/* scope: for whom a rule or an exception is. */
#include "policy/parts.h"

static bool is_one(const struct policy_words *patterns, struct str name)
{
    for (size_t i = 0; i < patterns->count; i++)
        if (policy_glob(patterns->items[i], name))
            return true;
    return false;
}

static bool has_host(const struct policy_scope *scope, struct str host)
{
    for (size_t i = 0; i < scope->groups.count; i++)
        if (is_one(&scope->groups.items[i]->hosts, host))
            return true;
    return is_one(&scope->hosts, host);
}

static bool has_group(const struct policy_scope *scope, const struct policy_group *group)
{
    for (size_t i = 0; i < scope->groups.count; i++)
        if (scope->groups.items[i] == group)
            return true;
    return false;
}

/* A file may be for any host; a machine that nobody could name, too. */
static enum truth host_fits(const struct policy_scope *scope, const struct policy_subject *subject)
{
    const struct fact_str *host = subject->facts ? &subject->facts->machine.name : NULL;

    if (scope->groups.count == 0 && scope->hosts.count == 0)
        return TRUTH_TRUE;
    if (subject->group && has_group(scope, subject->group))
        return TRUTH_TRUE;
    if (host && host->state == FACT_KNOWN)
        return has_host(scope, host->value) ? TRUTH_TRUE : TRUTH_FALSE;
    return subject->group && scope->hosts.count == 0 ? TRUTH_FALSE : TRUTH_UNKNOWN;
}

enum truth policy_is_for(const struct policy_scope *scope, const struct policy_subject *subject)
{
    if (scope->files.count && (subject->facts || !is_one(&scope->files, subject->name)))
        return TRUTH_FALSE;
    return host_fits(scope, subject);
}

const struct policy_group *policy_group_named(const struct policy *policy, struct str name)
{
    for (size_t i = 0; i < policy->groups.count; i++)
        if (str_eq(policy->groups.items[i].name, name))
            return &policy->groups.items[i];
    return NULL;
}
