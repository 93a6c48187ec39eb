/*
 * dotted: versions of drivers and CUDA, compared number by number.
 *
 * The number of a part is its first run of digits, so "02" equals "2", and "1.0.1.post2" stands
 * after "1.0.1". A version that ends earlier stands first: "580" before "580.65.06". For versions
 * of Python packages, whose order has more rules, use the PEP 440 comparison in format/.
 */
#ifndef GPUVET_KNOWLEDGE_DOTTED_H
#define GPUVET_KNOWLEDGE_DOTTED_H

#include "base/str.h"

/* <0, 0 or >0. Numbers beyond 64 bits all count as the largest. */
int dotted_compare(struct str a, struct str b);

/* The first number of a version: a driver's branch, a CUDA major. -EBADMSG where it starts with no
 * digit, -ERANGE where the number is over 32 bits. */
int dotted_first(struct str version, unsigned *ret);

#endif
