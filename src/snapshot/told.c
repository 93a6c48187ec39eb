#include "snapshot/told.h"

#include "snapshot/compare.h"
#include "snapshot/pack.h"

#include <string.h>

#define MEMBERS 64 /* of an item; the largest has 20 */

/* --- what was told ------------------------------------------------------------------------- */

const struct facts *told_before(struct arena *arena, const struct facts *facts)
{
    struct facts *copy = ARENA_NEW(arena, struct facts);

    copy_facts(arena, facts, copy);
    return copy;
}

/* Origins count, too: a fact may be told as it was seen, but from elsewhere. */
static bool is_unchanged(const struct field *field, const void *a, const void *b)
{
    struct fact_ref left = { field->kind, a, field }, right = { field->kind, b, field };

    return same_fact(field->kind, a, b) && str_eq(fact_ref_from(&left), fact_ref_from(&right));
}

static bool is_unchanged_list(const struct field *field, const struct fact_list *a,
                              const struct fact_list *b)
{
    const struct item_type *type = field->items;

    if (!is_unchanged(field, a, b) || a->count != b->count || a->partial != b->partial)
        return false;
    for (size_t i = 0; i < a->count; i++)
        for (size_t f = 0; f < type->field_count; f++)
            if (!is_unchanged(&type->fields[f],
                              field_of(&type->fields[f], (const char *) a->items + i * type->size),
                              field_of(&type->fields[f], (const char *) b->items + i * type->size)))
                return false;
    return true;
}

void told_keep(struct arena *arena, const struct facts *before, const struct facts *after,
               struct told *ret)
{
    for (size_t i = 0; i < facts_layer_count; i++)
        for (size_t f = 0; f < facts_layers[i].field_count; f++) {
            const struct field *field = &facts_layers[i].fields[f];
            size_t at = facts_layers[i].offset + field->offset;
            const void *a = (const char *) before + at, *b = (const char *) after + at;

            if (field->kind == FIELD_LIST ? is_unchanged_list(field, a, b)
                                          : is_unchanged(field, a, b))
                continue;
            memcpy((char *) &ret->facts + at, b, field_size(field->kind));
            *LIST_ADD(arena, &ret->names) =
                arena_printf(arena, "%s.%s", facts_layers[i].name, field->name);
        }
}

/* Where the fact of that name lies in struct facts, and its row. NULL: no row has the name. */
static const struct field *row_of(struct str name, size_t *ret_at)
{
    struct str layer, member;

    (void) str_cut(name, '.', &layer, &member);
    for (size_t i = 0; i < facts_layer_count; i++)
        for (size_t f = 0; str_eqz(layer, facts_layers[i].name) && f < facts_layers[i].field_count;
             f++)
            if (str_eqz(member, facts_layers[i].fields[f].name)) {
                *ret_at = facts_layers[i].offset + facts_layers[i].fields[f].offset;
                return &facts_layers[i].fields[f];
            }
    return NULL;
}

void told_apply(const struct told *told, struct facts *facts)
{
    for (size_t i = 0; i < told->names.count; i++) {
        size_t at;
        const struct field *field = row_of(told->names.items[i], &at);

        if (field)
            memcpy((char *) facts + at, (const char *) &told->facts + at, field_size(field->kind));
    }
}

/* --- its texts ----------------------------------------------------------------------------- */

struct changing {
    struct str (*change)(void *context, struct str layer, struct str text);
    void *context;
    struct str layer;
};

static void change_fact(const struct changing *it, const struct field *field, void *fact)
{
    struct fact_str *text = fact;

    if (field->kind != FIELD_STR)
        return;
    text->value = it->change(it->context, it->layer, text->value);
    text->from = it->change(it->context, it->layer, text->from);
}

void told_change(struct told *told,
                 struct str (*change)(void *context, struct str layer, struct str text),
                 void *context)
{
    struct changing it = { .change = change, .context = context };

    for (size_t i = 0; i < told->names.count; i++) {
        size_t at;
        const struct field *field = row_of(told->names.items[i], &at);
        struct fact_list *list;
        struct str member;

        if (!field)
            continue;
        (void) str_cut(told->names.items[i], '.', &it.layer, &member);
        if (field->kind != FIELD_LIST) {
            change_fact(&it, field, (char *) &told->facts + at);
            continue;
        }
        list = (struct fact_list *) ((char *) &told->facts + at);
        for (size_t n = 0; n < list->count * field->items->field_count; n++) {
            const struct field *row = &field->items->fields[n % field->items->field_count];

            change_fact(&it, row,
                        (char *) list->items + n / field->items->field_count * field->items->size +
                            row->offset);
        }
    }
}

/* --- packed -------------------------------------------------------------------------------- */

static void put_fact(struct buf *to, const struct field *field, const void *fact)
{
    struct fact_ref ref = { field->kind, fact, field };

    put(to, field->kind, 1);
    put(to, fact_ref_state(&ref), 1);
    put_text(to, fact_ref_from(&ref));
    if (field->kind == FIELD_STR)
        put_text(to, ((const struct fact_str *) fact)->value);
    else if (field->kind == FIELD_INT)
        put(to, (uint64_t) ((const struct fact_int *) fact)->value, 8);
    else if (field->kind == FIELD_BOOL)
        put(to, ((const struct fact_bool *) fact)->value, 8);
}

/* Into `fact`, where that is of the same kind; NULL: nowhere. */
static void take_fact(struct cursor *from, const struct field *field, void *fact)
{
    unsigned kind = (unsigned) cursor_le(from, 1);
    enum fact_state state = (enum fact_state)(cursor_le(from, 1) & 3);
    struct str origin = take_text(from), text = { NULL, 0 };
    uint64_t number = 0;

    if (kind == FIELD_STR)
        text = take_text(from);
    else if (kind != FIELD_LIST)
        number = cursor_le(from, 8);
    if (!field || field->kind != kind)
        return;
    if (kind == FIELD_STR)
        *(struct fact_str *) fact = (struct fact_str){ state, text, origin };
    else if (kind == FIELD_INT)
        *(struct fact_int *) fact = (struct fact_int){ state, (int64_t) number, origin };
    else if (kind == FIELD_BOOL)
        *(struct fact_bool *) fact = (struct fact_bool){ state, number != 0, origin };
    else
        *(struct fact_list *) fact = (struct fact_list){ .state = state, .from = origin };
}

/* The members' names once, then every item's facts in their order. */
static void put_items(struct buf *to, const struct item_type *type, const struct fact_list *list)
{
    put(to, list->partial, 1);
    put(to, type->field_count, 1);
    for (size_t f = 0; f < type->field_count; f++)
        put_text(to, str_of(type->fields[f].name));
    put(to, list->count, 4);
    for (size_t i = 0; i < list->count; i++)
        for (size_t f = 0; f < type->field_count; f++)
            put_fact(to, &type->fields[f],
                     field_of(&type->fields[f], (const char *) list->items + i * type->size));
}

static const struct field *member_named(const struct item_type *type, struct str name)
{
    for (size_t f = 0; type && f < type->field_count; f++)
        if (str_eqz(name, type->fields[f].name))
            return &type->fields[f];
    return NULL;
}

static void take_items(struct arena *arena, struct cursor *from, const struct item_type *type,
                       struct fact_list *list)
{
    const struct field *members[MEMBERS] = { NULL };
    bool partial = cursor_le(from, 1);
    uint64_t member_count = cursor_le(from, 1), count;

    for (uint64_t f = 0; f < member_count && !from->failed; f++)
        if (f < MEMBERS)
            members[f] = member_named(type, take_text(from));
        else
            (void) take_text(from);
    count = cursor_le(from, 4);
    for (uint64_t i = 0; i < count && !from->failed; i++) {
        char *item = type ? fact_list_add(arena, list, type->size) : NULL;

        for (uint64_t f = 0; f < member_count; f++) {
            const struct field *member = item && f < MEMBERS ? members[f] : NULL;

            take_fact(from, member, member ? item + member->offset : NULL);
        }
        if (member_count == 0)
            break; /* nothing would bound their number */
    }
    if (type)
        list->partial = partial;
}

void told_pack(struct buf *to, const struct told *told)
{
    put(to, told->names.count, 4);
    for (size_t i = 0; i < told->names.count; i++) {
        size_t at;
        const struct field *field = row_of(told->names.items[i], &at);
        const void *fact = (const char *) &told->facts + at;

        put_text(to, told->names.items[i]);
        put_fact(to, field, fact);
        if (field->kind == FIELD_LIST)
            put_items(to, field->items, fact);
    }
}

/* The kind of the fact that comes next. */
static enum field_kind next_kind(const struct cursor *from)
{
    struct cursor ahead = *from;

    return (enum field_kind) cursor_le(&ahead, 1);
}

void told_unpack(struct arena *arena, struct cursor *from, struct told *ret)
{
    uint64_t count = cursor_le(from, 4);

    for (uint64_t i = 0; i < count && !from->failed; i++) {
        struct str name = take_text(from);
        size_t at = 0;
        const struct field *field = row_of(name, &at);
        bool list = next_kind(from) == FIELD_LIST;
        void *fact = (char *) &ret->facts + at;

        take_fact(from, field, fact);
        if (list)
            take_items(arena, from, field ? field->items : NULL, fact);
        if (field)
            *LIST_ADD(arena, &ret->names) = name;
    }
}
