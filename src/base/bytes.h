/*
 * bytes: the only place that steps through bytes from outside.
 *
 * A cursor walks a view. Reading past the end gives zeros, sets `failed`, and stays failed: read
 * all fields of a record, then test once. Nothing here ever touches memory outside the view.
 */
#ifndef GPUVET_BASE_BYTES_H
#define GPUVET_BASE_BYTES_H

#include "base/str.h"

struct cursor {
    struct str bytes;
    size_t at;
    bool failed;     /* something was asked for that is not there */
    bool big_endian; /* for cursor_uint() */
};

struct cursor cursor_of(struct str bytes);

/* A cursor over bytes [from, from + size) of `bytes`; failed from the start where those do not
 * exist. */
struct cursor cursor_in(struct str bytes, uint64_t from, uint64_t size);

/* The next `size` bytes (1 to 8) as a little-endian, big-endian, or as-the-cursor-says number. */
uint64_t cursor_le(struct cursor *cursor, unsigned size);
uint64_t cursor_be(struct cursor *cursor, unsigned size);
uint64_t cursor_uint(struct cursor *cursor, unsigned size);

/* The next `size` bytes as a view; empty, and failed, where there are fewer. */
struct str cursor_take(struct cursor *cursor, uint64_t size);

/* Moves on by `size`, or to the absolute position `at`. */
void cursor_skip(struct cursor *cursor, uint64_t size);
void cursor_seek(struct cursor *cursor, uint64_t at);

/* Moves on to the next multiple of `alignment` (a power of two). */
void cursor_align(struct cursor *cursor, unsigned alignment);

size_t cursor_left(const struct cursor *cursor);

/* The text at `offset` up to its NUL. -ENODATA: offset outside, or no NUL before the end. */
int bytes_text(struct str bytes, uint64_t offset, struct str *ret);

#endif
