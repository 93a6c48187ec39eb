#include "knowledge/sonames.h"

struct library_row {
    uint8_t cuda_major, basis;
    uint16_t soname, library, package, folder, depends_on, note, source;
};

#include "knowledge/sonames_table.h"

#define COUNT (sizeof(library_rows) / sizeof(library_rows[0]))

bool cuda_library_at(size_t at, struct cuda_library *ret)
{
    const struct library_row *row;

    if (at >= COUNT)
        return false;
    row = &library_rows[at];
    *ret = (struct cuda_library){
        .soname = table_text(row->soname),
        .cuda_major = row->cuda_major,
        .library = table_text(row->library),
        .package = table_text(row->package),
        .folder = table_text(row->folder),
        .depends_on = table_text(row->depends_on),
        .basis = (enum basis) row->basis,
        .note = table_text(row->note),
        .source = table_text(row->source),
    };
    return true;
}

static int compare(size_t at, const void *key)
{
    return str_compare(table_text(library_rows[at].soname), *(const struct str *) key);
}

size_t cuda_libraries_by_soname(struct str soname, size_t *ret_first)
{
    size_t first = table_lower_bound(COUNT, compare, &soname);
    size_t count = table_equal_run(COUNT, first, compare, &soname);

    if (count)
        *ret_first = first;
    return count;
}

bool cuda_library_find(struct str soname, unsigned cuda_major, struct cuda_library *ret)
{
    size_t first = 0, count = cuda_libraries_by_soname(soname, &first);

    for (size_t at = first; at < first + count; at++)
        if (library_rows[at].cuda_major == cuda_major)
            return cuda_library_at(at, ret);
    return false;
}
