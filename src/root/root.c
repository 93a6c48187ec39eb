#include "root/root.h"

#include "root/backend.h"

#include <errno.h>

#define LINE_LIMIT 4096

/* What a path was found to be, when links were looked for. */
struct known_link {
    struct str path, target;
    bool is_link;
};

/* A file that stays open, with the pieces of it that are kept. */
struct kept_piece {
    uint64_t at;
    struct str bytes;
};
struct known_file {
    struct str path;
    struct node node;
    void *handle;
    bool in_use;
    LIST(struct kept_piece) pieces;
};

struct root {
    struct arena *arena;
    const struct root_backend *backend;
    void *self;
    LIST(struct observation) log;
    LIST(struct known_link) links;
    LIST(struct known_file *) files;
};

struct root *root_new(struct arena *arena, const struct root_backend *backend, void *self)
{
    struct root *root = ARENA_NEW(arena, struct root);

    root->arena = arena;
    root->backend = backend;
    root->self = self;
    return root;
}

bool root_is_live(const struct root *root)
{
    return root->backend->live;
}

static struct str relative(struct str path)
{
    while (path.len && path.data[0] == '/')
        path = str_from(path, 1);
    return path.len ? path : STR(".");
}

static int note(struct root *root, enum root_verb verb, struct str path, int error)
{
    *LIST_ADD(root->arena, &root->log) =
        (struct observation){ verb, arena_copy(root->arena, relative(path)), error, 0 };
    return error;
}

static int open_file(struct root *root, struct str path, struct root_file *ret)
{
    void *handle;
    struct node node;
    int r = root->backend->open(root->self, relative(path), &handle, &node);

    if (r < 0)
        return r;
    *ret = (struct root_file){ root, handle, node, root->log.count, NULL };
    return 0;
}

static struct known_file *find_known(const struct root *root, struct str path)
{
    for (size_t i = 0; i < root->files.count; i++)
        if (str_eq(root->files.items[i]->path, path))
            return root->files.items[i];
    return NULL;
}

static struct known_file *remember(struct root *root, struct str path, const struct root_file *file)
{
    struct known_file *known = ARENA_NEW(root->arena, struct known_file);

    *known = (struct known_file){
        .path = arena_copy(root->arena, path),
        .node = file->node,
        .handle = file->handle,
        .in_use = true,
    };
    *LIST_ADD(root->arena, &root->files) = known;
    return known;
}

static int open_again(struct root *root, struct str path, struct root_file *ret)
{
    struct known_file *known = find_known(root, path);
    int r;

    if (known && !known->in_use) {
        known->in_use = true;
        *ret = (struct root_file){ root, known->handle, known->node, root->log.count, known };
        return 0;
    }
    r = open_file(root, path, ret);
    if (r == 0 && !known && root->files.count < ROOT_STAY)
        ret->known = remember(root, path, ret);
    return r;
}

int root_open(struct root *root, struct str path, struct root_file *ret)
{
    return note(root, ROOT_OPENED, path, open_again(root, relative(path), ret));
}

int root_file_read(struct root_file *file, uint64_t offset, void *buffer, size_t size)
{
    struct root *root = file->root;
    int r;

    if (size > INT32_MAX)
        return -E2BIG;
    r = root->backend->read(root->self, file->handle, offset, buffer, size);
    if (r > 0)
        root->log.items[file->entry].bytes += (uint64_t) r;
    if (r < 0)
        root->log.items[file->entry].error = r;
    return r;
}

int root_file_fill(struct root_file *file, uint64_t offset, void *buffer, size_t size)
{
    char *bytes = buffer;
    size_t len = 0;

    while (len < size) {
        int r = root_file_read(file, offset + len, &bytes[len], size - len);

        if (r <= 0)
            return r < 0 ? r : -ENODATA;
        len += (size_t) r;
    }
    return 0;
}

int root_file_keep(struct root_file *file, uint64_t offset, size_t size, struct str *ret)
{
    struct arena *arena = file->root->arena;
    char *bytes = arena_alloc(arena, size);
    int r = root_file_fill(file, offset, bytes, size);

    if (r < 0)
        return r;
    *ret = (struct str){ bytes, size };
    if (file->known)
        *LIST_ADD(arena, &file->known->pieces) = (struct kept_piece){ offset, *ret };
    return 0;
}

bool root_file_recall(const struct root_file *file, uint64_t offset, size_t size, struct str *ret)
{
    for (size_t i = 0; file->known && i < file->known->pieces.count; i++) {
        const struct kept_piece *piece = &file->known->pieces.items[i];
        uint64_t into = offset - piece->at;

        if (offset < piece->at || into > piece->bytes.len || size > piece->bytes.len - into)
            continue;
        *ret = str_slice(piece->bytes, (size_t) into, (size_t) into + size);
        return true;
    }
    return false;
}

void root_file_close(struct root_file *file)
{
    if (file->known)
        file->known->in_use = false;
    else
        file->root->backend->close(file->root->self, file->handle);
}

void root_let_go(struct root *root)
{
    for (size_t i = 0; i < root->files.count; i++)
        if (!root->files.items[i]->in_use)
            root->backend->close(root->self, root->files.items[i]->handle);
    root->files.count = 0;
}

/* Files of /proc and /sys say that they are empty: only reading tells. One byte more than the limit
 * is asked for, to see whether the file ends within it. */
static int read_all(struct root_file *file, size_t limit, struct str *ret)
{
    struct arena *arena = file->root->arena;
    size_t room, len = 0;
    char *bytes;
    int r;

    if (file->node.size > limit)
        return -E2BIG;
    room = file->node.size ? (size_t) file->node.size + 1 : LINE_LIMIT;
    bytes = arena_alloc(arena, room + 1);
    while ((r = root_file_read(file, len, bytes + len, room - len)) > 0) {
        len += (size_t) r;
        if (len > limit)
            return -E2BIG;
        if (len == file->node.size) /* short of `room`: it ends where it said */
            break;
        if (len == room) {
            char *grown = arena_alloc(arena, room * 2 + 1);

            memcpy(grown, bytes, len);
            bytes = grown;
            room *= 2;
        }
    }
    if (r < 0)
        return r;
    bytes[len] = '\0';
    *ret = (struct str){ bytes, len };
    return 0;
}

int root_read(struct root *root, struct str path, size_t limit, struct str *ret)
{
    struct root_file file;
    size_t entry = root->log.count;
    int r = note(root, ROOT_READ, path, open_file(root, path, &file));

    if (r < 0)
        return r;
    r = read_all(&file, limit, ret);
    root_file_close(&file);
    root->log.items[entry].error = r;
    return r;
}

void root_line(struct root *root, const char *path, struct fact_str *ret)
{
    struct str bytes, line = { NULL, 0 };
    int r = root_read(root, str_of(path), LINE_LIMIT, &bytes);

    *ret = (struct fact_str){ .from = relative(str_of(path)) };
    if (r < 0) {
        ret->state = fact_state_of_error(r);
        return;
    }
    (void) str_next_line(&bytes, &line);
    ret->value = str_trim(line);
    ret->state = FACT_KNOWN;
}

int root_stat(struct root *root, struct str path, struct node *ret)
{
    return note(root, ROOT_STATTED, path,
                root->backend->stat(root->self, relative(path), true, ret));
}

int root_lstat(struct root *root, struct str path, struct node *ret)
{
    return note(root, ROOT_STATTED, path,
                root->backend->stat(root->self, relative(path), false, ret));
}

int root_link(struct root *root, struct str path, struct str *ret)
{
    return note(root, ROOT_LINKED, path,
                root->backend->link(root->self, relative(path), root->arena, ret));
}

static int by_name(const void *a, const void *b)
{
    const struct str *left = a, *right = b;

    return str_compare(*left, *right);
}

int root_list(struct root *root, struct str path, size_t limit, struct names *ret)
{
    struct names names = { NULL, 0 };
    int r = root->backend->list(root->self, relative(path), limit, root->arena, &names);

    if (note(root, ROOT_LISTED, path, r) < 0)
        return r;
    if (names.count)
        qsort(names.items, names.count, sizeof(*names.items), by_name);
    *ret = names;
    return 0;
}

int root_may_open(struct root *root, struct str path, bool really)
{
    return note(root, ROOT_STATTED, path,
                root->backend->may_open(root->self, relative(path), really));
}

int root_kernel_log(struct root *root, size_t limit, struct str *ret)
{
    return note(root, ROOT_READ, STR("dev/kmsg"),
                root->backend->kernel_log(root->self, limit, root->arena, ret));
}

static int recall_link(const struct known_link *known, struct str *ret)
{
    if (!known->is_link)
        return -EINVAL;
    *ret = known->target;
    return 0;
}

/* Paths that are resolved share their folders, so an answer is kept. A look that failed is none. */
static int find_link(void *self, struct str path, struct arena *arena, struct str *ret)
{
    struct root *root = self;
    struct known_link known = { .path = path };
    int r;

    for (size_t i = 0; i < root->links.count; i++)
        if (str_eq(root->links.items[i].path, path))
            return recall_link(&root->links.items[i], ret);
    r = root->backend->link(root->self, path, arena, &known.target);
    if (r < 0 && r != -EINVAL)
        return r;
    known.is_link = r == 0;
    *LIST_ADD(arena, &root->links) = known;
    return recall_link(&known, ret);
}

int root_resolve(struct root *root, struct str path, struct str *ret)
{
    return note(root, ROOT_LINKED, path,
                resolve_links(root->arena, find_link, root, relative(path), true, ret));
}

struct observations root_log(const struct root *root)
{
    return (struct observations){ root->log.items, root->log.count };
}

bool observation_is_refusal(const struct observation *seen)
{
    return seen->error < 0 && seen->error != -ENOTSUP && seen->error != -EINVAL &&
           fact_state_of_error(seen->error) == FACT_UNKNOWN;
}
