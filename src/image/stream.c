#include "image/stream.h"

#include <errno.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#define PACKED_PIECE 65536u
#define SKIP_PIECE 65536u
#define PATIENCE_MS 120000 /* a registry may think that long between two layers */
#define WINDOW_LOG 25      /* of zstd: 32 MiB */

enum source { SOURCE_FD, SOURCE_PART, SOURCE_NEXT, SOURCE_PLAIN, SOURCE_GZIP, SOURCE_ZSTD };

struct stream {
    enum source source;
    int fd;
    uint64_t offset; /* where the next byte lies, of a file that can be read anywhere */
    bool placed;     /* `offset` is true */
    uint64_t left;   /* of a part */
    uint64_t taken;
    struct stream *below;
    char *packed; /* bytes read from below, not yet used: packed[at] to packed[count] */
    size_t at, count;
    z_stream gzip;
    ZSTD_DStream *zstd;
    bool inside; /* of a member or frame: the end may not come now */
};

/* Of a pipe that does not block: waits for more, but not for ever. */
static ssize_t read_patiently(int fd, void *buffer, size_t size)
{
    ssize_t got = read(fd, buffer, size);

    while (got < 0 && errno == EAGAIN) {
        int ready = poll(&(struct pollfd){ .fd = fd, .events = POLLIN }, 1, PATIENCE_MS);

        if (ready == 0)
            errno = ETIMEDOUT;
        if (ready <= 0)
            return -1;
        got = read(fd, buffer, size);
    }
    return got;
}

static struct stream *make(struct arena *arena, enum source source, struct stream *below)
{
    struct stream *stream = ARENA_NEW(arena, struct stream);

    stream->source = source;
    stream->below = below;
    stream->fd = -1;
    return stream;
}

struct stream *stream_of_fd(struct arena *arena, int fd)
{
    struct stream *stream = make(arena, SOURCE_FD, NULL);
    off_t here = lseek(fd, 0, SEEK_CUR);

    stream->fd = fd;
    stream->placed = here >= 0;
    stream->offset = here >= 0 ? (uint64_t) here : 0;
    return stream;
}

struct stream *stream_of_part(struct arena *arena, int fd, uint64_t offset, uint64_t size)
{
    struct stream *stream = make(arena, SOURCE_PART, NULL);

    stream->fd = fd;
    stream->placed = true;
    stream->offset = offset;
    stream->left = size;
    return stream;
}

struct stream *stream_of_next(struct arena *arena, struct stream *below, uint64_t size)
{
    struct stream *stream = make(arena, SOURCE_NEXT, below);

    stream->left = size;
    return stream;
}

/* --- packed -------------------------------------------------------------------------------- */

static int refill(struct stream *stream)
{
    ssize_t got;

    if (stream->at < stream->count)
        return 1;
    got = stream_read(stream->below, stream->packed, PACKED_PIECE);
    if (got < 0)
        return (int) got;
    stream->at = 0;
    stream->count = (size_t) got;
    return got > 0;
}

/* What is left over in `packed` comes first, then the stream below. */
static ssize_t read_plain(struct stream *stream, char *buffer, size_t size)
{
    size_t kept = stream->count - stream->at;

    if (kept == 0)
        return stream_read(stream->below, buffer, size);
    kept = kept < size ? kept : size;
    memcpy(buffer, stream->packed + stream->at, kept);
    stream->at += kept;
    return (ssize_t) kept;
}

/* One member after the other: pigz, and images that are made to be read in parts, have many. */
static ssize_t read_gzip(struct stream *stream, char *buffer, size_t size)
{
    int r = refill(stream);

    if (r <= 0)
        return r < 0 ? r : stream->inside ? -EBADMSG : 0;
    stream->inside = true;
    stream->gzip.next_in = (unsigned char *) stream->packed + stream->at;
    stream->gzip.avail_in = (unsigned) (stream->count - stream->at);
    stream->gzip.next_out = (unsigned char *) buffer;
    stream->gzip.avail_out = (unsigned) size;
    r = inflate(&stream->gzip, Z_NO_FLUSH);
    stream->at = stream->count - stream->gzip.avail_in;
    if (r == Z_STREAM_END) {
        stream->inside = false;
        (void) inflateReset(&stream->gzip);
    } else if (r != Z_OK && r != Z_BUF_ERROR) {
        return r == Z_MEM_ERROR ? -ENOMEM : -EBADMSG;
    }
    return (ssize_t) (size - stream->gzip.avail_out);
}

static ssize_t read_zstd(struct stream *stream, char *buffer, size_t size)
{
    ZSTD_inBuffer in;
    ZSTD_outBuffer out = { buffer, size, 0 };
    int r = refill(stream);
    size_t hint;

    if (r < 0 || (r == 0 && !stream->inside))
        return r;
    in = (ZSTD_inBuffer){ stream->packed + stream->at, stream->count - stream->at, 0 };
    hint = ZSTD_decompressStream(stream->zstd, &out, &in);
    if (ZSTD_isError(hint))
        return ZSTD_getErrorCode(hint) == ZSTD_error_frameParameter_windowTooLarge ? -E2BIG
                                                                                   : -EBADMSG;
    stream->at += in.pos;
    stream->inside = hint != 0;
    return r == 0 && out.pos == 0 ? -EBADMSG : (ssize_t) out.pos;
}

static int start_gzip(struct stream *stream)
{
    stream->source = SOURCE_GZIP;
    return inflateInit2(&stream->gzip, 15 + 16) == Z_OK ? 0 : -ENOMEM; /* 16: gzip, not zlib */
}

static int start_zstd(struct stream *stream)
{
    stream->source = SOURCE_ZSTD;
    stream->zstd = ZSTD_createDStream();
    if (!stream->zstd ||
        ZSTD_isError(ZSTD_DCtx_setParameter(stream->zstd, ZSTD_d_windowLogMax, WINDOW_LOG)))
        return -ENOMEM;
    return 0;
}

int stream_unpacked(struct arena *arena, struct stream *below, struct stream **ret)
{
    struct stream *stream = make(arena, SOURCE_PLAIN, below);
    struct str first;
    int r;

    stream->placed = stream_place(below, &stream->fd, &stream->offset);
    stream->packed = arena_alloc(arena, PACKED_PIECE);
    r = refill(stream);
    if (r < 0)
        return r;
    first = (struct str){ stream->packed, stream->count };
    r = 0;
    if (str_starts(first, STR("\x1f\x8b\x08")))
        r = start_gzip(stream);
    else if (str_starts(first, STR("\x28\xb5\x2f\xfd")))
        r = start_zstd(stream);
    if (stream->source != SOURCE_PLAIN)
        stream->placed = false;
    if (r < 0)
        stream_close(stream);
    else
        *ret = stream;
    return r;
}

/* --- reading ------------------------------------------------------------------------------- */

static ssize_t read_file(const struct stream *stream, char *buffer, size_t size)
{
    ssize_t got;

    do
        got = stream->placed ? pread(stream->fd, buffer, size, (off_t) stream->offset)
                             : read_patiently(stream->fd, buffer, size);
    while (got < 0 && errno == EINTR);
    return got < 0 ? -errno : got;
}

/* Once: what comes may be less than asked for. */
static ssize_t read_some(struct stream *stream, char *buffer, size_t size)
{
    bool part = stream->source == SOURCE_PART || stream->source == SOURCE_NEXT;

    if (part && size > stream->left)
        size = (size_t) stream->left;
    if (size == 0)
        return 0;
    switch (stream->source) {
    case SOURCE_NEXT:
        return stream_read(stream->below, buffer, size);
    case SOURCE_PLAIN:
        return read_plain(stream, buffer, size);
    case SOURCE_GZIP:
        return read_gzip(stream, buffer, size);
    case SOURCE_ZSTD:
        return read_zstd(stream, buffer, size);
    default:
        return read_file(stream, buffer, size);
    }
}

static void move(struct stream *stream, uint64_t by)
{
    stream->offset += by;
    stream->taken += by;
    if (stream->source == SOURCE_PART || stream->source == SOURCE_NEXT)
        stream->left -= by;
}

/* A packed stream may give nothing for a while: at the end it has nothing left to read, either. */
static bool is_at_end(const struct stream *stream)
{
    bool packed = stream->source == SOURCE_GZIP || stream->source == SOURCE_ZSTD;

    return !packed || (stream->at == stream->count && !stream->inside);
}

ssize_t stream_read(struct stream *stream, void *buffer, size_t size)
{
    size_t filled = 0;

    while (filled < size) {
        ssize_t got = read_some(stream, (char *) buffer + filled, size - filled);

        if (got < 0)
            return got;
        move(stream, (uint64_t) got);
        filled += (size_t) got;
        if (got == 0 && is_at_end(stream))
            break;
    }
    return (ssize_t) filled;
}

/* A seekable file is not read to be skipped, but it must be that long. */
static bool jump(struct stream *stream, uint64_t size)
{
    struct stat st;
    bool file = (stream->source == SOURCE_FD || stream->source == SOURCE_PART) && stream->placed;

    if (!file || fstat(stream->fd, &st) < 0 || !S_ISREG(st.st_mode) ||
        stream->offset + size > (uint64_t) st.st_size)
        return false;
    if (stream->source == SOURCE_PART && size > stream->left)
        return false;
    move(stream, size);
    return true;
}

int stream_skip(struct stream *stream, uint64_t size)
{
    char piece[SKIP_PIECE];

    if (size > INT64_MAX)
        return -EBADMSG;
    if (stream->source == SOURCE_PLAIN && stream->placed) {
        uint64_t kept = stream->count - stream->at;
        uint64_t here = size < kept ? size : kept;

        stream->at += (size_t) here;
        if (stream_skip(stream->below, size - here) < 0)
            return -EBADMSG;
        move(stream, size);
        return 0;
    }
    if (stream->source == SOURCE_NEXT && stream->below->placed && size <= stream->left) {
        move(stream, size);
        return stream_skip(stream->below, size);
    }
    if (jump(stream, size))
        return 0;
    while (size) {
        size_t wanted = size < sizeof(piece) ? (size_t) size : sizeof(piece);
        ssize_t got = stream_read(stream, piece, wanted);

        if (got < 0)
            return (int) got;
        if ((size_t) got < wanted)
            return -EBADMSG;
        size -= wanted;
    }
    return 0;
}

bool stream_place(const struct stream *stream, int *ret_fd, uint64_t *ret_offset)
{
    if (stream->source == SOURCE_NEXT)
        return stream_place(stream->below, ret_fd, ret_offset);
    if (!stream->placed)
        return false;
    *ret_fd = stream->fd;
    *ret_offset = stream->offset;
    return true;
}

uint64_t stream_taken(const struct stream *stream)
{
    return stream->taken;
}

void stream_close(struct stream *stream)
{
    if (stream && stream->source == SOURCE_GZIP)
        (void) inflateEnd(&stream->gzip);
    if (stream && stream->source == SOURCE_ZSTD)
        (void) ZSTD_freeDStream(stream->zstd);
}
