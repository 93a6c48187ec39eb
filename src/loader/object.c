#include "loader/object.h"

#include <errno.h>

static int read_file(void *ctx, uint64_t offset, void *buf, size_t size)
{
    struct root_file *file = ctx;
    size_t len = 0;

    while (len < size) {
        int r = root_file_read(file, offset + len, (char *) buf + len, size - len);

        if (r <= 0)
            return r < 0 ? r : -ENODATA;
        len += (size_t) r;
    }
    return 0;
}

int object_open(struct root *root, struct str path, struct arena *arena, struct object *ret)
{
    int r = root_open(root, path, &ret->file);

    if (r < 0)
        return r;
    ret->window = (struct window){ read_file, &ret->file, ret->file.node.size };
    r = elf_open(&ret->window, arena, &ret->elf);
    if (r < 0)
        root_file_close(&ret->file);
    return r;
}

void object_close(struct object *object)
{
    root_file_close(&object->file);
}
