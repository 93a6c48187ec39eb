/* pack: the numbers and texts that a snapshot's body is a row of. For pack.c and told.c. */
#ifndef GPUVET_SNAPSHOT_PACK_H
#define GPUVET_SNAPSHOT_PACK_H

#include "base/buf.h"
#include "base/bytes.h"

static inline void put(struct buf *to, uint64_t number, unsigned size)
{
    for (unsigned i = 0; i < size; i++)
        buf_add_char(to, (char) (number >> (8 * i) & 0xff));
}

static inline void put_text(struct buf *to, struct str text)
{
    put(to, text.len, 4);
    buf_add(to, text);
}

static inline struct str take_text(struct cursor *from)
{
    return cursor_take(from, cursor_le(from, 4));
}

#endif
