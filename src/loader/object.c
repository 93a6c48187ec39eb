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

/* Texts are asked for in any order: a long piece begins somewhat before the first of them. */
static uint64_t start_of(const struct object *object, uint64_t offset, size_t size)
{
    uint64_t before = object->reach == OBJECT_AHEAD ? offset % OBJECT_BEFORE : 0;

    return before + size <= OBJECT_AHEAD ? offset - before : offset;
}

/* Fills the older piece with no less than the `size` bytes from `offset` on. */
static int look_ahead(struct object *object, uint64_t offset, size_t size)
{
    struct object_piece *piece = &object->ahead[object->oldest];
    uint64_t start = start_of(object, offset, size), left = object->window.size - start;
    size_t reach = size > object->reach ? size : object->reach;
    size_t len = left < reach ? (size_t) left : reach;
    int r = read_file(&object->file, start, piece->bytes, len);

    if (r == -ENODATA) { /* of an image, parts may be all there is */
        start = offset;
        len = size;
        r = read_file(&object->file, start, piece->bytes, len);
    }
    piece->at = start;
    piece->len = r < 0 ? 0 : len;
    return r;
}

static bool holds(const struct object_piece *piece, uint64_t offset, size_t size)
{
    return offset >= piece->at && offset - piece->at + size <= piece->len;
}

/* Headers and tables are small and stand together: a small piece is read with what follows it. */
static int read_piece(void *ctx, uint64_t offset, void *buf, size_t size)
{
    struct object *object = ctx;
    const struct object_piece *piece;
    struct cursor cursor;
    unsigned which = 0;

    if (size > OBJECT_AHEAD)
        return read_file(&object->file, offset, buf, size);
    while (which < 2 && !holds(&object->ahead[which], offset, size))
        which++;
    if (which == 2) {
        int r = look_ahead(object, offset, size);

        if (r < 0)
            return r;
        which = object->oldest;
    }
    object->oldest = 1 - which;
    piece = &object->ahead[which];
    cursor = cursor_in((struct str){ piece->bytes, piece->len }, offset - piece->at, size);
    memcpy(buf, cursor_take(&cursor, size).data, size);
    return 0;
}

/* Over an opened file; closes it on failure. */
static int read_head(struct object *object, struct arena *arena)
{
    int r;

    object->window = (struct window){ read_piece, object, object->file.node.size };
    object->reach = OBJECT_AHEAD;
    object->ahead[0].len = object->ahead[1].len = object->oldest = 0;
    r = elf_open(&object->window, arena, &object->elf);
    if (r < 0)
        root_file_close(&object->file);
    return r;
}

int object_open(struct root *root, struct str path, struct arena *arena, struct object *ret)
{
    int r = root_open(root, path, &ret->file);

    return r < 0 ? r : read_head(ret, arena);
}

void object_close(struct object *object)
{
    root_file_close(&object->file);
}

static void look(struct object_known *known, struct root *root, struct arena *arena)
{
    struct object object;

    known->open_error = root_open(root, known->path, &object.file);
    if (known->open_error)
        return;
    known->node = object.file.node;
    known->elf_error = read_head(&object, arena);
    if (known->elf_error)
        return;
    known->bits = object.elf.bits;
    known->big_endian = object.elf.big_endian;
    known->machine = object.elf.machine;
    known->interp = object.elf.interp;
    known->dynamic_error = elf_dynamic(&object.elf, &known->dynamic);
    object_close(&object);
}

const struct object_known *object_look(struct object_memory *memory, struct root *root,
                                       struct arena *arena, struct str path)
{
    struct object_known *known;

    for (size_t i = 0; i < memory->known.count; i++)
        if (str_eq(memory->known.items[i]->path, path))
            return memory->known.items[i];
    known = ARENA_NEW(arena, struct object_known);
    known->path = path;
    look(known, root, arena);
    *LIST_ADD(arena, &memory->known) = known;
    return known;
}
