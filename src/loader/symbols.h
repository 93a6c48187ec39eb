/* symbols: what one library asks of another and does not get. */
#ifndef GPUVET_LOADER_SYMBOLS_H
#define GPUVET_LOADER_SYMBOLS_H

#include "root/root.h"

#define SYMBOLS_WANTED 16384 /* of one library from another; more is -E2BIG */

/*
 * The first symbol that `user` needs in a version of `library` ("libnvJitLink.so.12"), and that the
 * file `provider` does not define. NVIDIA's libraries bind their symbols to their SONAME in this
 * way. 1: there is one; 0: none; or errors of object_open() and of format/elf.h.
 */
int symbols_missing(struct root *root, struct arena *arena, struct str user, struct str library,
                    struct str provider, struct str *ret);

#endif
