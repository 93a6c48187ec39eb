/*
 * buf: bytes that grow in an arena up to a stated limit.
 *
 * What does not fit is dropped and `full` is set; nothing fails in between, so a writer tests once,
 * at the end.
 */
#ifndef GPUVET_BASE_BUF_H
#define GPUVET_BASE_BUF_H

#include "base/arena.h"

struct buf {
    struct arena *arena;
    char *data;
    size_t len, room, limit;
    bool full;
};

struct buf buf_new(struct arena *arena, size_t limit);
void buf_add(struct buf *buf, struct str s);
void buf_addz(struct buf *buf, const char *text);
void buf_add_char(struct buf *buf, char c);
void buf_repeat(struct buf *buf, char c, size_t count);
__attribute__((format(printf, 2, 3))) void buf_addf(struct buf *buf, const char *format, ...);

/* The bytes so far: good until the next addition. */
struct str buf_str(const struct buf *buf);

#endif
