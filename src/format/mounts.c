#include "format/mounts.h"

#include <errno.h>

static struct str unescape(struct arena *arena, struct str text)
{
    char *copy;
    size_t len = 0;

    if (str_find_char(text, '\\') == STR_NONE)
        return text;
    copy = arena_alloc(arena, text.len);
    while (text.len) {
        uint64_t code;

        if (text.data[0] == '\\' && text.len >= 4 &&
            str_u64(str_slice(text, 1, 4), 8, &code) == 0 && code <= 255) {
            copy[len++] = (char) code;
            text = str_from(text, 4);
        } else {
            copy[len++] = text.data[0];
            text = str_from(text, 1);
        }
    }
    return (struct str){ copy, len };
}

static int read_device(struct str word, struct mount *mount)
{
    struct str a, b;
    uint64_t major, minor;

    if (!str_cut(word, ':', &a, &b) || str_u64(a, 10, &major) || str_u64(b, 10, &minor) ||
        major > UINT32_MAX || minor > UINT32_MAX)
        return -EBADMSG;
    mount->device_major = (uint32_t) major;
    mount->device_minor = (uint32_t) minor;
    return 0;
}

int mounts_next(struct str *rest, struct arena *arena, struct mount *ret)
{
    struct mount mount = { 0 };
    struct str line, id, parent, device, word;

    if (!str_next_line(rest, &line))
        return 0;
    if (line.len > MOUNTS_LINE)
        return -E2BIG;
    if (!str_next_word(&line, &id) || str_u64(id, 10, &mount.id) ||
        !str_next_word(&line, &parent) || str_u64(parent, 10, &mount.parent) ||
        !str_next_word(&line, &device) || read_device(device, &mount) ||
        !str_next_word(&line, &mount.root) || !str_next_word(&line, &mount.point) ||
        !str_next_word(&line, &mount.options))
        return -EBADMSG;
    do { /* optional fields, ended by a dash */
        if (!str_next_word(&line, &word))
            return -EBADMSG;
    } while (!str_eqz(word, "-"));
    /* A source may be empty; then two blanks follow each other, so words would not do. */
    line = str_from(line, 1);
    if (!str_cut(line, ' ', &mount.type, &line) || !str_cut(line, ' ', &mount.source, &line))
        return -EBADMSG;
    mount.root = unescape(arena, mount.root);
    mount.point = unescape(arena, mount.point);
    mount.source = unescape(arena, mount.source);
    mount.super_options = str_trim(line);
    *ret = mount;
    return 1;
}

bool mount_option(struct str options, const char *name, struct arena *arena, struct str *ret)
{
    struct str option, key, value;

    while (str_next_part(&options, ',', &option)) {
        (void) str_cut(option, '=', &key, &value);
        if (str_eqz(key, name)) {
            *ret = unescape(arena, value);
            return true;
        }
    }
    return false;
}
