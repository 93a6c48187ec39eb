#include "format/sshd_config.h"

/* One word, its quotes taken off. False at the line's end or at a comment. */
static bool next_word(struct str *rest, struct arena *arena, struct str *ret)
{
    size_t from = 0, len = 0;
    char *copy, quote = '\0';

    *rest = str_trim(*rest);
    if (rest->len == 0 || rest->data[0] == '#')
        return false;
    copy = arena_alloc(arena, rest->len);
    for (; from < rest->len; from++) {
        char c = rest->data[from];

        if (quote ? c == quote : c == '"' || c == '\'')
            quote = quote ? '\0' : c;
        else if (!quote && (c == ' ' || c == '\t'))
            break;
        else
            copy[len++] = c;
    }
    *rest = str_from(*rest, from);
    *ret = (struct str){ copy, len };
    return true;
}

static bool read_line(struct str line, struct arena *arena, struct sshd_line *ret)
{
    size_t end = 0;

    line = str_trim(line);
    while (end < line.len && line.data[end] != ' ' && line.data[end] != '\t' &&
           line.data[end] != '=')
        end++;
    if (end == 0 || line.data[0] == '#')
        return false;
    ret->keyword = str_slice(line, 0, end);
    line = str_trim(str_from(line, end));
    if (str_starts(line, STR("=")))
        line = str_from(line, 1);
    ret->count = 0;
    while (ret->count < SSHD_WORDS && next_word(&line, arena, &ret->words[ret->count]))
        ret->count++;
    return true;
}

bool sshd_next(struct str *rest, struct arena *arena, struct sshd_line *ret)
{
    struct str line;

    while (str_next_line(rest, &line))
        if (read_line(line, arena, ret))
            return true;
    return false;
}

/* On a mismatch, the last star takes one byte more: no more than text times pattern steps. */
bool sshd_matches(struct str text, struct str pattern)
{
    size_t at = 0, in = 0, star = STR_NONE, held = 0;

    while (at < text.len) {
        if (in < pattern.len && pattern.data[in] == '*') {
            star = in++;
            held = at;
        } else if (in < pattern.len &&
                   (pattern.data[in] == '?' || pattern.data[in] == text.data[at])) {
            in++;
            at++;
        } else if (star != STR_NONE) {
            in = star + 1;
            at = ++held;
        } else {
            return false;
        }
    }
    while (in < pattern.len && pattern.data[in] == '*')
        in++;
    return in == pattern.len;
}

bool sshd_list_matches(struct str text, struct str list)
{
    struct str pattern;
    bool found = false;

    while (str_next_part(&list, ',', &pattern)) {
        bool refuses = str_starts(pattern, STR("!"));

        if (!sshd_matches(text, str_from(pattern, refuses)))
            continue;
        if (refuses)
            return false;
        found = true;
    }
    return found;
}
