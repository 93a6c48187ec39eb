/* A policy's rules, and the exceptions from them. */
#include "policy/parts.h"

#include "base/near.h"

#include <errno.h>

#define KEYS 16 /* that a rule may have */
#define NAME_LEN 64

static const struct str nothing = { NULL, 0 };

/* "root-ssh": it becomes a part of a slug. */
static bool is_name(struct str name)
{
    for (size_t i = 0; i < name.len; i++) {
        char c = name.data[i];

        if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '-')
            return false;
    }
    return name.len > 0 && name.len <= NAME_LEN;
}

static const struct policy_rule *rule_named(const struct policy *policy, struct str name)
{
    for (size_t i = 0; i < policy->rules.count; i++)
        if (str_eq(policy->rules.items[i].name, name))
            return &policy->rules.items[i];
    return NULL;
}

static int read_text(struct policy_reader *reader, const struct yaml *map, const char *key,
                     struct str *ret)
{
    const struct yaml *node = yaml_get(map, key);

    if (!node)
        return policy_fault(reader, map, TEXT_POLICY_LACKS, str_of(key), nothing);
    if (node->kind != YAML_TEXT || str_trim(node->text).len == 0)
        return policy_fault(reader, node, TEXT_POLICY_NOT_TEXT, node->key, nothing);
    *ret = node->text;
    return 0;
}

static int read_group_names(struct policy_reader *reader, const struct yaml *node,
                            struct policy_scope *ret)
{
    struct policy_words names = { 0 };
    int r = policy_read_words(reader, node, &names);

    for (size_t i = 0; r == 0 && i < names.count; i++) {
        const struct policy_group *group = policy_group_named(reader->policy, names.items[i]);

        if (!group)
            return policy_fault(reader, node, TEXT_POLICY_NO_GROUP, names.items[i], nothing);
        *LIST_ADD(reader->arena, &ret->groups) = group;
    }
    return r;
}

static int read_scope(struct policy_reader *reader, const struct yaml *map,
                      struct policy_scope *ret)
{
    const struct yaml *groups = yaml_get(map, "groups"), *hosts = yaml_get(map, "hosts");
    const struct yaml *files = yaml_get(map, "files");
    int r = groups ? read_group_names(reader, groups, ret) : 0;

    if (r == 0 && hosts)
        r = policy_read_words(reader, hosts, &ret->hosts);
    if (r == 0 && files)
        r = policy_read_words(reader, files, &ret->files);
    return r;
}

/* --- rules --------------------------------------------------------------------------------- */

/* The state that was probably meant, or all of them. */
static int unknown_state(struct policy_reader *reader, const struct yaml *at,
                         const struct policy_key *key, struct str name)
{
    struct buf all = buf_new(reader->arena, 4096);
    const struct policy_look *look;

    for (unsigned i = 0; (look = policy_look(key, i)) != NULL; i++) {
        if (near_enough(name, look->state))
            return policy_fault(reader, at, TEXT_POLICY_NO_STATE_NEAR, name, look->state);
        if (!str_has(buf_str(&all), look->state))
            buf_addf(&all, "%s%.*s", all.len ? ", " : "", STR_ARG(look->state));
    }
    return policy_fault(reader, at, TEXT_POLICY_NO_STATE, name, buf_str(&all));
}

static bool is_state(const struct policy_key *key, struct str name)
{
    const struct policy_look *look;

    for (unsigned i = 0; (look = policy_look(key, i)) != NULL; i++)
        if (str_eq(look->state, name))
            return true;
    return false;
}

static int check_items(struct policy_reader *reader, const struct yaml *node,
                       const struct policy_rule *rule)
{
    static const enum text_id says[] = {
        [POLICY_VERSIONS] = TEXT_POLICY_NO_SPECIFIER,
        [POLICY_CAUSES] = TEXT_POLICY_NO_CAUSE,
    };
    const struct yaml *at = node->kind == YAML_LIST ? node->first : node;

    for (size_t i = 0; i < rule->items.count; i++, at = at->next) {
        struct str item = rule->items.items[i];

        if (rule->key->form == POLICY_STATES && !is_state(rule->key, item))
            return unknown_state(reader, at, rule->key, item);
        if (policy_item_check(rule->key->form, item) < 0)
            return policy_fault(reader, at, says[rule->key->form], item, nothing);
    }
    return 0;
}

/* What the rule is about: exactly one of the keys that there are. */
static int read_subject(struct policy_reader *reader, const struct yaml *map,
                        struct policy_rule *rule)
{
    const struct yaml *found = NULL;
    const struct policy_key *key;
    int r;

    for (size_t i = 0; (key = policy_key_at(i)) != NULL; i++) {
        const struct yaml *node = yaml_get(map, key->name.data);

        if (node && found)
            return policy_fault(reader, node, TEXT_POLICY_TWO_SUBJECTS, node->key, found->key);
        if (!node)
            continue;
        found = node;
        rule->key = key;
    }
    if (!found)
        return policy_fault(reader, map, TEXT_POLICY_NO_SUBJECT, rule->name, nothing);
    r = policy_read_words(reader, found, &rule->items);
    return r < 0 ? r : check_items(reader, found, rule);
}

static void rule_keys(const char *ret[KEYS])
{
    static const char *const own[] = { "name", "reason", "groups", "hosts", "files" };
    size_t count = sizeof(own) / sizeof(own[0]);
    const struct policy_key *key;

    for (size_t i = 0; i < count; i++)
        ret[i] = own[i];
    for (size_t i = 0; (key = policy_key_at(i)) != NULL && count + 1 < KEYS; i++)
        ret[count++] = key->name.data;
    ret[count] = NULL;
}

static int read_rule(struct policy_reader *reader, const struct yaml *map)
{
    struct policy_rule rule = { .line = map->line, .column = map->column };
    const char *keys[KEYS];
    int r;

    rule_keys(keys);
    r = policy_check_keys(reader, map, keys);
    if (r == 0)
        r = read_text(reader, map, "name", &rule.name);
    if (r == 0 && !is_name(rule.name))
        return policy_fault(reader, yaml_get(map, "name"), TEXT_POLICY_BAD_NAME, rule.name,
                            nothing);
    if (r == 0 && rule_named(reader->policy, rule.name))
        return policy_fault(reader, yaml_get(map, "name"), TEXT_POLICY_TWICE, rule.name, nothing);
    if (r == 0)
        r = read_subject(reader, map, &rule);
    if (r == 0)
        r = read_text(reader, map, "reason", &rule.reason);
    if (r == 0)
        r = read_scope(reader, map, &rule.scope);
    if (r == 0)
        *LIST_ADD(reader->arena, &reader->policy->rules) = rule;
    return r;
}

/* --- lists --------------------------------------------------------------------------------- */

static int read_list(struct policy_reader *reader, const struct yaml *list,
                     int (*read)(struct policy_reader *reader, const struct yaml *map))
{
    if (list->kind != YAML_LIST)
        return policy_fault(reader, list, TEXT_POLICY_NOT_LIST, list->key, nothing);
    if (list->count > POLICY_RULES)
        return policy_fault(reader, list, TEXT_POLICY_TOO_MANY, list->key, nothing);
    for (const struct yaml *map = list->first; map; map = map->next) {
        int r = read(reader, map);

        if (r < 0)
            return r;
    }
    return 0;
}

int policy_read_rules(struct policy_reader *reader, const struct yaml *list)
{
    return read_list(reader, list, read_rule);
}

static int read_exception(struct policy_reader *reader, const struct yaml *map)
{
    static const char *const keys[] = {
        "rule", "reason", "until", "groups", "hosts", "files", NULL
    };
    struct policy_exception exception = { .line = map->line, .column = map->column };
    struct str name;
    int r = policy_check_keys(reader, map, keys);

    if (r == 0)
        r = read_text(reader, map, "rule", &name);
    if (r < 0)
        return r;
    exception.rule = rule_named(reader->policy, name);
    if (!exception.rule)
        return policy_fault(reader, yaml_get(map, "rule"), TEXT_POLICY_NO_RULE, name, nothing);
    r = read_text(reader, map, "until", &exception.until);
    if (r == 0 && policy_day(exception.until, &exception.last_day) < 0)
        return policy_fault(reader, yaml_get(map, "until"), TEXT_POLICY_BAD_DATE, exception.until,
                            nothing);
    if (r == 0)
        r = read_text(reader, map, "reason", &exception.reason);
    if (r == 0)
        r = read_scope(reader, map, &exception.scope);
    if (r == 0)
        *LIST_ADD(reader->arena, &reader->policy->exceptions) = exception;
    return r;
}

int policy_read_exceptions(struct policy_reader *reader, const struct yaml *list)
{
    return read_list(reader, list, read_exception);
}
