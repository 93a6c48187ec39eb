#include "loader/extension.h"

#include <errno.h>

#define OPENINGS 16 /* libraries of its package that an extension waits for */

void extension_host_start(const struct torch_import *import, struct extension_host *ret)
{
    struct extension_host host = { .import = import, .map = import->map };
    const struct library *deps;
    size_t count = 0;

    while (count < host.map.all.count && host.map.all.items[count]->stage == STAGE_IMPORT)
        count++;
    host.map.all.items = arena_array(host.map.arena, count, sizeof(*host.map.all.items));
    for (size_t i = 0; i < count; i++)
        host.map.all.items[i] = import->map.all.items[i];
    host.map.all.count = host.map.all.room = count; /* what is opened must not grow into theirs */
    host.map.stage = STAGE_IMPORT;
    host.map.doubt = 0;
    host.providers.root = host.map.root;
    host.providers.arena = host.map.arena;
    for (size_t i = 0; i < host.map.started && i < count; i++)
        scope_add(&host.providers, &host.program, host.map.all.items[i]);
    deps = link_map_find(&host.map, STR("libtorch_global_deps.so"));
    if (deps)
        scope_add_closure(&host.providers, &host.global, &host.map, deps);
    *ret = host;
}

/* --- torch's symbols ----------------------------------------------------------------------- */

/* Of "_ZNK2at6Tensor…" what follows the marks: "2at6Tensor…". */
static struct str after_marks(struct str symbol)
{
    static const char *const specials[] = { "TV", "TT", "TI", "TS", "GV", "TH", "TW" };
    struct str rest = str_from(symbol, 2);

    for (size_t i = 0; i < sizeof(specials) / sizeof(specials[0]); i++)
        if (str_starts(rest, str_of(specials[i])))
            rest = str_from(rest, 2);
    while (rest.len && memchr("NKVr", rest.data[0], 4))
        rest = str_from(rest, 1);
    return rest;
}

/* A C++ symbol in one of torch's namespaces. */
static bool is_torch_cpp(struct str symbol)
{
    static const char *const spaces[] = { "3c10", "2at", "5torch", "6caffe2" };
    struct str rest;

    if (!str_starts(symbol, STR("_ZN")) && !str_starts(symbol, STR("_ZT")) &&
        !str_starts(symbol, STR("_ZGVN")))
        return false;
    rest = after_marks(symbol);
    for (size_t i = 0; i < sizeof(spaces) / sizeof(spaces[0]); i++)
        if (str_starts(rest, str_of(spaces[i])))
            return true;
    return false;
}

/* https://docs.pytorch.org/docs/stable/notes/libtorch_stable_abi.html */
static bool is_torch_stable(struct str symbol)
{
    return str_starts(symbol, STR("aoti_torch_")) ||
           str_starts(symbol, STR("torch_call_dispatcher"));
}

/* Functions of libtorch_python.so that wrap tensors for Python. */
static bool is_torch_python(struct str symbol)
{
    return str_starts(symbol, STR("_Z")) && str_has(symbol, STR("THPVariable"));
}

static bool is_torch_library(struct str name)
{
    return str_starts(name, STR("libtorch")) || str_starts(name, STR("libc10"));
}

static void classify(struct extension *extension, struct str symbol)
{
    if (is_torch_cpp(symbol) || is_torch_python(symbol)) {
        extension->uses_cpp = true;
        extension->new_strings = extension->new_strings || str_has(symbol, STR("7__cxx11"));
        extension->old_strings = extension->old_strings || str_ends(symbol, STR("RKSs"));
    }
    extension->uses_stable = extension->uses_stable || is_torch_stable(symbol);
}

/* --- loading ------------------------------------------------------------------------------- */

static void doubt(struct extension *extension, int error, struct str from)
{
    if (extension->doubt)
        return;
    extension->doubt = error;
    extension->doubt_from = from;
}

static struct str with_slash(struct arena *arena, struct str path)
{
    return arena_printf(arena, "/%.*s", STR_ARG(path));
}

static bool find_beside(const struct search_folders *beside, struct str name, struct str *ret)
{
    for (size_t i = 0; i < beside->count; i++)
        if (str_eq(path_base(beside->items[i]), name)) {
            *ret = beside->items[i];
            return true;
        }
    return false;
}

/* Opens what the file waits for, then the file. */
static int open_all(struct extension_host *host, struct link_map *map, struct str path,
                    const struct search_folders *beside, struct library **ret)
{
    struct arena *arena = map->arena;
    struct str wanted = path, other;
    int r = -ENOENT;

    for (unsigned i = 0; i < OPENINGS; i++) {
        r = link_map_open(map, host->import->python, with_slash(arena, wanted), ret);
        if (r == 0 && str_eq(wanted, path))
            return 0;
        if (r == -ENOENT && find_beside(beside, map->failure.name, &other) &&
            !str_eq(other, wanted)) {
            wanted = other;
            continue;
        }
        if (r < 0)
            return r;
        wanted = path;
    }
    return r < 0 ? r : -ELOOP;
}

/* --- symbols and versions ------------------------------------------------------------------ */

static void look_for(struct extension_host *host, const struct scope *scope,
                     const struct library *user, const struct ask *ask, struct extension *extension)
{
    struct str symbol = ask->name;
    const struct scope *const scopes[] = { &host->program, scope, &host->global };
    bool is_torch = is_torch_cpp(symbol) || is_torch_stable(symbol) || is_torch_python(symbol);
    struct lack lack = { .user = user->path };
    struct str at;
    int r = scopes_have(&host->providers, scopes, sizeof(scopes) / sizeof(scopes[0]), symbol, &at);

    if (r < 0)
        doubt(extension, r, at);
    if (r != 0)
        return;
    r = provider_binds(&host->providers, user, ask);
    if (r < 0)
        doubt(extension, r, user->path);
    if (r <= 0)
        return;
    lack.name = arena_copy(host->map.arena, symbol);
    *LIST_ADD(host->map.arena, &extension->unbound) = lack;
    if (extension->symbol.name.len && (extension->symbol_is_torch || !is_torch))
        return;
    extension->symbol = lack;
    extension->symbol_is_torch = is_torch;
}

static void look_for_versions(struct extension_host *host, const struct link_map *map,
                              const struct elf_version *needs, size_t count, struct str user,
                              struct extension *extension)
{
    for (size_t i = 0; i < count && !extension->version.name.len; i++) {
        const struct library *library = link_map_find(map, needs[i].library);
        int has = library && !needs[i].weak
                      ? provider_has_version(&host->providers, library, needs[i].name)
                      : 1;

        if (has < 0)
            doubt(extension, has, library->path);
        if (has == 0)
            extension->version =
                (struct lack){ .name = needs[i].name, .user = user, .where = library->real };
    }
}

/* What the extension has brought into the process is checked with it. */
static void check_file(struct extension_host *host, const struct link_map *map,
                       const struct scope *scope, const struct library *user,
                       struct extension *extension)
{
    const struct asks *asks;
    int r = provider_asks(&host->providers, user, &asks);

    if (r < 0) {
        doubt(extension, r, user->path);
        return;
    }
    look_for_versions(host, map, asks->versions, asks->version_count, user->path, extension);
    for (size_t i = 0; i < asks->symbols.count; i++)
        look_for(host, scope, user, &asks->symbols.items[i], extension);
}

static bool was_there(const struct extension_host *host, const struct library *library)
{
    for (size_t i = 0; i < host->map.all.count; i++)
        if (host->map.all.items[i] == library)
            return true;
    return false;
}

static void check(struct extension_host *host, const struct link_map *map,
                  const struct library *library, struct extension *extension)
{
    struct scope scope = { .items = { 0 } };
    const struct asks *unused;

    scope_add_closure(&host->providers, &scope, map, library);
    for (size_t i = 0; i < scope.items.count; i++) /* one opening for what each asks and offers */
        if (!was_there(host, scope.items.items[i]->library))
            (void) provider_asks(&host->providers, scope.items.items[i]->library, &unused);
    for (size_t i = 0; i < scope.items.count; i++)
        if (!was_there(host, scope.items.items[i]->library))
            check_file(host, map, &scope, scope.items.items[i]->library, extension);
}

/* What the file itself asks for says what it is made for. */
static void take(const struct asks *asks, struct extension *extension)
{
    extension->needed = asks->needed;
    extension->needed_count = asks->needed_count;
    extension->gpu_code = asks->gpu_code;
    for (size_t i = 0; i < asks->symbols.count; i++)
        classify(extension, asks->symbols.items[i].name);
    extension->uses_torch = extension->uses_cpp || extension->uses_stable;
    for (size_t i = 0; i < asks->needed_count; i++)
        extension->uses_torch = extension->uses_torch || is_torch_library(asks->needed[i]);
}

/* A file that cannot be mapped for want of another. */
static int take_unmapped(struct extension_host *host, struct str path, struct extension *extension)
{
    struct asks asks;
    int r = asks_read(host->map.root, host->map.arena, path, &asks);

    if (r == 0)
        take(&asks, extension);
    return r;
}

int extension_load(struct extension_host *host, struct str path,
                   const struct search_folders *beside, struct extension *ret)
{
    struct extension extension = { 0 };
    struct link_map map = host->map;
    const struct asks *asks;
    struct library *library;
    int r = open_all(host, &map, path, beside, &library);

    if (map.doubt)
        doubt(&extension, map.doubt, map.doubt_from);
    if (r < 0) {
        extension.library =
            (struct lack){ .name = path_base(map.failure.name),
                           .user = map.failure.asker ? map.failure.asker->path : path,
                           .where = map.failure.path,
                           .error = r };
        r = take_unmapped(host, path, &extension);
    } else {
        check(host, &map, library, &extension);
        r = provider_asks(&host->providers, library, &asks);
        if (r == 0)
            take(asks, &extension);
    }
    if (r < 0)
        return r;
    *ret = extension;
    return 0;
}

int extension_host_new_strings(struct extension_host *host)
{
    /* c10::detail::torchCheckFail(), which takes its message as a string since torch 1.8. */
    static const struct str with = STR_INIT("_ZN3c106detail14torchCheckFailEPKcS2_jRKNSt7__cxx1112"
                                            "basic_stringIcSt11char_traitsIcESaIcEEE");
    static const struct str without = STR_INIT("_ZN3c106detail14torchCheckFailEPKcS2_jRKSs");
    const struct library *c10 = link_map_find(&host->map, STR("libc10.so"));
    struct scope scope = { .items = { 0 } };
    const struct scope *const only = &scope;
    struct str at;
    int r;

    if (!c10)
        return -ENOENT;
    scope_add(&host->providers, &scope, c10);
    r = scopes_have(&host->providers, &only, 1, with, &at);
    if (r != 0)
        return r;
    r = scopes_have(&host->providers, &only, 1, without, &at);
    return r == 1 ? 0 : r == 0 ? -ENOENT : r;
}
