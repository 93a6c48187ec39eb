#include "knowledge/errors.h"

#include "knowledge/table.h"

struct error_row {
    uint8_t family;
    uint16_t code, name, message, since, cause, action, note, note_zh, source;
};

#include "knowledge/errors_table.h"

#define COUNT (sizeof(error_rows) / sizeof(error_rows[0]))

struct key {
    enum error_family family;
    unsigned code;
};

bool error_at(size_t at, struct error_info *ret)
{
    const struct error_row *row;

    if (at >= COUNT)
        return false;
    row = &error_rows[at];
    *ret = (struct error_info){
        .family = (enum error_family) row->family,
        .code = row->code,
        .name = table_text(row->name),
        .message = table_text(row->message),
        .since = table_text(row->since),
        .cause = table_text(row->cause),
        .action = table_text(row->action),
        .note = { [LANG_EN] = table_text(row->note), [LANG_ZH] = table_text(row->note_zh) },
        .source = table_text(row->source),
    };
    return true;
}

static int compare_code(size_t at, const void *key)
{
    const struct error_row *row = &error_rows[at];
    const struct key *want = key;

    if (row->family != want->family)
        return row->family < want->family ? -1 : 1;
    return (row->code > want->code) - (row->code < want->code);
}

bool error_by_code(enum error_family family, unsigned code, struct error_info *ret)
{
    const struct key key = { family, code };
    size_t at = table_lower_bound(COUNT, compare_code, &key);

    return at < COUNT && compare_code(at, &key) == 0 && error_at(at, ret);
}

static int compare_name(size_t at, const void *key)
{
    return str_compare(table_text(error_rows[errors_by_name[at]].name), *(const struct str *) key);
}

bool error_by_name(struct str name, struct error_info *ret)
{
    size_t at = table_lower_bound(COUNT, compare_name, &name);
    size_t run = table_equal_run(COUNT, at, compare_name, &name);

    /* Equal names stand in the order of their families: the last is the newest. */
    return run && error_at(errors_by_name[at + run - 1], ret);
}
