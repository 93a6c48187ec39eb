#include "format/window.h"

#include <errno.h>

static int read_bytes(void *ctx, uint64_t offset, void *buf, size_t size)
{
    const struct str *bytes = ctx;
    struct cursor cursor = cursor_in(*bytes, offset, size);
    struct str piece = cursor_take(&cursor, size);

    if (cursor.failed)
        return -ENODATA;
    if (size)
        memcpy(buf, piece.data, size);
    return 0;
}

struct window window_of(struct str *bytes)
{
    return (struct window){ .read = read_bytes, .ctx = bytes, .size = bytes->len };
}

static int fill(const struct window *window, uint64_t offset, void *buf, size_t size)
{
    if (offset > window->size || size > window->size - offset)
        return -ENODATA;
    return size ? window->read(window->ctx, offset, buf, size) : 0;
}

int window_read(const struct window *window, struct arena *arena, uint64_t offset, uint64_t size,
                struct str *ret)
{
    char *buf;
    int err;

    if (offset > window->size || size > window->size - offset)
        return -ENODATA;
    if (size > WINDOW_PIECE)
        return -E2BIG;
    buf = arena_alloc(arena, (size_t) size);
    err = fill(window, offset, buf, (size_t) size);
    if (err == 0)
        *ret = (struct str){ buf, (size_t) size };
    return err;
}

int window_cursor(const struct window *window, uint64_t offset, char *buf, size_t size,
                  struct cursor *ret)
{
    int err = fill(window, offset, buf, size);

    if (err == 0)
        *ret = cursor_of((struct str){ buf, size });
    return err;
}

int window_text(const struct window *window, struct arena *arena, uint64_t offset, uint64_t room,
                struct str *ret)
{
    char buf[WINDOW_TEXT];
    struct str text;
    int err;

    if (offset > window->size)
        return -ENODATA;
    if (room > window->size - offset)
        room = window->size - offset;
    if (room > sizeof(buf))
        room = sizeof(buf);
    err = fill(window, offset, buf, (size_t) room);
    if (err == 0)
        err = bytes_text((struct str){ buf, (size_t) room }, 0, &text);
    if (err == 0)
        *ret = arena_copy(arena, text);
    return err;
}
