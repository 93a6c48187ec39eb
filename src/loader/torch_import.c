#include "loader/torch_import.h"

#include "format/torch_init.h"
#include "loader/binding.h"
#include "loader/folders.h"

#include <errno.h>

#define INIT_LIMIT (1u << 20)
#define NAMES 16384 /* in one folder */

/*
 * What libraries open by themselves. A name that ends in a dot stands for one with the opener's own
 * major version behind it. Seen with LD_DEBUG=files: torch 2.11.0+cu130 on an H100 with driver
 * 580.159.04, step by step; 2.1.2+cu121 (nvFuser, which 2.2 dropped; cuDNN 8 by its messages,
 * "Could not load library libcudnn_cnn_infer.so.8"). Sub-libraries that this cuDNN does not have
 * are not found, and that is no fault. Those of cuDNN 9 that recurrent layers alone bring in (ops,
 * adv) are left out.
 */
static const struct {
    const char *opener, *name;
    enum torch_stage stage;
} openings[] = {
    { "libcublasLt.so.", "libcuda.so.1", STAGE_IMPORT }, /* its constructor */
    { "libcusparseLt.so.", "libcuda.so.1", STAGE_IMPORT },
    { "libtorch_cpu.so", "libnvfuser_codegen.so", STAGE_IMPORT },
    { "libc10_cuda.so", "libnvidia-ml.so.1", STAGE_USE },
    { "libcuda.so.1", "libnvidia-ptxjitcompiler.so.1", STAGE_USE },
    { "libcudnn.so.9", "libcudnn_graph.so.", STAGE_USE },
    { "libcudnn_graph.so.9", "libcudnn_engines_precompiled.so.", STAGE_USE },
    { "libcudnn_graph.so.9", "libcudnn_heuristic.so.", STAGE_USE },
    { "libcudnn_graph.so.9", "libcudnn_engines_runtime_compiled.so.", STAGE_USE },
    { "libcudnn_graph.so.9", "libcudnn_engines_tensor_ir.so.", STAGE_USE },
    { "libcudnn.so.8", "libcudnn_ops_infer.so.", STAGE_USE },
    { "libcudnn.so.8", "libcudnn_cnn_infer.so.", STAGE_USE },
    { "libtorch_cpu.so", "libtorch_cuda_linalg.so", STAGE_USE },
};

/* Modules of the standard library that bring libraries, before and after torch's own, as seen with
 * Python 3.11 and torch 2.1.2 to 2.15.0. One that is built into the interpreter has no file. */
static const char *const modules_before[] = { "_ctypes", "zlib", "_bz2", "_lzma" };
static const char *const modules_after[] = { "_hashlib", "_uuid", "_ssl" };

/* Torch looks into the same folder for one library after the other. */
struct listing {
    struct str folder;
    struct names names;
    int error;
};

struct import {
    const struct torch_import_wish *wish;
    struct link_map *map;
    struct arena *arena;
    struct str dynload;           /* the folder of Python's own modules; empty: none */
    struct str suffix;            /* of extension modules: ".cpython-311-x86_64-linux-gnu.so" */
    const struct library *python; /* the object that opens extension modules */
    const struct library *ctypes; /* the one that opens what torch preloads */
    LIST(struct listing) listings;
    struct providers providers;
};

static struct str absolute(struct arena *arena, struct str path)
{
    return arena_printf(arena, "/%.*s", STR_ARG(path));
}

/* --- what libraries open by themselves ----------------------------------------------------- */

/* "libcudnn.so.9" is the major version 9. */
static struct str major_of(struct str soname)
{
    size_t dot = str_find(soname, STR(".so."));
    struct str major = { NULL, 0 }, rest;

    if (dot != STR_NONE)
        (void) str_cut(str_from(soname, dot + 4), '.', &major, &rest);
    return major;
}

static void open_by_itself(struct import *import, const struct library *opener,
                           enum torch_stage stage)
{
    struct str soname = opener->soname.len ? opener->soname : opener->name;

    for (size_t i = 0; i < sizeof(openings) / sizeof(openings[0]); i++) {
        struct str name = str_of(openings[i].name);
        struct library *unused;

        if (openings[i].stage != stage || !str_starts(soname, str_of(openings[i].opener)))
            continue;
        if (str_ends(name, STR(".")))
            name = arena_printf(import->arena, "%s%.*s", name.data, STR_ARG(major_of(soname)));
        (void) link_map_open(import->map, opener, name, &unused);
    }
}

/* What one call of dlopen() has brought, in the order in which its constructors run: dependencies
 * first, depth first from what was mapped last (elf/dl-sort-maps.c). */
struct constructors {
    const struct link_map *map;
    struct arena *arena;
    size_t first, end; /* its places in the map */
    bool *seen;        /* one for each */
    LIST(const struct library *) order;
};

static void add_constructor(struct constructors *all, const struct library *library)
{
    size_t at = all->first;

    while (at < all->end && all->map->all.items[at] != library)
        at++;
    if (at == all->end || all->seen[at - all->first])
        return;
    all->seen[at - all->first] = true;
    for (size_t i = 0; i < library->needed_count; i++)
        add_constructor(all, link_map_find(all->map, library->needed[i]));
    *LIST_ADD(all->arena, &all->order) = library;
}

static void run_constructors(struct import *import, size_t first)
{
    struct constructors all = {
        .map = import->map, .arena = import->arena, .first = first, .end = import->map->all.count
    };

    all.seen = arena_array(import->arena, all.end - first, sizeof(*all.seen));
    for (size_t i = all.end; i > first; i--)
        add_constructor(&all, import->map->all.items[i - 1]);
    for (size_t i = 0; i < all.order.count; i++)
        open_by_itself(import, all.order.items[i], STAGE_IMPORT);
}

static int open_path(struct import *import, const struct library *opener, struct str path,
                     struct library **ret)
{
    struct link_map *map = import->map;
    size_t first = map->all.count;
    struct unbound unbound;
    int r = link_map_open(map, opener, absolute(import->arena, path), ret);

    if (r < 0)
        return r;
    if (!binding_lacks(&import->providers, map, first, *ret, import->wish->distrust_packages,
                       &unbound)) {
        run_constructors(import, first);
        return 0;
    }
    link_map_take_back(map, first);
    map->failure = (struct link_failure){ .name = unbound.user->path,
                                          .asker = unbound.user,
                                          .error = -ELIBBAD,
                                          .symbol = unbound.symbol,
                                          .version = unbound.version,
                                          .culprit = unbound.culprit };
    return -ELIBBAD;
}

/* --- Python -------------------------------------------------------------------------------- */

/* Python opens modules from libpython, or from itself where that is linked in. */
static void find_python(struct import *import)
{
    const struct link_map *map = import->map;

    import->python = map->all.items[0];
    for (size_t i = 0; i < map->all.count; i++)
        if (str_starts(map->all.items[i]->soname, STR("libpython3")) ||
            str_starts(map->all.items[i]->name, STR("libpython3")))
            import->python = map->all.items[i];
    for (size_t i = 0; i < import->wish->search_path.count; i++)
        if (str_eqz(path_base(import->wish->search_path.items[i]), "lib-dynload"))
            import->dynload = import->wish->search_path.items[i];
    import->suffix =
        arena_printf(import->arena, ".%.*s-%s-linux-%s.so", STR_ARG(import->wish->python_tag),
                     import->wish->search.aarch64 ? "aarch64" : "x86_64",
                     map->search.wish.musl ? "musl" : "gnu");
}

static void open_modules(struct import *import, const char *const *names, size_t count)
{
    for (size_t i = 0; import->dynload.len && i < count; i++) {
        struct str name = arena_printf(import->arena, "%s%.*s", names[i], STR_ARG(import->suffix));
        struct library *library;
        int r = open_path(import, import->python, arena_join(import->arena, import->dynload, name),
                          &library);

        if (r == 0 && i == 0 && names == modules_before)
            import->ctypes = library;
    }
}

/* --- what torch preloads ------------------------------------------------------------------- */

/* Good until the next one. */
static const struct listing *list(struct import *import, struct str folder)
{
    struct listing *listing;

    for (size_t i = 0; i < import->listings.count; i++)
        if (str_eq(import->listings.items[i].folder, folder))
            return &import->listings.items[i];
    listing = LIST_ADD(import->arena, &import->listings);
    listing->folder = folder;
    listing->error = root_list(import->map->root, folder, NAMES, &listing->names);
    return listing;
}

/* The first file of the folder that fits. The order of a folder's names is the file system's where
 * several fit: the first in byte order stands for it. */
static bool find_in(struct import *import, struct str folder, const struct torch_preload *row,
                    struct str *ret)
{
    const struct listing *listing;
    const struct names *names;

    if (search_place(&import->map->search, folder).absent)
        return false;
    listing = list(import, folder);
    if (listing->error < 0) {
        if (fact_state_of_error(listing->error) != FACT_ABSENT)
            link_map_doubt(import->map, listing->error, folder);
        return false;
    }
    names = &listing->names;
    for (size_t i = 0; i < names->count; i++)
        if (torch_preload_fits(row->pattern, names->items[i])) {
            *ret = arena_join(import->arena, folder, names->items[i]);
            return true;
        }
    return false;
}

static bool find_preload(struct import *import, const struct torch_init *init,
                         const struct torch_preload *row, struct str *ret)
{
    const struct torch_import_wish *wish = import->wish;
    struct arena *arena = import->arena;

    for (size_t i = 0; i < wish->search_path.count; i++) {
        struct str path = wish->search_path.items[i];

        if (init->only_with_nvidia &&
            search_place(&import->map->search, arena_join(arena, path, STR("nvidia"))).absent)
            continue;
        if (find_in(
                import,
                arena_printf(arena, "%.*s/nvidia/%.*s/lib", STR_ARG(path), STR_ARG(row->folder)),
                row, ret))
            return true;
        if (init->by_major && wish->cuda_major &&
            find_in(import,
                    arena_printf(arena, "%.*s/nvidia/cu%u/lib", STR_ARG(path), wish->cuda_major),
                    row, ret))
            return true;
        if (init->beside &&
            find_in(import,
                    arena_printf(arena, "%.*s/%.*s/lib", STR_ARG(path), STR_ARG(row->folder)), row,
                    ret))
            return true;
    }
    return false;
}

/* 0, or the error at which torch gives up. */
static int preload(struct import *import, const struct torch_init *init,
                   const struct torch_preload *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct library *unused;
        struct str path;
        int r = 0;

        if (rows[i].from_cuda_12 && import->wish->cuda_major < 12)
            continue;
        if (find_preload(import, init, &rows[i], &path))
            r = open_path(import, import->ctypes, path, &unused);
        else if (rows[i].required) {
            import->map->failure =
                (struct link_failure){ .name = rows[i].pattern, .error = -ENOENT };
            r = -ENOENT;
        }
        if (r < 0)
            return r;
    }
    return 0;
}

/* Torch falls back only where the message names one of the libraries that it could preload. */
static bool is_about_cuda(const struct torch_init *init, const struct link_failure *failure)
{
    for (size_t i = 0; i < init->fallback_count; i++) {
        struct str name, rest;

        (void) str_cut(init->fallback[i].pattern, '.', &name, &rest);
        if (str_has(failure->name, name) || str_has(failure->path, name) ||
            str_has(failure->version, name))
            return true;
    }
    return false;
}

static bool is_mapped(const struct link_map *map, struct str part)
{
    for (size_t i = 0; i < map->all.count; i++)
        if (str_has(map->all.items[i]->real, part))
            return true;
    return false;
}

static void read_init(struct import *import, struct torch_init *ret)
{
    struct str path = arena_join(import->arena, import->wish->torch, STR("__init__.py")), text;
    int r = root_read(import->map->root, path, INIT_LIMIT, &text);

    if (r < 0) {
        link_map_doubt(import->map, r, path);
        text = (struct str){ NULL, 0 };
    }
    torch_init_parse(text, ret);
}

/* _load_global_deps() */
static int load_global_deps(struct import *import, bool *ret_preloaded)
{
    struct str path =
        arena_join(import->arena, import->wish->torch, STR("lib/libtorch_global_deps.so"));
    struct torch_init init;
    struct library *unused;
    int r = open_path(import, import->ctypes, path, &unused);

    read_init(import, &init);
    if (r == 0) {
        if (init.condition.len == 0 || is_mapped(import->map, init.condition))
            (void) preload(import, &init, init.always, init.always_count);
        return 0;
    }
    if (!is_about_cuda(&init, &import->map->failure))
        return r;
    *ret_preloaded = true;
    r = preload(import, &init, init.fallback, init.fallback_count);
    return r < 0 ? r : open_path(import, import->ctypes, path, &unused);
}

/* torch/_C: by Python's own suffix, or that of the stable ABI. */
static int load_extension(struct import *import)
{
    struct arena *arena = import->arena;
    struct str name = arena_printf(arena, "_C%.*s", STR_ARG(import->suffix));
    struct library *unused;
    int r =
        open_path(import, import->python, arena_join(arena, import->wish->torch, name), &unused);

    if (r == -ENOENT && str_has(import->map->failure.name, name))
        r = open_path(import, import->python,
                      arena_join(arena, import->wish->torch, STR("_C.abi3.so")), &unused);
    return r;
}

int torch_import_predict(struct root *root, struct arena *arena,
                         const struct torch_import_wish *wish, struct torch_import *ret)
{
    struct torch_import found = { .loaded = false };
    struct import import = { .wish = wish,
                             .map = &ret->map,
                             .arena = arena,
                             .providers = { .root = root, .arena = arena } };
    int r = link_map_start(root, arena, &wish->search, wish->program, wish->preload, &ret->map);

    if (r < 0)
        return r;
    find_python(&import);
    import.ctypes = import.python;
    open_modules(&import, modules_before, sizeof(modules_before) / sizeof(modules_before[0]));
    r = load_global_deps(&import, &found.preloaded);
    if (r == 0)
        r = load_extension(&import);
    found.loaded = r == 0;
    if (r < 0)
        found.failure = ret->map.failure;
    if (r == 0) {
        open_modules(&import, modules_after, sizeof(modules_after) / sizeof(modules_after[0]));
        ret->map.stage = STAGE_USE;
        for (size_t i = 0; i < ret->map.all.count; i++)
            open_by_itself(&import, ret->map.all.items[i], STAGE_USE);
    }
    found.map = ret->map;
    found.python = import.python;
    *ret = found;
    return 0;
}
