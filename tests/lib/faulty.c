#include "lib/faulty.h"

#include "root/backend.h"

#include <errno.h>

static bool fails(struct faulty *self)
{
    return ++self->calls == self->failing;
}

static int faulty_open(void *self, struct str path, void **ret_handle, struct node *ret_node)
{
    struct faulty *faulty = self;
    struct root_file *file = ARENA_NEW(faulty->arena, struct root_file);
    int r = fails(faulty) ? -EIO : root_open(faulty->inner, path, file);

    if (r < 0)
        return r;
    *ret_handle = file;
    *ret_node = file->node;
    return 0;
}

static int faulty_read(void *self, void *handle, uint64_t offset, void *buffer, size_t size)
{
    return fails(self) ? -EIO : root_file_read(handle, offset, buffer, size);
}

static void faulty_close(void *self, void *handle)
{
    (void) self;
    root_file_close(handle);
}

static int faulty_stat(void *self, struct str path, bool follow, struct node *ret)
{
    struct faulty *faulty = self;

    if (fails(faulty))
        return -EIO;
    return follow ? root_stat(faulty->inner, path, ret) : root_lstat(faulty->inner, path, ret);
}

static int faulty_link(void *self, struct str path, struct arena *arena, struct str *ret)
{
    struct faulty *faulty = self;

    (void) arena; /* the inner root's lives as long */
    return fails(faulty) ? -EIO : root_link(faulty->inner, path, ret);
}

static int faulty_list(void *self, struct str path, size_t limit, struct arena *arena,
                       struct names *ret)
{
    struct faulty *faulty = self;

    (void) arena;
    return fails(faulty) ? -EIO : root_list(faulty->inner, path, limit, ret);
}

static int faulty_may_open(void *self, struct str path, bool really)
{
    struct faulty *faulty = self;

    return fails(faulty) ? -EIO : root_may_open(faulty->inner, path, really);
}

static int faulty_kernel_log(void *self, size_t limit, struct arena *arena, struct str *ret)
{
    struct faulty *faulty = self;

    (void) arena;
    return fails(faulty) ? -EIO : root_kernel_log(faulty->inner, limit, ret);
}

static const struct root_backend faulty_backend = {
    .open = faulty_open,
    .read = faulty_read,
    .close = faulty_close,
    .stat = faulty_stat,
    .link = faulty_link,
    .list = faulty_list,
    .may_open = faulty_may_open,
    .kernel_log = faulty_kernel_log,
};

struct root *faulty_root(struct faulty *self)
{
    return root_new(self->arena, &faulty_backend, self);
}
