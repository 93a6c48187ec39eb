#include "report/layout.h"

#define LINE_LIMIT 65536

static void new_line(struct buf *buf, size_t indent)
{
    buf_add_char(buf, '\n');
    buf_repeat(buf, ' ', indent);
}

/* Punctuation that must not begin a line. */
static bool is_closing(struct str glyph)
{
    static const char *const closing[] = { "、", "。", "，", "；", "：", "）", "”", "》", "？" };

    for (size_t i = 0; i < sizeof(closing) / sizeof(closing[0]); i++)
        if (str_eqz(glyph, closing[i]))
            return true;
    return false;
}

/* The next piece that must not be broken: a word, or one wide glyph, and the closing punctuation
 * after it. A blank before it is taken off. */
static struct str next_piece(struct str *rest, bool *ret_blank)
{
    bool wide = false;
    size_t end = 0;

    *ret_blank = false;
    while (rest->len && rest->data[0] == ' ') {
        *ret_blank = true;
        *rest = str_from(*rest, 1);
    }
    while (end < rest->len && rest->data[end] != ' ') {
        uint32_t code;
        size_t size = utf8_next(str_from(*rest, end), &code);
        struct str glyph = str_slice(*rest, end, end + (size ? size : 1));
        bool after_wide = wide;

        wide = text_width(glyph) == 2;
        if (end > 0 && (wide || after_wide) && !is_closing(glyph))
            break;
        end += glyph.len;
    }
    return str_slice(*rest, 0, end);
}

size_t layout_wrap(struct buf *buf, struct str text, size_t at, size_t indent, size_t columns)
{
    bool first = true;

    while (text.len) {
        bool blank;
        struct str piece = next_piece(&text, &blank);
        size_t width = text_width(piece);

        if (piece.len == 0)
            break;
        if (!first && at + blank + width > columns && at > indent) {
            new_line(buf, indent);
            at = indent;
        } else if (blank && !first) {
            buf_add_char(buf, ' ');
            at++;
        }
        buf_add(buf, piece);
        at += width;
        first = false;
        text = str_from(text, piece.len);
    }
    return at;
}

void layout_line(struct buf *buf, const char *mark, struct str text, size_t indent, size_t columns)
{
    struct buf shown = buf_new(buf->arena, LINE_LIMIT);

    text_escape(&shown, text);
    buf_addz(buf, mark);
    (void) layout_wrap(buf, buf_str(&shown), indent, indent, columns);
    buf_add_char(buf, '\n');
}

static struct str quoted(struct arena *arena, struct str word, struct str home)
{
    struct buf buf = buf_new(arena, 64u * 1024u);
    bool at_home =
        home.len > 1 && str_starts(word, home) && word.len > home.len && word.data[home.len] == '/';

    if (at_home) {
        buf_addz(&buf, "~/");
        word = str_from(word, home.len + 1);
    }
    if (!at_home || word.len)
        text_shell_quote(&buf, word);
    return buf_str(&buf);
}

size_t layout_command(struct buf *buf, const struct str *words, size_t count, struct str home,
                      size_t at, size_t indent, size_t columns)
{
    for (size_t i = 0; i < count; i++) {
        struct str word = quoted(buf->arena, words[i], home);
        size_t width = text_width(word);

        /* Two columns are kept for the " \" that a break needs. */
        if (i && at + 1 + width + 2 > columns && at > indent) {
            buf_addz(buf, " \\");
            new_line(buf, indent);
            at = indent;
        } else if (i) {
            buf_add_char(buf, ' ');
            at++;
        }
        buf_add(buf, word);
        at += width;
    }
    return at;
}
