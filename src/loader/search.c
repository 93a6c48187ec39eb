#include "loader/search.h"

#include <errno.h>

#define CACHE_LIMIT (16u << 20)
#define PATH_LIMIT (64u << 10)
#define FOLDERS 256 /* of one variable */
#define HEAD 20     /* bytes of an ELF file, up to and including its machine */
#define MACHINE_X86_64 62u
#define MACHINE_AARCH64 183u

static const struct str cache_path = STR_INIT("etc/ld.so.cache");

struct str search_rule_name(enum search_rule rule)
{
    static const struct str names[] = {
        [SEARCH_LIBRARY_PATH] = STR_INIT("LD_LIBRARY_PATH"),
        [SEARCH_CACHE] = STR_INIT("cache"),
        [SEARCH_DEFAULT] = STR_INIT("default"),
    };

    return names[rule];
}

static struct str without_slash(struct str path)
{
    while (path.len && path.data[0] == '/')
        path = str_from(path, 1);
    return path;
}

/* Parts stand between colons, or semicolons; an empty or relative one starts from the working
 * directory, and is left out where that is not known. */
static void split_library_path(struct search *search)
{
    struct str rest = search->wish.library_path, part, piece;
    LIST(struct str) folders = { 0 };

    if (rest.len == 0)
        return;
    while (str_next_part(&rest, ':', &part))
        while (str_next_part(&part, ';', &piece)) {
            bool absolute = piece.len && piece.data[0] == '/';

            if (folders.count == FOLDERS || str_has(piece, STR("$")))
                continue;
            if (!absolute && search->wish.working_directory.len == 0)
                continue;
            if (!absolute)
                piece = arena_join(search->arena, search->wish.working_directory, piece);
            *LIST_ADD(search->arena, &folders) = without_slash(piece);
        }
    search->library_path = folders.items;
    search->library_path_count = folders.count;
}

/* Folders by line or between colons. */
static void musl_folders(struct search *search)
{
    struct str path =
        search->wish.aarch64 ? STR("etc/ld-musl-aarch64.path") : STR("etc/ld-musl-x86_64.path");
    struct str text, line, part;
    LIST(struct str) folders = { 0 };
    int r = root_read(search->root, path, PATH_LIMIT, &text);

    if (r < 0) {
        if (fact_state_of_error(r) != FACT_ABSENT)
            search->cache_error = r;
        text = STR("/lib:/usr/local/lib:/usr/lib");
    }
    while (str_next_line(&text, &line))
        while (str_next_part(&line, ':', &part))
            if (part.len && folders.count < FOLDERS)
                *LIST_ADD(search->arena, &folders) = without_slash(str_trim(part));
    search->defaults = folders.items;
    search->default_count = folders.count;
}

/* Debian's loader knows its own folders before the common ones; others know lib64. Folders of the
 * other family do not exist, and finding nothing there is no harm. */
static void glibc_folders(struct search *search)
{
    static const struct str x86_64[] = {
        STR_INIT("lib/x86_64-linux-gnu"),
        STR_INIT("usr/lib/x86_64-linux-gnu"),
        STR_INIT("lib64"),
        STR_INIT("usr/lib64"),
        STR_INIT("lib"),
        STR_INIT("usr/lib"),
    };
    static const struct str aarch64[] = {
        STR_INIT("lib/aarch64-linux-gnu"),
        STR_INIT("usr/lib/aarch64-linux-gnu"),
        STR_INIT("lib64"),
        STR_INIT("usr/lib64"),
        STR_INIT("lib"),
        STR_INIT("usr/lib"),
    };
    size_t count = sizeof(x86_64) / sizeof(x86_64[0]);

    search->defaults = arena_array(search->arena, count, sizeof(struct str));
    memcpy(search->defaults, search->wish.aarch64 ? aarch64 : x86_64, sizeof(x86_64));
    search->default_count = count;
}

static void read_cache(struct search *search)
{
    struct str bytes;
    int r = root_read(search->root, cache_path, CACHE_LIMIT, &bytes);

    if (r == 0)
        r = ld_cache_open(bytes, &search->cache);
    if (r < 0) {
        search->cache = (struct ld_cache){ .count = 0 };
        search->cache_error = fact_state_of_error(r) == FACT_ABSENT ? 0 : r;
    }
}

struct search search_new(struct root *root, struct arena *arena, const struct search_wish *wish)
{
    struct search search = { .root = root, .arena = arena, .wish = *wish };

    split_library_path(&search);
    if (wish->musl) {
        musl_folders(&search);
    } else {
        read_cache(&search);
        glibc_folders(&search);
    }
    return search;
}

/* --- looking ------------------------------------------------------------------------------- */

static void failed(struct search_result *result, int error, struct str path)
{
    if (result->error)
        return;
    result->error = error;
    result->from = path;
    result->certain = result->hits.count;
}

/* 1: an ELF file of another class or machine, which the loader passes over. What is no ELF file at
 * all would end its search with an error, so that counts as found: 0. */
static int is_foreign(const struct search *search, struct root_file *file)
{
    char head[HEAD];
    struct cursor cursor;
    int r = root_file_read(file, 0, head, sizeof(head));

    if (r < HEAD || memcmp(head, "\177ELF", 4) != 0)
        return r < 0 ? r : 0;
    cursor = cursor_of((struct str){ head, sizeof(head) });
    cursor_seek(&cursor, 18);
    return head[4] != 2 ||
           cursor_le(&cursor, 2) != (search->wish.aarch64 ? MACHINE_AARCH64 : MACHINE_X86_64);
}

static void try_path(const struct search *search, struct str path, enum search_rule rule,
                     struct search_result *result)
{
    struct root_file file;
    int r = root_open(search->root, path, &file);

    if (r == 0) {
        r = is_foreign(search, &file);
        root_file_close(&file);
        if (r == 0)
            *LIST_ADD(search->arena, &result->hits) = (struct search_hit){ path, rule, file.node };
    }
    if (r < 0 && fact_state_of_error(r) != FACT_ABSENT)
        failed(result, r, path);
}

static void try_cache(const struct search *search, struct str soname, struct search_result *result)
{
    uint32_t wanted = LD_CACHE_LIBC6 | (search->wish.aarch64 ? LD_CACHE_AARCH64 : LD_CACHE_X86_64);

    if (search->cache_error)
        failed(result, search->cache_error, cache_path);
    for (uint32_t i = 0; i < search->cache.count; i++) {
        struct ld_cache_entry entry;

        if (ld_cache_entry(&search->cache, i, &entry) < 0)
            failed(result, -EBADMSG, cache_path);
        else if (str_eq(entry.soname, soname) && entry.flags == wanted)
            try_path(search, arena_copy(search->arena, without_slash(entry.path)), SEARCH_CACHE,
                     result);
    }
}

struct search_result search_all(const struct search *search, struct str soname)
{
    struct search_result result = { .error = 0 };

    for (size_t i = 0; i < search->library_path_count; i++)
        try_path(search, arena_join(search->arena, search->library_path[i], soname),
                 SEARCH_LIBRARY_PATH, &result);
    try_cache(search, soname, &result);
    for (size_t i = 0; i < search->default_count; i++)
        try_path(search, arena_join(search->arena, search->defaults[i], soname), SEARCH_DEFAULT,
                 &result);
    return result;
}
