#include "format/toml.h"

#include "format/toml_text.h"

#include <errno.h>

struct reader {
    struct str rest;
    struct arena *arena;
    unsigned depth;
};

static char peek(const struct reader *reader)
{
    return reader->rest.len ? reader->rest.data[0] : '\0';
}

static bool take(struct reader *reader, char c)
{
    if (peek(reader) != c || reader->rest.len == 0)
        return false;
    reader->rest = str_from(reader->rest, 1);
    return true;
}

static void skip_blanks(struct reader *reader)
{
    while (take(reader, ' ') || take(reader, '\t'))
        continue;
}

/* Blanks, line ends and comments. */
static void skip_lines(struct reader *reader)
{
    struct str comment;

    for (;;) {
        skip_blanks(reader);
        if (peek(reader) == '#')
            (void) str_next_line(&reader->rest, &comment);
        else if (!take(reader, '\n') && !take(reader, '\r'))
            return;
    }
}

/* What must follow a header or a value: nothing more on the line. */
static int end_line(struct reader *reader)
{
    struct str line;

    skip_blanks(reader);
    if (reader->rest.len == 0)
        return 0;
    if (peek(reader) != '#' && peek(reader) != '\n' && peek(reader) != '\r')
        return -EBADMSG;
    (void) str_next_line(&reader->rest, &line);
    return 0;
}

static struct toml *find(const struct toml *table, struct str key)
{
    struct toml *item = table->first;

    while (item && !str_eq(item->key, key))
        item = item->next;
    return item;
}

static struct toml *append(struct reader *reader, struct toml *to, enum toml_kind kind,
                           struct str key)
{
    struct toml *item = ARENA_NEW(reader->arena, struct toml);

    item->kind = kind;
    item->key = key;
    if (to->last)
        to->last->next = item;
    else
        to->first = item;
    to->last = item;
    to->count++;
    return item;
}

static bool is_bare(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
}

/* Takes one part of a key. */
static int take_key(struct reader *reader, struct str *ret)
{
    size_t len = 0;

    skip_blanks(reader);
    if (peek(reader) == '"' || peek(reader) == '\'')
        return toml_take_text(&reader->rest, reader->arena, ret);
    while (len < reader->rest.len && is_bare(reader->rest.data[len]))
        len++;
    if (len == 0)
        return -EBADMSG;
    *ret = str_slice(reader->rest, 0, len);
    reader->rest = str_from(reader->rest, len);
    return 0;
}

/* The table of that name below `table`, made where there is none; of an array of tables, the last.
 */
static int enter(struct reader *reader, struct toml **table, struct str key)
{
    struct toml *item = find(*table, key);

    if (!item && (*table)->count == TOML_KEYS)
        return -E2BIG;
    if (!item)
        item = append(reader, *table, TOML_TABLE, key);
    if (item->kind == TOML_ARRAY)
        item = item->last;
    if (!item || item->kind != TOML_TABLE)
        return -EBADMSG;
    *table = item;
    return 0;
}

/* Takes a dotted key: enters the tables that it names, and gives its last part. */
static int take_path(struct reader *reader, struct toml **table, struct str *ret_last)
{
    for (unsigned n = 0; n < TOML_DEPTH; n++) {
        int err = take_key(reader, ret_last);

        if (err)
            return err;
        skip_blanks(reader);
        if (!take(reader, '.'))
            return 0;
        err = enter(reader, table, *ret_last);
        if (err)
            return err;
    }
    return -E2BIG;
}

static int take_value(struct reader *reader, struct toml *value);

static int take_pair(struct reader *reader, struct toml *table)
{
    struct str key;
    int err = take_path(reader, &table, &key);

    if (err)
        return err;
    if (!take(reader, '=') || find(table, key))
        return -EBADMSG;
    if (table->count == TOML_KEYS)
        return -E2BIG;
    return take_value(reader, append(reader, table, TOML_OTHER, key));
}

static int take_array(struct reader *reader, struct toml *array)
{
    for (;;) {
        int err;

        skip_lines(reader);
        if (take(reader, ']'))
            return 0;
        err = take_value(reader, append(reader, array, TOML_OTHER, STR("")));
        if (err)
            return err;
        skip_lines(reader);
        if (!take(reader, ',') && peek(reader) != ']')
            return -EBADMSG;
    }
}

static int take_inline_table(struct reader *reader, struct toml *table)
{
    for (;;) {
        int err;

        skip_lines(reader);
        if (take(reader, '}'))
            return 0;
        err = take_pair(reader, table);
        if (err)
            return err;
        skip_lines(reader);
        if (!take(reader, ',') && peek(reader) != '}')
            return -EBADMSG;
    }
}

/* Numbers, dates, true and false: everything up to what can end a value. */
static int take_bare(struct reader *reader, struct toml *value)
{
    size_t len = 0;

    while (len < reader->rest.len &&
           str_find_char(STR(",]}#\r\n"), reader->rest.data[len]) == STR_NONE)
        len++;
    value->text = str_trim(str_slice(reader->rest, 0, len));
    reader->rest = str_from(reader->rest, len);
    if (value->text.len == 0)
        return -EBADMSG;
    if (str_eqz(value->text, "true") || str_eqz(value->text, "false"))
        value->kind = TOML_BOOL;
    return 0;
}

static int take_value(struct reader *reader, struct toml *value)
{
    int err;

    skip_blanks(reader);
    if (peek(reader) == '"' || peek(reader) == '\'') {
        value->kind = TOML_TEXT;
        return toml_take_text(&reader->rest, reader->arena, &value->text);
    }
    if (peek(reader) != '[' && peek(reader) != '{')
        return take_bare(reader, value);
    if (reader->depth == TOML_DEPTH)
        return -E2BIG;
    reader->depth++;
    value->kind = take(reader, '[') ? TOML_ARRAY : TOML_TABLE;
    if (value->kind == TOML_ARRAY) {
        err = take_array(reader, value);
    } else {
        (void) take(reader, '{');
        err = take_inline_table(reader, value);
    }
    reader->depth--;
    return err;
}

/* "[a.b]" and "[[a.b]]"; gives the table that the lines below it fill. */
static int take_header(struct reader *reader, struct toml *top, struct toml **ret)
{
    bool is_array = take(reader, '[');
    struct toml *table = top, *array;
    struct str key;
    int err = take_path(reader, &table, &key);

    if (err)
        return err;
    if (!take(reader, ']') || (is_array && !take(reader, ']')))
        return -EBADMSG;
    if (is_array) {
        array = find(table, key);
        if (!array && table->count == TOML_KEYS)
            return -E2BIG;
        if (!array)
            array = append(reader, table, TOML_ARRAY, key);
        if (array->kind != TOML_ARRAY)
            return -EBADMSG;
        table = append(reader, array, TOML_TABLE, STR(""));
    } else {
        err = enter(reader, &table, key);
    }
    if (err == 0)
        *ret = table;
    return err;
}

int toml_parse(struct str text, struct arena *arena, struct toml **ret)
{
    struct reader reader = { .rest = text, .arena = arena };
    struct toml *top = ARENA_NEW(arena, struct toml), *table = top;

    if (text.len > TOML_LEN)
        return -E2BIG;
    for (;;) {
        int err;

        skip_lines(&reader);
        if (reader.rest.len == 0)
            break;
        err = take(&reader, '[') ? take_header(&reader, top, &table) : take_pair(&reader, table);
        if (err == 0)
            err = end_line(&reader);
        if (err)
            return err;
    }
    *ret = top;
    return 0;
}

const struct toml *toml_get(const struct toml *table, const char *path)
{
    struct str rest = str_of(path), key;

    while (table && str_next_part(&rest, '.', &key))
        table = table->kind == TOML_TABLE ? find(table, key) : NULL;
    return table;
}

struct str toml_text(const struct toml *table, const char *path)
{
    const struct toml *value = toml_get(table, path);

    return value && value->kind == TOML_TEXT ? value->text : (struct str){ NULL, 0 };
}
