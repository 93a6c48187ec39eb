/*
 * integrity: whether the libraries of torch and of its CUDA packages are those that were installed.
 *
 * RECORD of a package names each of its files with its size. Only shared libraries are compared:
 * what else is missing shows in Python. Hashes are left to a thorough run.
 */
#include "probe/integrity.h"

#include "probe/look.h"
#include "probe/python.h"

#include <errno.h>

#define BLOCK (256u << 10)

struct damage {
    struct str package, path;
    const char *reason;
};

int integrity_hash(struct root_file *file, struct work_share *share, char ret[HASH_TEXT])
{
    char block[BLOCK];
    struct hash hash;
    uint64_t at = 0;
    int got;

    hash_start(&hash);
    while ((got = root_file_read(file, at, block, sizeof(block))) > 0) {
        hash_add(&hash, (struct str){ block, (size_t) got });
        at += (uint64_t) got;
        work_advance(share, (uint64_t) got);
        if (at > file->node.size) /* it grows under our hands */
            return -E2BIG;
    }
    if (got == 0)
        hash_text(&hash, ret);
    return got;
}

bool integrity_stays_below(struct str path)
{
    struct str part;

    if (str_starts(path, STR("/")) || str_find_char(path, '\0') != STR_NONE)
        return false;
    while (str_next_part(&path, '/', &part))
        if (str_eqz(part, ".."))
            return false;
    return true;
}

bool integrity_is_library(struct str path)
{
    struct str name = path_base(path);

    return (str_ends(name, STR(".so")) || str_has(name, STR(".so."))) &&
           !str_has(path, STR("/__pycache__/"));
}

/* True where the file is not what RECORD says. */
static bool is_damaged(struct probe_ctx *ctx, struct str path, const struct record *record,
                       struct doubt *doubt, const char **ret_reason)
{
    struct node node;
    int r = root_stat(ctx->root, path, &node);

    *ret_reason = "missing";
    if (r < 0)
        return doubt_add(doubt, r, path) < 0 && fact_state_of_error(r) == FACT_ABSENT;
    *ret_reason = node.size < record->size ? "cut short" : "of another size";
    return record->has_size && node.size != record->size;
}

/* `folder` holds the packages, `metadata` the package's RECORD. True where damage was found. */
static bool check_package(struct probe_ctx *ctx, struct str folder, struct str metadata,
                          struct doubt *doubt, struct damage *ret)
{
    struct str at = arena_join(ctx->arena, metadata, STR("RECORD")), text;
    struct record record;
    int r = root_read(ctx->root, at, RECORD_LIMIT, &text);

    (void) doubt_add(doubt, r, at);
    for (unsigned n = 0; r == 0 && n < RECORD_LINES; n++) {
        int next = record_next(&text, ctx->arena, &record);
        struct str path;

        if (next == 0)
            break;
        if (next < 0 || !integrity_is_library(record.path) || !integrity_stays_below(record.path))
            continue;
        path = arena_join(ctx->arena, folder, record.path);
        if (is_damaged(ctx, path, &record, doubt, &ret->reason)) {
            ret->path = path;
            ret->package = at;
            return true;
        }
    }
    return false;
}

struct installs installs_of(struct probe_ctx *ctx)
{
    const struct site *site = &ctx->python->sites.items[ctx->python->torch_site - 1];
    const struct fact_list *packages = &ctx->facts->torch.packages;
    size_t own = torch_metadata_name(site->names, 0);
    struct installs installs = { NULL, 0, 0 };

    if (own < site->names.count)
        *LIST_ADD(ctx->arena, &installs) =
            (struct install){ STR("torch"), site->path,
                              arena_join(ctx->arena, site->path, site->names.items[own]) };
    for (size_t i = 0; i < packages->count; i++) {
        const struct package_facts *package = &LIST_OF(package, packages)[i];
        struct str path = package->path.value;

        if (package->path.state != FACT_KNOWN)
            continue;
        while (str_starts(path, STR("/")))
            path = str_from(path, 1);
        *LIST_ADD(ctx->arena, &installs) =
            (struct install){ package->name.value, path_dir(path), path };
    }
    return installs;
}

static bool check_all(struct probe_ctx *ctx, struct doubt *doubt, struct damage *ret)
{
    struct installs installs = installs_of(ctx);

    for (size_t i = 0; i < installs.count; i++) {
        const struct install *it = &installs.items[i];

        if (!str_eqz(it->name, "torch") && !str_starts(it->name, STR("nvidia-")))
            continue;
        if (check_package(ctx, it->folder, it->metadata, doubt, ret))
            return true;
    }
    return false;
}

static void run(struct probe_ctx *ctx)
{
    struct loader_facts *loader = &ctx->facts->loader;
    struct doubt doubt = { 0, { NULL, 0 } };
    struct damage damage;

    if (!ctx->python || !ctx->python->torch_site)
        return;
    fact_bool(&ctx->facts->torch.thorough, false, ctx->facts->torch.path.from);
    if (!check_all(ctx, &doubt, &damage)) {
        settle_absent(&loader->damaged, ctx->facts->torch.path.from, &doubt);
        loader->damaged_reason = loader->damaged;
        return;
    }
    settle_str(&loader->damaged, path_shown(ctx->arena, damage.path), damage.package, &doubt);
    settle_str(&loader->damaged_reason, str_of(damage.reason), damage.package, &doubt);
}

const struct probe probe_integrity = {
    .name = "integrity",
    .cost = COST_FILES,
    .run = run,
};
