#include "loader/why.h"

#include <errno.h>

static struct str shown(struct arena *arena, struct str path)
{
    return path.len ? arena_printf(arena, "/%.*s", STR_ARG(path)) : path;
}

/* "libcudnn.so.9" is meant by "libcudnn", "libcudnn.so" and "cudnn". */
static bool is_meant(struct str name, struct str wanted)
{
    struct str stem, rest;

    if (str_eq(name, wanted))
        return true;
    if (!str_starts(name, STR("lib")) || wanted.len == 0)
        return false;
    if (!str_starts(wanted, STR("lib")))
        name = str_from(name, 3);
    (void) str_cut(name, '.', &stem, &rest);
    return str_eq(stem, wanted) ||
           (str_starts(name, wanted) && str_starts(str_from(name, wanted.len), STR(".")));
}

static struct str name_of(const struct library *library)
{
    return library->soname.len ? library->soname : path_base(library->name);
}

static struct why of_library(const struct link_map *map, const struct library *library)
{
    struct why why = { .name = name_of(library),
                       .winner = library->real,
                       .rule = library->rule,
                       .by_torch = true,
                       .asker = library->asker ? library->asker->real : library->soname,
                       .tries = library->tries };

    if (!library->asker)
        why.asker = (struct str){ NULL, 0 };
    if (why.tries.count == 0) /* asked for by path */
        *LIST_ADD(map->arena, &why.tries) =
            (struct search_try){ library->path, library->rule, why.asker, 0 };
    return why;
}

static struct why of_failure(const struct link_failure *failure)
{
    return (struct why){ .name = failure->name,
                         .by_torch = true,
                         .asker = failure->asker ? failure->asker->real : (struct str){ NULL, 0 },
                         .tries = failure->tries };
}

struct why why_library(const struct torch_import *import, struct str wanted)
{
    const struct link_map *map = &import->map;
    const struct search_asker *program = map->all.count ? &map->all.items[0]->looks : NULL;
    struct search_answer answer;
    struct why why = { .name = wanted };

    for (size_t i = 1; i < map->all.count; i++)
        if (is_meant(name_of(map->all.items[i]), wanted))
            return of_library(map, map->all.items[i]);
    if (import->failure.name.len && is_meant(path_base(import->failure.name), wanted))
        return of_failure(&import->failure);
    answer = search_name(&map->search, program, program, wanted);
    why.tries = answer.tries;
    if (answer.found) {
        const struct search_try *last = &answer.tries.items[answer.tries.count - 1];

        why.rule = last->rule;
        if (root_resolve(map->root, last->path, &why.winner) < 0)
            why.winner = last->path;
    }
    return why;
}

void why_write(struct json *json, const char *key, const struct why *why, struct arena *arena)
{
    json_open(json, key, '{');
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
    json_close(json, '}');
}
