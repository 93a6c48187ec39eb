#include "facts/facts.h"

#include <errno.h>

#define LAYER(name) \
    { \
#name, name##_fields, sizeof(name##_fields) / sizeof(name##_fields[0]), \
            offsetof(struct facts, name) \
    }

/* In the order in which a request travels. */
const struct layer facts_layers[] = {
    LAYER(machine), LAYER(hardware), LAYER(driver),    LAYER(nvml),    LAYER(cuda),
    LAYER(runtime), LAYER(cudnn),    LAYER(torch),     LAYER(loader),  LAYER(extensions),
    LAYER(toolkit), LAYER(process),  LAYER(container), LAYER(engines), LAYER(kernel_log),
    LAYER(symptom), LAYER(recipe),   LAYER(build),     LAYER(verify),  LAYER(access),
    LAYER(lock),    LAYER(start),
};
const size_t facts_layer_count = sizeof(facts_layers) / sizeof(facts_layers[0]);

size_t field_size(enum field_kind kind)
{
    static const size_t sizes[] = {
        [FIELD_STR] = sizeof(struct fact_str),
        [FIELD_INT] = sizeof(struct fact_int),
        [FIELD_BOOL] = sizeof(struct fact_bool),
        [FIELD_LIST] = sizeof(struct fact_list),
    };

    return sizes[kind];
}

void *fact_list_add(struct arena *arena, struct fact_list *list, size_t item_size)
{
    list->items = list_room(arena, list->items, list->count, &list->room, item_size);
    list->state = FACT_KNOWN;
    return (char *) list->items + item_size * list->count++;
}

static const struct field *field_named(const struct field *fields, size_t count, struct str name)
{
    for (size_t i = 0; i < count; i++)
        if (str_eqz(name, fields[i].name))
            return &fields[i];
    return NULL;
}

static int find_in_list(const struct fact_ref *list, struct str name, struct fact_ref *ret)
{
    const struct fact_list *items = list->fact;
    const struct item_type *type = list->field->items;
    const struct field *field;
    struct str number, member;
    uint64_t index;

    (void) str_cut(name, '.', &number, &member);
    if (str_u64(number, 10, &index) < 0)
        return -ENOENT;
    field = field_named(type->fields, type->field_count, member);
    if (!field)
        return -ENOENT;
    if (index >= items->count)
        return -ENODATA;
    *ret = (struct fact_ref){ field->kind,
                              field_of(field, (const char *) items->items + type->size * index),
                              field };
    return 0;
}

int facts_find(const struct facts *facts, struct str name, struct fact_ref *ret)
{
    struct str layer_name, rest, member, deeper;
    struct fact_ref found;

    (void) str_cut(name, '.', &layer_name, &rest);
    (void) str_cut(rest, '.', &member, &deeper);
    for (size_t i = 0; i < facts_layer_count; i++) {
        const struct layer *layer = &facts_layers[i];
        const struct field *field;

        if (!str_eqz(layer_name, layer->name))
            continue;
        field = field_named(layer->fields, layer->field_count, rest);
        if (field)
            deeper = (struct str){ NULL, 0 };
        else
            field = field_named(layer->fields, layer->field_count, member);
        if (!field)
            return -ENOENT;
        found = (struct fact_ref){ field->kind,
                                   field_of(field, (const char *) facts + layer->offset), field };
        if (deeper.len)
            return field->kind == FIELD_LIST ? find_in_list(&found, deeper, ret) : -ENOENT;
        *ret = found;
        return 0;
    }
    return -ENOENT;
}

enum fact_state fact_ref_state(const struct fact_ref *ref)
{
    switch (ref->kind) {
    case FIELD_STR:
        return ((const struct fact_str *) ref->fact)->state;
    case FIELD_INT:
        return ((const struct fact_int *) ref->fact)->state;
    case FIELD_BOOL:
        return ((const struct fact_bool *) ref->fact)->state;
    case FIELD_LIST:
        break;
    }
    return ((const struct fact_list *) ref->fact)->state;
}

struct str fact_ref_from(const struct fact_ref *ref)
{
    switch (ref->kind) {
    case FIELD_STR:
        return ((const struct fact_str *) ref->fact)->from;
    case FIELD_INT:
        return ((const struct fact_int *) ref->fact)->from;
    case FIELD_BOOL:
        return ((const struct fact_bool *) ref->fact)->from;
    case FIELD_LIST:
        break;
    }
    return ((const struct fact_list *) ref->fact)->from;
}

struct str fact_ref_text(struct arena *arena, const struct fact_ref *ref)
{
    switch (ref->kind) {
    case FIELD_STR:
        return ((const struct fact_str *) ref->fact)->value;
    case FIELD_INT:
        return arena_printf(arena, "%lld",
                            (long long) ((const struct fact_int *) ref->fact)->value);
    case FIELD_BOOL:
        return ((const struct fact_bool *) ref->fact)->value ? STR("true") : STR("false");
    case FIELD_LIST:
        break;
    }
    return arena_printf(arena, "%zu", ((const struct fact_list *) ref->fact)->count);
}
