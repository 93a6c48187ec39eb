#include "root/tree.h"

#include "root/backend.h"

#include <errno.h>

struct entry {
    struct str path; /* canonical: no leading slash, no links above the last part */
    struct node node;
    struct str content;           /* a file's bytes, unless they come later; a link's target */
    uint32_t number;              /* of a file whose bytes come later */
    uint32_t parent, first, next; /* positions + 1: folder above, first node below, next beside */
    int refused;
    bool later, removed;
    bool emptied; /* nothing below it is there: no need to walk again */
};

struct tree {
    struct arena *arena;
    LIST(struct entry) entries;
    uint32_t *slots; /* open addressing: index into entries + 1 */
    size_t slot_count;
    struct tree_source source;
    uint32_t uid;
    const uint32_t *gids;
    size_t gid_count;
};

static uint32_t *slot_of(const struct tree *tree, struct str path)
{
    size_t at = (size_t) str_hash(path) & (tree->slot_count - 1);

    while (tree->slots[at] && !str_eq(tree->entries.items[tree->slots[at] - 1].path, path))
        at = (at + 1) & (tree->slot_count - 1);
    return &tree->slots[at];
}

static void make_slots(struct tree *tree, size_t count)
{
    tree->slot_count = count;
    tree->slots = arena_array(tree->arena, count, sizeof(*tree->slots));
    for (size_t i = 0; i < tree->entries.count; i++)
        *slot_of(tree, tree->entries.items[i].path) = (uint32_t) i + 1;
}

static struct entry *exact(const struct tree *tree, struct str path)
{
    uint32_t slot = *slot_of(tree, path);
    struct entry *entry = slot ? &tree->entries.items[slot - 1] : NULL;

    return entry && !entry->removed ? entry : NULL;
}

static size_t position(const struct tree *tree, const struct entry *entry)
{
    return (size_t) (entry - tree->entries.items) + 1;
}

static struct str folder_of(struct str path)
{
    struct str folder = path_dir(path);

    return folder.len ? folder : STR(".");
}

/* An entry stands below its folder for ever, also where it has been removed. */
static struct entry *make(struct tree *tree, struct str path)
{
    uint32_t *slot = slot_of(tree, path), parent;
    struct entry *entry;

    if (*slot) {
        struct entry old = tree->entries.items[*slot - 1];

        entry = &tree->entries.items[*slot - 1];
        *entry = (struct entry){
            .path = old.path, .parent = old.parent, .first = old.first, .next = old.next
        };
        return entry;
    }
    if (tree->entries.count * 2 >= tree->slot_count)
        make_slots(tree, tree->slot_count * 2);
    parent = str_eqz(path, ".") ? 0 : *slot_of(tree, folder_of(path));
    entry = LIST_ADD(tree->arena, &tree->entries);
    entry->path = arena_copy(tree->arena, path);
    entry->parent = parent;
    *slot_of(tree, path) = (uint32_t) tree->entries.count;
    if (parent) {
        entry->next = tree->entries.items[parent - 1].first;
        tree->entries.items[parent - 1].first = (uint32_t) tree->entries.count;
    }
    return entry;
}

static void make_folder(struct tree *tree, struct str path)
{
    struct entry *there = exact(tree, path);

    if (there && there->node.kind == NODE_DIRECTORY)
        return;
    if (!str_eqz(path, "."))
        make_folder(tree, folder_of(path));
    make(tree, path)->node = (struct node){ .kind = NODE_DIRECTORY, .mode = 0755 };
}

struct tree *tree_new(struct arena *arena)
{
    struct tree *tree = ARENA_NEW(arena, struct tree);

    tree->arena = arena;
    make_slots(tree, 256);
    make(tree, STR("."))->node = (struct node){ .kind = NODE_DIRECTORY, .mode = 0755 };
    return tree;
}

void tree_user(struct tree *tree, uint32_t uid, const uint32_t *gids, size_t count)
{
    tree->uid = uid;
    tree->gids = gids;
    tree->gid_count = count;
}

void tree_sources(struct tree *tree, struct tree_source source)
{
    tree->source = source;
}

/* A folder that is added again keeps what is in it; anything else takes its place. */
static struct entry *place(struct tree *tree, struct str path, struct node node)
{
    struct entry *entry;

    if (node.kind != NODE_DIRECTORY)
        tree_empty(tree, path);
    if (!str_eqz(path, "."))
        make_folder(tree, folder_of(path));
    entry = make(tree, path);
    entry->node = node;
    entry->node.inode = position(tree, entry);
    for (uint32_t above = entry->parent; above; above = tree->entries.items[above - 1].parent)
        tree->entries.items[above - 1].emptied = false;
    return entry;
}

void tree_add(struct tree *tree, struct str path, struct node node, struct str content)
{
    struct entry *entry = place(tree, path, node);

    entry->content = content;
    if (node.kind == NODE_FILE && node.size == 0)
        entry->node.size = content.len;
}

void tree_add_later(struct tree *tree, struct str path, struct node node, uint32_t number)
{
    struct entry *entry = place(tree, path, node);

    entry->later = true;
    entry->number = number;
}

int tree_add_again(struct tree *tree, struct str path, struct str old)
{
    struct entry *entry = exact(tree, old), *again;
    struct entry first;

    if (!entry || entry->node.kind == NODE_DIRECTORY)
        return -ENOENT;
    if (str_eq(path, old))
        return 0;
    first = *entry;
    again = place(tree, path, first.node);
    again->node.inode = first.node.inode;
    again->content = first.content;
    again->later = first.later;
    again->number = first.number;
    return 0;
}

size_t tree_count(const struct tree *tree)
{
    return tree->entries.count;
}

void tree_refuse(struct tree *tree, struct str path, int error)
{
    struct entry *entry = exact(tree, path);

    if (!entry) {
        entry = place(tree, path, (struct node){ .kind = NODE_FILE, .mode = 0600 });
        entry->content = STR("");
    }
    entry->refused = error;
}

/* The next node after `at` in the order in which a walk comes by, within `top`; `top` at the end.
 */
static uint32_t walk_on(const struct tree *tree, uint32_t at, uint32_t top)
{
    const struct entry *entries = tree->entries.items;

    if (entries[at - 1].first)
        return entries[at - 1].first;
    while (at != top && !entries[at - 1].next)
        at = entries[at - 1].parent;
    return at == top ? top : entries[at - 1].next;
}

void tree_empty(struct tree *tree, struct str path)
{
    uint32_t top = *slot_of(tree, path);

    if (top && tree->entries.items[top - 1].emptied)
        return;
    for (uint32_t at = top ? walk_on(tree, top, top) : 0; at != top; at = walk_on(tree, at, top))
        tree->entries.items[at - 1].removed = true;
    if (top)
        tree->entries.items[top - 1].emptied = true;
}

void tree_remove(struct tree *tree, struct str path)
{
    uint32_t top = *slot_of(tree, path);

    tree_empty(tree, path);
    if (top)
        tree->entries.items[top - 1].removed = true;
}

/* --- the backend --------------------------------------------------------------------------- */

static int exact_link(void *self, struct str path, struct arena *arena, struct str *ret)
{
    const struct entry *entry = exact(self, path);

    (void) arena;
    if (!entry)
        return -ENOENT;
    if (entry->node.kind != NODE_LINK)
        return -EINVAL;
    if (entry->refused)
        return entry->refused;
    *ret = entry->content;
    return 0;
}

static int find(struct tree *tree, struct str path, bool follow, struct entry **ret)
{
    struct str real;
    int r = resolve_links(tree->arena, exact_link, tree, path, follow, &real);

    if (r < 0)
        return r;
    *ret = exact(tree, real);
    return *ret ? 0 : -ENOENT;
}

/* What the kernel would say to this user of these permission bits. */
static bool permits(const struct tree *tree, const struct node *node, uint32_t wanted)
{
    uint32_t bits = node->mode & 7;

    if (tree->uid == 0)
        return true;
    for (size_t i = 0; i < tree->gid_count; i++)
        if (tree->gids[i] == node->gid)
            bits = node->mode >> 3 & 7;
    if (tree->uid == node->uid)
        bits = node->mode >> 6 & 7;
    return (bits & wanted) == wanted;
}

static int tree_open(void *self, struct str path, void **ret_handle, struct node *ret_node)
{
    struct entry *entry;
    int r = find(self, path, true, &entry);

    if (r < 0)
        return r;
    if (entry->refused)
        return entry->refused;
    if (entry->node.kind != NODE_FILE)
        return entry->node.kind == NODE_DIRECTORY ? -EISDIR : -ENXIO;
    if (!permits(self, &entry->node, 4))
        return -EACCES;
    *ret_handle = (void *) (uintptr_t) (entry - ((struct tree *) self)->entries.items + 1);
    *ret_node = entry->node;
    return 0;
}

static int tree_read(void *self, void *handle, uint64_t offset, void *buffer, size_t size)
{
    const struct tree *tree = self;
    const struct entry *entry = &tree->entries.items[(uintptr_t) handle - 1];
    struct str content = entry->content, part;

    if (entry->later)
        return tree->source.read(tree->source.self, entry->number, offset, buffer, size);
    if (offset >= content.len)
        return 0;
    part = str_slice(content, (size_t) offset, (size_t) offset + size);
    if (part.len)
        memcpy(buffer, part.data, part.len);
    return (int) part.len;
}

static void tree_close(void *self, void *handle)
{
    (void) self;
    (void) handle;
}

static int tree_stat(void *self, struct str path, bool follow, struct node *ret)
{
    struct entry *entry;
    int r = find(self, path, follow, &entry);

    if (r < 0)
        return r;
    *ret = entry->node;
    return 0;
}

static int tree_link(void *self, struct str path, struct arena *arena, struct str *ret)
{
    struct entry *entry;
    int r = find(self, path, false, &entry);

    return r < 0 ? r : exact_link(self, entry->path, arena, ret);
}

static int tree_list(void *self, struct str path, size_t limit, struct arena *arena,
                     struct names *ret)
{
    struct tree *tree = self;
    LIST(struct str) names = { 0 };
    struct entry *folder;
    int r = find(tree, path, true, &folder);

    if (r < 0)
        return r;
    if (folder->refused)
        return folder->refused;
    if (folder->node.kind != NODE_DIRECTORY)
        return -ENOTDIR;
    if (!permits(tree, &folder->node, 4))
        return -EACCES;
    for (uint32_t at = folder->first; at; at = tree->entries.items[at - 1].next) {
        const struct entry *entry = &tree->entries.items[at - 1];

        if (entry->removed)
            continue;
        if (names.count == limit)
            return -E2BIG;
        *LIST_ADD(arena, &names) = path_base(entry->path);
    }
    *ret = (struct names){ names.items, names.count };
    return 0;
}

static int tree_may_open(void *self, struct str path, bool really)
{
    struct entry *entry;
    int r = find(self, path, true, &entry);

    (void) really;
    if (r < 0)
        return r;
    if (entry->refused)
        return entry->refused;
    return permits(self, &entry->node, 6) ? 0 : -EACCES;
}

static int tree_kernel_log(void *self, size_t limit, struct arena *arena, struct str *ret)
{
    struct entry *entry;
    int r = find(self, STR("dev/kmsg"), true, &entry);

    (void) arena;
    if (r < 0)
        return r;
    if (entry->refused)
        return entry->refused;
    if (!permits(self, &entry->node, 4))
        return -EPERM;
    *ret = str_from(entry->content, entry->content.len > limit ? entry->content.len - limit : 0);
    return 0;
}

static const struct root_backend tree_backend = {
    .open = tree_open,
    .read = tree_read,
    .close = tree_close,
    .stat = tree_stat,
    .link = tree_link,
    .list = tree_list,
    .may_open = tree_may_open,
    .kernel_log = tree_kernel_log,
};

struct root *tree_root(struct tree *tree)
{
    return root_new(tree->arena, &tree_backend, tree);
}
