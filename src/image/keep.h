/*
 * keep: the bytes of an image's files, as far as they can be had again.
 *
 * A file of an archive that can be read anywhere stays where it is. What comes packed, or through a
 * pipe, is gone once it has passed; the pieces that are worth keeping go into one temporary file
 * without a name, up to a stated amount.
 */
#ifndef GPUVET_IMAGE_KEEP_H
#define GPUVET_IMAGE_KEEP_H

#include "base/arena.h"

struct keep;

/* Nothing is written before the first piece. `limit`: bytes of the temporary file. */
struct keep *keep_new(struct arena *arena, uint64_t limit);

/* A file that lies at `offset` of `fd`, whole. Its number, for keep_read(). */
uint32_t keep_in_place(struct keep *keep, int fd, uint64_t offset, uint64_t size);

/* A file of which pieces follow, nearly in the order of their offsets. Its number. */
uint32_t keep_begin(struct keep *keep, uint64_t size);

/*
 * A piece of the file that was begun last. -ENOSPC: over the limit, or the disk is full: the file
 * keeps what it has. Or the system's own error.
 */
int keep_piece(struct keep *keep, uint64_t offset, struct str bytes);

/*
 * Up to `size` bytes from `offset` on, fewer where the kept piece ends; 0 at the file's end.
 * -ROOT_LEFT_OUT: this part was not kept.
 */
int keep_read(void *keep, uint32_t number, uint64_t offset, void *buffer, size_t size);

/* Whether something was left out for want of room. */
bool keep_is_full(const struct keep *keep);

#endif
