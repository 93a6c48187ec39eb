#include "snapshot/compare.h"

static size_t fact_size(enum field_kind kind)
{
    switch (kind) {
    case FIELD_STR:
        return sizeof(struct fact_str);
    case FIELD_INT:
        return sizeof(struct fact_int);
    case FIELD_BOOL:
        return sizeof(struct fact_bool);
    case FIELD_LIST:
        break;
    }
    return sizeof(struct fact_list);
}

bool same_fact(enum field_kind kind, const void *a, const void *b)
{
    struct fact_ref left = { kind, a, NULL }, right = { kind, b, NULL };

    if (fact_ref_state(&left) != fact_ref_state(&right))
        return false;
    if (fact_ref_state(&left) != FACT_KNOWN)
        return true;
    if (kind == FIELD_STR)
        return str_eq(((const struct fact_str *) a)->value, ((const struct fact_str *) b)->value);
    if (kind == FIELD_INT)
        return ((const struct fact_int *) a)->value == ((const struct fact_int *) b)->value;
    return kind != FIELD_BOOL ||
           ((const struct fact_bool *) a)->value == ((const struct fact_bool *) b)->value;
}

void *unit_fact(const struct unit *unit, struct facts *facts)
{
    return (char *) facts + unit->layer->offset + unit->field->offset;
}

static const void *fact_in(const struct layer *layer, const struct field *field,
                           const struct facts *facts)
{
    return field_of(field, (const char *) facts + layer->offset);
}

void clear_unit(const struct unit *unit, struct facts *facts)
{
    memset(unit_fact(unit, facts), 0, fact_size(unit->field->kind));
}

/* --- items --------------------------------------------------------------------------------- */

static const void *item_at(const struct field *field, const struct fact_list *list, size_t at)
{
    return (const char *) list->items + at * field->items->size;
}

static struct str value_of(struct arena *arena, const struct field *field, const void *base)
{
    struct fact_ref ref = { field->kind, field_of(field, base), field };
    enum fact_state state = fact_ref_state(&ref);

    return state == FACT_KNOWN ? fact_ref_text(arena, &ref) : str_of(fact_state_name(state));
}

static struct str key_of(struct arena *arena, const struct field *list, const void *item)
{
    return value_of(arena, &list->items->fields[0], item);
}

/* The item of that key before which `number` others have it; NULL: there is none. */
static const void *find_item(struct arena *arena, const struct field *field,
                             const struct fact_list *list, struct str key, size_t number)
{
    for (size_t i = 0; i < list->count; i++) {
        const void *item = item_at(field, list, i);

        if (str_eq(key_of(arena, field, item), key) && number-- == 0)
            return item;
    }
    return NULL;
}

static size_t number_of(struct arena *arena, const struct field *field,
                        const struct fact_list *list, size_t at, struct str key)
{
    size_t number = 0;

    for (size_t i = 0; i < at; i++)
        number += str_eq(key_of(arena, field, item_at(field, list, i)), key);
    return number;
}

static void copy_list(struct arena *arena, const struct field *field, struct fact_list *list,
                      size_t more)
{
    void *items = arena_array(arena, list->count + more, field->items->size);

    if (list->count)
        memcpy(items, list->items, list->count * field->items->size);
    list->items = items;
    list->room = list->count + more;
}

void copy_facts(struct arena *arena, const struct facts *from, struct facts *to)
{
    *to = *from;
    for (size_t i = 0; i < facts_layer_count; i++)
        for (size_t f = 0; f < facts_layers[i].field_count; f++) {
            struct unit unit = { .layer = &facts_layers[i], .field = &facts_layers[i].fields[f] };

            if (unit.field->kind == FIELD_LIST)
                copy_list(arena, unit.field, unit_fact(&unit, to), 0);
        }
}

/* Replaces it, takes it away, or adds it, as `from` has it. */
static void put_item(struct arena *arena, const struct unit *unit, const struct facts *from,
                     struct facts *to)
{
    const struct field *field = unit->field;
    struct fact_list *list = unit_fact(unit, to);
    const void *wanted =
        find_item(arena, field, fact_in(unit->layer, field, from), unit->key, unit->number);
    const void *there = find_item(arena, field, list, unit->key, unit->number);
    size_t size = field->items->size;
    size_t at =
        there ? (size_t) ((const char *) there - (const char *) list->items) / size : list->count;
    char *place;

    copy_list(arena, field, list, 1);
    place = (char *) list->items + at * size;
    if (unit->member && wanted && there) {
        memcpy(place + unit->member->offset, field_of(unit->member, wanted),
               fact_size(unit->member->kind));
    } else if (wanted) {
        memcpy(place, wanted, size);
        list->count += there == NULL;
    } else if (there) {
        memmove(place, place + size, (list->count - at - 1) * size);
        list->count--;
    }
}

void put_unit(struct arena *arena, const struct unit *unit, const struct facts *from,
              struct facts *to)
{
    if (unit->is_item) {
        put_item(arena, unit, from, to);
        return;
    }
    memcpy(unit_fact(unit, to), fact_in(unit->layer, unit->field, from),
           fact_size(unit->field->kind));
    if (unit->field->kind == FIELD_LIST)
        copy_list(arena, unit->field, unit_fact(unit, to), 0);
}

/* --- differences --------------------------------------------------------------------------- */

struct comparing {
    struct arena *arena;
    const struct layer *layer;
    const struct field *field;
    struct units *units;
    struct diff *diff;
};

static void add_change(struct comparing *it, struct str fact, struct str from, struct str to)
{
    *LIST_ADD(it->arena, &it->diff->changes) =
        (struct change){ it->layer->name, fact, from, to, it->units->list.count - 1 };
}

/* The members of an item that both have. */
static void compare_members(struct comparing *it, const struct unit *item, struct str name,
                            const void *a, const void *b)
{
    for (size_t f = 0; f < it->field->items->field_count; f++) {
        const struct field *field = &it->field->items->fields[f];

        if (same_fact(field->kind, field_of(field, a), field_of(field, b)))
            continue;
        *LIST_ADD(it->arena, &it->units->list) = *item;
        it->units->list.items[it->units->list.count - 1].member = field;
        add_change(it, arena_printf(it->arena, "%.*s.%s", STR_ARG(name), field->name),
                   value_of(it->arena, field, a), value_of(it->arena, field, b));
    }
}

/* What became of this item of one list in the other. `added`: the other is the older one. */
static void compare_item(struct comparing *it, const struct fact_list *list, size_t at,
                         const struct fact_list *other, bool added)
{
    const void *item = item_at(it->field, list, at);
    struct unit unit = { .layer = it->layer,
                         .field = it->field,
                         .is_item = true,
                         .key = key_of(it->arena, it->field, item) };
    const void *twin;
    struct str name =
        arena_printf(it->arena, "%s.%s[%.*s]", it->layer->name, it->field->name, STR_ARG(unit.key));

    unit.number = number_of(it->arena, it->field, list, at, unit.key);
    twin = find_item(it->arena, it->field, other, unit.key, unit.number);
    if (twin && !added)
        compare_members(it, &unit, name, item, twin);
    if (twin)
        return;
    *LIST_ADD(it->arena, &it->units->list) = unit;
    add_change(it, name, added ? STR("absent") : STR("present"),
               added ? STR("present") : STR("absent"));
}

static void compare_field(struct comparing *it, const void *a, const void *b)
{
    const struct fact_list *old = a, *new = b;
    struct fact_ref left = { it->field->kind, a, it->field };
    struct fact_ref right = { it->field->kind, b, it->field };
    struct str name = arena_printf(it->arena, "%s.%s", it->layer->name, it->field->name);

    if (!same_fact(it->field->kind, a, b)) {
        *LIST_ADD(it->arena, &it->units->list) =
            (struct unit){ .layer = it->layer, .field = it->field };
        add_change(it, name,
                   left.kind != FIELD_LIST && fact_ref_state(&left) == FACT_KNOWN
                       ? fact_ref_text(it->arena, &left)
                       : str_of(fact_state_name(fact_ref_state(&left))),
                   right.kind != FIELD_LIST && fact_ref_state(&right) == FACT_KNOWN
                       ? fact_ref_text(it->arena, &right)
                       : str_of(fact_state_name(fact_ref_state(&right))));
    } else if (it->field->kind == FIELD_LIST) {
        for (size_t i = 0; i < old->count; i++)
            compare_item(it, old, i, new, false);
        for (size_t i = 0; i < new->count; i++)
            compare_item(it, new, i, old, true);
    }
}

void compare_facts(struct arena *arena, const struct facts *a, const struct facts *b,
                   struct units *ret_units, struct diff *ret)
{
    struct comparing it = { .arena = arena, .units = ret_units, .diff = ret };

    for (size_t i = 0; i < facts_layer_count; i++)
        for (size_t f = 0; f < facts_layers[i].field_count; f++) {
            it.layer = &facts_layers[i];
            it.field = &facts_layers[i].fields[f];
            if (it.layer->offset != offsetof(struct facts, build)) /* plans follow from the rest */
                compare_field(&it, fact_in(it.layer, it.field, a), fact_in(it.layer, it.field, b));
        }
}
