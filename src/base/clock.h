/*
 * clock: time that only moves forward, for deadlines and durations.
 */
#ifndef GPUVET_BASE_CLOCK_H
#define GPUVET_BASE_CLOCK_H

#include <stdint.h>
#include <time.h>

/* Microseconds since some fixed moment before the program began. */
static inline int64_t clock_us(void)
{
    struct timespec now = { 0 };

    (void) clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t) now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

#endif
