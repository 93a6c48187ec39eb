#include "format/toml_text.h"

#include "base/buf.h"

#include <errno.h>

static void add_utf8(struct buf *buf, uint32_t code)
{
    if (code < 0x80) {
        buf_add_char(buf, (char) code);
        return;
    }
    if (code < 0x800) {
        buf_add_char(buf, (char) (0xc0 | code >> 6));
    } else {
        if (code < 0x10000) {
            buf_add_char(buf, (char) (0xe0 | code >> 12));
        } else {
            buf_add_char(buf, (char) (0xf0 | code >> 18));
            buf_add_char(buf, (char) (0x80 | (code >> 12 & 0x3f)));
        }
        buf_add_char(buf, (char) (0x80 | (code >> 6 & 0x3f)));
    }
    buf_add_char(buf, (char) (0x80 | (code & 0x3f)));
}

/* Takes what stands behind a backslash. */
static int take_escape(struct str *rest, struct buf *buf)
{
    static const struct str from = STR_INIT("btnfre\"\\");
    static const char to[] = "\b\t\n\f\r\033\"\\";
    char c = rest->len ? rest->data[0] : '\0';
    size_t known = str_find_char(from, c), digits = c == 'U' ? 8 : 4;
    struct str hex;
    uint64_t code;

    *rest = str_from(*rest, 1);
    if (known != STR_NONE) {
        buf_add_char(buf, to[known]);
        return 0;
    }
    hex = str_slice(*rest, 0, digits);
    if ((c != 'u' && c != 'U') || hex.len != digits || str_starts(hex, STR("0x")) ||
        str_u64(hex, 16, &code) || code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
        return -EBADMSG;
    add_utf8(buf, (uint32_t) code);
    *rest = str_from(*rest, digits);
    return 0;
}

/* In texts of several lines, a backslash at the end of one swallows the blanks up to the next word.
 * False where it is no such backslash. */
static bool take_line_break(struct str *rest)
{
    size_t line_end = str_find_char(*rest, '\n');

    if (line_end == STR_NONE || str_trim(str_slice(*rest, 0, line_end)).len)
        return false;
    while (rest->len && str_find_char(STR(" \t\r\n"), rest->data[0]) != STR_NONE)
        *rest = str_from(*rest, 1);
    return true;
}

/* Takes the quotes that end a text. Of four or five in a row the first ones belong to the text:
 * says how many. */
static size_t take_end(struct str *rest, struct str end)
{
    size_t extra = 0;

    if (end.len == 3)
        while (extra < 2 && str_starts(str_from(*rest, extra + 1), end))
            extra++;
    *rest = str_from(*rest, end.len + extra);
    return extra;
}

/* The text up to `end`, backslashes resolved. */
static int take_basic(struct str *rest, struct str end, struct arena *arena, struct str *ret)
{
    struct buf buf = buf_new(arena, rest->len);
    bool many_lines = end.len == 3;

    while (rest->len && !str_starts(*rest, end)) {
        char c = rest->data[0];

        if (c == '\n' && !many_lines)
            return -EBADMSG;
        *rest = str_from(*rest, 1);
        if (c != '\\')
            buf_add_char(&buf, c);
        else if (!(many_lines && take_line_break(rest)) && take_escape(rest, &buf))
            return -EBADMSG;
    }
    if (rest->len == 0)
        return -EBADMSG;
    buf_repeat(&buf, '"', take_end(rest, end));
    *ret = buf_str(&buf);
    return 0;
}

/* The text up to `end`, as it stands. */
static int take_literal(struct str *rest, struct str end, struct str *ret)
{
    struct str from = *rest;
    size_t at = str_find(*rest, end);

    if (at == STR_NONE ||
        (end.len == 1 && str_find_char(str_slice(*rest, 0, at), '\n') != STR_NONE))
        return -EBADMSG;
    *rest = str_from(*rest, at);
    *ret = str_slice(from, 0, at + take_end(rest, end));
    return 0;
}

int toml_take_text(struct str *rest, struct arena *arena, struct str *ret)
{
    static const struct str quotes[] = {
        STR_INIT("\"\"\""),
        STR_INIT("'''"),
        STR_INIT("\""),
        STR_INIT("'"),
    };

    for (size_t i = 0; i < sizeof(quotes) / sizeof(quotes[0]); i++) {
        struct str end = quotes[i];

        if (!str_starts(*rest, end))
            continue;
        *rest = str_from(*rest, end.len);
        if (end.len == 3 && str_starts(*rest, STR("\r\n")))
            *rest = str_from(*rest, 2);
        else if (end.len == 3 && str_starts(*rest, STR("\n")))
            *rest = str_from(*rest, 1);
        return end.data[0] == '"' ? take_basic(rest, end, arena, ret)
                                  : take_literal(rest, end, ret);
    }
    return -EBADMSG;
}
