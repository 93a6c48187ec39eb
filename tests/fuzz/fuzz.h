/*
 * fuzz: what a fuzz target offers, and what it may use.
 *
 * A target calls one decoder on the input until it stops. libFuzzer drives it when configured with
 * -Dfuzz=true and clang; otherwise corpus.c runs it over seeds, and over broken copies of them.
 */
#ifndef GPUVET_TESTS_FUZZ_H
#define GPUVET_TESTS_FUZZ_H

#include "base/arena.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* For arena_new(). */
static inline void fuzz_no_memory(void)
{
    abort();
}

static inline struct str fuzz_bytes(const uint8_t *data, size_t size)
{
    return (struct str){ (const char *) data, size };
}

#endif
