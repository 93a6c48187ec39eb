#include "format/maps.h"

#include <errno.h>

/* The two hexadecimal numbers of "a-b" or "a:b". */
static int read_pair(struct str word, char separator, uint64_t *ret_a, uint64_t *ret_b)
{
    struct str a, b;

    if (!str_cut(word, separator, &a, &b) || str_u64(a, 16, ret_a) || str_u64(b, 16, ret_b))
        return -EBADMSG;
    return 0;
}

int maps_next(struct str *rest, struct mapping *ret)
{
    static const struct str deleted = STR_INIT(" (deleted)");
    struct mapping mapping = { 0 };
    struct str line, range, rights, offset, device, inode;
    uint64_t major, minor;

    if (!str_next_line(rest, &line))
        return 0;
    if (!str_next_word(&line, &range) || !str_next_word(&line, &rights) ||
        !str_next_word(&line, &offset) || !str_next_word(&line, &device) ||
        !str_next_word(&line, &inode) || rights.len != 4)
        return -EBADMSG;
    if (read_pair(range, '-', &mapping.start, &mapping.end) ||
        read_pair(device, ':', &major, &minor) || str_u64(offset, 16, &mapping.offset) ||
        str_u64(inode, 10, &mapping.inode) || major > UINT32_MAX || minor > UINT32_MAX)
        return -EBADMSG;
    mapping.device_major = (uint32_t) major;
    mapping.device_minor = (uint32_t) minor;
    mapping.readable = rights.data[0] == 'r';
    mapping.writable = rights.data[1] == 'w';
    mapping.executable = rights.data[2] == 'x';
    mapping.shared = rights.data[3] == 's';
    while (line.len && line.data[0] == ' ')
        line = str_from(line, 1);
    mapping.deleted = str_ends(line, deleted);
    mapping.path = str_slice(line, 0, line.len - (mapping.deleted ? deleted.len : 0));
    *ret = mapping;
    return 1;
}
