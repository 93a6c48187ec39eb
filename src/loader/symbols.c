#include "loader/symbols.h"

#include "loader/object.h"

#include <errno.h>

struct names_found {
    LIST(struct str) names;
};

/* The names of defined symbols, or (with a library) of those wanted from it. */
static int read_names(struct root *root, struct arena *arena, struct str path,
                      const struct str *library, struct names_found *ret)
{
    struct elf_dynamic dynamic;
    struct elf_symbols symbols;
    struct elf_symbol symbol;
    struct object object;
    int r = object_open(root, path, arena, &object);

    if (r < 0)
        return r;
    r = elf_dynamic(&object.elf, &dynamic);
    if (r == 0)
        r = elf_symbols(&object.elf, &dynamic, &symbols);
    while (r == 0 && (r = elf_symbol_next(&symbols, &symbol)) == 1) {
        bool counts = library ? !symbol.defined && symbol.binding != ELF_WEAK && symbol.version &&
                                    str_eq(symbol.version->library, *library)
                              : symbol.defined;

        r = 0;
        if (counts && library && ret->names.count == SYMBOLS_WANTED)
            r = -E2BIG;
        else if (counts)
            *LIST_ADD(arena, &ret->names) = arena_copy(arena, symbol.name);
    }
    object_close(&object);
    return r;
}

static int by_name(const void *a, const void *b)
{
    const struct str *left = a, *right = b;

    return str_compare(*left, *right);
}

int symbols_missing(struct root *root, struct arena *arena, struct str user, struct str library,
                    struct str provider, struct str *ret)
{
    struct names_found wanted = { .names = { 0 } }, defined = { .names = { 0 } };
    int r = read_names(root, arena, user, &library, &wanted);

    if (r < 0 || wanted.names.count == 0)
        return r;
    r = read_names(root, arena, provider, NULL, &defined);
    if (r < 0)
        return r;
    if (defined.names.count)
        qsort(defined.names.items, defined.names.count, sizeof(struct str), by_name);
    for (size_t i = 0; i < wanted.names.count; i++)
        if (!defined.names.count || !bsearch(&wanted.names.items[i], defined.names.items,
                                             defined.names.count, sizeof(struct str), by_name)) {
            *ret = wanted.names.items[i];
            return 1;
        }
    return 0;
}
