/*
 * window: reads pieces of a file that is too large to be held.
 *
 * A decoder of large files takes a window instead of bytes: whoever owns the file supplies `read`,
 * the decoder asks for the few pieces that it needs. Every piece is checked against the file's
 * size first, so `read` is never asked for what cannot be there.
 */
#ifndef GPUVET_FORMAT_WINDOW_H
#define GPUVET_FORMAT_WINDOW_H

#include "base/arena.h"
#include "base/bytes.h"

#define WINDOW_PIECE (64u << 20) /* the largest single piece, in bytes; more is -E2BIG */
#define WINDOW_TEXT 4096         /* the longest text with its NUL, in bytes */

struct window {
    /* Fills all `size` bytes of `buf` from `offset` on: 0, or a negative errno. */
    int (*read)(void *ctx, uint64_t offset, void *buf, size_t size);
    void *ctx;
    uint64_t size; /* of the file, in bytes */
};

/* A window over bytes in memory; `*bytes` must outlive it. */
struct window window_of(struct str *bytes);

/* The piece as a view in the arena. 0, -ENODATA (not within the file), -E2BIG, or as read(). */
int window_read(const struct window *window, struct arena *arena, uint64_t offset, uint64_t size,
                struct str *ret);

/* The piece in the caller's own buffer, and a cursor over it. As window_read(). */
int window_cursor(const struct window *window, uint64_t offset, char *buf, size_t size,
                  struct cursor *ret);

/* The text up to its NUL within the `room` bytes from `offset` on. -ENODATA: no NUL there. */
int window_text(const struct window *window, struct arena *arena, uint64_t offset, uint64_t room,
                struct str *ret);

#endif
