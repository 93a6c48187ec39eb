#include "probe/shadow.h"

#include "format/demangle.h"
#include "knowledge/sonames.h"
#include "loader/binding.h"
#include "loader/folders.h"
#include "probe/libraries.h"
#include "probe/python.h"

#define FOLDERS 64

/* The copy of a CUDA library that came with torch: in a package of its own, or in torch/lib; of
 * conda, in the environment's lib. `there`: a file that certainly exists. 1; 0 where there is none;
 * or why a look failed, with the path in *ret. */
static int find_meant(struct probe_ctx *ctx, const struct search *search,
                      const struct torch_import_wish *wish, const struct cuda_library *row,
                      struct str there, struct str *ret)
{
    struct str folders[FOLDERS];
    size_t count = 0;
    int error = 0;

    folders[count++] = arena_join(ctx->arena, wish->torch, STR("lib"));
    for (size_t i = 0; row->folder.len && i < wish->search_path.count && count < FOLDERS - 1; i++)
        folders[count++] = arena_join(ctx->arena, wish->search_path.items[i], row->folder);
    if (fact_is(&ctx->facts->torch.source, STR("conda")))
        folders[count++] = arena_join(ctx->arena, ctx->python->python.prefix, STR("lib"));
    for (size_t i = 0; i < count && error == 0; i++) {
        struct str path = arena_join(ctx->arena, folders[i], row->soname), real = path;
        struct node node;
        int r;

        if (str_eq(path, there)) {
            *ret = there;
            return 1;
        }
        if (search_place(search, folders[i]).absent ||
            search_lacks(search, folders[i], row->soname))
            continue;
        r = root_stat(ctx->root, path, &node);
        if (r == 0)
            r = root_resolve(ctx->root, path, &real);
        if (r == 0 || fact_state_of_error(r) != FACT_ABSENT)
            *ret = real;
        if (r == 0)
            return 1;
        error = fact_state_of_error(r) == FACT_ABSENT ? 0 : r;
    }
    return error;
}

static int find_meant_of(struct probe_ctx *ctx, const struct search *search,
                         const struct torch_import_wish *wish, struct str name, struct str there,
                         struct str *ret)
{
    struct cuda_library row;

    return wish->cuda_major && cuda_library_find(name, wish->cuda_major, &row)
               ? find_meant(ctx, search, wish, &row, there, ret)
               : 0;
}

int libraries_meant(struct probe_ctx *ctx, const struct search *search,
                    const struct torch_import_wish *wish, struct str name, struct str *ret)
{
    return find_meant_of(ctx, search, wish, name, STR(""), ret);
}

/* 1 where it is a CUDA library of which another copy came with torch; else as find_meant(). */
static int is_shadowed(struct probe_ctx *ctx, const struct search *search,
                       const struct torch_import_wish *wish, const struct library *library,
                       struct str *ret_meant)
{
    int r = find_meant_of(ctx, search, wish, library_soname(library), library->real, ret_meant);

    return r == 1 ? !str_eq(*ret_meant, library->real) : r;
}

/* The copy that was meant is mapped, too: who uses which is not known. */
static bool is_beside_meant(const struct link_map *map, const struct library *library,
                            struct str meant)
{
    for (size_t i = 1; library->rule == SEARCH_MAPPED && i < map->all.count; i++)
        if (str_eq(map->all.items[i]->real, meant))
            return true;
    return false;
}

static void record_foreign(struct probe_ctx *ctx, const struct library *library,
                           const struct str *meant, const struct doubt *doubt)
{
    struct loader_facts *loader = &ctx->facts->loader;

    settle_str(&loader->shadowed, library_soname(library), library->path, doubt);
    settle_str(&loader->shadowed_path, path_shown(ctx->arena, library->real), library->path, doubt);
    settle_str(&loader->shadowed_rule, search_rule_name(library->rule), library->path, doubt);
    if (meant)
        settle_str(&loader->meant, path_shown(ctx->arena, *meant), *meant, doubt);
}

/* The import fails with "undefined symbol". Of a foreign copy the one that was meant may be gone;
 * a torch that is no wheel has its libraries where the system's search leads. */
static void record_symbol(struct probe_ctx *ctx, const struct torch_import_wish *wish,
                          const struct torch_import *import, const struct doubt *doubt)
{
    struct loader_facts *loader = &ctx->facts->loader;
    const struct link_failure *failure = &import->failure;
    const struct library *culprit = failure->culprit;
    struct str symbol = demangle(ctx->arena, failure->symbol, DEMANGLE_PARAMETERS), meant;
    int shadowed = is_shadowed(ctx, &import->map.search, wish, culprit, &meant);
    bool foreign = binding_is_foreign(culprit) &&
                   (shadowed == 1 || fact_is(&ctx->facts->torch.source, STR("wheel")));
    struct str user = path_shown(ctx->arena, failure->asker->real);

    if (foreign)
        record_foreign(ctx, culprit, shadowed == 1 ? &meant : NULL, doubt);
    else
        settle_str(&loader->unfit, path_shown(ctx->arena, culprit->real), culprit->path, doubt);
    settle_str(foreign ? &loader->shadowed_symbol : &loader->unfit_symbol, symbol, failure->name,
               doubt);
    if (shadowed < 0)
        FACT_FAILED(&loader->meant, shadowed, meant);
    settle_str(foreign ? &loader->shadowed_user : &loader->unfit_user, user, failure->name, doubt);
}

void shadow_record(struct probe_ctx *ctx, const struct torch_import_wish *wish,
                   const struct torch_import *import, const struct doubt *doubt)
{
    struct loader_facts *loader = &ctx->facts->loader;
    struct str from = ctx->facts->torch.path.from, meant;

    settle_absent(&loader->shadowed, from, doubt);
    loader->shadowed_path = loader->shadowed_rule = loader->meant = loader->shadowed;
    loader->shadowed_symbol = loader->shadowed_user = loader->shadowed;
    loader->unfit = loader->unfit_symbol = loader->unfit_user = loader->shadowed;
    if (import->failure.symbol.len) {
        record_symbol(ctx, wish, import, doubt);
        return;
    }
    for (size_t i = 1; i < import->map.all.count; i++) {
        const struct library *library = import->map.all.items[i];

        if (is_shadowed(ctx, &import->map.search, wish, library, &meant) != 1 ||
            is_beside_meant(&import->map, library, meant))
            continue;
        record_foreign(ctx, library, &meant, doubt);
        return;
    }
}
