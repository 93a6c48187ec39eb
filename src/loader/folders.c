#include "loader/folders.h"

#include "base/buf.h"
#include "loader/object.h"

#include <errno.h>

#define CACHE_LIMIT (16u << 20)
#define PATH_LIMIT (64u << 10)
#define FOLDERS 256 /* of one variable */
#define NAMES 16384 /* in a folder that is read */

struct memory {
    struct str folder;
    struct search_place place;
    bool listed; /* `names` are all that it holds */
    struct names names;
};
struct search_memory {
    LIST(struct memory) known;
    struct object_memory objects;
};

static int by_name(const void *a, const void *b)
{
    const struct str *left = a, *right = b;

    return str_compare(*left, *right);
}

static bool has_name(const struct names *names, struct str name)
{
    return names->count && bsearch(&name, names->items, names->count, sizeof(name), by_name);
}

/* A look that fails says nothing: then each file is asked for. */
static void look(const struct search *search, struct memory *known, bool list)
{
    struct node node;
    int r = list ? root_list(search->root, known->folder, NAMES, &known->names)
                 : root_stat(search->root, known->folder, &node);

    known->listed = list && r == 0;
    known->place.absent = r < 0 && fact_state_of_error(r) == FACT_ABSENT;
    if (r < 0 || search->wish.cpu_level < 2 || search->wish.musl)
        return;
    if (!list)
        r = root_stat(search->root, arena_join(search->arena, known->folder, STR("glibc-hwcaps")),
                      &node);
    if (list ? has_name(&known->names, STR("glibc-hwcaps")) : r == 0)
        known->place.level = search->wish.cpu_level;
}

static const struct memory *recall(const struct search *search, struct str folder)
{
    const struct search_memory *memory = search->memory;

    for (size_t i = 0; i < memory->known.count; i++)
        if (str_eq(memory->known.items[i].folder, folder))
            return &memory->known.items[i];
    return NULL;
}

static bool is_below_nothing(const struct search *search, struct str folder)
{
    for (struct str above = path_dir(folder); above.len; above = path_dir(above)) {
        const struct memory *known = recall(search, above);

        if (known && known->place.absent)
            return true;
    }
    return false;
}

static struct search_place remember(const struct search *search, struct str folder, bool list)
{
    const struct memory *there = recall(search, folder);
    struct memory known = { .folder = folder };

    if (there)
        return there->place;
    if (is_below_nothing(search, folder))
        known.place.absent = true;
    else
        look(search, &known, list);
    *LIST_ADD(search->arena, &search->memory->known) = known;
    return known.place;
}

struct search_place search_place(const struct search *search, struct str folder)
{
    return remember(search, folder, false);
}

struct search_place search_package(const struct search *search, struct str folder)
{
    return remember(search, folder, true);
}

bool search_lacks(const struct search *search, struct str folder, struct str name)
{
    const struct memory *known = recall(search, folder);

    return known && (known->place.absent || (known->listed && !has_name(&known->names, name)));
}

const struct object_known *search_object(const struct search *search, struct str path)
{
    return object_look(&search->memory->objects, search->root, search->arena, path);
}

struct str search_relative(const struct search *search, struct str path)
{
    if (!str_starts(path, STR("/"))) {
        if (search->wish.working_directory.len == 0)
            return (struct str){ NULL, 0 };
        path = arena_join(search->arena, search->wish.working_directory, path);
    }
    while (path.len && path.data[0] == '/')
        path = str_from(path, 1);
    return path;
}

/* --- path variables ------------------------------------------------------------------------ */

/* What stands for a name behind "$", with or without braces; false for an unknown name. */
static bool stands_for(const struct search *search, struct str *rest, struct str origin,
                       struct str *ret)
{
    const struct {
        struct str name, value;
    } rows[] = {
        { STR("ORIGIN"), origin },
        { STR("LIB"), search->lib },
        { STR("PLATFORM"), search->wish.aarch64 ? STR("aarch64") : STR("x86_64") },
    };
    bool braces = str_starts(*rest, STR("{"));
    struct str name = str_from(*rest, braces ? 1 : 0);

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct str behind = str_from(name, rows[i].name.len);

        if (!str_starts(name, rows[i].name) || (braces && !str_starts(behind, STR("}"))))
            continue;
        *rest = str_from(behind, braces ? 1 : 0);
        *ret = rows[i].value;
        return true;
    }
    return false;
}

/* $ORIGIN is absolute: the leading slash that our paths lack is put before it. */
static struct str expand(const struct search *search, struct str text, struct str origin)
{
    struct buf buf = buf_new(search->arena, PATH_LIMIT);
    struct str before, value;

    origin = arena_printf(search->arena, "/%.*s", STR_ARG(origin));
    while (str_cut(text, '$', &before, &text)) {
        buf_add(&buf, before);
        if (stands_for(search, &text, origin, &value))
            buf_add(&buf, value);
        else
            buf_add_char(&buf, '$');
    }
    buf_add(&buf, before);
    return buf_str(&buf);
}

static bool has(const struct str *items, size_t count, struct str item)
{
    for (size_t i = 0; i < count; i++)
        if (str_eq(items[i], item))
            return true;
    return false;
}

static void add_folder(const struct search *search, struct str part, struct str origin,
                       struct search_folders *folders, size_t *room)
{
    if (str_find_char(part, '$') != STR_NONE)
        part = expand(search, part, origin);
    while (part.len > 1 && part.data[part.len - 1] == '/')
        part = str_slice(part, 0, part.len - 1);
    if (part.len == 0 || !str_starts(part, STR("/"))) {
        if (search->wish.working_directory.len == 0)
            return;
        if (part.len == 0)
            part = search->wish.working_directory;
    }
    part = search_relative(search, part);
    if (has(folders->items, folders->count, part))
        return;
    folders->items = list_room(search->arena, folders->items, folders->count, room, sizeof(part));
    folders->items[folders->count++] = part;
}

struct search_folders search_folders(const struct search *search, struct str text,
                                     const char *separators, struct str origin)
{
    struct search_folders folders = { NULL, 0 };
    struct str part, piece;
    size_t room = 0;

    if (text.len == 0)
        return folders;
    while (str_next_part(&text, separators[0], &part)) {
        if (part.len == 0 && folders.count < FOLDERS)
            add_folder(search, part, origin, &folders, &room);
        while (folders.count < FOLDERS && str_next_part(&part, separators[1], &piece))
            add_folder(search, piece, origin, &folders, &room);
    }
    return folders;
}

/* --- the system's folders ------------------------------------------------------------------ */

struct str musl_path_file(const struct search *search)
{
    return search->wish.aarch64 ? STR("etc/ld-musl-aarch64.path") : STR("etc/ld-musl-x86_64.path");
}

static void musl_folders(struct search *search)
{
    static const struct str nowhere = { NULL, 0 };
    struct str text;
    int r = root_read(search->root, musl_path_file(search), PATH_LIMIT, &text);

    if (r < 0) {
        if (fact_state_of_error(r) != FACT_ABSENT)
            search->cache_error = r;
        text = STR("/lib:/usr/local/lib:/usr/lib");
    }
    search->defaults = search_folders(search, text, ":\n", nowhere);
}

/* Debian's loader has folders named for the architecture, and calls one of them $LIB; others have
 * lib64 (slibdir and libdir when glibc is built). */
static void glibc_folders(struct search *search)
{
    struct str triplet =
        search->wish.aarch64 ? STR("lib/aarch64-linux-gnu") : STR("lib/x86_64-linux-gnu");
    bool debian = !search_place(search, arena_join(search->arena, STR("usr"), triplet)).absent;
    const struct str folders[] = {
        debian ? triplet : STR("lib64"),
        arena_join(search->arena, STR("usr"), debian ? triplet : STR("lib64")),
        STR("lib"),
        STR("usr/lib"),
    };

    search->lib = folders[0];
    search->defaults.items = arena_array(search->arena, 4, sizeof(struct str));
    memcpy(search->defaults.items, folders, sizeof(folders));
    search->defaults.count = 4;
}

static void read_cache(struct search *search)
{
    struct str bytes;
    int r = root_read(search->root, STR(CACHE_PATH), CACHE_LIMIT, &bytes);

    if (r == 0)
        r = ld_cache_open(bytes, &search->cache);
    if (r < 0) {
        search->cache = (struct ld_cache){ .count = 0 };
        search->cache_error = fact_state_of_error(r) == FACT_ABSENT ? 0 : r;
    }
}

struct search search_new(struct root *root, struct arena *arena, const struct search_wish *wish)
{
    struct search search = { .root = root, .arena = arena, .wish = *wish, .lib = STR("lib") };

    search.memory = ARENA_NEW(arena, struct search_memory);
    if (wish->musl) {
        musl_folders(&search);
    } else {
        read_cache(&search);
        glibc_folders(&search);
    }
    if (!wish->secure)
        search.library_path =
            search_folders(&search, wish->library_path, wish->musl ? ":\n" : ":;", wish->origin);
    return search;
}
