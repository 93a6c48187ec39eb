#include "facts/join.h"

#include <string.h>

static bool texts_agree(struct str a, struct str b)
{
    return str_has(a, b) || str_has(b, a);
}

static bool scalars_agree(const struct field *field, const void *a, const void *b)
{
    struct fact_ref mine = { field->kind, a, field }, theirs = { field->kind, b, field };

    if (fact_ref_state(&mine) != FACT_KNOWN || fact_ref_state(&theirs) != FACT_KNOWN)
        return true;
    switch (field->kind) {
    case FIELD_STR:
        return texts_agree(((const struct fact_str *) a)->value,
                           ((const struct fact_str *) b)->value);
    case FIELD_INT:
        return ((const struct fact_int *) a)->value == ((const struct fact_int *) b)->value;
    case FIELD_BOOL:
        return ((const struct fact_bool *) a)->value == ((const struct fact_bool *) b)->value;
    case FIELD_LIST:
        break;
    }
    return true;
}

static bool items_agree(const struct item_type *type, const void *a, const void *b)
{
    for (size_t i = 0; i < type->field_count; i++)
        if (!scalars_agree(&type->fields[i], field_of(&type->fields[i], a),
                           field_of(&type->fields[i], b)))
            return false;
    return true;
}

static bool lists_agree(const struct item_type *type, const struct fact_list *a,
                        const struct fact_list *b)
{
    if (a->state != FACT_KNOWN || !a->partial || b->state != FACT_KNOWN || b->partial)
        return true;
    for (size_t i = 0; i < a->count; i++) {
        bool found = false;

        for (size_t k = 0; k < b->count && !found; k++)
            found = items_agree(type, (const char *) a->items + i * type->size,
                                (const char *) b->items + k * type->size);
        if (!found)
            return false;
    }
    return true;
}

static bool layers_agree(const struct layer *layer, const char *mine, const char *theirs)
{
    for (size_t i = 0; i < layer->field_count; i++) {
        const struct field *field = &layer->fields[i];
        const void *a = field_of(field, mine), *b = field_of(field, theirs);

        if (!(field->kind == FIELD_LIST ? lists_agree(field->items, a, b)
                                        : scalars_agree(field, a, b)))
            return false;
    }
    return true;
}

/* A list that may go on is worth less than one that is whole. */
static bool says_less(const struct field *field, const void *mine, const void *theirs)
{
    struct fact_ref ref = { field->kind, mine, field };
    const struct fact_list *a = mine, *b = theirs;

    if (fact_ref_state(&ref) == FACT_UNKNOWN)
        return true;
    return field->kind == FIELD_LIST && a->state == FACT_KNOWN && a->partial &&
           b->state == FACT_KNOWN && !b->partial;
}

void facts_join(struct facts *facts, const struct facts *other)
{
    for (size_t i = 0; i < facts_layer_count; i++) {
        const struct layer *layer = &facts_layers[i];
        char *mine = (char *) facts + layer->offset;
        const char *theirs = (const char *) other + layer->offset;

        if (!layers_agree(layer, mine, theirs))
            continue;
        for (size_t f = 0; f < layer->field_count; f++) {
            const struct field *field = &layer->fields[f];

            if (says_less(field, field_of(field, mine), field_of(field, theirs)))
                memcpy(mine + field->offset, theirs + field->offset, field_size(field->kind));
        }
    }
}
