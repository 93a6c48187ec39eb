#include "knowledge/table.h"

#include "knowledge/pool_table.h"

struct str basis_name(enum basis basis)
{
    static const struct str names[] = {
        [BASIS_UNVERIFIED] = STR_INIT("unverified"),
        [BASIS_DERIVED] = STR_INIT("derived"),
        [BASIS_READ] = STR_INIT("read"),
        [BASIS_MEASURED] = STR_INIT("measured"),
    };

    return names[basis];
}

struct str table_text(uint16_t number)
{
    const struct str pool = { (const char *) pool_bytes, sizeof(pool_bytes) };

    return str_slice(pool, pool_start[number], pool_start[number + 1]);
}

size_t table_lower_bound(size_t count, int (*compare)(size_t at, const void *key), const void *key)
{
    size_t from = 0, to = count;

    while (from < to) {
        size_t middle = from + (to - from) / 2;

        if (compare(middle, key) < 0)
            from = middle + 1;
        else
            to = middle;
    }
    return from;
}

size_t table_equal_run(size_t count, size_t first, int (*compare)(size_t at, const void *key),
                       const void *key)
{
    size_t to = first;

    while (to < count && compare(to, key) == 0)
        to++;
    return to - first;
}
