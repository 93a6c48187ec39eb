#include "image/keep.h"

#include "base/fd.h"
#include "root/root.h"

#include <errno.h>
#include <string.h>

struct piece {
    uint64_t offset, size; /* in the file */
    uint64_t at;           /* in the temporary file */
};

struct kept_file {
    int fd; /* in place; -1: pieces */
    uint64_t at, size;
    uint32_t first, count; /* pieces */
};

struct keep {
    struct arena *arena;
    LIST(struct kept_file) files;
    LIST(struct piece) pieces;
    uint64_t limit, used;
    int fd;
    bool full;
};

struct keep *keep_new(struct arena *arena, uint64_t limit)
{
    struct keep *keep = ARENA_NEW(arena, struct keep);

    keep->arena = arena;
    keep->limit = limit;
    keep->fd = -1;
    return keep;
}

static uint32_t add_file(struct keep *keep, struct kept_file file)
{
    *LIST_ADD(keep->arena, &keep->files) = file;
    return (uint32_t) keep->files.count - 1;
}

uint32_t keep_in_place(struct keep *keep, int fd, uint64_t offset, uint64_t size)
{
    return add_file(keep, (struct kept_file){ .fd = fd, .at = offset, .size = size });
}

uint32_t keep_begin(struct keep *keep, uint64_t size)
{
    return add_file(
        keep, (struct kept_file){ .fd = -1, .size = size, .first = (uint32_t) keep->pieces.count });
}

static int write_all(int fd, uint64_t at, struct str bytes)
{
    while (bytes.len) {
        ssize_t done = pwrite(fd, bytes.data, bytes.len, (off_t) at);

        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return done < 0 ? -errno : -EIO;
        at += (uint64_t) done;
        bytes = str_from(bytes, (size_t) done);
    }
    return 0;
}

/* Pieces come nearly in order: one goes back a few places at most. */
static void add_piece(struct keep *keep, struct kept_file *file, struct piece piece)
{
    size_t at = keep->pieces.count;

    (void) LIST_ADD(keep->arena, &keep->pieces);
    for (; at > file->first && keep->pieces.items[at - 1].offset > piece.offset; at--)
        keep->pieces.items[at] = keep->pieces.items[at - 1];
    keep->pieces.items[at] = piece;
    file->count++;
}

int keep_piece(struct keep *keep, uint64_t offset, struct str bytes)
{
    struct kept_file *file = &keep->files.items[keep->files.count - 1];
    struct piece *last = file->count ? &keep->pieces.items[keep->pieces.count - 1] : NULL;
    int r = 0;

    if (bytes.len > keep->limit - keep->used)
        r = -ENOSPC;
    if (r == 0 && keep->fd < 0)
        keep->fd = r = temporary_open();
    if (r >= 0)
        r = write_all(keep->fd, keep->used, bytes);
    if (r < 0) {
        keep->full = true;
        return r;
    }
    if (last && last->offset + last->size == offset && last->at + last->size == keep->used)
        last->size += bytes.len;
    else
        add_piece(keep, file, (struct piece){ offset, bytes.len, keep->used });
    keep->used += bytes.len;
    return 0;
}

/* The last piece that begins at or before the offset. */
static const struct piece *piece_at(const struct keep *keep, const struct kept_file *file,
                                    uint64_t offset)
{
    size_t low = file->first, high = file->first + file->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (keep->pieces.items[middle].offset <= offset)
            low = middle + 1;
        else
            high = middle;
    }
    return low > file->first ? &keep->pieces.items[low - 1] : NULL;
}

static int read_at(int fd, uint64_t at, void *buffer, uint64_t size)
{
    ssize_t got;

    do
        got = pread(fd, buffer, (size_t) size, (off_t) at);
    while (got < 0 && errno == EINTR);
    return got < 0 ? -errno : (int) got;
}

int keep_read(void *self, uint32_t number, uint64_t offset, void *buffer, size_t size)
{
    const struct keep *keep = self;
    const struct kept_file *file = &keep->files.items[number];
    const struct piece *piece;
    uint64_t here;

    if (offset >= file->size)
        return 0;
    if (size > file->size - offset)
        size = (size_t) (file->size - offset);
    if (file->fd >= 0)
        return read_at(file->fd, file->at + offset, buffer, size);
    piece = piece_at(keep, file, offset);
    if (!piece || offset - piece->offset >= piece->size)
        return -ROOT_LEFT_OUT;
    here = piece->size - (offset - piece->offset);
    return read_at(keep->fd, piece->at + (offset - piece->offset), buffer,
                   size < here ? size : here);
}

bool keep_is_full(const struct keep *keep)
{
    return keep->full;
}
