/* seal: a body packed, with its version in front and its hash behind. */
#include "base/hash.h"
#include "snapshot/snapshot.h"

#include <errno.h>
#include <zstd.h>
#include <zstd_errors.h>

#define VERSION_LINE SNAPSHOT_HEAD "1\n"
#define TRAILER (HASH_TEXT + 2) /* with a line end before and behind it */
#define LEVEL 3                 /* 9 packs by a tenth more, in thrice the time */
#define WINDOW_LOG 25           /* 32 MiB */
#define PIECE (1u << 20)

static void hash_of(struct str bytes, char ret[HASH_TEXT])
{
    struct hash hash;

    hash_start(&hash);
    hash_add(&hash, bytes);
    hash_text(&hash, ret);
}

int snapshot_seal(struct arena *arena, struct str body, struct str *ret)
{
    struct buf file = buf_new(arena, SNAPSHOT_FILE_MAX);
    size_t room = ZSTD_compressBound(body.len), packed;
    char *bytes = arena_alloc(arena, room), hash[HASH_TEXT];

    packed = ZSTD_compress(bytes, room, body.data, body.len, LEVEL);
    if (ZSTD_isError(packed))
        return -E2BIG;
    buf_addz(&file, VERSION_LINE);
    buf_add(&file, (struct str){ bytes, packed });
    buf_add_char(&file, '\n');
    hash_of(str_slice(buf_str(&file), 0, file.len - 1), hash);
    buf_add(&file, (struct str){ hash, sizeof(hash) });
    buf_add_char(&file, '\n');
    if (file.full)
        return -E2BIG;
    *ret = buf_str(&file);
    return 0;
}

bool snapshot_is(struct str file)
{
    return str_starts(file, STR(SNAPSHOT_HEAD));
}

/* However much the frame says that it holds, no more than the limit is unpacked. */
static int unpack(struct arena *arena, ZSTD_DStream *stream, struct str packed, struct str *ret)
{
    struct buf body = buf_new(arena, SNAPSHOT_BODY_MAX);
    ZSTD_inBuffer in = { packed.data, packed.len, 0 };
    char *piece = arena_alloc(arena, PIECE);
    size_t left;

    if (ZSTD_isError(ZSTD_DCtx_setParameter(stream, ZSTD_d_windowLogMax, WINDOW_LOG)))
        return -EBADMSG;
    do {
        ZSTD_outBuffer out = { piece, PIECE, 0 };

        left = ZSTD_decompressStream(stream, &out, &in);
        if (ZSTD_isError(left))
            return ZSTD_getErrorCode(left) == ZSTD_error_frameParameter_windowTooLarge ? -E2BIG
                                                                                       : -EBADMSG;
        buf_add(&body, (struct str){ piece, out.pos });
        if (body.full)
            return -E2BIG;
        if (left && out.pos == 0 && in.pos == in.size)
            return -EBADMSG; /* cut short */
    } while (left);
    if (in.pos != in.size)
        return -EBADMSG;
    *ret = buf_str(&body);
    return 0;
}

int snapshot_open(struct arena *arena, struct str file, struct str *ret_body)
{
    static const struct str head = STR_INIT(VERSION_LINE);
    struct str sealed = str_slice(file, 0, file.len > TRAILER ? file.len - TRAILER : 0);
    ZSTD_DStream *stream;
    char hash[HASH_TEXT];
    int r;

    if (!snapshot_is(file))
        return -EBADMSG;
    if (!str_starts(file, head))
        return -EPROTONOSUPPORT;
    hash_of(sealed, hash);
    if (sealed.len < head.len ||
        !str_eq(str_slice(file, sealed.len + 1, file.len - 1), (struct str){ hash, sizeof(hash) }))
        return -EBADMSG;
    stream = ZSTD_createDStream();
    if (!stream)
        return -ENOMEM;
    r = unpack(arena, stream, str_from(sealed, head.len), ret_body);
    (void) ZSTD_freeDStream(stream);
    return r;
}
