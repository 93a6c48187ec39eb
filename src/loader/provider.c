#include "loader/provider.h"

#include "loader/object.h"

#include <errno.h>

static struct provider *provider_of(struct providers *providers, const struct library *library)
{
    struct provider *provider;

    for (size_t i = 0; i < providers->all.count; i++)
        if (providers->all.items[i]->library == library)
            return providers->all.items[i];
    provider = ARENA_NEW(providers->arena, struct provider);
    provider->library = library;
    *LIST_ADD(providers->arena, &providers->all) = provider;
    return provider;
}

static int read_object(struct providers *providers, struct provider *provider)
{
    struct elf_dynamic dynamic;
    struct object object;
    int r = object_open(providers->root, provider->library->path, providers->arena, &object);

    if (r < 0)
        return r;
    r = elf_dynamic(&object.elf, &dynamic);
    if (r == 0)
        r = elf_exports(&object.elf, &dynamic, &provider->exports);
    if (r == 0)
        r = elf_version_definitions(&object.elf, &dynamic, &provider->versions,
                                    &provider->version_count);
    object_close(&object);
    return r;
}

static int look(struct providers *providers, struct provider *provider)
{
    if (!provider->read) {
        provider->read = true;
        provider->error = read_object(providers, provider);
    }
    return provider->error;
}

/* --- the scope ----------------------------------------------------------------------------- */

static bool is_in(const struct scope *scope, const struct library *library)
{
    for (size_t i = 0; i < scope->items.count; i++)
        if (scope->items.items[i]->library == library)
            return true;
    return false;
}

void scope_add(struct providers *providers, struct scope *scope, const struct library *library)
{
    if (!is_in(scope, library))
        *LIST_ADD(providers->arena, &scope->items) = provider_of(providers, library);
}

void scope_add_closure(struct providers *providers, struct scope *scope, const struct link_map *map,
                       const struct library *library)
{
    size_t next = scope->items.count;

    scope_add(providers, scope, library);
    for (; next < scope->items.count; next++) {
        const struct library *user = scope->items.items[next]->library;

        for (size_t i = 0; i < user->needed_count; i++) {
            const struct library *needed = link_map_find(map, user->needed[i]);

            if (needed)
                scope_add(providers, scope, needed);
        }
    }
}

int scope_has(struct providers *providers, const struct scope *scope, struct str symbol,
              struct str *ret_at)
{
    uint32_t hash = elf_symbol_hash(symbol);
    int error = 0;

    for (size_t i = 0; i < scope->items.count; i++) {
        struct provider *provider = scope->items.items[i];
        int r = look(providers, provider);

        if (r == 0 && elf_exports_has(&provider->exports, hash))
            return 1;
        if (r < 0 && error == 0) {
            error = r;
            *ret_at = provider->library->path;
        }
    }
    return error;
}

int provider_has_version(struct providers *providers, const struct library *library,
                         struct str version)
{
    struct provider *provider = provider_of(providers, library);
    int r = look(providers, provider);

    if (r < 0)
        return r;
    for (size_t i = 0; i < provider->version_count; i++)
        if (str_eq(provider->versions[i].name, version))
            return 1;
    return provider->version_count == 0;
}
