/* JSON to facts, driven by the same rows that write them. */
#include "facts/facts.h"

#include <errno.h>
#include <jansson.h>

/* A list of a file from outside; no machine has more of anything that we list. */
#define ITEM_LIMIT 4096

static struct str text_of(struct arena *arena, const json_t *value)
{
    if (!json_is_string(value))
        return (struct str){ NULL, 0 };
    return arena_copy(arena, (struct str){ json_string_value(value), json_string_length(value) });
}

static enum fact_state state_of(const json_t *fact)
{
    const char *name = json_string_value(json_object_get(fact, "state"));

    for (enum fact_state state = FACT_UNKNOWN; name && state <= FACT_KNOWN; state++)
        if (strcmp(name, fact_state_name(state)) == 0)
            return state;
    return FACT_UNKNOWN;
}

/* A value of another type than the row's is no value: the fact stays unknown. */
static void read_scalar(struct arena *arena, const json_t *from, enum field_kind kind, void *to)
{
    const json_t *value = json_object_get(from, "value");
    enum fact_state state = state_of(from);
    struct str origin = text_of(arena, json_object_get(from, "from"));
    bool known = state == FACT_KNOWN;

    if (kind == FIELD_STR) {
        if (known && !json_is_string(value))
            return;
        *(struct fact_str *) to = (struct fact_str){ state, text_of(arena, value), origin };
    } else if (kind == FIELD_INT) {
        if (known && !json_is_integer(value))
            return;
        *(struct fact_int *) to = (struct fact_int){ state, json_integer_value(value), origin };
    } else {
        if (known && !json_is_boolean(value))
            return;
        *(struct fact_bool *) to = (struct fact_bool){ state, json_is_true(value), origin };
    }
}

static void *place(const struct field *field, void *base)
{
    return (char *) base + field->offset;
}

static void read_list(struct arena *arena, const json_t *from, const struct item_type *type,
                      struct fact_list *to)
{
    size_t count = json_array_size(from);

    if (!json_is_array(from)) {
        to->state = state_of(from);
        to->from = text_of(arena, json_object_get(from, "from"));
        if (to->state == FACT_KNOWN) /* a list that is known is an array */
            to->state = FACT_UNKNOWN;
        return;
    }
    to->state = FACT_KNOWN;
    to->partial = count > ITEM_LIMIT;
    for (size_t i = 0; i < count && i < ITEM_LIMIT; i++) {
        void *item = fact_list_add(arena, to, type->size);

        for (size_t f = 0; f < type->field_count; f++) {
            const struct field *field = &type->fields[f];

            read_scalar(arena, json_object_get(json_array_get(from, i), field->name), field->kind,
                        place(field, item));
        }
    }
}

/* A row's value in its layer's object; of a row in a group, in the group's. */
static const json_t *value_of(const json_t *object, const char *name)
{
    struct str group, own;

    if (!str_cut(str_of(name), '.', &group, &own))
        return json_object_get(object, name);
    return json_object_get(json_object_getn(object, group.data, group.len), own.data);
}

static void read_layers(struct arena *arena, const json_t *from, struct facts *to)
{
    for (size_t i = 0; i < facts_layer_count; i++) {
        const struct layer *layer = &facts_layers[i];
        const json_t *object = json_object_get(from, layer->name);

        for (size_t f = 0; f < layer->field_count; f++) {
            const struct field *field = &layer->fields[f];
            const json_t *value = value_of(object, field->name);
            void *fact = place(field, (char *) to + layer->offset);

            if (value && field->kind == FIELD_LIST)
                read_list(arena, value, field->items, fact);
            else if (value)
                read_scalar(arena, value, field->kind, fact);
        }
    }
}

/* The object that holds layers: the whole, or the "facts" of a report. */
static const json_t *layers_in(const json_t *object)
{
    const json_t *facts = json_object_get(object, "facts");

    if (json_is_object(facts))
        return facts;
    for (size_t i = 0; i < facts_layer_count; i++)
        if (json_is_object(json_object_get(object, facts_layers[i].name)))
            return object;
    return NULL;
}

int facts_read(struct arena *arena, struct str json, struct facts *ret, struct str *ret_why)
{
    json_error_t error;
    json_t *object = json_loadb(json.data ? json.data : "", json.len, JSON_ALLOW_NUL, &error);
    const json_t *layers = layers_in(object);
    struct facts facts = { 0 };

    if (!layers) {
        *ret_why = object ? STR("no facts in it")
                          : arena_printf(arena, "line %d: %s", error.line, error.text);
        json_decref(object);
        return -EBADMSG;
    }
    read_layers(arena, layers, &facts);
    json_decref(object);
    *ret = facts;
    return 0;
}
