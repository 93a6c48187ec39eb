#include "format/requirement.h"

#include "format/version.h"

#include <errno.h>

static bool is_name_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
}

static bool is_dash(char c)
{
    return c == '-' || c == '_' || c == '.';
}

/* Takes what stands between the brackets at the start, if there are any. */
static int take_bracketed(struct str *rest, char open, char close, struct str *ret)
{
    size_t end;

    if (rest->len == 0 || rest->data[0] != open)
        return 0;
    end = str_find_char(*rest, close);
    if (end == STR_NONE)
        return -EBADMSG;
    *ret = str_trim(str_slice(*rest, 1, end));
    *rest = str_trim(str_from(*rest, end + 1));
    return 0;
}

static int take_name(struct str *rest, struct str *ret)
{
    size_t len = 0;

    while (len < rest->len && is_name_char(rest->data[len]))
        len++;
    if (len == 0 || is_dash(rest->data[0]) || is_dash(rest->data[len - 1]))
        return -EBADMSG;
    *ret = str_slice(*rest, 0, len);
    *rest = str_trim(str_from(*rest, len));
    return 0;
}

/* Behind a URL a marker needs a blank before its ";", as an address may hold one. */
static int take_url(struct str rest, struct requirement *requirement)
{
    if (!str_next_word(&rest, &requirement->url))
        return -EBADMSG;
    rest = str_trim(rest);
    if (rest.len && rest.data[0] != ';')
        return -EBADMSG;
    requirement->marker = str_trim(str_from(rest, 1));
    return 0;
}

static int check_specifiers(struct str set)
{
    struct specifier specifier;
    int got;

    for (unsigned n = 0; (got = specifiers_next(&set, &specifier)) > 0; n++)
        if (n == SPECIFIER_CLAUSES)
            return -E2BIG;
    return got;
}

int requirement_parse(struct str text, struct requirement *ret)
{
    struct requirement requirement = { 0 };
    struct str rest = str_trim(text);
    int err;

    if (rest.len > REQUIREMENT_LEN)
        return -E2BIG;
    err = take_name(&rest, &requirement.name);
    if (err == 0)
        err = take_bracketed(&rest, '[', ']', &requirement.extras);
    if (err)
        return err;
    if (rest.len && rest.data[0] == '@') {
        err = take_url(str_from(rest, 1), &requirement);
        if (err == 0)
            *ret = requirement;
        return err;
    }

    (void) str_cut(rest, ';', &rest, &requirement.marker);
    rest = str_trim(rest);
    requirement.marker = str_trim(requirement.marker);
    requirement.specifiers = rest;
    if (rest.len && rest.data[0] == '(') {
        err = take_bracketed(&rest, '(', ')', &requirement.specifiers);
        if (err || rest.len)
            return -EBADMSG;
    }
    err = check_specifiers(requirement.specifiers);
    if (err == 0)
        *ret = requirement;
    return err;
}

/* Takes the next character of a normalised name; '\0' at the end. */
static char next_normal(struct str *rest)
{
    char c;

    if (rest->len == 0)
        return '\0';
    c = rest->data[0];
    *rest = str_from(*rest, 1);
    if (is_dash(c)) {
        while (rest->len && is_dash(rest->data[0]))
            *rest = str_from(*rest, 1);
        return '-';
    }
    return c >= 'A' && c <= 'Z' ? (char) (c - 'A' + 'a') : c;
}

struct str package_normalise(struct arena *arena, struct str name)
{
    char *copy = arena_alloc(arena, name.len + 1);
    size_t len = 0;

    while (name.len)
        copy[len++] = next_normal(&name);
    return (struct str){ copy, len };
}

bool package_eq(struct str a, struct str b)
{
    while (a.len && b.len)
        if (next_normal(&a) != next_normal(&b))
            return false;
    return a.len == b.len;
}
