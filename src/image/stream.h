/*
 * stream: bytes that come one after the other: a file, a part of one, a pipe, or what is packed
 * inside another stream (gzip, RFC 1952; zstd, RFC 8878).
 *
 * Memory is bounded whatever the bytes say: a zstd frame that wants a window over 32 MiB is
 * refused. Errors: -EBADMSG (not what it says it is, or cut short), -E2BIG (such a window),
 * -ETIMEDOUT (a pipe that does not block was silent for two minutes), or the system's own.
 */
#ifndef GPUVET_IMAGE_STREAM_H
#define GPUVET_IMAGE_STREAM_H

#include "base/arena.h"

#include <sys/types.h>

struct stream;

/* The whole of what `fd` gives, from where it stands. It stays the caller's to close. */
struct stream *stream_of_fd(struct arena *arena, int fd);

/* `size` bytes from `offset` of a file that can be read anywhere. */
struct stream *stream_of_part(struct arena *arena, int fd, uint64_t offset, uint64_t size);

/* `size` bytes of another stream, from where it stands. It is the caller's to move past the rest.
 */
struct stream *stream_of_next(struct arena *arena, struct stream *below, uint64_t size);

/* What is packed in `below`; where nothing is, the bytes as they are. */
int stream_unpacked(struct arena *arena, struct stream *below, struct stream **ret);

/* As many bytes as asked for, fewer only at the end; or an error. */
ssize_t stream_read(struct stream *stream, void *buffer, size_t size);

/* Moves on, without reading where that can be helped. -EBADMSG: it ends before. */
int stream_skip(struct stream *stream, uint64_t size);

/*
 * Where the next byte lies: true, and *ret_fd and *ret_offset, where it can be read again from
 * there; false for pipes and what is packed.
 */
bool stream_place(const struct stream *stream, int *ret_fd, uint64_t *ret_offset);

/* Bytes taken so far. */
uint64_t stream_taken(const struct stream *stream);

/* Gives back what unpacking needed. Not the stream below. NULL is allowed. */
void stream_close(struct stream *stream);

#endif
