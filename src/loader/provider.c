#include "loader/provider.h"

#include "loader/gpu_code.h"
#include "loader/object.h"

#include <errno.h>

static struct provider *provider_of(struct providers *providers, const struct library *library)
{
    struct provider *provider;

    for (size_t i = 0; i < providers->all.count; i++)
        if (str_eq(providers->all.items[i]->library->real, library->real))
            return providers->all.items[i];
    provider = ARENA_NEW(providers->arena, struct provider);
    provider->library = library;
    *LIST_ADD(providers->arena, &providers->all) = provider;
    return provider;
}

/* --- reading -------------------------------------------------------------------------------- */

static int read_offers(struct object *object, const struct elf_dynamic *dynamic,
                       struct provider *provider)
{
    int r = elf_exports(&object->elf, dynamic, &provider->exports);

    return r < 0 ? r
                 : elf_version_definitions(&object->elf, dynamic, &provider->versions,
                                           &provider->version_count);
}

static int read_asked_symbols(struct object *object, const struct elf_dynamic *dynamic,
                              struct asks *asks)
{
    struct elf_symbols symbols;
    struct elf_symbol symbol;
    int r = elf_symbols(&object->elf, dynamic, &symbols);

    while (r == 0 && (r = elf_symbol_next(&symbols, &symbol)) == 1) {
        r = 0;
        if (!symbol.defined && symbol.binding != ELF_WEAK && symbol.binding != ELF_LOCAL)
            *LIST_ADD(object->elf.arena, &asks->symbols) =
                (struct ask){ symbol.name, symbol.index, symbol.version };
    }
    return r == -ENOENT ? 0 : r; /* no table of symbols: nothing is asked for */
}

static int read_asks(struct object *object, const struct elf_dynamic *dynamic, struct asks *asks)
{
    int r;

    asks->needed = dynamic->needed;
    asks->needed_count = dynamic->needed_count;
    asks->gpu_code = gpu_code_is_in(&object->elf);
    r = elf_version_needs(&object->elf, dynamic, &asks->versions, &asks->version_count);
    return r < 0 ? r : read_asked_symbols(object, dynamic, asks);
}

static int look(struct providers *providers, struct provider *provider)
{
    struct elf_dynamic dynamic;
    struct object object;

    if (provider->read)
        return provider->error;
    provider->read = true;
    provider->error =
        object_open(providers->root, provider->library->path, providers->arena, &object);
    if (provider->error < 0)
        return provider->error;
    provider->error = elf_dynamic(&object.elf, &dynamic);
    if (provider->error == 0)
        provider->error = read_offers(&object, &dynamic, provider);
    object_close(&object);
    return provider->error;
}

/* One opening for both. */
static void look_whole(struct providers *providers, struct provider *provider)
{
    struct elf_dynamic dynamic;
    struct object object;
    int r = object_open(providers->root, provider->library->path, providers->arena, &object);

    provider->asked = true;
    if (r == 0) {
        r = elf_dynamic(&object.elf, &dynamic);
        provider->ask_error = r < 0 ? r : read_asks(&object, &dynamic, &provider->asks);
        if (r == 0 && !provider->read)
            r = read_offers(&object, &dynamic, provider);
        object_close(&object);
    } else {
        provider->ask_error = r;
    }
    if (!provider->read)
        provider->error = r;
    provider->read = true;
}

int provider_asks(struct providers *providers, const struct library *library,
                  const struct asks **ret)
{
    struct provider *provider = provider_of(providers, library);

    if (!provider->asked)
        look_whole(providers, provider);
    if (provider->ask_error == 0)
        *ret = &provider->asks;
    return provider->ask_error;
}

static int read_relocated(struct providers *providers, struct provider *provider)
{
    struct elf_dynamic dynamic;
    struct object object;
    int r = object_open(providers->root, provider->library->path, providers->arena, &object);

    if (r < 0)
        return r;
    r = elf_dynamic(&object.elf, &dynamic);
    if (r == 0)
        r = elf_relocated(&object.elf, &dynamic, &provider->relocated);
    object_close(&object);
    return r;
}

int provider_binds(struct providers *providers, const struct library *library,
                   const struct ask *ask)
{
    struct provider *provider = provider_of(providers, library);

    if (!provider->bound)
        provider->bind_error = read_relocated(providers, provider);
    provider->bound = true;
    return provider->bind_error < 0 ? provider->bind_error
                                    : elf_is_relocated(&provider->relocated, ask->index);
}

int asks_read(struct root *root, struct arena *arena, struct str path, struct asks *ret)
{
    struct asks asks = { .symbols = { 0 } };
    struct elf_dynamic dynamic;
    struct object object;
    int r = object_open(root, path, arena, &object);

    if (r < 0)
        return r;
    r = elf_dynamic(&object.elf, &dynamic);
    if (r == 0)
        r = read_asks(&object, &dynamic, &asks);
    object_close(&object);
    if (r == 0)
        *ret = asks;
    return r;
}

/* --- the scope ----------------------------------------------------------------------------- */

static bool is_in(const struct scope *scope, const struct provider *provider)
{
    for (size_t i = 0; i < scope->items.count; i++)
        if (scope->items.items[i] == provider)
            return true;
    return false;
}

void scope_add(struct providers *providers, struct scope *scope, const struct library *library)
{
    struct provider *provider = provider_of(providers, library);

    if (!is_in(scope, provider))
        *LIST_ADD(providers->arena, &scope->items) = provider;
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

static bool was_read_and_has(const struct scope *scope, uint32_t hash)
{
    for (size_t i = 0; i < scope->items.count; i++) {
        const struct provider *provider = scope->items.items[i];

        if (provider->read && provider->error == 0 && elf_exports_has(&provider->exports, hash))
            return true;
    }
    return false;
}

int scopes_have(struct providers *providers, const struct scope *const *scopes, size_t count,
                struct str symbol, struct str *ret_at)
{
    uint32_t hash = elf_symbol_hash(symbol);
    int error = 0;

    for (size_t s = 0; s < count; s++)
        if (was_read_and_has(scopes[s], hash))
            return 1;
    for (size_t s = 0; s < count; s++)
        for (size_t i = 0; i < scopes[s]->items.count; i++) {
            struct provider *provider = scopes[s]->items.items[i];
            int r = provider->read ? provider->error : look(providers, provider);

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
