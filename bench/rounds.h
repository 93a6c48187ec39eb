/* rounds: the middle of several timed rounds, for the programs of bench/. */
#ifndef GPUVET_BENCH_ROUNDS_H
#define GPUVET_BENCH_ROUNDS_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define ROUNDS_LIMIT 1000u

/* The number in argv[at], 1 where there is none. */
static inline unsigned rounds_of(int argc, char **argv, int at)
{
    unsigned long rounds = argc > at ? strtoul(argv[at], NULL, 10) : 1;

    return rounds < 1 ? 1 : rounds > ROUNDS_LIMIT ? ROUNDS_LIMIT : (unsigned) rounds;
}

static inline double microseconds(void)
{
    struct timespec now;

    (void) clock_gettime(CLOCK_MONOTONIC, &now);
    return (double) now.tv_sec * 1e6 + (double) now.tv_nsec / 1e3;
}

/* Of this process, which other work on the machine lengthens little. */
static inline double cpu_microseconds(void)
{
    struct timespec used;

    (void) clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return (double) used.tv_sec * 1e6 + (double) used.tv_nsec / 1e3;
}

static int by_size(const void *a, const void *b)
{
    double left = *(const double *) a, right = *(const double *) b;

    return (left > right) - (left < right);
}

/* Sorts them. */
static inline double middle(double *times, unsigned count)
{
    qsort(times, count, sizeof(*times), by_size);
    return times[count / 2];
}

#endif
