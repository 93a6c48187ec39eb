#include "format/docker_scope.h"

#include "base/buf.h"

#define EXPAND_DEPTH 8 /* variables in the words of variables */

void docker_scope_set(struct docker_scope *scope, struct str name, struct str value, bool known)
{
    struct docker_variable *variable = NULL;

    for (size_t i = 0; i < scope->count; i++)
        if (str_eq(scope->items[i].name, name))
            variable = &scope->items[i];
    if (!variable)
        variable = LIST_ADD(scope->arena, scope);
    *variable = (struct docker_variable){ name, value, known };
}

const struct docker_variable *docker_scope_find(const struct docker_scope *scope, struct str name)
{
    for (size_t i = 0; i < scope->count; i++)
        if (str_eq(scope->items[i].name, name))
            return &scope->items[i];
    return NULL;
}

struct docker_scope docker_scope_copy(const struct docker_scope *scope)
{
    struct docker_scope copy = { .arena = scope->arena,
                                 .escape = scope->escape,
                                 .open = scope->open };

    for (size_t i = 0; i < scope->count; i++)
        *LIST_ADD(scope->arena, &copy) = scope->items[i];
    return copy;
}

static bool is_name_char(char c, bool first)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           (!first && c >= '0' && c <= '9');
}

static size_t name_len(struct str text)
{
    size_t len = 0;

    while (len < text.len && is_name_char(text.data[len], len == 0))
        len++;
    return len;
}

static bool expand(const struct docker_scope *scope, struct str text, struct buf *to,
                   unsigned depth);

/* "${NAME:-word}": `what` is what stands in the braces behind the name. */
static bool expand_braced(const struct docker_scope *scope, struct str name, struct str what,
                          struct str written, struct buf *to, unsigned depth)
{
    const struct docker_variable *variable = docker_scope_find(scope, name);
    bool colon = str_starts(what, STR(":")), unset, empty;
    char operator;

    what = str_from(what, colon);
    operator= what.len ? what.data[0] : '\0';
    unset = !variable;
    empty = unset || (colon && variable->known && variable->value.len == 0);
    if ((variable && !variable->known) || (unset && scope->open && operator!= '-')) {
        buf_add(to, written);
        return false;
    }
    if (operator== '-' && empty)
        return expand(scope, str_from(what, 1), to, depth + 1);
    if (operator== '+')
        return empty || expand(scope, str_from(what, 1), to, depth + 1);
    if (variable)
        buf_add(to, variable->value);
    return true;
}

/* The end of "{…}" with further braces in it; STR_NONE where it never ends. */
static size_t brace_end(struct str text)
{
    size_t depth = 0;

    for (size_t i = 0; i < text.len; i++) {
        depth += text.data[i] == '{';
        if (text.data[i] == '}' && --depth == 0)
            return i;
    }
    return STR_NONE;
}

/* The variable at the start of *text, which begins with "$". Takes it off. */
static bool expand_one(const struct docker_scope *scope, struct str *text, struct buf *to,
                       unsigned depth)
{
    struct str after = str_from(*text, 1), written, inner;
    size_t len, end;
    bool known;

    if (str_starts(after, STR("{")) && (end = brace_end(after)) != STR_NONE) {
        inner = str_slice(after, 1, end);
        written = str_slice(*text, 0, end + 2);
        len = name_len(inner);
        *text = str_from(*text, end + 2);
        if (len == 0) {
            buf_add(to, written);
            return false;
        }
        return expand_braced(scope, str_slice(inner, 0, len), str_from(inner, len), written, to,
                             depth);
    }
    len = name_len(after);
    written = str_slice(*text, 0, len + 1);
    *text = str_from(*text, len + 1);
    if (len == 0) {
        buf_add(to, written);
        return true;
    }
    known = expand_braced(scope, str_from(written, 1), (struct str){ NULL, 0 }, written, to, depth);
    return known;
}

static bool expand(const struct docker_scope *scope, struct str text, struct buf *to,
                   unsigned depth)
{
    bool known = true;

    if (depth > EXPAND_DEPTH) {
        buf_add(to, text);
        return false;
    }
    while (text.len) {
        char c = text.data[0];
        bool escaped = scope->escape ? c == scope->escape && text.len > 1 && text.data[1] == '$'
                                     : str_starts(text, STR("$$"));

        if (escaped) {
            buf_add_char(to, '$');
            text = str_from(text, 2);
        } else if (c == '$') {
            known &= expand_one(scope, &text, to, depth);
        } else {
            buf_add_char(to, c);
            text = str_from(text, 1);
        }
    }
    return known;
}

bool docker_expand(const struct docker_scope *scope, struct str text, struct str *ret)
{
    struct buf to = buf_new(scope->arena, DOCKER_TEXT_LEN);
    bool known = expand(scope, text, &to, 0);

    *ret = buf_str(&to);
    return known && !to.full;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Takes the quoted run at the start of *rest, whose quote is open. */
static bool take_quoted(const struct docker_scope *scope, struct str *rest, struct buf *to)
{
    char quote = rest->data[0];
    struct buf inner = buf_new(scope->arena, DOCKER_TEXT_LEN);
    bool known = true;

    *rest = str_from(*rest, 1);
    while (rest->len && rest->data[0] != quote) {
        if (quote == '"' && rest->data[0] == '\\' && rest->len > 1 &&
            (rest->data[1] == '"' || rest->data[1] == '\\'))
            *rest = str_from(*rest, 1);
        buf_add_char(&inner, rest->data[0]);
        *rest = str_from(*rest, 1);
    }
    *rest = str_from(*rest, 1);
    if (quote == '"')
        known = expand(scope, buf_str(&inner), to, 0);
    else
        buf_add(to, buf_str(&inner));
    return known;
}

bool docker_next_word(const struct docker_scope *scope, struct str *rest, struct str *ret,
                      bool *ret_known)
{
    struct buf word = buf_new(scope->arena, DOCKER_TEXT_LEN);

    while (rest->len && is_blank(rest->data[0]))
        *rest = str_from(*rest, 1);
    if (rest->len == 0)
        return false;
    *ret_known = true;
    while (rest->len && !is_blank(rest->data[0])) {
        char c = rest->data[0];

        if (c == '"' || c == '\'') {
            *ret_known &= take_quoted(scope, rest, &word);
        } else if (c == '$') {
            *ret_known &= expand_one(scope, rest, &word, 0);
        } else {
            if (c == scope->escape && rest->len > 1)
                *rest = str_from(*rest, 1);
            buf_add_char(&word, rest->data[0]);
            *rest = str_from(*rest, 1);
        }
    }
    *ret = buf_str(&word);
    return true;
}
