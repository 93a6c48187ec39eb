#include "facts/fill.h"

static void add_filtered(struct buf *buf, struct str value, struct str filter)
{
    if (!str_eqz(filter, "sm")) {
        buf_add(buf, value);
        return;
    }
    buf_addz(buf, "sm_");
    for (size_t i = 0; i < value.len; i++)
        if (value.data[i] != '.')
            buf_add_char(buf, value.data[i]);
}

static bool fill_one(struct buf *buf, const struct facts *facts, struct str inside,
                     struct str unknown)
{
    struct str name, filter;
    struct fact_ref ref;

    (void) str_cut(inside, '|', &name, &filter);
    if (facts_find(facts, name, &ref) < 0 || fact_ref_state(&ref) != FACT_KNOWN) {
        buf_add(buf, unknown);
        return false;
    }
    add_filtered(buf, fact_ref_text(buf->arena, &ref), filter);
    return true;
}

bool facts_fill(struct buf *buf, const struct facts *facts, struct str text, struct str unknown)
{
    bool whole = true;
    struct str before, inside;

    while (str_cut(text, '{', &before, &text)) {
        buf_add(buf, before);
        if (str_starts(text, STR("{"))) {
            buf_add_char(buf, '{');
            text = str_from(text, 1);
            continue;
        }
        (void) str_cut(text, '}', &inside, &text);
        whole = fill_one(buf, facts, inside, unknown) && whole;
    }
    buf_add(buf, before);
    return whole;
}
