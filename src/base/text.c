#include "base/text.h"

size_t utf8_next(struct str s, uint32_t *ret_code)
{
    static const uint32_t smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };
    unsigned char lead = s.len ? (unsigned char) s.data[0] : 0;
    size_t size;
    uint32_t code;

    if (s.len == 0)
        return 0;
    if (lead < 0x80) {
        *ret_code = lead;
        return 1;
    }
    if (lead >= 0xc2 && lead < 0xe0)
        size = 2;
    else if (lead >= 0xe0 && lead < 0xf0)
        size = 3;
    else if (lead >= 0xf0 && lead < 0xf5)
        size = 4;
    else
        return 0;
    if (s.len < size)
        return 0;
    code = lead & (0x7fu >> size);
    for (size_t i = 1; i < size; i++) {
        unsigned char next = (unsigned char) s.data[i];

        if ((next & 0xc0) != 0x80)
            return 0;
        code = code << 6 | (next & 0x3fu);
    }
    if (code < smallest[size] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
        return 0;
    *ret_code = code;
    return size;
}

bool utf8_valid(struct str s)
{
    uint32_t code;
    size_t size;

    for (; s.len; s = str_from(s, size)) {
        size = utf8_next(s, &code);
        if (size == 0)
            return false;
    }
    return true;
}

struct range {
    uint32_t from, to;
};

static bool in_ranges(uint32_t code, const struct range *ranges, size_t count)
{
    for (size_t i = 0; i < count && code >= ranges[i].from; i++)
        if (code <= ranges[i].to)
            return true;
    return false;
}
#define IN(code, ranges) in_ranges((code), (ranges), sizeof(ranges) / sizeof((ranges)[0]))

static size_t code_width(uint32_t code)
{
    /* Unicode 15, EastAsianWidth.txt, classes W and F, neighbouring ranges joined:
     * https://www.unicode.org/Public/15.0.0/ucd/EastAsianWidth.txt */
    static const struct range wide[] = {
        { 0x1100, 0x115f },   { 0x231a, 0x231b },   { 0x2329, 0x232a },   { 0x23e9, 0x23ec },
        { 0x2e80, 0x303e },   { 0x3041, 0x33ff },   { 0x3400, 0x4dbf },   { 0x4e00, 0x9fff },
        { 0xa000, 0xa4cf },   { 0xa960, 0xa97f },   { 0xac00, 0xd7a3 },   { 0xf900, 0xfaff },
        { 0xfe30, 0xfe6f },   { 0xff00, 0xff60 },   { 0xffe0, 0xffe6 },   { 0x17000, 0x18cff },
        { 0x1b000, 0x1b2ff }, { 0x1f300, 0x1f64f }, { 0x1f900, 0x1f9ff }, { 0x20000, 0x3fffd },
    };
    /* Marks that combine with the character before them, the commonest blocks. */
    static const struct range none[] = {
        { 0x0300, 0x036f }, { 0x0483, 0x0489 }, { 0x0591, 0x05bd }, { 0x200b, 0x200d },
        { 0x20d0, 0x20ff }, { 0xfe00, 0xfe0f }, { 0xfe20, 0xfe2f }, { 0xe0100, 0xe01ef },
    };

    if (IN(code, none))
        return 0;
    return IN(code, wide) ? 2 : 1;
}

/* What `s` starts with and how many columns that takes; a byte that is no UTF-8 counts as one. */
static size_t next_glyph(struct str s, size_t *ret_width)
{
    uint32_t code;
    size_t size = utf8_next(s, &code);

    *ret_width = size ? code_width(code) : 1;
    return size ? size : 1;
}

size_t text_width(struct str s)
{
    size_t width = 0, step;

    for (; s.len; width += step)
        s = str_from(s, next_glyph(s, &step));
    return width;
}

struct str text_fit(struct str s, size_t columns)
{
    size_t at = 0, width = 0;

    while (at < s.len) {
        size_t step, size = next_glyph(str_from(s, at), &step);

        if (width + step > columns)
            break;
        width += step;
        at += size;
    }
    return str_slice(s, 0, at);
}

static bool is_hidden(uint32_t code)
{
    /* C1 controls; line and paragraph separators; marks and overrides of direction (Unicode TR 9).
     */
    static const struct range hidden[] = {
        { 0x80, 0x9f },     { 0x61c, 0x61c },   { 0x200b, 0x200f },   { 0x2028, 0x202e },
        { 0x2060, 0x206f }, { 0xfeff, 0xfeff }, { 0xe0000, 0xe007f },
    };

    return code < 0x20 || code == 0x7f || IN(code, hidden);
}

void text_escape(struct buf *buf, struct str s)
{
    while (s.len) {
        uint32_t code = 0;
        size_t size = utf8_next(s, &code);
        size_t shown = size ? size : 1;

        if (size && !is_hidden(code))
            buf_add(buf, str_slice(s, 0, size));
        else
            for (size_t i = 0; i < shown; i++)
                buf_addf(buf, "\\x%02x", (unsigned) (unsigned char) s.data[i]);
        s = str_from(s, shown);
    }
}

static bool is_bare(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           str_find_char(STR("%+,-./:=@_^"), c) != STR_NONE;
}

static bool needs_escapes(struct str s)
{
    uint32_t code;

    for (size_t size; s.len; s = str_from(s, size)) {
        size = utf8_next(s, &code);
        if (size == 0 || is_hidden(code))
            return true;
    }
    return false;
}

void text_shell_quote(struct buf *buf, struct str s)
{
    bool bare = s.len > 0;
    bool escapes = needs_escapes(s);

    for (size_t i = 0; i < s.len && bare; i++)
        bare = is_bare(s.data[i]);
    if (bare) {
        buf_add(buf, s);
        return;
    }
    buf_addz(buf, escapes ? "$'" : "'");
    while (s.len) {
        uint32_t code = 0;
        size_t size = utf8_next(s, &code);
        size_t shown = size ? size : 1;

        if (size == 0 || is_hidden(code))
            for (size_t i = 0; i < shown; i++)
                buf_addf(buf, "\\x%02x", (unsigned) (unsigned char) s.data[i]);
        else if (code == '\'')
            buf_addz(buf, escapes ? "\\'" : "'\\''");
        else if (code == '\\' && escapes)
            buf_addz(buf, "\\\\");
        else
            buf_add(buf, str_slice(s, 0, size));
        s = str_from(s, shown);
    }
    buf_add_char(buf, '\'');
}
