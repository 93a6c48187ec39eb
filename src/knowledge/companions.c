#include "knowledge/companions.h"

#include "knowledge/newer.h"

struct companion_row {
    uint16_t package, version, platform, local, pythons, requires_python, wheel_tags, torch, archs;
    uint16_t min_glibc, source;
    uint8_t basis;
};

#include "knowledge/companions_table.h"

#define COUNT (sizeof(companion_rows) / sizeof(companion_rows[0]))

struct key {
    const struct knowledge *knowledge;
    struct str package;
};

bool companion_at(const struct knowledge *knowledge, size_t at, struct companion *ret)
{
    const struct companion_row *row;

    if (at >= (knowledge ? knowledge->companion_count : COUNT))
        return false;
    if (knowledge) {
        *ret = knowledge->companions[at];
        return true;
    }
    row = &companion_rows[at];
    *ret = (struct companion){
        .package = table_text(row->package),
        .version = table_text(row->version),
        .platform = table_text(row->platform),
        .local = table_text(row->local),
        .pythons = table_text(row->pythons),
        .requires_python = table_text(row->requires_python),
        .wheel_tags = table_text(row->wheel_tags),
        .torch = table_text(row->torch),
        .archs = table_text(row->archs),
        .min_glibc = table_text(row->min_glibc),
        .basis = (enum basis) row->basis,
        .source = table_text(row->source),
    };
    return true;
}

static int compare(size_t at, const void *key)
{
    const struct key *want = key;
    struct companion row = { .package = STR_INIT("") };

    (void) companion_at(want->knowledge, at, &row);
    return str_compare(row.package, want->package);
}

size_t companions_by_package(const struct knowledge *knowledge, struct str package,
                             size_t *ret_first)
{
    const struct key key = { knowledge, package };
    size_t all = knowledge ? knowledge->companion_count : COUNT;
    size_t first = table_lower_bound(all, compare, &key);
    size_t count = table_equal_run(all, first, compare, &key);

    if (count)
        *ret_first = first;
    return count;
}
