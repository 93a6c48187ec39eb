#include "base/buf.h"

#include <stdarg.h>
#include <string.h>

struct buf buf_new(struct arena *arena, size_t limit)
{
    return (struct buf){ .arena = arena, .limit = limit };
}

static bool make_room(struct buf *buf, size_t more)
{
    size_t wanted, room;
    char *grown;

    if (buf->full || more > buf->limit - buf->len) {
        buf->full = true;
        return false;
    }
    wanted = buf->len + more;
    if (wanted <= buf->room)
        return true;
    room = buf->room ? buf->room : 256;
    while (room < wanted)
        room *= 2;
    grown = arena_alloc(buf->arena, room);
    if (buf->len)
        memcpy(grown, buf->data, buf->len);
    buf->data = grown;
    buf->room = room;
    return true;
}

void buf_add(struct buf *buf, struct str s)
{
    if (s.len == 0 || !make_room(buf, s.len))
        return;
    memcpy(buf->data + buf->len, s.data, s.len);
    buf->len += s.len;
}

void buf_addz(struct buf *buf, const char *text)
{
    buf_add(buf, str_of(text));
}

void buf_add_char(struct buf *buf, char c)
{
    buf_add(buf, (struct str){ &c, 1 });
}

void buf_repeat(struct buf *buf, char c, size_t count)
{
    if (!make_room(buf, count) || count == 0)
        return;
    memset(buf->data + buf->len, c, count);
    buf->len += count;
}

void buf_addf(struct buf *buf, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    buf_add(buf, arena_vprintf(buf->arena, format, args));
    va_end(args);
}

struct str buf_str(const struct buf *buf)
{
    return (struct str){ buf->data, buf->len };
}
