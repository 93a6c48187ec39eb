/*
 * faulty: a root over another one, whose n-th call fails with -EIO. Calls are what a backend is
 * asked: opening, each read of an open file, status, a link, a list, whether a node may be opened,
 * the kernel's log.
 */
#ifndef GPUVET_TESTS_FAULTY_H
#define GPUVET_TESTS_FAULTY_H

#include "root/root.h"

struct faulty {
    struct arena *arena;
    struct root *inner;
    size_t calls;   /* so far */
    size_t failing; /* the number, from 1, of the call that fails; 0: none */
};

/* `self` must outlive the root. */
struct root *faulty_root(struct faulty *self);

#endif
