#include "loader/binding.h"

#include "knowledge/sonames.h"

#include <errno.h>

struct work {
    struct providers *providers;
    struct link_map *map;
    struct scope program, global, opened;
    bool every;
};

static struct str name_of(const struct library *library)
{
    return library->soname.len ? library->soname : path_base(library->name);
}

static bool is_cuda(const struct library *library)
{
    size_t first;

    return cuda_libraries_by_soname(name_of(library), &first) > 0;
}

bool binding_is_foreign(const struct library *library)
{
    return is_cuda(library) &&
           (library->rule == SEARCH_LIBRARY_PATH || library->rule == SEARCH_CACHE ||
            library->rule == SEARCH_DEFAULT || library->rule == SEARCH_PRELOAD ||
            library->rule == SEARCH_PRELOAD_FILE);
}

static bool is_doubtful(const struct work *work, const struct library *library)
{
    return work->every ? is_cuda(library) : binding_is_foreign(library);
}

/* The first library that `user` needs and that is foreign, or doubtful. */
static const struct library *need_of(const struct work *work, const struct library *user,
                                     bool foreign)
{
    for (size_t i = 0; i < user->needed_count; i++) {
        const struct library *needed = link_map_find(work->map, user->needed[i]);

        if (needed && (foreign ? binding_is_foreign(needed) : is_doubtful(work, needed)))
            return needed;
    }
    return NULL;
}

/* A version names the library that should have the symbol: NVIDIA's carry their SONAME as one. Else
 * a foreign library is to blame before one of torch's own. */
static const struct library *culprit_of(const struct work *work, const struct library *user,
                                        struct str version)
{
    const struct library *named = version.len ? link_map_find(work->map, version) : NULL;
    const struct library *foreign = need_of(work, user, true), *own;

    if (named && is_doubtful(work, named))
        return named;
    if (foreign || binding_is_foreign(user))
        return foreign ? foreign : user;
    own = need_of(work, user, false);
    return own ? own : user;
}

static int lacks(struct work *work, const struct library *user, struct unbound *ret)
{
    const struct scope *const scopes[] = { &work->program, &work->global, &work->opened };
    const struct asks *asks;
    int r = provider_asks(work->providers, user, &asks);

    if (r < 0) {
        link_map_doubt(work->map, r, user->path);
        return 0;
    }
    for (size_t i = 0; i < asks->symbols.count; i++) {
        const struct ask *ask = &asks->symbols.items[i];
        struct str at, version = ask->version ? ask->version->library : STR("");

        r = scopes_have(work->providers, scopes, 3, ask->name, &at);
        if (r < 0 && r != -ENOTSUP)
            link_map_doubt(work->map, r, at);
        if (r != 0)
            continue;
        r = provider_binds(work->providers, user, ask);
        if (r < 0)
            link_map_doubt(work->map, r, user->path);
        if (r <= 0)
            continue;
        *ret = (struct unbound){ ask->name, version, user, culprit_of(work, user, version) };
        return 1;
    }
    return 0;
}

static void fill_scopes(struct work *work, const struct library *opened)
{
    const struct library *deps = link_map_find(work->map, STR("libtorch_global_deps.so"));

    for (size_t i = 0; i < work->map->started; i++)
        scope_add(work->providers, &work->program, work->map->all.items[i]);
    if (deps)
        scope_add_closure(work->providers, &work->global, work->map, deps);
    scope_add_closure(work->providers, &work->opened, work->map, opened);
}

int binding_lacks(struct providers *providers, struct link_map *map, size_t first,
                  const struct library *opened, bool every, struct unbound *ret)
{
    struct work work = { .providers = providers, .map = map, .every = every };
    bool filled = false;

    for (size_t i = map->all.count; i > first; i--) {
        const struct library *user = map->all.items[i - 1];

        if (!is_doubtful(&work, user) && !need_of(&work, user, false))
            continue;
        if (!filled)
            fill_scopes(&work, opened);
        filled = true;
        if (lacks(&work, user, ret))
            return 1;
    }
    return 0;
}
