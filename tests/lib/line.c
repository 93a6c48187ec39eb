#include "lib/line.h"

#include "base/buf.h"

#define BLOCK_LIMIT ((size_t) 1 << 20)

static const struct {
    char name, value;
} escapes[] = { { 'n', '\n' }, { 't', '\t' }, { 'e', '\033' }, { 's', ' ' }, { '\\', '\\' } };

/* Bytes that the escape after a backslash takes, 0 where it is none. */
static size_t escape_of(struct str after, char *ret)
{
    uint64_t value;

    for (size_t i = 0; i < sizeof(escapes) / sizeof(escapes[0]); i++)
        if (after.len && after.data[0] == escapes[i].name) {
            *ret = escapes[i].value;
            return 1;
        }
    if (after.len < 3 || after.data[0] != 'x' || str_u64(str_slice(after, 1, 3), 16, &value) < 0)
        return 0;
    *ret = (char) value;
    return 3;
}

struct str line_unescape(struct arena *arena, struct str s)
{
    struct buf buf = buf_new(arena, s.len + 1);

    for (size_t i = 0; i < s.len; i++) {
        char c = s.data[i];

        if (c == '\\')
            i += escape_of(str_from(s, i + 1), &c);
        buf_add_char(&buf, c);
    }
    return buf_str(&buf);
}

bool line_next(struct str *rest, unsigned *line, struct str *ret)
{
    if (!str_next_line(rest, ret))
        return false;
    (*line)++;
    return true;
}

struct str line_block(struct arena *arena, struct str *rest, unsigned *line)
{
    struct buf block = buf_new(arena, BLOCK_LIMIT);
    struct str ahead = *rest, text;
    unsigned at = *line;
    size_t blanks = 0;

    while (line_next(&ahead, &at, &text)) {
        if (!str_trim(text).len) {
            blanks++;
            continue;
        }
        if (!str_starts(text, STR("    ")))
            break;
        buf_repeat(&block, '\n', blanks);
        buf_add(&block, str_from(text, 4));
        buf_add_char(&block, '\n');
        blanks = 0;
        *rest = ahead;
        *line = at;
    }
    return buf_str(&block);
}

bool line_attribute(struct str word, const char *key, struct str *ret_value)
{
    struct str name, value;

    if (!str_cut(word, '=', &name, &value) || !str_eqz(name, key))
        return false;
    *ret_value = value;
    return true;
}
