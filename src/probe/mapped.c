#include "probe/mapped.h"

#include "format/maps.h"
#include "knowledge/sonames.h"
#include "probe/python.h"

#include <errno.h>

#define MAPS_LIMIT (16u << 20)
#define MAPPINGS 65536u /* vm.max_map_count is 65530 */
#define FILES 4096u

/* --- what is mapped ------------------------------------------------------------------------ */

static const struct mapped_file *find(const struct mapped *mapped, struct str path)
{
    for (size_t i = 0; i < mapped->files.count; i++)
        if (str_eq(mapped->files.items[i].path, path))
            return &mapped->files.items[i];
    return NULL;
}

static bool is_hidden_by_nfs(struct str path)
{
    return str_starts(path_base(path), STR(".nfs"));
}

static bool is_library(const struct mapping *mapping)
{
    return mapping->inode && !mapping->shared && str_starts(mapping->path, STR("/")) &&
           (str_has(path_base(mapping->path), STR(".so")) || is_hidden_by_nfs(mapping->path));
}

static bool is_other_inode(const struct mapping *mapping, const struct node *node)
{
    return mapping->device_major == node->fs_major && mapping->device_minor == node->fs_minor &&
           mapping->inode != node->inode;
}

static enum mapped_disk compare(struct probe_ctx *ctx, const struct mapping *mapping,
                                struct str path, struct doubt *doubt)
{
    struct node node;
    int r = root_stat(ctx->root, path, &node);

    if (mapping->deleted || is_hidden_by_nfs(path))
        return r == 0 && !is_hidden_by_nfs(path) ? MAPPED_REPLACED : MAPPED_DELETED;
    if (doubt_add(doubt, r, path) < 0) /* absent without the mark: it lies in no root of ours */
        return MAPPED_SAME;
    return is_other_inode(mapping, &node) ? MAPPED_REPLACED : MAPPED_SAME;
}

static void add_files(struct probe_ctx *ctx, struct str maps, struct doubt *doubt)
{
    struct mapped *mapped = ctx->mapped;
    struct mapping mapping;
    int next;

    for (unsigned n = 0; n < MAPPINGS && mapped->files.count < FILES; n++) {
        struct str path;

        next = maps_next(&maps, &mapping);
        if (next == 0)
            break;
        if (next < 0 || !is_library(&mapping))
            continue;
        path = str_from(mapping.path, 1);
        if (find(mapped, path))
            continue;
        *LIST_ADD(ctx->arena, &mapped->files) =
            (struct mapped_file){ path, compare(ctx, &mapping, path, doubt) };
        mapped->torch = mapped->torch || str_starts(path_base(path), STR("libtorch_python.so"));
    }
}

/* --- what of it was replaced --------------------------------------------------------------- */

/* "libcudart.so.12.1.105" by "libcudart.so.12". */
static bool is_cuda_library(struct str name)
{
    size_t first, dot;

    while (cuda_libraries_by_soname(name, &first) == 0) {
        dot = str_rfind_char(name, '.');
        if (dot == STR_NONE || !str_has(name, STR(".so.")))
            return false;
        name = str_slice(name, 0, dot);
    }
    return true;
}

/* Torch's own libraries, and those of CUDA and of the driver. */
static bool is_torchs(struct str path)
{
    struct str name = path_base(path), folder = path_dir(path);

    return str_ends(folder, STR("/torch/lib")) || str_has(folder, STR("/nvidia/")) ||
           (str_ends(folder, STR("/torch")) && str_starts(name, STR("_C."))) ||
           str_starts(name, STR("libnvidia-")) || is_cuda_library(name);
}

static struct str disk_name(enum mapped_disk disk)
{
    return disk == MAPPED_SAME       ? STR("same")
           : disk == MAPPED_REPLACED ? STR("replaced")
                                     : STR("deleted");
}

static void record_replaced(struct probe_ctx *ctx, const struct doubt *doubt)
{
    const struct mapped *mapped = ctx->mapped;
    struct process_facts *process = &ctx->facts->process;
    const struct doubt none = { 0, { NULL, 0 } };

    for (size_t i = 0; i < mapped->files.count; i++) {
        const struct mapped_file *file = &mapped->files.items[i];

        if (file->disk == MAPPED_SAME || !is_torchs(file->path))
            continue;
        settle_str(&process->replaced, path_shown(ctx->arena, file->path), mapped->from, &none);
        settle_str(&process->replaced_how, disk_name(file->disk), mapped->from, &none);
        return;
    }
    settle_absent(&process->replaced, mapped->from, doubt);
    process->replaced_how = process->replaced;
}

static void run(struct probe_ctx *ctx)
{
    struct doubt doubt = { 0, { NULL, 0 } };
    struct str maps;

    if (ctx->eyes->pid == 0) {
        settle_absent(&ctx->facts->process.replaced, STR("command line"), &doubt);
        ctx->facts->process.replaced_how = ctx->facts->process.replaced;
        return;
    }
    ctx->mapped = ARENA_NEW(ctx->arena, struct mapped);
    ctx->mapped->from = arena_printf(ctx->arena, "proc/%d/maps", ctx->eyes->pid);
    ctx->mapped->error = root_read(ctx->eyes->proc ? ctx->eyes->proc : ctx->root, ctx->mapped->from,
                                   MAPS_LIMIT, &maps);
    if (ctx->mapped->error == 0)
        add_files(ctx, maps, &doubt);
    else
        doubt = (struct doubt){ ctx->mapped->error, ctx->mapped->from };
    record_replaced(ctx, &doubt);
}

const struct probe probe_mapped = {
    .name = "mapped",
    .cost = COST_FILES,
    .run = run,
};

/* --- instead of what was predicted --------------------------------------------------------- */

static struct library *find_real(const struct link_map *map, struct str real)
{
    for (size_t i = 1; i < map->all.count; i++)
        if (str_eq(map->all.items[i]->real, real))
            return map->all.items[i];
    return NULL;
}

/* Extension modules are no libraries of torch's; those that torch brings were predicted. */
static bool is_wanted(struct str path)
{
    return str_starts(path_base(path), STR("lib")) || str_starts(path_base(path), STR("ld-"));
}

/* What was removed cannot be read any more: its name must do. */
static struct library *read_mapped(const struct link_map *map, const struct mapped_file *file)
{
    struct library *library = ARENA_NEW(map->arena, struct library);

    if (file->disk != MAPPED_SAME || link_map_read(map, file->path, library) < 0)
        *library = (struct library){ .soname = path_base(file->path) };
    library->name = library->path = library->real = file->path;
    library->rule = SEARCH_MAPPED;
    library->stage = STAGE_IMPORT;
    return library;
}

static void impose_one(struct probe_ctx *ctx, struct link_map *map, const struct mapped_file *file)
{
    struct library *library = read_mapped(map, file), *there;
    struct str name = library->soname.len ? library->soname : path_base(library->path);

    there = link_map_find(map, name);
    if (there && there != map->all.items[0] && !there->predicted.len &&
        !find(ctx->mapped, there->real)) {
        library->predicted = there->real;
        library->asker = there->asker;
        library->stage = there->stage;
        library->names.count = 0;
        for (size_t i = 0; i < there->names.count; i++)
            *LIST_ADD(map->arena, &library->names) = there->names.items[i];
        *there = *library; /* what it brought points at it */
        return;
    }
    *LIST_ADD(map->arena, &library->names) = name;
    *LIST_ADD(map->arena, &map->all) = library;
}

void mapped_impose(struct probe_ctx *ctx, struct torch_import *import)
{
    const struct mapped *mapped = ctx->mapped;
    struct link_map *map = &import->map;

    if (!mapped)
        return;
    if (mapped->error) {
        link_map_doubt(map, mapped->error, mapped->from);
        map->certain = 0; /* each may be mapped from elsewhere */
        return;
    }
    for (size_t i = 0; i < mapped->files.count && map->all.count < LINK_MAP_LIMIT; i++) {
        const struct mapped_file *file = &mapped->files.items[i];

        if (is_wanted(file->path) && !find_real(map, file->path))
            impose_one(ctx, map, file);
    }
    if (mapped->torch) { /* whatever would come of it now: it has been imported */
        import->loaded = true;
        import->failure = (struct link_failure){ 0 };
    }
}

static struct str state_of(const struct mapped_file *file, const struct library *library)
{
    return !file                            ? STR("not-mapped-yet")
           : library->rule != SEARCH_MAPPED ? STR("as-predicted")
           : library->predicted.len         ? STR("other-copy")
                                            : STR("not-predicted");
}

static void record_one(struct probe_ctx *ctx, const struct library *library)
{
    const struct mapped_file *file = find(ctx->mapped, library->real);
    struct str from = ctx->mapped->from;
    struct str predicted = library->rule == SEARCH_MAPPED ? library->predicted : library->real;
    struct mapped_facts *item =
        fact_list_add(ctx->arena, &ctx->facts->loader.mapped, sizeof(*item));

    item->path = item->predicted = item->disk =
        (struct fact_str){ .state = FACT_ABSENT, .from = from };
    fact_str(&item->name, library->soname.len ? library->soname : path_base(library->name), from);
    fact_str(&item->state, state_of(file, library), from);
    if (file) {
        fact_str(&item->path, path_shown(ctx->arena, file->path), from);
        fact_str(&item->disk, disk_name(file->disk), from);
    }
    if (predicted.len)
        fact_str(&item->predicted, path_shown(ctx->arena, predicted), from);
}

void mapped_record(struct probe_ctx *ctx, const struct torch_import *import)
{
    struct fact_list *list = &ctx->facts->loader.mapped;

    if (!ctx->mapped)
        return;
    list->from = ctx->mapped->from;
    if (ctx->mapped->error) {
        list->state = fact_state_of_error(ctx->mapped->error);
        return;
    }
    list->state = FACT_KNOWN;
    for (size_t i = 1; i < import->map.all.count; i++)
        record_one(ctx, import->map.all.items[i]);
}
