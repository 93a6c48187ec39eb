/*
 * Every symbol that libraries ask for, and every one that is not found:
 *     symbols ENVIRONMENT               of the libraries that `import torch` maps
 *     symbols ENVIRONMENT FILE FILE …   of these, which belong to one package, each opened after it
 * prints a line for each: "file PATH", then "asks SYMBOL", "lacks SYMBOL USER", "misses LIBRARY",
 * "version NAME", "failed PATH ERROR".
 */
#include "loader/extension.h"
#include "probe/libraries.h"
#include "probe/python.h"

#include <stdio.h>

static void no_memory(void)
{
    abort();
}

static void print_asks(struct extension_host *host, struct str path)
{
    struct asks asks;
    int r = asks_read(host->map.root, host->map.arena, path, &asks);

    printf("file /%.*s\n", STR_ARG(path));
    if (r < 0)
        printf("failed /%.*s %s\n", STR_ARG(path), strerror(-r));
    for (size_t i = 0; r == 0 && i < asks.symbols.count; i++)
        printf("asks %.*s\n", STR_ARG(asks.symbols.items[i].name));
}

/* --- what the import itself maps ----------------------------------------------------------- */

static void print_mapped(struct extension_host *host)
{
    const struct library *torch = link_map_find(&host->map, STR("libtorch_python.so"));
    struct scope opened = { .items = { 0 } };
    const struct scope *const scopes[] = { &host->program, &host->global, &opened };

    if (torch)
        scope_add_closure(&host->providers, &opened, &host->map, torch);
    for (size_t i = 0; i < host->map.all.count; i++) {
        const struct library *library = host->map.all.items[i];
        const struct asks *asks;
        struct str at;
        int r = provider_asks(&host->providers, library, &asks);

        print_asks(host, library->path);
        scope_add_closure(&host->providers, &opened, &host->map, library);
        for (size_t k = 0; r == 0 && k < asks->symbols.count; k++)
            if (scopes_have(&host->providers, scopes, 3, asks->symbols.items[k].name, &at) == 0 &&
                provider_binds(&host->providers, library, &asks->symbols.items[k]) == 1)
                printf("lacks %.*s /%.*s\n", STR_ARG(asks->symbols.items[k].name),
                       STR_ARG(library->path));
    }
}

/* --- files opened after it ------------------------------------------------------------------ */

static void print_opened(struct extension_host *host, struct str path,
                         const struct search_folders *beside)
{
    struct extension extension;
    int r = extension_load(host, path, beside, &extension);

    print_asks(host, path);
    if (r < 0) {
        printf("failed /%.*s %s\n", STR_ARG(path), strerror(-r));
        return;
    }
    if (extension.doubt)
        printf("failed /%.*s %s\n", STR_ARG(extension.doubt_from), strerror(-extension.doubt));
    if (extension.library.name.len)
        printf("misses %.*s\n", STR_ARG(extension.library.name));
    if (extension.version.name.len)
        printf("version %.*s\n", STR_ARG(extension.version.name));
    for (size_t i = 0; i < extension.unbound.count; i++)
        printf("lacks %.*s /%.*s\n", STR_ARG(extension.unbound.items[i].name),
               STR_ARG(extension.unbound.items[i].user));
}

int main(int argc, char **argv)
{
    AUTO_ARENA *arena = arena_new(no_memory);
    struct eyes eyes = { .known = true, .working_directory = STR("/") };
    struct wishes wishes = { .environment = str_of(argc > 1 ? argv[1] : "") };
    struct facts *facts = ARENA_NEW(arena, struct facts);
    struct probe_ctx ctx = {
        .arena = arena, .root = root_live(arena), .eyes = &eyes, .wishes = &wishes, .facts = facts
    };
    struct search_folders files = { NULL, 0 };
    struct extension_host host;

    probe_all(&ctx, COST_FILES);
    if (!ctx.python || !ctx.python->import || !ctx.python->import->loaded)
        return 1;
    extension_host_start(ctx.python->import, &host);
    files.items = arena_array(arena, (size_t) argc, sizeof(*files.items));
    for (int i = 2; i < argc; i++) /* paths from the root: without the slash */
        files.items[files.count++] = str_from(str_of(argv[i]), 1);
    if (files.count == 0)
        print_mapped(&host);
    for (size_t i = 0; i < files.count; i++)
        print_opened(&host, files.items[i], &files);
    return 0;
}
