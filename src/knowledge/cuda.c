#include "knowledge/cuda.h"

#include "knowledge/dotted.h"
#include "knowledge/newer.h"

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
    const struct knowledge *knowledge;
    unsigned major, minor;
};

static size_t releases_in(const struct knowledge *knowledge)
{
    return knowledge ? knowledge->release_count : COUNT;
}

int driver_version_compare(struct str a, struct str b)
{
    return dotted_compare(a, b);
}

bool cuda_release_at(const struct knowledge *knowledge, size_t at, struct cuda_release *ret)
{
    const struct cuda_row *row;

    if (at >= releases_in(knowledge))
        return false;
    if (knowledge) {
        *ret = knowledge->releases[at];
        return true;
    }
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
    const struct key *want = key;
    struct cuda_release row = { .major = 0 };

    (void) cuda_release_at(want->knowledge, at, &row);
    if (row.major != want->major)
        return row.major < want->major ? -1 : 1;
    return (row.minor > want->minor) - (row.minor < want->minor);
}

bool cuda_release_find(const struct knowledge *knowledge, unsigned major, unsigned minor,
                       struct cuda_release *ret)
{
    const struct key key = { knowledge, major, minor };
    size_t all = releases_in(knowledge);
    size_t first = table_lower_bound(all, compare, &key);
    size_t count = table_equal_run(all, first, compare, &key);

    return count && cuda_release_at(knowledge, first + count - 1, ret);
}

/* "11.8.0" is one of "11.8". */
static bool is_update_of(struct str version, struct str minor)
{
    return minor.len && str_starts(version, minor) &&
           (version.len == minor.len || version.data[minor.len] == '.');
}

bool cuda_bundled_driver(const struct knowledge *knowledge, struct str minor, struct str *ret)
{
    struct cuda_release release;
    bool found = false;

    for (size_t at = 0; cuda_release_at(knowledge, at, &release); at++)
        if (is_update_of(release.version, minor) && release.bundled_driver.len) {
            *ret = release.bundled_driver;
            found = true;
        }
    return found;
}

/* The newest release of a major version. */
static bool newest_of(const struct knowledge *knowledge, unsigned major, struct cuda_release *ret)
{
    const struct key next = { knowledge, major + 1, 0 };
    size_t at = table_lower_bound(releases_in(knowledge), compare, &next);
    struct cuda_release release;

    if (at == 0 || !cuda_release_at(knowledge, at - 1, &release) || release.major != major)
        return false;
    *ret = release;
    return true;
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
static struct str oldest_bundled(const struct knowledge *knowledge, unsigned major, unsigned minor)
{
    const struct key key = { knowledge, major, minor };
    size_t all = releases_in(knowledge);
    size_t first = table_lower_bound(all, compare, &key);
    size_t count = table_equal_run(all, first, compare, &key);
    struct cuda_release release;
    struct str lowest = STR("");

    for (size_t at = first; at < first + count && cuda_release_at(knowledge, at, &release); at++) {
        lower_of(&lowest, release.bundled_driver);
        lower_of(&lowest, release.notes_driver);
    }
    return lowest;
}

bool cuda_driver_needed(const struct knowledge *knowledge, unsigned major, unsigned minor,
                        struct cuda_requirement *ret)
{
    struct cuda_requirement need = { .basis = BASIS_READ };
    struct cuda_release release;

    if (!cuda_release_find(knowledge, major, minor, &release)) {
        if (major < FIRST_COMPATIBLE || !newest_of(knowledge, major, &release))
            return false;
        need.basis = BASIS_DERIVED;
    }
    need.minor_compatibility = major >= FIRST_COMPATIBLE;
    need.driver =
        need.minor_compatibility ? release.min_driver : oldest_bundled(knowledge, major, minor);
    need.driver_windows = release.min_driver_windows;
    need.source = release.source;
    if (need.driver.len == 0)
        return false;
    *ret = need;
    return true;
}

bool cuda_driver_needed_by_major(const struct knowledge *knowledge, unsigned major,
                                 struct cuda_requirement *ret)
{
    struct cuda_release release;

    return major >= FIRST_COMPATIBLE && newest_of(knowledge, major, &release) &&
           cuda_driver_needed(knowledge, major, release.minor, ret);
}

bool cuda_newest_for_driver(const struct knowledge *knowledge, struct str driver,
                            struct cuda_support *ret)
{
    struct cuda_release release = { .major = 0 };
    unsigned branch, bundled;

    if (dotted_first(driver, &branch) < 0)
        return false;
    for (size_t at = releases_in(knowledge); at-- > 0;) {
        struct str with;

        (void) cuda_release_at(knowledge, at, &release);
        with = release.bundled_driver.len ? release.bundled_driver : release.notes_driver;
        if (dotted_first(with, &bundled) < 0 || bundled > branch)
            continue;
        *ret = (struct cuda_support){
            .major = release.major,
            .minor = release.minor,
            .same_branch = bundled == branch,
            .basis = BASIS_DERIVED,
            .source = release.source,
        };
        return true;
    }
    return false;
}
