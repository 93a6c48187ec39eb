/*
 * faulty: a root whose n-th look fails, for tests that no failure makes a fact say something else.
 */
#ifndef GPUVET_TEST_FAULTY_H
#define GPUVET_TEST_FAULTY_H

#include "root/backend.h"

#include <errno.h>

struct faulty {
    struct root *inner;
    size_t looks, fail_at; /* from 1 on; 0: never */
};

static int faulty_look(struct faulty *faulty)
{
    return ++faulty->looks == faulty->fail_at ? -EIO : 0;
}

static int faulty_open(void *self, struct str path, void **ret_handle, struct node *ret_node)
{
    struct faulty *faulty = self;
    static struct root_file file; /* one is open at a time */
    int r = faulty_look(faulty);

    if (r == 0)
        r = root_open(faulty->inner, path, &file);
    if (r < 0)
        return r;
    *ret_handle = &file;
    *ret_node = file.node;
    return 0;
}

static int faulty_read(void *self, void *handle, uint64_t offset, void *buffer, size_t size)
{
    int r = faulty_look(self);

    return r < 0 ? r : root_file_read(handle, offset, buffer, size);
}

static void faulty_close(void *self, void *handle)
{
    (void) self;
    root_file_close(handle);
}

static int faulty_stat(void *self, struct str path, bool follow, struct node *ret)
{
    struct faulty *faulty = self;
    int r = faulty_look(faulty);

    if (r < 0)
        return r;
    return follow ? root_stat(faulty->inner, path, ret) : root_lstat(faulty->inner, path, ret);
}

static int faulty_link(void *self, struct str path, struct arena *arena, struct str *ret)
{
    struct faulty *faulty = self;
    int r = faulty_look(faulty);

    (void) arena;
    return r < 0 ? r : root_link(faulty->inner, path, ret);
}

static int faulty_list(void *self, struct str path, size_t limit, struct arena *arena,
                       struct names *ret)
{
    struct faulty *faulty = self;
    int r = faulty_look(faulty);

    (void) arena;
    return r < 0 ? r : root_list(faulty->inner, path, limit, ret);
}

static int faulty_may_open(void *self, struct str path, bool really)
{
    struct faulty *faulty = self;
    int r = faulty_look(faulty);

    return r < 0 ? r : root_may_open(faulty->inner, path, really);
}

static const struct root_backend faulty_backend = {
    .open = faulty_open,
    .read = faulty_read,
    .close = faulty_close,
    .stat = faulty_stat,
    .link = faulty_link,
    .list = faulty_list,
    .may_open = faulty_may_open,
};

#endif
