#include "loader/folders.h"

#include "loader/object.h"

#include <errno.h>

#define MACHINE_X86_64 62u
#define MACHINE_AARCH64 183u

struct str search_rule_name(enum search_rule rule)
{
    static const struct str names[] = {
        [SEARCH_PROGRAM] = STR_INIT("program"),
        [SEARCH_PATH] = STR_INIT("path"),
        [SEARCH_PRELOAD] = STR_INIT("LD_PRELOAD"),
        [SEARCH_PRELOAD_FILE] = STR_INIT("ld.so.preload"),
        [SEARCH_LOADED] = STR_INIT("loaded"),
        [SEARCH_RPATH] = STR_INIT("rpath"),
        [SEARCH_LIBRARY_PATH] = STR_INIT("LD_LIBRARY_PATH"),
        [SEARCH_RUNPATH] = STR_INIT("runpath"),
        [SEARCH_CACHE] = STR_INIT("cache"),
        [SEARCH_DEFAULT] = STR_INIT("default"),
        [SEARCH_MAPPED] = STR_INIT("mapped"),
    };

    return names[rule];
}

struct str search_result_name(int result)
{
    switch (result) {
    case 0:
        return STR("found");
    case -ENOENT:
    case -ENOTDIR:
        return STR("not there");
    case -ENOEXEC:
    case -ENOTSUP:
        return STR("for another processor");
    case -EBADMSG:
        return STR("not a shared library");
    case -ENODATA:
        return STR("cut short");
    case -ROOT_LEFT_OUT:
        return STR("not kept of the image");
    case -EACCES:
    case -EPERM:
        return STR("may not be read");
    default:
        return str_of(strerrordesc_np(-result));
    }
}

/* --- one search ---------------------------------------------------------------------------- */

/* A search in progress: one of the two outputs is used. */
struct hunt {
    const struct search *search;
    struct str name;
    struct search_answer *answer; /* ends at the first hit */
    struct search_result *all;    /* goes on to the end */
    struct str owner;             /* whose folders are being looked through */
};

/* A look that failed leaves open what it would have found. */
static void failed(struct hunt *hunt, int error, struct str path)
{
    if (hunt->answer && !hunt->answer->error) {
        hunt->answer->error = error;
        hunt->answer->from = path;
    }
    if (hunt->all && !hunt->all->error) {
        hunt->all->error = error;
        hunt->all->from = path;
        hunt->all->certain = hunt->all->hits.count;
    }
}

/* Loading will fail: the search has ended at this file. */
static bool is_no_elf(int error)
{
    return error == -EBADMSG || error == -ENODATA || error == -E2BIG;
}

/* -ENOEXEC: an ELF file of another class or machine, which glibc passes over. */
static int look_at(const struct search *search, struct str path, struct node *ret)
{
    const struct object_known *known = search_object(search, path);

    if (known->open_error)
        return known->open_error;
    if (known->elf_error && !is_no_elf(known->elf_error))
        return known->elf_error;
    *ret = known->node;
    if (known->elf_error || search->wish.musl ||
        (known->bits == 64 && !known->big_endian &&
         known->machine == (search->wish.aarch64 ? MACHINE_AARCH64 : MACHINE_X86_64)))
        return 0;
    return -ENOEXEC;
}

/* True where the search is over. */
static bool note(struct hunt *hunt, struct str path, enum search_rule rule, int result,
                 const struct node *node)
{
    if (hunt->answer) {
        struct search_tries *tries = &hunt->answer->tries;

        *LIST_ADD(hunt->search->arena, tries) =
            (struct search_try){ path, rule, hunt->owner, result };
        hunt->answer->found = result == 0;
    }
    if (hunt->all && result == 0)
        *LIST_ADD(hunt->search->arena, &hunt->all->hits) = (struct search_hit){ path, rule, *node };
    if (result < 0 && result != -ENOEXEC && fact_state_of_error(result) != FACT_ABSENT)
        failed(hunt, result, path);
    return hunt->answer && hunt->answer->found;
}

static bool try_path(struct hunt *hunt, struct str path, enum search_rule rule)
{
    struct node node;
    int r = look_at(hunt->search, path, &node);

    return note(hunt, path, rule, r, &node);
}

static bool try_folders(struct hunt *hunt, const struct search_folders *folders,
                        enum search_rule rule)
{
    bool of_packages = rule == SEARCH_RPATH || rule == SEARCH_RUNPATH;

    for (size_t i = 0; i < folders->count; i++) {
        struct search_place place = of_packages ? search_package(hunt->search, folders->items[i])
                                                : search_place(hunt->search, folders->items[i]);

        for (int level = place.level; level >= 2; level--) {
            struct str path = arena_printf(hunt->search->arena, "%.*s/glibc-hwcaps/x86-64-v%d/%.*s",
                                           STR_ARG(folders->items[i]), level, STR_ARG(hunt->name));

            if (try_path(hunt, path, rule))
                return true;
        }
        if (search_lacks(hunt->search, folders->items[i], hunt->name)) {
            (void) note(hunt, arena_join(hunt->search->arena, folders->items[i], hunt->name), rule,
                        -ENOENT, NULL);
            continue;
        }
        if (try_path(hunt, arena_join(hunt->search->arena, folders->items[i], hunt->name), rule))
            return true;
    }
    return false;
}

/* --- the cache ----------------------------------------------------------------------------- */

/* 0: for every processor; 2 to 4: a level; -1: for a processor that this is not. */
static int entry_level(const struct search *search, const struct ld_cache_entry *entry)
{
    uint64_t level;

    if (entry->subdir.len == 0)
        return entry->hwcap ? -1 : 0;
    if (!str_starts(entry->subdir, STR("x86-64-v")) ||
        str_u64(str_from(entry->subdir, 8), 10, &level) < 0 ||
        level > (uint64_t) search->wish.cpu_level)
        return -1;
    return (int) level;
}

/* The loader takes one entry: the one of the highest level that this processor has. */
static bool try_cache(struct hunt *hunt)
{
    const struct search *search = hunt->search;
    uint32_t wanted = LD_CACHE_LIBC6 | (search->wish.aarch64 ? LD_CACHE_AARCH64 : LD_CACHE_X86_64);
    struct str best = { NULL, 0 };
    int best_level = -1;

    if (search->cache_error)
        failed(hunt, search->cache_error, STR(CACHE_PATH));
    for (uint32_t i = 0; i < search->cache.count; i++) {
        struct ld_cache_entry entry;
        int level;

        if (ld_cache_entry(&search->cache, i, &entry) < 0) {
            failed(hunt, -EBADMSG, STR(CACHE_PATH));
            continue;
        }
        if (!str_eq(entry.soname, hunt->name) || entry.flags != wanted)
            continue;
        level = entry_level(search, &entry);
        if (hunt->all && level >= 0)
            (void) try_path(hunt, search_relative(search, entry.path), SEARCH_CACHE);
        if (level > best_level) {
            best_level = level;
            best = search_relative(search, entry.path);
        }
    }
    return hunt->answer && best.len && try_path(hunt, best, SEARCH_CACHE);
}

/* --- the order ----------------------------------------------------------------------------- */

/* The asking object, those that loaded it, and at last the program. */
static bool try_rpaths(struct hunt *hunt, const struct search_asker *asker,
                       const struct search_asker *program)
{
    bool seen = false;

    for (unsigned depth = 0; asker && depth < 4096; asker = asker->asker, depth++) {
        hunt->owner = asker->path;
        seen |= asker == program;
        if (try_folders(hunt, &asker->rpath, SEARCH_RPATH))
            return true;
    }
    if (seen || !program)
        return false;
    hunt->owner = program->path;
    return try_folders(hunt, &program->rpath, SEARCH_RPATH);
}

static void search_glibc(struct hunt *hunt, const struct search_asker *asker,
                         const struct search_asker *program)
{
    static const struct str nobody = { NULL, 0 };

    if (!(asker && asker->has_runpath) && try_rpaths(hunt, asker, program))
        return;
    hunt->owner = nobody;
    if (try_folders(hunt, &hunt->search->library_path, SEARCH_LIBRARY_PATH))
        return;
    if (asker) {
        hunt->owner = asker->path;
        if (try_folders(hunt, &asker->runpath, SEARCH_RUNPATH))
            return;
        hunt->owner = nobody;
    }
    if (asker && asker->no_default)
        return;
    if (!try_cache(hunt))
        (void) try_folders(hunt, &hunt->search->defaults, SEARCH_DEFAULT);
}

/* RPATH and RUNPATH are one to musl, and both are inherited. */
static void search_musl(struct hunt *hunt, const struct search_asker *asker)
{
    if (try_folders(hunt, &hunt->search->library_path, SEARCH_LIBRARY_PATH))
        return;
    for (unsigned depth = 0; asker && depth < 4096; asker = asker->asker, depth++) {
        hunt->owner = asker->path;
        if (try_folders(hunt, asker->has_runpath ? &asker->runpath : &asker->rpath,
                        asker->has_runpath ? SEARCH_RUNPATH : SEARCH_RPATH))
            return;
    }
    hunt->owner = (struct str){ NULL, 0 };
    if (hunt->search->cache_error)
        failed(hunt, hunt->search->cache_error, musl_path_file(hunt->search));
    (void) try_folders(hunt, &hunt->search->defaults, SEARCH_DEFAULT);
}

struct search_answer search_name(const struct search *search, const struct search_asker *asker,
                                 const struct search_asker *program, struct str name)
{
    struct search_answer answer = { .error = 0 };
    struct hunt hunt = { .search = search, .name = name, .answer = &answer };

    if (search->wish.musl)
        search_musl(&hunt, asker);
    else
        search_glibc(&hunt, asker, program);
    return answer;
}

struct search_result search_all(const struct search *search, struct str soname)
{
    struct search_result result = { .error = 0 };
    struct hunt hunt = { .search = search, .name = soname, .all = &result };

    if (search->wish.musl)
        search_musl(&hunt, NULL);
    else
        search_glibc(&hunt, NULL, NULL);
    return result;
}
