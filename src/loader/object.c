#include "loader/object.h"

#include <errno.h>

/* Texts are asked for in any order: a piece begins somewhat before the first of them. */
static int look_ahead(struct object *object, uint64_t offset, size_t size, struct str *ret)
{
    uint64_t before = offset % OBJECT_BEFORE, start, left;
    struct str piece;
    int r;

    start = before + size <= OBJECT_AHEAD ? offset - before : offset;
    left = object->window.size - start;
    r = root_file_keep(&object->file, start, left < OBJECT_AHEAD ? (size_t) left : OBJECT_AHEAD,
                       &piece);
    if (r == -ENODATA) /* of an image, parts may be all there is */
        return root_file_keep(&object->file, offset, size, ret);
    if (r == 0)
        *ret = str_slice(piece, (size_t) (offset - start), (size_t) (offset - start) + size);
    return r;
}

/* As far ahead as some jumps of the last one's length: short ones stand together. */
static size_t reach_of(const struct object *object, uint64_t offset)
{
    uint64_t jump = offset - object->last;

    if (offset <= object->last || jump > object->jumps / OBJECT_JUMPS)
        return OBJECT_CLOSE;
    jump *= OBJECT_JUMPS;
    return jump < OBJECT_CLOSE ? OBJECT_CLOSE : (size_t) jump;
}

static int jump(struct object *object, uint64_t offset, size_t size, struct str *ret)
{
    struct object_piece *piece = &object->jumped;
    uint64_t into = offset - piece->at, left = object->window.size - offset;
    size_t reach = reach_of(object, offset), len;
    int r;

    if (reach < size)
        reach = size;
    len = left < reach ? (size_t) left : reach;
    object->last = offset;
    if (offset < piece->at || into > piece->len || size > piece->len - into) {
        r = root_file_fill(&object->file, offset, piece->bytes, len);
        if (r == -ENODATA) {
            len = size;
            r = root_file_fill(&object->file, offset, piece->bytes, len);
        }
        piece->at = offset;
        piece->len = r < 0 ? 0 : len;
        into = 0;
        if (r < 0)
            return r;
    }
    *ret = str_slice((struct str){ piece->bytes, piece->len }, (size_t) into, (size_t) into + size);
    return 0;
}

/* Headers and tables are small and stand together: a small piece is read with what follows it. */
static int read_piece(void *ctx, uint64_t offset, void *buf, size_t size)
{
    struct object *object = ctx;
    struct str piece;
    int r = 0;

    if (size > OBJECT_AHEAD)
        return root_file_fill(&object->file, offset, buf, size);
    if (!root_file_recall(&object->file, offset, size, &piece))
        r = object->jumps ? jump(object, offset, size, &piece)
                          : look_ahead(object, offset, size, &piece);
    if (r == 0 && size)
        memcpy(buf, piece.data, size);
    return r;
}

/* Over an opened file; closes it on failure. */
static int read_head(struct object *object, struct arena *arena)
{
    int r;

    object->window = (struct window){ read_piece, object, object->file.node.size };
    object->jumps = 0;
    object->last = 0;
    object->jumped.len = 0;
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
