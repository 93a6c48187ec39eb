/* hashes: the bytes of the libraries that decide, on all cores. */
#include "lock/lock.h"

#include "base/work.h"
#include "probe/integrity.h"

#include <stdlib.h>

struct hashing {
    struct probe_ctx *ctx;
    const struct lock_hashes *files;
    struct str *paths; /* of the files, as the root has them */
    uint64_t bytes;
};

/* --- which --------------------------------------------------------------------------------- */

static void add_file(struct arena *arena, const struct fact_str *path, struct lock_hashes *ret)
{
    if (path->state == FACT_KNOWN && lock_path_is_inside(path->value))
        *LIST_ADD(arena, ret) = (struct lock_hash){ .path = arena_copy(arena, path->value) };
}

static int by_path(const void *a, const void *b)
{
    return str_compare(((const struct lock_hash *) a)->path, ((const struct lock_hash *) b)->path);
}

void lock_files(struct arena *arena, const struct facts *locked, struct lock_hashes *ret)
{
    const struct fact_list *libraries = &locked->loader.libraries;
    const struct fact_list *extensions = &locked->extensions.all;
    size_t kept = 0;

    *ret = (struct lock_hashes){ 0 };
    for (size_t i = 0; i < libraries->count; i++)
        add_file(arena, &LIST_OF(library, libraries)[i].path, ret);
    for (size_t i = 0; i < extensions->count; i++)
        add_file(arena, &LIST_OF(extension, extensions)[i].path, ret);
    if (ret->count)
        qsort(ret->items, ret->count, sizeof(*ret->items), by_path);
    for (size_t i = 0; i < ret->count; i++)
        if (!kept || !str_eq(ret->items[kept - 1].path, ret->items[i].path))
            ret->items[kept++] = ret->items[i];
    ret->count = kept;
}

/* --- hashing ------------------------------------------------------------------------------- */

static int hash_one(void *context, size_t task, struct work_share *share)
{
    const struct hashing *it = context;
    struct root_file file;
    int r = root_open(it->ctx->root, it->paths[task], &file);

    if (r < 0)
        return r;
    r = integrity_hash(&file, share, work_output(share, task));
    root_file_close(&file);
    return r;
}

static void tick(void *context, uint64_t done)
{
    const struct hashing *it = context;

    it->ctx->progress(it->ctx->progress_context, done, it->bytes);
}

/* A lock may name any path: one that leads out of its folder is no file of ours. */
static void find_files(struct hashing *it)
{
    struct arena *arena = it->ctx->arena;

    it->paths = arena_array(arena, it->files->count, sizeof(*it->paths));
    for (size_t i = 0; i < it->files->count; i++) {
        struct str path = it->files->items[i].path;
        struct node node;

        if (!lock_path_is_inside(path) || !integrity_stays_below(path))
            continue;
        it->paths[i] = lock_path_here(arena, it->ctx->facts, path);
        if (root_stat(it->ctx->root, it->paths[i], &node) == 0)
            it->bytes += node.size;
    }
}

void lock_hash(struct probe_ctx *ctx, struct lock_hashes *files)
{
    struct hashing it = { .ctx = ctx, .files = files };
    char *texts = arena_alloc(ctx->arena, files->count * HASH_TEXT);
    const int *outcomes;

    find_files(&it);
    outcomes = work_run(ctx->arena, &(struct work){ .count = files->count,
                                                    .run = hash_one,
                                                    .context = &it,
                                                    .tick = ctx->progress ? tick : NULL,
                                                    .tick_context = &it,
                                                    .output_size = HASH_TEXT,
                                                    .outputs = texts });
    for (size_t i = 0; i < files->count; i++)
        files->items[i].hash = outcomes[i] == 0
                                   ? str_slice((struct str){ texts, files->count * HASH_TEXT },
                                               i * HASH_TEXT, (i + 1) * HASH_TEXT)
                                   : (struct str){ NULL, 0 };
}
