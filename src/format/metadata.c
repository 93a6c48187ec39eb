#include "format/metadata.h"

#include <errno.h>

static bool is_folded(struct str rest)
{
    return rest.len && (rest.data[0] == ' ' || rest.data[0] == '\t');
}

/* Everything up to the first line that does not begin with a blank. */
static struct str take_folded(struct str *rest)
{
    struct str from = *rest, line;

    do {
        (void) str_next_line(rest, &line);
    } while (is_folded(*rest));
    return str_slice(from, 0, from.len - rest->len);
}

bool header_next(struct str *rest, struct header *ret)
{
    struct str line;

    while (rest->len) {
        struct str whole = take_folded(rest), name, value;

        line = whole;
        (void) str_next_line(&line, &name);
        if (str_trim(name).len == 0 && !is_folded(whole))
            return false;
        if (!str_cut(whole, ':', &name, &value) || is_folded(name) ||
            str_find_char(name, '\n') != STR_NONE)
            continue;
        *ret = (struct header){ str_trim(name), str_trim(value) };
        return true;
    }
    return false;
}

/* Where the headers end: at the first empty line, else STR_NONE. */
static size_t headers_end(struct str text)
{
    struct str rest = text, line;

    while (rest.len) {
        size_t at = text.len - rest.len;

        (void) str_next_line(&rest, &line);
        if (line.len == 0)
            return at;
    }
    return STR_NONE;
}

int metadata_parse(struct str text, bool cut, struct metadata *ret)
{
    struct metadata metadata = { .headers = text, .complete = !cut };
    size_t end = headers_end(text);
    struct header header;
    struct str rest;

    if (end != STR_NONE) {
        metadata.headers = str_slice(text, 0, end);
        metadata.complete = true;
    } else if (cut) {
        size_t last = str_rfind_char(text, '\n');

        metadata.headers = str_slice(text, 0, last == STR_NONE ? 0 : last + 1);
    }
    rest = metadata.headers;
    for (unsigned n = 0; header_next(&rest, &header); n++) {
        if (n == METADATA_HEADERS)
            return -E2BIG;
        if (str_eq_nocase(header.name, STR("Name")) && !metadata.name.len)
            metadata.name = header.value;
        else if (str_eq_nocase(header.name, STR("Version")) && !metadata.version.len)
            metadata.version = header.value;
        else if (str_eq_nocase(header.name, STR("Requires-Python")))
            metadata.requires_python = header.value;
    }
    if (metadata.name.len == 0 || metadata.version.len == 0)
        return metadata.complete ? -EBADMSG : -ENODATA;
    *ret = metadata;
    return 0;
}

/* Takes the next header of that name. */
static bool next_named(struct str *rest, struct str name, struct str *ret)
{
    struct header header;

    while (header_next(rest, &header)) {
        if (str_eq_nocase(header.name, name)) {
            *ret = header.value;
            return true;
        }
    }
    return false;
}

bool metadata_requires(struct str *rest, struct str *ret)
{
    return next_named(rest, STR("Requires-Dist"), ret);
}

int wheel_tag_parse(struct str text, struct wheel_tag *ret)
{
    struct wheel_tag tag;
    struct str rest = str_trim(text);

    if (!str_cut(rest, '-', &tag.python, &rest) || !str_cut(rest, '-', &tag.abi, &tag.platform))
        return -EBADMSG;
    if (tag.python.len == 0 || tag.abi.len == 0 || tag.platform.len == 0 ||
        str_find_char(tag.platform, '-') != STR_NONE)
        return -EBADMSG;
    *ret = tag;
    return 0;
}

bool wheel_tag_next(struct str *rest, struct wheel_tag *ret)
{
    struct str value;

    while (next_named(rest, STR("Tag"), &value))
        if (wheel_tag_parse(value, ret) == 0)
            return true;
    return false;
}

int wheel_is_pure(struct str text, bool *ret)
{
    struct str value;

    if (!next_named(&text, STR("Root-Is-Purelib"), &value))
        return -ENOENT;
    if (!str_eq_nocase(value, STR("true")) && !str_eq_nocase(value, STR("false")))
        return -EBADMSG;
    *ret = str_eq_nocase(value, STR("true"));
    return 0;
}
