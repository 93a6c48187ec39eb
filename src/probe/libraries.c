/*
 * libraries: what `import torch` would map in the environment that is examined.
 *
 * The prediction is loader/torch_import's; here it becomes facts. Where a look failed, or the
 * search path of Python is not known for certain, the list is partial and nothing is called
 * missing.
 */
#include "probe/libraries.h"

#include "loader/folders.h"
#include "probe/look.h"
#include "probe/mapped.h"
#include "probe/python.h"
#include "probe/shadow.h"

#include <errno.h>

static struct str relative(struct str path)
{
    while (str_starts(path, STR("/")))
        path = str_from(path, 1);
    return path;
}

/* --- what is wished for -------------------------------------------------------------------- */

static struct search_folders search_path(struct probe_ctx *ctx)
{
    const struct python_state *state = ctx->python;
    struct search_folders folders = { NULL, 0 };

    folders.items = arena_array(ctx->arena, state->sites.count, sizeof(*folders.items));
    for (size_t i = 0; i < state->sites.count; i++)
        if (!state->sites.items[i].gap && !state->sites.items[i].mapped)
            folders.items[folders.count++] = state->sites.items[i].path;
    return folders;
}

static struct search_wish search_of(const struct probe_ctx *ctx)
{
    const struct machine_facts *machine = &ctx->facts->machine;
    struct search_wish wish = {
        .working_directory = ctx->eyes->working_directory,
        .cpu_level = machine->cpu_level.state == FACT_KNOWN ? (int) machine->cpu_level.value : 0,
        .musl = fact_is(&machine->libc, STR("musl")),
        .aarch64 = fact_is(&machine->architecture, STR("aarch64")),
    };

    (void) eyes_variable(ctx->eyes, "LD_LIBRARY_PATH", &wish.library_path);
    return wish;
}

static bool has_cuda_packages(const struct torch_facts *torch)
{
    for (size_t i = 0; i < torch->packages.count; i++)
        if (str_starts(LIST_OF(package, &torch->packages)[i].name.value, STR("nvidia-")))
            return true;
    return false;
}

static struct torch_import_wish wish_of(struct probe_ctx *ctx)
{
    const struct torch_facts *torch = &ctx->facts->torch;
    const struct python *python = &ctx->python->python;
    struct torch_import_wish wish = {
        .search = search_of(ctx),
        .program = python->program,
        .torch = relative(torch->path.value),
        .search_path = search_path(ctx),
    };
    struct str major, minor;
    uint64_t number;

    wish.distrust_packages = torch->mismatched.state != FACT_ABSENT && has_cuda_packages(torch);
    (void) eyes_variable(ctx->eyes, "LD_PRELOAD", &wish.preload);
    wish.python_tag = arena_printf(ctx->arena, "cpython-%u%u%s", python->major, python->minor,
                                   python->free_threaded ? "t" : "");
    (void) str_cut(torch->cuda.value, '.', &major, &minor);
    if (torch->cuda.state == FACT_KNOWN && str_u64(major, 10, &number) == 0 && number < 1000)
        wish.cuda_major = (unsigned) number;
    return wish;
}

/* --- the list ------------------------------------------------------------------------------ */

struct str library_soname(const struct library *library)
{
    return library->soname.len ? library->soname : path_base(library->name);
}

static void record_libraries(struct probe_ctx *ctx, const struct torch_import *import)
{
    struct loader_facts *loader = &ctx->facts->loader;

    loader->libraries.state = FACT_KNOWN;
    loader->libraries.partial = import->map.doubt || ctx->python->failed;
    loader->libraries.from = ctx->facts->torch.path.from;
    for (size_t i = 1; i < import->map.all.count; i++) {
        const struct library *library = import->map.all.items[i];
        struct library_facts *item = fact_list_add(ctx->arena, &loader->libraries, sizeof(*item));
        struct str from = library->path;

        fact_str(&item->name, library_soname(library), from);
        fact_str(&item->path, path_shown(ctx->arena, library->real), from);
        fact_str(&item->when, library->stage == STAGE_USE ? STR("use") : STR("import"), from);
        fact_str(&item->rule, search_rule_name(library->rule), from);
        if (library->asker)
            fact_str(&item->asker, path_shown(ctx->arena, library->asker->real), from);
        else
            item->asker = (struct fact_str){ .state = FACT_ABSENT, .from = from };
    }
}

/* --- what is amiss ------------------------------------------------------------------------- */

/* What is wrong with a file that the loader finds and cannot take; "" where it is missing. */
static struct str broken_reason(int error)
{
    switch (error) {
    case -ENODATA:
        return STR("cut short");
    case -EBADMSG:
        return STR("not a shared library");
    case -ENOEXEC:
    case -ENOTSUP:
        return STR("for another processor");
    default:
        return STR("");
    }
}

static void record_failure(struct probe_ctx *ctx, const struct torch_import *import,
                           const struct doubt *doubt)
{
    struct loader_facts *loader = &ctx->facts->loader;
    const struct link_failure *failure = &import->failure;
    struct str from = ctx->facts->torch.path.from, reason = broken_reason(failure->error);
    struct str asker = failure->asker ? failure->asker->real : ctx->python->python.real;

    settle_bool(&loader->imports, import->loaded, from, doubt);
    settle_bool(&loader->preloads, import->preloaded, from, doubt);
    settle_absent(&loader->missing, from, doubt);
    loader->missing_asker = loader->broken = loader->broken_reason = loader->missing;
    if (import->loaded || failure->symbol.len)
        return;
    if (reason.len) {
        settle_str(&loader->broken, path_shown(ctx->arena, failure->path), failure->path, doubt);
        settle_str(&loader->broken_reason, reason, failure->path, doubt);
        return;
    }
    settle_str(&loader->missing, path_base(failure->name), from, doubt);
    settle_str(&loader->missing_asker, path_shown(ctx->arena, asker), asker, doubt);
}

/* The first convolution opens libcudnn_graph.so.9 (cuDNN 8: libcudnn_cnn_infer.so.8), whatever
 * else it needs. */
static void record_cudnn(struct probe_ctx *ctx, const struct torch_import *import,
                         const struct doubt *doubt)
{
    static const struct {
        const char *cudnn, *part;
    } rows[] = {
        { "libcudnn.so.9", "libcudnn_graph.so.9" },
        { "libcudnn.so.9", "libcudnn_engines_precompiled.so.9" },
        { "libcudnn.so.9", "libcudnn_heuristic.so.9" },
        { "libcudnn.so.8", "libcudnn_ops_infer.so.8" },
        { "libcudnn.so.8", "libcudnn_cnn_infer.so.8" },
    };
    struct fact_str *missing = &ctx->facts->loader.cudnn_missing;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct library *cudnn = link_map_find(&import->map, str_of(rows[i].cudnn));

        if (!cudnn || !import->loaded)
            continue;
        settle_absent(missing, cudnn->path, doubt);
        if (link_map_find(&import->map, str_of(rows[i].part)))
            continue;
        settle_str(missing, str_of(rows[i].part), cudnn->path, doubt);
        return;
    }
}

int libraries_predict(struct probe_ctx *ctx, struct torch_import_wish *ret_wish,
                      struct torch_import *ret)
{
    int r;

    if (!ctx->python || !ctx->python->found || ctx->facts->torch.path.state != FACT_KNOWN)
        return -ENOENT;
    *ret_wish = wish_of(ctx);
    r = torch_import_predict(ctx->root, ctx->arena, ret_wish, ret);
    if (r == 0)
        mapped_impose(ctx, ret);
    return r;
}

void libraries_without_torch(struct probe_ctx *ctx, struct torch_import_wish *ret_wish,
                             struct torch_import *ret)
{
    struct link_map *map = &ret->map;
    int r = -ENOENT;

    *ret_wish = (struct torch_import_wish){ .search = search_of(ctx) };
    *ret = (struct torch_import){ .loaded = false };
    (void) eyes_variable(ctx->eyes, "LD_PRELOAD", &ret_wish->preload);
    if (ctx->python && ctx->python->found) {
        ret_wish->program = ctx->python->python.program;
        r = link_map_start(ctx->root, ctx->arena, &ret_wish->search, ret_wish->program,
                           ret_wish->preload, map);
    }
    if (r < 0 && map->all.count == 0)
        *map = (struct link_map){ .root = ctx->root,
                                  .arena = ctx->arena,
                                  .search = search_new(ctx->root, ctx->arena, &ret_wish->search) };
    mapped_impose(ctx, ret);
}

/* Nothing is amiss with the libraries, or with a doubt: nothing is known of them. */
static void record_nothing(struct loader_facts *loader, struct str from, const struct doubt *doubt)
{
    settle_absent(&loader->missing, from, doubt);
    loader->missing_asker = loader->broken = loader->broken_reason = loader->missing;
    loader->shadowed = loader->shadowed_path = loader->shadowed_rule = loader->missing;
    loader->meant = loader->shadowed_symbol = loader->shadowed_user = loader->missing;
    loader->unfit = loader->unfit_symbol = loader->unfit_user = loader->missing;
    loader->cudnn_missing = loader->missing;
}

/* Not every torch has libtorch_global_deps.so or a torch/_C where a wheel has them: how such a one
 * is loaded is not known. Whether a wheel has lost them, its RECORD says. */
static bool is_unknown_torch(const struct torch_import *import)
{
    return !import->loaded && import->failure.error == -ENOENT &&
           str_starts(import->failure.name, STR("/"));
}

static void run(struct probe_ctx *ctx)
{
    struct torch_import *import = ARENA_NEW(ctx->arena, struct torch_import);
    struct torch_import_wish *wish = ARENA_NEW(ctx->arena, struct torch_import_wish);
    struct doubt doubt = { 0, { NULL, 0 } };
    int r;

    if (!ctx->python || !ctx->python->found || ctx->facts->torch.path.state != FACT_KNOWN)
        return;
    r = libraries_predict(ctx, wish, import);
    if (r < 0) { /* an interpreter that is no ELF program maps nothing */
        if (r != -EBADMSG && r != -ENODATA)
            doubt = (struct doubt){ r, ctx->python->python.real };
        record_nothing(&ctx->facts->loader, ctx->python->python.real, &doubt);
        return;
    }
    if (is_unknown_torch(import)) {
        record_nothing(&ctx->facts->loader, ctx->facts->torch.path.from, &doubt);
        return;
    }
    (void) doubt_add(&doubt, import->map.doubt, import->map.doubt_from);
    (void) doubt_add(&doubt, ctx->python->failed, ctx->facts->torch.path.from);
    record_libraries(ctx, import);
    mapped_record(ctx, import);
    record_failure(ctx, import, &doubt);
    record_cudnn(ctx, import, &doubt);
    shadow_record(ctx, wish, import, &doubt);
    ctx->python->import = import;
    ctx->python->import_wish = wish;
}

const struct probe probe_libraries = {
    .name = "libraries",
    .cost = COST_FILES,
    .run = run,
};
