#include "format/image_reference.h"

#include <errno.h>

#define REFERENCE_LEN 512

static bool is_alnum(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

static bool is_repository(struct str text)
{
    struct str part;

    if (text.len == 0)
        return false;
    while (str_next_part(&text, '/', &part)) {
        if (part.len == 0 || !is_alnum(part.data[0]) || !is_alnum(part.data[part.len - 1]))
            return false;
        for (size_t i = 0; i < part.len; i++)
            if (!is_alnum(part.data[i]) && part.data[i] != '.' && part.data[i] != '_' &&
                part.data[i] != '-')
                return false;
    }
    return true;
}

/* Letters, digits and _ . -, at most 128, no "." or "-" first. */
static bool is_tag(struct str text)
{
    if (text.len == 0 || text.len > 128 || text.data[0] == '.' || text.data[0] == '-')
        return false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];

        if (!is_alnum(c) && !(c >= 'A' && c <= 'Z') && c != '_' && c != '.' && c != '-')
            return false;
    }
    return true;
}

/* The first part is a registry where it could be a host's name: it has a "." or ":", or is
 * "localhost". */
static bool is_registry(struct str part)
{
    return str_find_char(part, '.') != STR_NONE || str_find_char(part, ':') != STR_NONE ||
           str_eqz(part, "localhost");
}

int image_reference_parse(struct arena *arena, struct str text, struct image_reference *ret)
{
    struct image_reference found = { .registry = STR_INIT("docker.io") };
    struct str first, rest, last;
    size_t colon;
    bool has_tag;

    if (text.len > REFERENCE_LEN)
        return -EBADMSG;
    (void) str_cut(text, '@', &text, &found.digest);
    if (str_cut(text, '/', &first, &rest) && is_registry(first)) {
        found.registry = first;
        text = rest;
    }
    last = path_base(text);
    colon = str_find_char(last, ':');
    has_tag = colon != STR_NONE;
    if (has_tag) {
        found.tag = str_from(last, colon + 1);
        text = str_slice(text, 0, text.len - found.tag.len - 1);
    }
    if (!is_repository(text) || (has_tag && !is_tag(found.tag)))
        return -EBADMSG;
    if (str_eqz(found.registry, "index.docker.io") ||
        str_eqz(found.registry, "registry-1.docker.io"))
        found.registry = STR("docker.io");
    found.repository = text;
    if (str_eqz(found.registry, "docker.io") && str_find_char(text, '/') == STR_NONE)
        found.repository = arena_printf(arena, "library/%.*s", STR_ARG(text));
    *ret = found;
    return 0;
}
