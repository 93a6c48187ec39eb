#include "loader/object.h"

#include <errno.h>

static int read_file(struct root_file *file, uint64_t offset, char *buf, size_t size)
{
    size_t len = 0;

    while (len < size) {
        int r = root_file_read(file, offset + len, buf + len, size - len);

        if (r <= 0)
            return r < 0 ? r : -ENODATA;
        len += (size_t) r;
    }
    return 0;
}

/* Fills `ahead` from `offset` on. */
static int look_ahead(struct object *object, uint64_t offset)
{
    uint64_t left = object->window.size - offset;
    size_t len = left < OBJECT_AHEAD ? (size_t) left : OBJECT_AHEAD;
    int r = read_file(&object->file, offset, object->ahead, len);

    object->ahead_at = offset;
    object->ahead_len = r < 0 ? 0 : len;
    return r;
}

/* Headers and tables are small and stand together: a small piece is read with what follows it. */
static int read_piece(void *ctx, uint64_t offset, void *buf, size_t size)
{
    struct object *object = ctx;
    struct cursor cursor;

    if (size > OBJECT_AHEAD)
        return read_file(&object->file, offset, buf, size);
    if (offset < object->ahead_at || offset - object->ahead_at + size > object->ahead_len) {
        int r = look_ahead(object, offset);

        if (r < 0)
            return r;
    }
    cursor = cursor_in((struct str){ object->ahead, object->ahead_len }, offset - object->ahead_at,
                       size);
    memcpy(buf, cursor_take(&cursor, size).data, size);
    return 0;
}

int object_open(struct root *root, struct str path, struct arena *arena, struct object *ret)
{
    int r = root_open(root, path, &ret->file);

    if (r < 0)
        return r;
    ret->window = (struct window){ read_piece, ret, ret->file.node.size };
    ret->ahead_at = ret->ahead_len = 0;
    r = elf_open(&ret->window, arena, &ret->elf);
    if (r < 0)
        root_file_close(&ret->file);
    return r;
}

void object_close(struct object *object)
{
    root_file_close(&object->file);
}
