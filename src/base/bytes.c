#include "base/bytes.h"

#include <errno.h>

struct cursor cursor_of(struct str bytes)
{
    return (struct cursor){ .bytes = bytes };
}

struct cursor cursor_in(struct str bytes, uint64_t from, uint64_t size)
{
    if (from > bytes.len || size > bytes.len - from)
        return (struct cursor){ .failed = true };
    return cursor_of(str_slice(bytes, (size_t) from, (size_t) (from + size)));
}

size_t cursor_left(const struct cursor *cursor)
{
    return cursor->failed ? 0 : cursor->bytes.len - cursor->at;
}

struct str cursor_take(struct cursor *cursor, uint64_t size)
{
    struct str taken;

    if (size > cursor_left(cursor)) {
        cursor->failed = true;
        return (struct str){ NULL, 0 };
    }
    taken = str_slice(cursor->bytes, cursor->at, cursor->at + (size_t) size);
    cursor->at += (size_t) size;
    return taken;
}

uint64_t cursor_le(struct cursor *cursor, unsigned size)
{
    struct str taken = cursor_take(cursor, size);
    uint64_t value = 0;

    for (size_t i = taken.len; i-- > 0;)
        value = value << 8 | (unsigned char) taken.data[i];
    return value;
}

uint64_t cursor_be(struct cursor *cursor, unsigned size)
{
    struct str taken = cursor_take(cursor, size);
    uint64_t value = 0;

    for (size_t i = 0; i < taken.len; i++)
        value = value << 8 | (unsigned char) taken.data[i];
    return value;
}

uint64_t cursor_uint(struct cursor *cursor, unsigned size)
{
    return cursor->big_endian ? cursor_be(cursor, size) : cursor_le(cursor, size);
}

void cursor_skip(struct cursor *cursor, uint64_t size)
{
    (void) cursor_take(cursor, size);
}

void cursor_seek(struct cursor *cursor, uint64_t at)
{
    if (cursor->failed)
        return;
    if (at > cursor->bytes.len)
        cursor->failed = true;
    else
        cursor->at = (size_t) at;
}

void cursor_align(struct cursor *cursor, unsigned alignment)
{
    size_t over = cursor->at & (alignment - 1u);

    if (over)
        cursor_skip(cursor, alignment - over);
}

int bytes_text(struct str bytes, uint64_t offset, struct str *ret)
{
    struct str rest;
    size_t end;

    if (offset >= bytes.len)
        return -ENODATA;
    rest = str_from(bytes, (size_t) offset);
    end = str_find_char(rest, '\0');
    if (end == STR_NONE)
        return -ENODATA;
    *ret = str_slice(rest, 0, end);
    if (!ret->data)
        ret->data = rest.data; /* an empty text is a text */
    return 0;
}
