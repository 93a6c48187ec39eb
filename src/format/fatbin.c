#include "format/fatbin.h"

#include <errno.h>

enum {
    CONTAINER = 16, /* bytes of a container's header */
    ENTRY = 64,     /* of an entry's header, without what may follow in it */
    VERSION = 1,
    ALIGNMENT = 8, /* of containers in a section; between two there may be zeros */

    FLAG_EXACT = 0x100000,
    FLAG_FAMILY = 0x200000,
};

static const uint32_t container_magic = 0xba55ed50;

struct fatbin fatbin_in(const struct window *window, uint64_t offset, uint64_t size)
{
    /* What reaches over the file's end fails at the first header there. */
    uint64_t end = size > UINT64_MAX - offset ? UINT64_MAX : offset + size;

    return (struct fatbin){ .window = window, .at = offset, .end = end };
}

/* Enters the container at `at`. 1, 0 where only padding was left, or an error. */
static int enter_container(struct fatbin *fatbin)
{
    char buf[CONTAINER];
    struct cursor cursor;
    uint64_t magic, version, head_size, size;
    int err;

    for (;;) {
        if (fatbin->end - fatbin->at < CONTAINER)
            return 0;
        err = window_cursor(fatbin->window, fatbin->at, buf, CONTAINER, &cursor);
        if (err)
            return err;
        magic = cursor_le(&cursor, 4);
        if (magic != 0)
            break;
        fatbin->at += ALIGNMENT;
    }
    version = cursor_le(&cursor, 2);
    head_size = cursor_le(&cursor, 2);
    size = cursor_le(&cursor, 8);
    if (magic != container_magic || version != VERSION || head_size < CONTAINER)
        return -EBADMSG;
    if (head_size > fatbin->end - fatbin->at || size > fatbin->end - fatbin->at - head_size)
        return -ENODATA;
    fatbin->containers++;
    fatbin->container_at = fatbin->at;
    fatbin->at += head_size;
    fatbin->container_end = fatbin->at + size;
    return 1;
}

static int read_entry(const struct fatbin *fatbin, struct fatbin_entry *entry, uint64_t *ret_next)
{
    char buf[ENTRY];
    struct cursor cursor;
    uint64_t left = fatbin->container_end - fatbin->at, head_size;
    int err =
        left < ENTRY ? -ENODATA : window_cursor(fatbin->window, fatbin->at, buf, ENTRY, &cursor);

    if (err)
        return err;
    entry->kind = (unsigned) cursor_le(&cursor, 2);
    cursor_skip(&cursor, 2); /* format version */
    head_size = cursor_le(&cursor, 4);
    entry->payload_size = cursor_le(&cursor, 8);
    cursor_skip(&cursor, 8); /* compressed size, place of the options */
    entry->ptx_minor = (unsigned) cursor_le(&cursor, 2);
    entry->ptx_major = (unsigned) cursor_le(&cursor, 2);
    entry->capability = (unsigned) cursor_le(&cursor, 4);
    cursor_skip(&cursor, 8); /* place and length of a file name */
    entry->flags = cursor_le(&cursor, 8);
    cursor_skip(&cursor, 8);
    entry->compressed = cursor_le(&cursor, 8) != 0;
    if (entry->kind == 0 || head_size < ENTRY)
        return -EBADMSG;
    if (head_size > left || entry->payload_size > left - head_size)
        return -ENODATA;
    entry->payload_at = fatbin->at + head_size;
    *ret_next = entry->payload_at + entry->payload_size;
    return 0;
}

int fatbin_next(struct fatbin *fatbin, struct fatbin_entry *ret)
{
    struct fatbin_entry entry = { 0 };
    uint64_t next;
    int err;

    /* A container may be empty; every round takes at least its header. */
    while (fatbin->at >= fatbin->container_end) {
        int got = enter_container(fatbin);

        if (got <= 0)
            return got;
    }
    if (fatbin->entries == FATBIN_ENTRIES)
        return -E2BIG;
    err = read_entry(fatbin, &entry, &next);
    if (err)
        return err;
    if (entry.kind != FATBIN_PTX)
        entry.ptx_major = entry.ptx_minor = 0;
    entry.target = entry.flags & FLAG_EXACT    ? FATBIN_EXACT
                   : entry.flags & FLAG_FAMILY ? FATBIN_FAMILY
                                               : FATBIN_PLAIN;
    entry.container_at = fatbin->container_at;
    fatbin->at = next;
    fatbin->entries++;
    *ret = entry;
    return 1;
}

void fatbin_skip_container(struct fatbin *fatbin)
{
    if (fatbin->at < fatbin->container_end)
        fatbin->at = fatbin->container_end;
}
