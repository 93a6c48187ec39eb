#include "format/record.h"

#include <errno.h>

/* Takes a field in quotes, in which "" means one quote. */
static int take_quoted(struct str *line, struct arena *arena, struct str *ret)
{
    char *copy = arena_alloc(arena, line->len);
    size_t len = 0, at = 1;

    for (; at < line->len; at++) {
        if (line->data[at] == '"') {
            if (at + 1 >= line->len || line->data[at + 1] != '"')
                break;
            at++;
        }
        copy[len++] = line->data[at];
    }
    if (at >= line->len)
        return -EBADMSG;
    *line = str_from(*line, at + 1);
    if (line->len && line->data[0] != ',')
        return -EBADMSG;
    *line = str_from(*line, 1);
    *ret = (struct str){ copy, len };
    return 0;
}

static int take_field(struct str *line, struct arena *arena, struct str *ret)
{
    int err = 0;

    if (line->len && line->data[0] == '"')
        err = take_quoted(line, arena, ret);
    else
        (void) str_cut(*line, ',', ret, line);
    if (err == 0 && ret->len > RECORD_FIELD)
        err = -E2BIG;
    return err;
}

int record_next(struct str *rest, struct arena *arena, struct record *ret)
{
    struct record record = { 0 };
    struct str line, hash, size;
    int err;

    do {
        if (!str_next_line(rest, &line))
            return 0;
    } while (line.len == 0);
    if (line.len > 4 * RECORD_FIELD)
        return -E2BIG;
    err = take_field(&line, arena, &record.path);
    if (err == 0)
        err = take_field(&line, arena, &hash);
    if (err == 0)
        err = take_field(&line, arena, &size);
    if (err)
        return err;
    if (record.path.len == 0 || line.len)
        return -EBADMSG;
    if (hash.len && !str_cut(hash, '=', &record.algorithm, &record.hash))
        return -EBADMSG;
    if (size.len) {
        if (str_u64(size, 10, &record.size))
            return -EBADMSG;
        record.has_size = true;
    }
    *ret = record;
    return 1;
}
