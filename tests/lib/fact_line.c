#include "lib/fact_line.h"

#include "lib/line.h"

#include <errno.h>

int fact_line_read(struct arena *arena, struct str text, struct fact_line *ret)
{
    static const enum fact_state states[] = { FACT_ABSENT, FACT_DENIED, FACT_UNKNOWN };
    struct fact_line line = { .state = FACT_KNOWN };
    struct str rest;
    bool good = false;

    (void) str_cut(text, ' ', &line.name, &rest);
    if (str_starts(rest, STR("="))) {
        line.value = line_unescape(arena, str_trim(str_from(rest, 1)));
        good = true;
    }
    for (size_t i = 0; !good && i < sizeof(states) / sizeof(states[0]); i++)
        if (str_eqz(rest, fact_state_name(states[i]))) {
            line.state = states[i];
            good = true;
        }
    if (!good || !line.name.len)
        return -EBADMSG;
    *ret = line;
    return 0;
}

/* The row of "layer.name", and where its fact stands. */
static const struct field *find(struct facts *facts, struct str name, void **ret)
{
    struct str layer_name, member;

    (void) str_cut(name, '.', &layer_name, &member);
    for (size_t i = 0; i < facts_layer_count; i++) {
        const struct layer *layer = &facts_layers[i];

        for (size_t f = 0; f < layer->field_count && str_eqz(layer_name, layer->name); f++)
            if (str_eqz(member, layer->fields[f].name)) {
                *ret = (char *) facts + layer->offset + layer->fields[f].offset;
                return &layer->fields[f];
            }
    }
    return NULL;
}

int fact_line_tell(const struct fact_line *line, struct str from, struct facts *facts)
{
    void *fact;
    const struct field *field = find(facts, line->name, &fact);
    bool known = line->state == FACT_KNOWN;
    uint64_t number = 0;

    if (!field || field->kind == FIELD_LIST)
        return -ENOENT;
    if (field->kind == FIELD_STR) {
        *(struct fact_str *) fact = (struct fact_str){ line->state, line->value, from };
    } else if (field->kind == FIELD_INT) {
        if (known && str_u64(line->value, 10, &number) < 0)
            return -EBADMSG;
        *(struct fact_int *) fact = (struct fact_int){ line->state, (int64_t) number, from };
    } else {
        if (known && !str_eqz(line->value, "true") && !str_eqz(line->value, "false"))
            return -EBADMSG;
        *(struct fact_bool *) fact =
            (struct fact_bool){ line->state, str_eqz(line->value, "true"), from };
    }
    return 0;
}
