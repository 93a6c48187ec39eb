/* A policy's file: its version and its parts. */
#include "policy/parts.h"

#include "base/near.h"

#include <errno.h>

#define WORD_LEN 1024 /* of a name, a pattern, a reason */

static const struct str nothing = { NULL, 0 };

int policy_fault(struct policy_reader *reader, const struct yaml *at, enum text_id says,
                 struct str word, struct str near)
{
    *reader->error = (struct policy_error){ at->line ? at->line : 1, at->column ? at->column : 1,
                                            says, word, near };
    return -EBADMSG;
}

static struct str listed(struct arena *arena, const char *const *names)
{
    struct buf buf = buf_new(arena, 4096);

    for (; *names; names++)
        buf_addf(&buf, "%s%s", buf.len ? ", " : "", *names);
    return buf_str(&buf);
}

static int unknown_key(struct policy_reader *reader, const struct yaml *at,
                       const char *const *names)
{
    for (size_t i = 0; names[i]; i++)
        if (near_enough(at->key, str_of(names[i])))
            return policy_fault(reader, at, TEXT_POLICY_UNKNOWN_KEY_NEAR, at->key,
                                str_of(names[i]));
    return policy_fault(reader, at, TEXT_POLICY_UNKNOWN_KEY, at->key, listed(reader->arena, names));
}

static bool is_name_of(struct str key, const char *const *names)
{
    while (*names && !str_eqz(key, *names))
        names++;
    return *names != NULL;
}

int policy_check_keys(struct policy_reader *reader, const struct yaml *map,
                      const char *const *names)
{
    if (map->kind != YAML_MAP)
        return policy_fault(reader, map, TEXT_POLICY_NOT_MAP, map->text,
                            listed(reader->arena, names));
    for (const struct yaml *item = map->first; item; item = item->next) {
        if (!is_name_of(item->key, names))
            return unknown_key(reader, item, names);
        for (const struct yaml *other = map->first; other != item; other = other->next)
            if (str_eq(other->key, item->key))
                return policy_fault(reader, item, TEXT_POLICY_TWICE, item->key, nothing);
    }
    return 0;
}

static int read_word(struct policy_reader *reader, const struct yaml *node,
                     struct policy_words *ret)
{
    if (node->kind != YAML_TEXT || node->text.len == 0 || node->text.len > WORD_LEN)
        return policy_fault(reader, node, TEXT_POLICY_NOT_TEXT, node->key, nothing);
    *LIST_ADD(reader->arena, ret) = node->text;
    return 0;
}

/* One text, or a list of them. */
int policy_read_words(struct policy_reader *reader, const struct yaml *node,
                      struct policy_words *ret)
{
    if (node->kind != YAML_LIST)
        return read_word(reader, node, ret);
    if (node->count == 0)
        return policy_fault(reader, node, TEXT_POLICY_EMPTY, node->key, nothing);
    for (const struct yaml *item = node->first; item; item = item->next) {
        int r = read_word(reader, item, ret);

        if (r < 0)
            return r;
    }
    return 0;
}

static int read_groups(struct policy_reader *reader, const struct yaml *map)
{
    if (map->kind != YAML_MAP)
        return policy_fault(reader, map, TEXT_POLICY_NOT_GROUPS, map->key, nothing);
    for (const struct yaml *item = map->first; item; item = item->next) {
        struct policy_group group = { .name = item->key };
        int r = policy_read_words(reader, item, &group.hosts);

        if (r < 0)
            return r;
        if (policy_group_named(reader->policy, group.name))
            return policy_fault(reader, item, TEXT_POLICY_TWICE, item->key, nothing);
        if (reader->policy->groups.count >= POLICY_RULES)
            return policy_fault(reader, item, TEXT_POLICY_TOO_MANY, item->key, nothing);
        *LIST_ADD(reader->arena, &reader->policy->groups) = group;
    }
    return 0;
}

static int check_version(struct policy_reader *reader, const struct yaml *top)
{
    const struct yaml *version = yaml_get(top, "gpuvet-policy");

    if (!version)
        return policy_fault(reader, top, TEXT_POLICY_NO_VERSION, STR("gpuvet-policy"), nothing);
    if (!str_eqz(version->text, POLICY_VERSION))
        return policy_fault(reader, version, TEXT_POLICY_OTHER_VERSION, version->text,
                            STR(POLICY_VERSION));
    return 0;
}

/* The version first: what else is wrong may be right in a newer one. */
static int read_top(struct policy_reader *reader, const struct yaml *top)
{
    static const char *const keys[] = { "gpuvet-policy", "groups", "rules", "exceptions", NULL };
    const struct yaml *groups = yaml_get(top, "groups"), *rules = yaml_get(top, "rules");
    const struct yaml *exceptions = yaml_get(top, "exceptions");
    int r = check_version(reader, top);

    if (r == 0)
        r = policy_check_keys(reader, top, keys);
    if (r == 0 && groups)
        r = read_groups(reader, groups);
    if (r == 0 && !rules)
        return policy_fault(reader, top, TEXT_POLICY_LACKS, STR("rules"), nothing);
    if (r == 0)
        r = policy_read_rules(reader, rules);
    if (r == 0 && exceptions)
        r = policy_read_exceptions(reader, exceptions);
    return r;
}

int policy_read(struct arena *arena, struct str text, struct policy *ret,
                struct policy_error *ret_error)
{
    struct policy *policy = ARENA_NEW(arena, struct policy);
    struct policy_reader reader = { arena, policy, ret_error };
    struct yaml_error wrong = { 0 };
    const struct yaml *top;
    int r = yaml_parse(text, false, arena, &top, &wrong);

    if (r < 0) {
        *ret_error = (struct policy_error){ wrong.line, wrong.column, TEXT_POLICY_NOT_YAML,
                                            wrong.what, nothing };
        return r;
    }
    r = read_top(&reader, top);
    if (r == 0)
        *ret = *policy;
    return r;
}
