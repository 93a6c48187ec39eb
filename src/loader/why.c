#include "loader/why.h"

#include "base/near.h"
#include "loader/object.h"

#include <errno.h>

static struct str shown(struct arena *arena, struct str path)
{
    return path.len ? arena_printf(arena, "/%.*s", STR_ARG(path)) : path;
}

/* "libcudnn" of "libcudnn.so.9"; as the user may write it: without "lib", too. */
static struct str stem_of(struct str name, bool with_lib)
{
    struct str stem, rest;

    if (!with_lib && str_starts(name, STR("lib")))
        name = str_from(name, 3);
    (void) str_cut(name, '.', &stem, &rest);
    return stem;
}

/* "libcudnn.so.9" is meant by "libcudnn", "libcudnn.so" and "cudnn". */
static bool is_meant(struct str name, struct str wanted)
{
    bool with_lib = str_starts(wanted, STR("lib"));

    if (str_eq(name, wanted))
        return true;
    if (!str_starts(name, STR("lib")) || wanted.len == 0)
        return false;
    if (!with_lib)
        name = str_from(name, 3);
    return str_eq(stem_of(name, true), wanted) ||
           (str_starts(name, wanted) && str_starts(str_from(name, wanted.len), STR(".")));
}

static struct str name_of(const struct library *library)
{
    return library->soname.len ? library->soname : path_base(library->name);
}

/* --- how it was found ---------------------------------------------------------------------- */

static void doubt(struct why *why, int error, struct str from)
{
    if (why->doubt)
        return;
    why->doubt = error;
    why->doubt_from = from;
}

static void add_try(struct arena *arena, struct why *why, struct str path, enum search_rule rule,
                    int result)
{
    *LIST_ADD(arena, &why->tries) =
        (struct search_try){ .path = path, .rule = rule, .result = result };
}

/* Whoever asks by name gets the first; another is there because it was asked for by path. */
static void add_others(const struct link_map *map, const struct library *library, struct why *why)
{
    for (size_t i = 1; i < map->all.count; i++) {
        const struct library *other = map->all.items[i];

        if (other != library && str_eq(name_of(other), why->name) &&
            !str_eq(other->real, library->real))
            *LIST_ADD(map->arena, &why->also) = other->real;
    }
}

static struct why of_library(const struct link_map *map, size_t at)
{
    const struct library *library = map->all.items[at];
    struct why why = { .name = name_of(library),
                       .winner = library->real,
                       .rule = library->rule,
                       .by_torch = true,
                       .tries = library->tries,
                       .predicted = library->predicted };

    add_others(map, library, &why);
    if (library->asker)
        why.asker = library->asker->real;
    if (why.tries.count == 0) /* asked for by path */
        add_try(map->arena, &why, library->path, library->rule, 0);
    if (map->doubt && at >= map->certain)
        doubt(&why, map->doubt, map->doubt_from);
    return why;
}

/* What was found and is unusable is named as such. */
static struct why of_failure(const struct link_map *map, const struct link_failure *failure)
{
    struct why why = { .name = path_base(failure->name),
                       .by_torch = true,
                       .tries = failure->tries };

    if (failure->asker)
        why.asker = failure->asker->real;
    if (failure->path.len && why.tries.count == 0)
        add_try(map->arena, &why, failure->path, SEARCH_PATH, failure->error);
    else if (failure->path.len)
        why.tries.items[why.tries.count - 1].result = failure->error;
    doubt(&why, map->doubt, map->doubt_from);
    return why;
}

/* What `asker` would find now; NULL: the program. */
static struct why of_search(const struct link_map *map, const struct library *asker,
                            struct str name)
{
    const struct search_asker *program = map->all.count ? &map->all.items[0]->looks : NULL;
    struct search_answer answer =
        search_name(&map->search, asker ? &asker->looks : program, program, name);
    struct why why = { .name = name, .tries = answer.tries };
    struct search_try *last;
    struct library library;

    doubt(&why, answer.error, answer.from);
    doubt(&why, map->doubt, map->doubt_from);
    if (!answer.found)
        return why;
    last = &answer.tries.items[answer.tries.count - 1];
    last->result = link_map_read(map, last->path, &library);
    if (last->result == 0) {
        why.rule = last->rule;
        why.winner = library.real;
    }
    return why;
}

/* --- one library --------------------------------------------------------------------------- */

/* Its place in the map; 0, where the program stands: none. */
static size_t find(const struct link_map *map, struct str wanted)
{
    const struct library *exact = link_map_find(map, wanted);

    for (size_t i = 1; i < map->all.count; i++)
        if (exact ? map->all.items[i] == exact : is_meant(name_of(map->all.items[i]), wanted))
            return i;
    return 0;
}

struct why why_library(const struct torch_import *import, struct str wanted)
{
    const struct link_map *map = &import->map;
    size_t at = find(map, wanted);
    struct why nothing = { .name = wanted };

    if (at)
        return of_library(map, at);
    if (import->failure.name.len && is_meant(path_base(import->failure.name), wanted))
        return of_failure(map, &import->failure);
    if (str_has(wanted, STR(".so")))
        return of_search(map, NULL, wanted);
    doubt(&nothing, map->doubt, map->doubt_from);
    return nothing;
}

/* Two copies of one SONAME are mapped where the second is asked for by path: whoever asks by name
 * gets the first. */
static bool has_name(const struct str *names, size_t count, struct str name)
{
    for (size_t i = 0; i < count; i++)
        if (str_eq(names[i], name))
            return true;
    return false;
}

struct names why_candidates(const struct torch_import *import, struct str wanted)
{
    const struct link_map *map = &import->map;
    LIST(struct str) names = { 0 };
    size_t at = find(map, wanted);

    if (at && link_map_find(map, wanted))
        *LIST_ADD(map->arena, &names) = name_of(map->all.items[at]);
    else
        for (; at && at < map->all.count; at++) {
            struct str name = name_of(map->all.items[at]);

            if (is_meant(name, wanted) && !has_name(names.items, names.count, name))
                *LIST_ADD(map->arena, &names) = name;
        }
    return (struct names){ names.items, names.count };
}

struct str why_near(const struct torch_import *import, struct str wanted)
{
    bool whole = str_has(wanted, STR(".so")), with_lib = str_starts(wanted, STR("lib"));
    struct str nearest = { NULL, 0 };
    unsigned least = UINT32_MAX;

    for (size_t i = 1; i < import->map.all.count; i++) {
        struct str name = name_of(import->map.all.items[i]);
        struct str like = whole ? name : stem_of(name, with_lib);
        unsigned distance = near_distance(wanted, like);

        if (near_enough(wanted, like) && distance < least) {
            least = distance;
            nearest = name;
        }
    }
    return nearest;
}

/* --- what a file needs --------------------------------------------------------------------- */

static const struct library *find_real(const struct link_map *map, struct str real)
{
    for (size_t i = 0; i < map->all.count; i++)
        if (str_eq(map->all.items[i]->real, real))
            return map->all.items[i];
    return NULL;
}

static struct why of_needed(const struct link_map *map, const struct library *user, struct str name)
{
    const struct library *loaded = link_map_find(map, name);
    struct why why;

    if (loaded && loaded->asker == user)
        why = of_library(map, find(map, name));
    else if (loaded) {
        why = (struct why){ .winner = loaded->real, .rule = SEARCH_LOADED };
        add_try(map->arena, &why, loaded->path, SEARCH_LOADED, 0);
    } else
        why = of_search(map, user, name);
    why.name = name;
    why.asker = user->real;
    why.by_torch = loaded != NULL;
    return why;
}

static bool is_program(const struct link_map *map, struct str path, int *ret_error)
{
    struct object object;
    bool is;

    *ret_error = object_open(map->root, path, map->arena, &object);
    if (*ret_error < 0)
        return false;
    is = object.elf.interp.len > 0;
    object_close(&object);
    return is;
}

int why_file(const struct torch_import *import, const struct torch_import_wish *wish,
             struct str path, struct why_file *ret)
{
    struct link_map map = import->map;
    const struct library *user;
    struct library file;
    struct str real;
    int r = root_resolve(map.root, path, &real);

    if (r < 0)
        return r;
    user = find_real(&map, real);
    if (!user && is_program(&map, real, &r)) {
        /* What it lacks is told of each library, below. */
        (void) link_map_start(map.root, map.arena, &wish->search, real, wish->preload, &map);
        user = find_real(&map, real);
    }
    if (!user && r == 0) {
        r = link_map_read(&map, real, &file);
        user = &file;
    }
    if (r < 0)
        return r;
    *ret = (struct why_file){ .path = real };
    for (size_t i = 0; i < user->needed_count; i++)
        *LIST_ADD(map.arena, &ret->needed) = of_needed(&map, user, user->needed[i]);
    return 0;
}

/* --- for programs -------------------------------------------------------------------------- */

static void write_members(struct json *json, const struct why *why)
{
    struct arena *arena = json->buf->arena;

    json_put_str(json, "name", why->name);
    if (why->winner.len) {
        json_put_str(json, "winner", shown(arena, why->winner));
        json_put_str(json, "rule", search_rule_name(why->rule));
    } else {
        json_put_null(json, "winner");
        json_put_null(json, "rule");
    }
    json_put_bool(json, "by_torch", why->by_torch);
    json_put_str(json, "asker", shown(arena, why->asker));
    json_put_str(json, "predicted", shown(arena, why->predicted));
    json_open(json, "also", '[');
    for (size_t i = 0; i < why->also.count; i++)
        json_put_str(json, NULL, shown(arena, why->also.items[i]));
    json_close(json, ']');
    json_open(json, "tried", '[');
    for (size_t i = 0; i < why->tries.count; i++) {
        const struct search_try *attempt = &why->tries.items[i];

        json_open(json, NULL, '{');
        json_put_str(json, "path", shown(arena, attempt->path));
        json_put_str(json, "rule", search_rule_name(attempt->rule));
        json_put_str(json, "result", search_result_name(attempt->result));
        json_close(json, '}');
    }
    json_close(json, ']');
}

void why_write(struct json *json, const char *key, const struct why *why)
{
    json_open(json, key, '{');
    write_members(json, why);
    json_close(json, '}');
}

void why_file_write(struct json *json, const char *key, const struct why_file *file)
{
    struct why whole = { .name = path_base(file->path), .winner = file->path, .rule = SEARCH_PATH };

    add_try(json->buf->arena, &whole, file->path, SEARCH_PATH, 0);
    json_open(json, key, '{');
    write_members(json, &whole);
    json_open(json, "needed", '[');
    for (size_t i = 0; i < file->needed.count; i++)
        why_write(json, NULL, &file->needed.items[i]);
    json_close(json, ']');
    json_close(json, '}');
}
