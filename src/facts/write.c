#include "facts/facts.h"

static void write_value(struct json *json, const struct fact_ref *ref)
{
    switch (ref->kind) {
    case FIELD_STR:
        json_put_str(json, "value", ((const struct fact_str *) ref->fact)->value);
        break;
    case FIELD_INT:
        json_put_int(json, "value", ((const struct fact_int *) ref->fact)->value);
        break;
    case FIELD_BOOL:
        json_put_bool(json, "value", ((const struct fact_bool *) ref->fact)->value);
        break;
    case FIELD_LIST:
        break;
    }
}

/* A name's group, "predicted" of "predicted.is_available", and what follows it. */
static struct str group_of(const char *name, const char **ret_own)
{
    struct str group, own;

    if (!str_cut(str_of(name), '.', &group, &own)) {
        *ret_own = name;
        return (struct str){ NULL, 0 };
    }
    *ret_own = own.data;
    return group;
}

static void write_fact(struct json *json, const struct fact_ref *ref)
{
    enum fact_state state = fact_ref_state(ref);
    struct str from = fact_ref_from(ref);
    const char *name;

    (void) group_of(ref->field->name, &name);
    json_open(json, name, '{');
    json_put_str(json, "state", str_of(fact_state_name(state)));
    if (state == FACT_KNOWN)
        write_value(json, ref);
    if (from.len)
        json_put_str(json, "from", from);
    json_close(json, '}');
}

static void write_list(struct json *json, const struct fact_ref *ref)
{
    const struct fact_list *list = ref->fact;
    const struct item_type *type = ref->field->items;

    if (list->state != FACT_KNOWN) {
        write_fact(json, ref);
        return;
    }
    json_open(json, ref->field->name, '[');
    for (size_t i = 0; i < list->count; i++) {
        const char *item = (const char *) list->items + type->size * i;

        json_open(json, NULL, '{');
        for (size_t f = 0; f < type->field_count; f++) {
            const struct field *field = &type->fields[f];
            struct fact_ref member = { field->kind, field_of(field, item), field };

            write_fact(json, &member);
        }
        json_close(json, '}');
    }
    json_close(json, ']');
}

/* Closes the group that is open and opens the other, where they differ. */
static void change_group(struct json *json, struct str *open, struct str group)
{
    if (str_eq(*open, group))
        return;
    if (open->len)
        json_close(json, '}');
    if (group.len)
        json_open(json, arena_copy(json->buf->arena, group).data, '{');
    *open = group;
}

static void write_layer(struct json *json, const struct layer *layer, const struct facts *facts)
{
    struct str open = { NULL, 0 };
    const char *own;

    json_open(json, layer->name, '{');
    for (size_t f = 0; f < layer->field_count; f++) {
        const struct field *field = &layer->fields[f];
        struct fact_ref ref = { field->kind, field_of(field, (const char *) facts + layer->offset),
                                field };

        /* A failed look has an origin and is worth a line; what nobody looked at is not. */
        if (fact_ref_state(&ref) == FACT_UNKNOWN && fact_ref_from(&ref).len == 0)
            continue;
        change_group(json, &open, group_of(field->name, &own));
        if (field->kind == FIELD_LIST)
            write_list(json, &ref);
        else
            write_fact(json, &ref);
    }
    change_group(json, &open, (struct str){ NULL, 0 });
    json_close(json, '}');
}

void facts_write(struct json *json, const char *key, const struct facts *facts)
{
    json_open(json, key, '{');
    for (size_t i = 0; i < facts_layer_count; i++)
        write_layer(json, &facts_layers[i], facts);
    json_close(json, '}');
}
