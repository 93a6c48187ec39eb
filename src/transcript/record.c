#include "transcript/record.h"

#include <string.h>

/* What one text may add to a list, and the longest value that is kept. */
#define ITEMS_MAX 64
#define VALUE_MAX 300

/* "{cuda}.{minor}" filled from the match. False where a group took no part. */
static bool fill(struct arena *arena, const struct match *match, struct str value, struct str *ret)
{
    struct buf buf = buf_new(arena, VALUE_MAX);
    struct str text, name, group;

    while (str_cut(value, '{', &text, &value)) {
        buf_add(&buf, text);
        if (!str_cut(value, '}', &name, &value) || !match_group(match, name, &group))
            return false;
        buf_add(&buf, str_slice(str_trim(group), 0, VALUE_MAX - buf.len));
    }
    buf_add(&buf, text);
    *ret = buf_str(&buf);
    return true;
}

static void set_fact(const struct field *field, void *at, const struct pattern_setting *setting,
                     struct str value, struct str from)
{
    uint64_t number;

    switch (field->kind) {
    case FIELD_STR:
        *(struct fact_str *) at = setting->absent
                                      ? (struct fact_str){ .state = FACT_ABSENT, .from = from }
                                      : (struct fact_str){ FACT_KNOWN, value, from };
        break;
    case FIELD_INT:
        if (setting->absent)
            *(struct fact_int *) at = (struct fact_int){ .state = FACT_ABSENT, .from = from };
        else if (str_u64(value, 10, &number) == 0 && number <= INT64_MAX)
            *(struct fact_int *) at = (struct fact_int){ FACT_KNOWN, (int64_t) number, from };
        break;
    case FIELD_BOOL:
        *(struct fact_bool *) at = (struct fact_bool){ FACT_KNOWN, str_eqz(value, "true"), from };
        break;
    case FIELD_LIST:
        break;
    }
}

static bool record_scalar(struct arena *arena, struct facts *facts, const struct match *match,
                          const struct pattern_setting *setting, struct str from)
{
    struct fact_ref ref;
    struct str value = { NULL, 0 };
    ptrdiff_t offset;

    if (facts_find(facts, setting->fact, &ref) < 0 || ref.kind == FIELD_LIST ||
        fact_ref_state(&ref) != FACT_UNKNOWN)
        return false;
    if (!setting->absent && !fill(arena, match, setting->value, &value))
        return false;
    offset = (const char *) ref.fact - (const char *) facts;
    set_fact(ref.field, (char *) facts + offset, setting, value, from);
    return true;
}

static const struct field *member_named(const struct item_type *type, struct str name)
{
    for (size_t i = 0; i < type->field_count; i++)
        if (str_eqz(name, type->fields[i].name))
            return &type->fields[i];
    return NULL;
}

/* A thing may be named in full or in short ("A100"); a symptom has one name only. */
static bool is_same_value(const struct item_type *type, struct str mine, struct str theirs)
{
    return type == &symptom_item_items ? str_eq(mine, theirs) : str_has(theirs, mine);
}

/* Whether `item` says no more than `other`: the same values wherever it has one. The words of a
 * message may differ. */
static bool says_no_more(struct arena *arena, const struct item_type *type, const void *item,
                         const void *other)
{
    for (size_t i = 0; i < type->field_count; i++) {
        const struct field *field = &type->fields[i];
        struct fact_ref mine = { field->kind, field_of(field, item), field };
        struct fact_ref theirs = { field->kind, field_of(field, other), field };

        if (fact_ref_state(&mine) == FACT_UNKNOWN || str_eqz(str_of(field->name), "text"))
            continue;
        if (fact_ref_state(&theirs) != FACT_KNOWN ||
            !is_same_value(type, fact_ref_text(arena, &mine), fact_ref_text(arena, &theirs)))
            return false;
    }
    return true;
}

static bool add_item(struct arena *arena, struct fact_list *list, const struct item_type *type,
                     const void *item)
{
    for (size_t i = 0; i < list->count; i++) {
        void *other = (char *) list->items + i * type->size;

        if (says_no_more(arena, type, item, other))
            return false;
        if (says_no_more(arena, type, other, item)) {
            memcpy(other, item, type->size);
            return true;
        }
    }
    if (list->count == ITEMS_MAX)
        return false;
    memcpy(fact_list_add(arena, list, type->size), item, type->size);
    return true;
}

/* The members that the match gives of one item; `first` is the first setting of that list. */
static bool record_item(struct arena *arena, struct facts *facts, const struct pattern *pattern,
                        const struct match *match, unsigned first, struct str from)
{
    struct str name = pattern_setting(pattern->settings, first)->fact, list_name, member;
    struct fact_list *list;
    const struct item_type *type;
    struct fact_ref ref;
    void *item;

    (void) str_cut(name, '[', &list_name, &member);
    if (facts_find(facts, list_name, &ref) < 0 || ref.kind != FIELD_LIST)
        return false;
    type = ref.field->items;
    list = (struct fact_list *) ((char *) facts + ((const char *) ref.fact - (const char *) facts));
    item = arena_alloc(arena, type->size);
    for (unsigned i = first; i < pattern->settings.count; i++) {
        const struct pattern_setting *setting = pattern_setting(pattern->settings, i);
        const struct field *field;
        struct str value = { NULL, 0 };

        if (!str_starts(setting->fact, str_slice(name, 0, list_name.len + 3)) ||
            !fill(arena, match, setting->value, &value))
            continue;
        field = member_named(type, str_from(setting->fact, list_name.len + 3));
        if (field)
            set_fact(field, (char *) item + field->offset, setting, value, from);
    }
    list->partial = list != &facts->symptom.items;
    return add_item(arena, list, type, item);
}

/* Whether an earlier setting has begun the same item. */
static bool is_begun(const struct pattern *pattern, unsigned at, size_t prefix)
{
    struct str fact = pattern_setting(pattern->settings, at)->fact;

    for (unsigned i = 0; i < at; i++)
        if (str_starts(pattern_setting(pattern->settings, i)->fact, str_slice(fact, 0, prefix)))
            return true;
    return false;
}

bool record_match(struct arena *arena, struct facts *facts, const struct pattern *pattern,
                  const struct match *match, struct str from)
{
    bool told = false;

    for (unsigned i = 0; i < pattern->settings.count; i++) {
        const struct pattern_setting *setting = pattern_setting(pattern->settings, i);
        size_t bracket = str_find_char(setting->fact, '[');

        if (bracket == STR_NONE)
            told |= record_scalar(arena, facts, match, setting, from);
        else if (!is_begun(pattern, i, bracket + 1))
            told |= record_item(arena, facts, pattern, match, i, from);
    }
    return told;
}
