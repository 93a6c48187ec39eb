#include "loader/link_map.h"

#include "loader/folders.h"
#include "loader/object.h"

#include <errno.h>

#define PRELOAD_FILE (64u << 10)
#define DF_1_NODEFLIB 0x800

void link_map_doubt(struct link_map *map, int error, struct str from)
{
    if (map->doubt || !error)
        return;
    map->doubt = error;
    map->doubt_from = from;
    map->certain = map->all.count;
}

static int fail(struct link_map *map, const struct library *asker, struct str name, int error)
{
    map->failure = (struct link_failure){ .name = name, .asker = asker, .error = error };
    return error;
}

/* --- what is loaded already ---------------------------------------------------------------- */

static bool is_called(const struct library *library, struct str name)
{
    for (size_t i = 0; i < library->names.count; i++)
        if (str_eq(library->names.items[i], name))
            return true;
    return false;
}

struct library *link_map_find(const struct link_map *map, struct str name)
{
    for (size_t i = 0; i < map->all.count; i++) {
        struct library *library = map->all.items[i];

        if (is_called(library, name) ||
            (!map->search.wish.musl && library->soname.len && str_eq(library->soname, name)))
            return library;
    }
    return NULL;
}

/* glibc compares device and inode; a device is not known here, size and time stand in for it. */
static struct library *find_file(const struct link_map *map, const struct node *node)
{
    for (size_t i = 0; i < map->all.count; i++) {
        const struct node *other = &map->all.items[i]->node;

        if (node->inode && other->inode == node->inode && other->size == node->size &&
            other->mtime == node->mtime)
            return map->all.items[i];
    }
    return NULL;
}

/* --- one object ---------------------------------------------------------------------------- */

/* The folder of the file itself for a program (the kernel says which), else that of its path. */
static void take_looks(const struct link_map *map, struct library *library,
                       const struct elf_dynamic *dynamic)
{
    struct str origin = path_dir(library->rule == SEARCH_PROGRAM ? library->real : library->path);
    struct search_asker *looks = &library->looks;

    looks->path = library->path;
    looks->asker = library->asker ? &library->asker->looks : NULL;
    looks->has_runpath = dynamic->runpath.data != NULL;
    looks->no_default = dynamic->flags_1 & DF_1_NODEFLIB;
    looks->runpath = search_folders(&map->search, dynamic->runpath, "::", origin);
    if (!looks->has_runpath)
        looks->rpath = search_folders(&map->search, dynamic->rpath, "::", origin);
}

static int read_dynamic(const struct link_map *map, struct library *library)
{
    const struct object_known *object = search_object(&map->search, library->path);
    struct elf_dynamic dynamic = object->dynamic;
    int r = object->open_error ? object->open_error : object->elf_error;

    if (r < 0)
        return r;
    library->node = object->node;
    r = object->bits == 64 && !object->big_endian ? object->dynamic_error : -ENOEXEC;
    if (r == -ENOENT) /* a static program needs nothing; glibc refuses such a library */
        r = library->rule == SEARCH_PROGRAM ? 0 : -EBADMSG;
    if (r < 0)
        return r;
    if (dynamic.needed_count > LINK_MAP_NEEDED)
        return -E2BIG;
    library->soname = dynamic.soname;
    library->needed = dynamic.needed;
    library->needed_count = dynamic.needed_count;
    r = root_resolve(map->root, library->path, &library->real);
    if (r < 0)
        return r;
    take_looks(map, library, &dynamic);
    return 0;
}

/* Reads the file and adds it, unless it is there already under another name. 1: it was. */
static int add_file(struct link_map *map, struct library *library, struct library **ret)
{
    struct library *same;
    int r;

    if (map->all.count == LINK_MAP_LIMIT)
        return -E2BIG;
    r = read_dynamic(map, library);
    if (r < 0)
        return r;
    same = find_file(map, &library->node);
    if (same) {
        *LIST_ADD(map->arena, &same->names) = library->name;
        *ret = same;
        return 1;
    }
    library->stage = map->stage;
    *LIST_ADD(map->arena, &library->names) = library->name;
    *LIST_ADD(map->arena, &map->all) = library;
    *ret = library;
    return 0;
}

static int search_for(struct link_map *map, struct library *library)
{
    const struct search_asker *program = map->all.count ? &map->all.items[0]->looks : NULL;
    struct search_answer answer;

    if (str_find_char(library->name, '/') != STR_NONE) {
        library->path = search_relative(&map->search, library->name);
        library->rule = SEARCH_PATH;
        return library->path.len ? 0 : -ENOENT;
    }
    answer = search_name(&map->search, library->asker ? &library->asker->looks : NULL, program,
                         library->name);
    link_map_doubt(map, answer.error, answer.from);
    library->tries = answer.tries;
    if (!answer.found)
        return -ENOENT;
    library->path = answer.tries.items[answer.tries.count - 1].path;
    library->rule = answer.tries.items[answer.tries.count - 1].rule;
    return 0;
}

/* 0: loaded now. 1: it was there. */
static int add(struct link_map *map, const struct library *asker, struct str name,
               struct library **ret)
{
    struct library *library = link_map_find(map, name);
    int r;

    if (library) {
        *ret = library;
        return 1;
    }
    library = ARENA_NEW(map->arena, struct library);
    library->name = name;
    library->asker = asker;
    r = search_for(map, library);
    if (r == 0)
        r = add_file(map, library, ret);
    if (r < 0) {
        if (r != -EBADMSG && r != -ENODATA && r != -ENOEXEC && library->path.len &&
            fact_state_of_error(r) == FACT_UNKNOWN)
            link_map_doubt(map, r, library->path);
        (void) fail(map, asker, name, r);
        map->failure.path = library->path;
        map->failure.tries = library->tries;
    }
    return r;
}

/* What the objects from `first` on need, breadth first. */
static int add_needed(struct link_map *map, size_t first)
{
    for (size_t i = first; i < map->all.count; i++) {
        const struct library *library = map->all.items[i];

        for (size_t n = 0; n < library->needed_count; n++) {
            struct library *unused;
            int r = add(map, library, library->needed[n], &unused);

            if (r < 0)
                return r;
        }
    }
    return 0;
}

int link_map_open(struct link_map *map, const struct library *asker, struct str name,
                  struct library **ret_library)
{
    size_t first = map->all.count;
    int r = add(map, asker, name, ret_library);

    if (r == 0)
        r = add_needed(map, first);
    if (r < 0)
        link_map_take_back(map, first);
    return r < 0 ? r : 0;
}

void link_map_take_back(struct link_map *map, size_t first)
{
    map->all.count = first;
    map->certain = map->certain < first ? map->certain : first;
}

int link_map_read(const struct link_map *map, struct str path, struct library *ret)
{
    struct library library = { .name = path, .path = path, .rule = SEARCH_PATH };
    int r;

    library.asker = map->all.count ? map->all.items[0] : NULL;
    r = read_dynamic(map, &library);
    if (r < 0)
        return r;
    *ret = library;
    return 0;
}

/* --- the start of a process ---------------------------------------------------------------- */

/* In secure mode a path in the variable does not count, a name only from the default folders; a
 * path in the file, which only root can write, does (elf/rtld.c, dl_main). */
static void add_preloads(struct link_map *map, struct str text, enum search_rule rule)
{
    bool no_paths = rule == SEARCH_PRELOAD && map->search.wish.secure;
    struct str word, part;
    struct library *library;

    while (str_next_word(&text, &word))
        while (str_next_part(&word, ':', &part)) {
            bool is_path = str_find_char(part, '/') != STR_NONE;

            if (part.len == 0 || (is_path && no_paths))
                continue;
            if (add(map, map->all.items[0], part, &library) == 0 &&
                (is_path || rule == SEARCH_PRELOAD_FILE))
                library->rule = rule;
        }
}

/* What stands behind a "#" does not count (elf/rtld.c, dl_main()). */
static void add_preload_file(struct link_map *map)
{
    struct str path = STR("etc/ld.so.preload"), text, line, comment;
    int r = root_read(map->root, path, PRELOAD_FILE, &text);

    if (r < 0) {
        link_map_doubt(map, fact_state_of_error(r) == FACT_ABSENT ? 0 : r, path);
        return;
    }
    while (str_next_line(&text, &line)) {
        (void) str_cut(line, '#', &line, &comment);
        add_preloads(map, line, SEARCH_PRELOAD_FILE);
    }
}

static struct library *new_program(struct link_map *map, struct str path)
{
    struct library *library = ARENA_NEW(map->arena, struct library);

    library->name = path;
    library->path = path;
    library->rule = SEARCH_PROGRAM;
    return library;
}

int link_map_start(struct root *root, struct arena *arena, const struct search_wish *wish,
                   struct str program, struct str preload, struct link_map *ret)
{
    struct search_wish full = *wish;
    struct library *library, *unused;
    struct str interp, real;
    int r;

    *ret = (struct link_map){ .root = root, .arena = arena };
    while (str_starts(program, STR("/")))
        program = str_from(program, 1);
    r = root_resolve(root, program, &real);
    if (r < 0)
        return fail(ret, NULL, program, r);
    full.origin = path_dir(real);
    ret->search = search_new(root, arena, &full);
    library = new_program(ret, real);
    r = add_file(ret, library, &unused);
    if (r < 0)
        return fail(ret, NULL, program, r);
    interp = search_object(&ret->search, real)->interp;
    if (interp.len) { /* where it is missing the kernel refuses; that is another finding */
        library = new_program(ret, search_relative(&ret->search, interp));
        library->asker = ret->all.items[0];
        r = add_file(ret, library, &unused);
        link_map_doubt(ret, r < 0 && fact_state_of_error(r) == FACT_UNKNOWN ? r : 0, library->path);
    }
    add_preloads(ret, preload, SEARCH_PRELOAD);
    if (!wish->musl)
        add_preload_file(ret);
    r = add_needed(ret, 0);
    ret->started = ret->all.count;
    return r;
}
