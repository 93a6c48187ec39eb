#include "knowledge/cuda.h"

#include "knowledge/dotted.h"

struct cuda_row {
    uint8_t major, minor, soname_basis;
    uint16_t version, release, bundled_driver, notes_driver, min_driver, min_driver_windows;
    uint16_t cudart_soname, note, source;
};

#include "knowledge/cuda_table.h"

#define COUNT (sizeof(cuda_rows) / sizeof(cuda_rows[0]))

/* The first CUDA with minor-version compatibility. */
#define FIRST_COMPATIBLE 11

struct key {
    unsigned major, minor;
};

int driver_version_compare(struct str a, struct str b)
{
    return dotted_compare(a, b);
}

bool cuda_release_at(size_t at, struct cuda_release *ret)
{
    const struct cuda_row *row;

    if (at >= COUNT)
        return false;
    row = &cuda_rows[at];
    *ret = (struct cuda_release){
        .version = table_text(row->version),
        .major = row->major,
        .minor = row->minor,
        .release = table_text(row->release),
        .bundled_driver = table_text(row->bundled_driver),
        .notes_driver = table_text(row->notes_driver),
        .min_driver = table_text(row->min_driver),
        .min_driver_windows = table_text(row->min_driver_windows),
        .cudart_soname = table_text(row->cudart_soname),
        .soname_basis = (enum basis) row->soname_basis,
        .note = table_text(row->note),
        .source = table_text(row->source),
    };
    return true;
}

static int compare(size_t at, const void *key)
{
    const struct cuda_row *row = &cuda_rows[at];
    const struct key *want = key;

    if (row->major != want->major)
        return row->major < want->major ? -1 : 1;
    return (row->minor > want->minor) - (row->minor < want->minor);
}

bool cuda_release_find(unsigned major, unsigned minor, struct cuda_release *ret)
{
    const struct key key = { major, minor };
    size_t first = table_lower_bound(COUNT, compare, &key);
    size_t count = table_equal_run(COUNT, first, compare, &key);

    return count && cuda_release_at(first + count - 1, ret);
}

/* The newest release of a major version. */
static bool newest_of(unsigned major, struct cuda_release *ret)
{
    const struct key next = { major + 1, 0 };
    size_t at = table_lower_bound(COUNT, compare, &next);

    return at > 0 && cuda_rows[at - 1].major == major && cuda_release_at(at - 1, ret);
}

static void lower_of(struct str *lowest, struct str driver)
{
    if (driver.len && (lowest->len == 0 || driver_version_compare(driver, *lowest) < 0))
        *lowest = driver;
}

/*
 * The oldest driver that some update of an old CUDA was bundled with, or is listed with: where the
 * two disagree, the older one keeps us from calling a driver too old that is not.
 */
static struct str oldest_bundled(unsigned major, unsigned minor)
{
    const struct key key = { major, minor };
    size_t first = table_lower_bound(COUNT, compare, &key);
    size_t count = table_equal_run(COUNT, first, compare, &key);
    struct str lowest = STR("");

    for (size_t at = first; at < first + count; at++) {
        lower_of(&lowest, table_text(cuda_rows[at].bundled_driver));
        lower_of(&lowest, table_text(cuda_rows[at].notes_driver));
    }
    return lowest;
}

bool cuda_driver_needed(unsigned major, unsigned minor, struct cuda_requirement *ret)
{
    struct cuda_requirement need = { .basis = BASIS_READ };
    struct cuda_release release;

    if (!cuda_release_find(major, minor, &release)) {
        if (major < FIRST_COMPATIBLE || !newest_of(major, &release))
            return false;
        need.basis = BASIS_DERIVED;
    }
    need.minor_compatibility = major >= FIRST_COMPATIBLE;
    need.driver = need.minor_compatibility ? release.min_driver : oldest_bundled(major, minor);
    need.driver_windows = release.min_driver_windows;
    need.source = release.source;
    if (need.driver.len == 0)
        return false;
    *ret = need;
    return true;
}

bool cuda_driver_needed_by_major(unsigned major, struct cuda_requirement *ret)
{
    struct cuda_release release;

    return major >= FIRST_COMPATIBLE && newest_of(major, &release) &&
           cuda_driver_needed(major, release.minor, ret);
}

bool cuda_newest_for_driver(struct str driver, struct cuda_support *ret)
{
    unsigned branch, bundled;

    if (dotted_first(driver, &branch) < 0)
        return false;
    for (size_t at = COUNT; at-- > 0;) {
        const struct cuda_row *row = &cuda_rows[at];
        struct str with = table_text(row->bundled_driver);

        if (with.len == 0)
            with = table_text(row->notes_driver);
        if (dotted_first(with, &bundled) < 0 || bundled > branch)
            continue;
        *ret = (struct cuda_support){
            .major = row->major,
            .minor = row->minor,
            .same_branch = bundled == branch,
            .basis = BASIS_DERIVED,
            .source = table_text(row->source),
        };
        return true;
    }
    return false;
}
