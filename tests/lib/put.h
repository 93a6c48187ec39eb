/* put: numbers into a buffer, little-endian, for the writers of binary files. */
#ifndef GPUVET_TESTS_PUT_H
#define GPUVET_TESTS_PUT_H

#include "base/buf.h"

static inline void put(struct buf *buf, uint64_t value, unsigned size)
{
    for (unsigned i = 0; i < size; i++)
        buf_add_char(buf, (char) (i < 8 ? value >> 8 * i & 0xff : 0));
}

#endif
