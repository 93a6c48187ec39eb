/* seal: a body packed, with its version in front and its hash behind. */
#include "base/hash.h"
#include "snapshot/snapshot.h"

#include <errno.h>
#include <zstd.h>

#define VERSION_LINE SNAPSHOT_HEAD "1\n"
#define TRAILER (HASH_TEXT + 2) /* with a line end before and behind it */
#define LEVEL 6                 /* 9 packs by two hundredths more, in twice the time */

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

/* Into room for what the frame says that it holds: not a byte more is unpacked. */
static int unpack(struct arena *arena, struct str packed, struct str *ret)
{
    unsigned long long size = ZSTD_getFrameContentSize(packed.data, packed.len);
    size_t got;
    char *body;

    if (size == ZSTD_CONTENTSIZE_ERROR || size == ZSTD_CONTENTSIZE_UNKNOWN)
        return -EBADMSG;
    if (size > SNAPSHOT_BODY_MAX)
        return -E2BIG;
    body = arena_alloc(arena, (size_t) size + 1);
    got = ZSTD_decompress(body, (size_t) size, packed.data, packed.len);
    if (ZSTD_isError(got) || got != size)
        return -EBADMSG;
    *ret = (struct str){ body, got };
    return 0;
}

int snapshot_open(struct arena *arena, struct str file, struct str *ret_body)
{
    static const struct str head = STR_INIT(VERSION_LINE);
    struct str sealed = str_slice(file, 0, file.len > TRAILER ? file.len - TRAILER : 0);
    char hash[HASH_TEXT];

    if (!snapshot_is(file))
        return -EBADMSG;
    if (!str_starts(file, head))
        return -EPROTONOSUPPORT;
    hash_of(sealed, hash);
    if (sealed.len < head.len ||
        !str_eq(str_slice(file, sealed.len + 1, file.len - 1), (struct str){ hash, sizeof(hash) }))
        return -EBADMSG;
    return unpack(arena, str_from(sealed, head.len), ret_body);
}
