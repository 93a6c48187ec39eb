#include "image/layer.h"

#include "format/tar.h"
#include "image/collect.h"

#include <errno.h>

#define WHITEOUT ".wh."
#define OPAQUE ".wh..wh..opq"

enum act { ACT_ADD, ACT_AGAIN, ACT_REMOVE, ACT_EMPTY, ACT_LATER };

struct item {
    enum act act;
    uint32_t number; /* of a file's bytes */
    struct str path;
    struct str target; /* of a link: where it leads; of a hard link: the other path */
    struct node node;
};

struct layer {
    struct arena *arena;
    LIST(struct item) items;
    size_t refused;
    char *notes; /* room for those of one entry */
};

/* "./usr//lib/" becomes "usr/lib". False for a path that leads upwards, or to nothing. */
static bool tidy(struct arena *arena, struct tar_text *text, struct str *ret)
{
    struct str rest = { text->bytes, text->len }, part;
    struct str path = { NULL, 0 };
    size_t len = 0;
    char bytes[TAR_PATH];

    while (str_next_part(&rest, '/', &part)) {
        if (part.len == 0 || str_eqz(part, "."))
            continue;
        if (str_eqz(part, "..") || memchr(part.data, '\0', part.len))
            return false;
        if (len)
            bytes[len++] = '/';
        memcpy(bytes + len, part.data, part.len);
        len += part.len;
    }
    path = (struct str){ bytes, len };
    *ret = arena_copy(arena, path);
    return len > 0;
}

static enum node_kind node_kind(enum tar_kind kind)
{
    static const enum node_kind kinds[] = {
        [TAR_FILE] = NODE_FILE,  [TAR_HARD_LINK] = NODE_FILE,     [TAR_LINK] = NODE_LINK,
        [TAR_CHAR] = NODE_CHAR,  [TAR_BLOCK_DEVICE] = NODE_BLOCK, [TAR_DIRECTORY] = NODE_DIRECTORY,
        [TAR_FIFO] = NODE_OTHER, [TAR_SPARSE] = NODE_FILE,
    };

    return kinds[kind];
}

static struct node node_of(const struct tar_entry *entry)
{
    return (struct node){
        .kind = node_kind(entry->kind),
        .mode = entry->mode,
        .uid = entry->uid,
        .gid = entry->gid,
        .size = entry->size,
        .major = entry->major,
        .minor = entry->minor,
        .mtime = entry->mtime,
    };
}

/* Whiteouts are names of empty files; the folder's other files have nothing to do with them. */
static void add_whiteout(struct layer *layer, struct str folder, struct str name)
{
    struct item *item;

    if (str_eqz(name, OPAQUE)) {
        item = LIST_ADD(layer->arena, &layer->items);
        *item = (struct item){ .act = ACT_EMPTY, .path = folder.len ? folder : STR(".") };
    } else if (!str_starts(name, STR(WHITEOUT WHITEOUT))) { /* what aufs keeps for itself */
        item = LIST_ADD(layer->arena, &layer->items);
        *item = (struct item){ .act = ACT_REMOVE,
                               .path = arena_join(layer->arena, folder,
                                                  str_from(name, strlen(WHITEOUT))) };
    }
}

/* Reads or passes over the file's bytes. */
static int take_content(struct stream *stream, struct keep *keep, const struct tar_entry *entry,
                        struct item *item)
{
    uint64_t offset, padding = tar_padded(entry->size) - entry->size;
    enum collected what =
        entry->kind == TAR_SPARSE ? COLLECT_NOTHING : collect_what(item->path, entry->size);
    int fd, r;

    item->act = ACT_LATER;
    if (entry->kind != TAR_SPARSE && stream_place(stream, &fd, &offset)) {
        item->number = keep_in_place(keep, fd, offset, entry->size);
        return stream_skip(stream, entry->size + padding);
    }
    if (what == COLLECT_NOTHING) {
        item->number = keep_begin(keep, entry->size);
        return stream_skip(stream, entry->size + padding);
    }
    r = collect_file(stream, keep, what, entry->size, &item->number);
    return r < 0 ? r : stream_skip(stream, padding);
}

static int add_entry(struct layer *layer, struct stream *stream, struct keep *keep,
                     struct tar_entry *entry)
{
    struct item item = { .act = ACT_ADD, .node = node_of(entry) };
    struct str name;

    if (layer->items.count >= LAYER_ENTRIES)
        return -E2BIG;
    if (!tidy(layer->arena, &entry->path, &item.path)) {
        layer->refused += entry->path.len > 0 && entry->kind != TAR_DIRECTORY;
        return stream_skip(stream, tar_padded(entry->size));
    }
    name = path_base(item.path);
    if (str_starts(name, STR(WHITEOUT))) {
        add_whiteout(layer, path_dir(item.path), name);
        return stream_skip(stream, tar_padded(entry->size));
    }
    if (entry->kind == TAR_HARD_LINK) {
        item.act = ACT_AGAIN;
        if (!tidy(layer->arena, &entry->target, &item.target)) {
            layer->refused++;
            return 0;
        }
    } else if (entry->kind == TAR_LINK) {
        item.target =
            arena_copy(layer->arena, (struct str){ entry->target.bytes, entry->target.len });
    } else if (item.node.kind == NODE_FILE) {
        int r = take_content(stream, keep, entry, &item);

        if (r < 0)
            return r;
    }
    *LIST_ADD(layer->arena, &layer->items) = item;
    return 0;
}

static int read_notes(struct layer *layer, struct stream *stream, struct tar *tar, uint64_t size)
{
    ssize_t got;

    if (!layer->notes)
        layer->notes = arena_alloc(layer->arena, TAR_NOTES);
    got = stream_read(stream, layer->notes, (size_t) tar_padded(size));
    if (got < 0)
        return (int) got;
    if ((uint64_t) got < tar_padded(size))
        return -EBADMSG;
    return tar_notes(tar, (struct str){ layer->notes, (size_t) size });
}

/* One entry. 1; 0 at the end. */
static int read_step(struct layer *layer, struct stream *stream, struct keep *keep, struct tar *tar)
{
    char block[TAR_BLOCK];
    ssize_t got = stream_read(stream, block, sizeof(block));
    enum tar_step step;
    uint64_t size;
    int r;

    if (got <= 0) /* without the two empty blocks at the end: some tools leave them out */
        return (int) got;
    r = tar_block(tar, (struct str){ block, (size_t) got }, &step, &size);
    if (r == 0 && step == TAR_END)
        return 0;
    if (r == 0 && step == TAR_NOTE)
        r = read_notes(layer, stream, tar, size);
    else if (r == 0 && step == TAR_SKIP)
        r = stream_skip(stream, tar_padded(size));
    else if (r == 0)
        r = add_entry(layer, stream, keep, &tar->entry);
    return r < 0 ? r : 1;
}

int layer_read(struct arena *arena, struct stream *stream, struct keep *keep, struct layer **ret)
{
    struct layer *layer = ARENA_NEW(arena, struct layer);
    struct tar *tar = ARENA_NEW(arena, struct tar);
    int r;

    layer->arena = arena;
    while ((r = read_step(layer, stream, keep, tar)) > 0)
        ;
    if (r == 0)
        *ret = layer;
    return r;
}

/* Whiteouts first: they speak of the layers below. Of two entries for one path the later counts. */
void layer_apply(const struct layer *layer, struct tree *tree)
{
    for (size_t i = 0; i < layer->items.count; i++) {
        const struct item *item = &layer->items.items[i];

        if (item->act == ACT_EMPTY)
            tree_empty(tree, item->path);
        else if (item->act == ACT_REMOVE)
            tree_remove(tree, item->path);
    }
    for (size_t i = 0; i < layer->items.count; i++) {
        const struct item *item = &layer->items.items[i];

        if (item->act == ACT_ADD)
            tree_add(tree, item->path, item->node, item->target);
        else if (item->act == ACT_LATER)
            tree_add_later(tree, item->path, item->node, item->number);
        else if (item->act == ACT_AGAIN)
            (void) tree_add_again(tree, item->path, item->target);
    }
}

size_t layer_refused(const struct layer *layer)
{
    return layer->refused;
}
