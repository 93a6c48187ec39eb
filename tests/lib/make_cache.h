/*
 * make_cache: an ld.so.cache in the format that ldconfig has written since glibc 2.32
 * ("glibc-ld.so.cache1.1" alone, without the older part before it).
 *
 * Format: glibc, sysdeps/generic/dl-cache.h.
 */
#ifndef GPUVET_TESTS_MAKE_CACHE_H
#define GPUVET_TESTS_MAKE_CACHE_H

#include "base/arena.h"

/*
 * `lines` are "soname => /path", in any order. `machine` is as in make_elf.h. -EBADMSG: a line is
 * something else; *ret then holds that line.
 */
int make_cache(struct arena *arena, unsigned machine, struct str lines, struct str *ret);

#endif
