#include "base/hash.h"

#include "base/bytes.h"

void hash_start(struct hash *hash)
{
    sha256_init(&hash->state);
}

void hash_add(struct hash *hash, struct str bytes)
{
    sha256_update(&hash->state, bytes.len, (const uint8_t *) bytes.data);
}

void hash_text(struct hash *hash, char ret[HASH_TEXT])
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    /* A zero byte behind the digest: 43 letters of 6 bits take two bits of it. */
    uint8_t digest[SHA256_DIGEST_SIZE + 1] = { 0 };

    sha256_digest(&hash->state, SHA256_DIGEST_SIZE, digest);
    for (unsigned i = 0; i < HASH_TEXT; i++) {
        unsigned bit = i * 6, pair = digest[bit / 8] * 256u;

        if (bit / 8 < SHA256_DIGEST_SIZE)
            pair += digest[bit / 8 + 1];
        ret[i] = letters[pair >> (10 - bit % 8) & 63];
    }
}
