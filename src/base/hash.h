/*
 * hash: SHA-256, as lists of installed files name it.
 *
 * nettle's, from Debian's archive: with the processor's SHA instructions it takes 0.7 s a GiB on a
 * machine on which sha256sum of coreutils takes 5.6 s and OpenSSL's libcrypto 0.6 s; it adds 29 KB
 * to the program, libcrypto 16 KB.
 */
#ifndef GPUVET_BASE_HASH_H
#define GPUVET_BASE_HASH_H

#include "base/str.h"

#include <nettle/sha2.h>

/* Characters of a SHA-256 as URL-safe Base64 without padding. */
#define HASH_TEXT 43

struct hash {
    struct sha256_ctx state;
};

void hash_start(struct hash *hash);
void hash_add(struct hash *hash, struct str bytes);

/* Ends it: the text as RECORD has it (https://packaging.python.org/en/latest/specifications/
 * recording-installed-packages/). */
void hash_text(struct hash *hash, char ret[HASH_TEXT]);

#endif
