#include "base/str.h"

#include <errno.h>
#include <string.h>

struct str str_of(const char *text)
{
    return text ? (struct str){ text, strlen(text) } : (struct str){ NULL, 0 };
}

bool str_eq(struct str a, struct str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

bool str_eqz(struct str a, const char *b)
{
    return str_eq(a, str_of(b));
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char) (c - 'A' + 'a') : c;
}

bool str_eq_nocase(struct str a, struct str b)
{
    if (a.len != b.len)
        return false;
    for (size_t i = 0; i < a.len; i++)
        if (lower(a.data[i]) != lower(b.data[i]))
            return false;
    return true;
}

bool str_starts(struct str s, struct str prefix)
{
    return s.len >= prefix.len && str_eq(str_slice(s, 0, prefix.len), prefix);
}

bool str_ends(struct str s, struct str suffix)
{
    return s.len >= suffix.len && str_eq(str_from(s, s.len - suffix.len), suffix);
}

int str_compare(struct str a, struct str b)
{
    size_t common = a.len < b.len ? a.len : b.len;
    int order = common ? memcmp(a.data, b.data, common) : 0;

    if (order)
        return order;
    return a.len < b.len ? -1 : a.len > b.len;
}

uint64_t str_hash(struct str s)
{
    uint64_t value = 0xcbf29ce484222325u;

    for (size_t i = 0; i < s.len; i++)
        value = (value ^ (unsigned char) s.data[i]) * 0x100000001b3u;
    return value;
}

struct str str_slice(struct str s, size_t from, size_t to)
{
    if (to > s.len)
        to = s.len;
    if (from >= to)
        return (struct str){ NULL, 0 };
    return (struct str){ s.data + from, to - from };
}

struct str str_from(struct str s, size_t from)
{
    return str_slice(s, from, s.len);
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

struct str str_trim(struct str s)
{
    size_t from = 0, to = s.len;

    while (from < to && is_space(s.data[from]))
        from++;
    while (to > from && is_space(s.data[to - 1]))
        to--;
    return str_slice(s, from, to);
}

size_t str_find(struct str s, struct str needle)
{
    const char *hit;

    if (needle.len == 0)
        return 0;
    if (s.len < needle.len)
        return STR_NONE;
    hit = memmem(s.data, s.len, needle.data, needle.len);
    return hit ? (size_t) (hit - s.data) : STR_NONE;
}

size_t str_find_char(struct str s, char c)
{
    const char *hit = s.len ? memchr(s.data, c, s.len) : NULL;

    return hit ? (size_t) (hit - s.data) : STR_NONE;
}

size_t str_rfind_char(struct str s, char c)
{
    const char *hit = s.len ? memrchr(s.data, c, s.len) : NULL;

    return hit ? (size_t) (hit - s.data) : STR_NONE;
}

bool str_has(struct str s, struct str needle)
{
    return str_find(s, needle) != STR_NONE;
}

bool str_has_nocase(struct str s, struct str needle)
{
    for (size_t at = 0; at + needle.len <= s.len; at++)
        if (str_eq_nocase(str_slice(s, at, at + needle.len), needle))
            return true;
    return false;
}

bool str_cut(struct str s, char separator, struct str *ret_head, struct str *ret_tail)
{
    size_t at = str_find_char(s, separator);

    if (at == STR_NONE) {
        *ret_head = s;
        *ret_tail = (struct str){ NULL, 0 };
        return false;
    }
    *ret_head = str_slice(s, 0, at);
    *ret_tail = str_from(s, at + 1);
    return true;
}

bool str_next_line(struct str *rest, struct str *ret_line)
{
    struct str line;

    if (rest->len == 0)
        return false;
    (void) str_cut(*rest, '\n', &line, rest);
    if (line.len && line.data[line.len - 1] == '\r')
        line.len--;
    *ret_line = line;
    return true;
}

bool str_next_word(struct str *rest, struct str *ret_word)
{
    size_t from = 0, to;

    while (from < rest->len && is_space(rest->data[from]))
        from++;
    for (to = from; to < rest->len && !is_space(rest->data[to]); to++)
        continue;
    *ret_word = str_slice(*rest, from, to);
    *rest = str_from(*rest, to);
    return ret_word->len > 0;
}

bool str_next_part(struct str *rest, char separator, struct str *ret_part)
{
    /* A NULL pointer marks the end: an empty remainder behind a separator is still one part. */
    static const char end[] = "";

    if (!rest->data)
        return false;
    if (str_find_char(*rest, separator) == STR_NONE) {
        *ret_part = *rest;
        *rest = (struct str){ NULL, 0 };
        return true;
    }
    (void) str_cut(*rest, separator, ret_part, rest);
    if (!rest->data)
        rest->data = end;
    return true;
}

static int digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : 99;
}

int str_u64(struct str s, unsigned base, uint64_t *ret)
{
    uint64_t value = 0;

    if (base == 16 && (str_starts(s, STR("0x")) || str_starts(s, STR("0X"))))
        s = str_from(s, 2);
    if (s.len == 0)
        return -EBADMSG;
    for (size_t i = 0; i < s.len; i++) {
        unsigned next = (unsigned) digit(s.data[i]);

        if (next >= base)
            return -EBADMSG;
        if (value > (UINT64_MAX - next) / base)
            return -ERANGE;
        value = value * base + next;
    }
    *ret = value;
    return 0;
}

struct str path_base(struct str path)
{
    size_t slash = str_rfind_char(path, '/');

    return slash == STR_NONE ? path : str_from(path, slash + 1);
}

struct str path_dir(struct str path)
{
    size_t slash = str_rfind_char(path, '/');

    return slash == STR_NONE ? (struct str){ NULL, 0 } : str_slice(path, 0, slash);
}
