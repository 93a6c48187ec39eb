#include "probe/pth.h"

#include "format/python_files.h"

#include <errno.h>

#define LINES 4096 /* of one .pth file */
#define FINDERS 256

/* "import __editable___NAME_finder; __editable___NAME_finder.install()" of setuptools. */
static bool take_finder(struct probe_ctx *ctx, struct str folder, struct str line)
{
    struct str name, rest;

    if (!str_starts(line, STR("import __editable___")) || !str_cut(line, ';', &name, &rest) ||
        !str_ends(name, STR("_finder")) || ctx->python->finders.count == FINDERS)
        return false;
    name = str_from(name, sizeof("import ") - 1);
    if (!str_eq(str_trim(rest), arena_printf(ctx->arena, "%.*s.install()", STR_ARG(name))) ||
        str_find_char(name, '/') != STR_NONE)
        return false;
    *LIST_ADD(ctx->arena, &ctx->python->finders) =
        arena_printf(ctx->arena, "%.*s/%.*s.py", STR_ARG(folder), STR_ARG(name));
    return true;
}

/* easy-install.pth of setuptools before 49 moves what it has added to the front. */
static void move_to_front(struct probe_ctx *ctx, size_t from)
{
    struct python_state *state = ctx->python;

    for (size_t at = 0; from < state->sites.count; at++, from++) {
        struct site moved = state->sites.items[from];

        for (size_t i = from; i > at; i--)
            state->sites.items[i] = state->sites.items[i - 1];
        state->sites.items[at] = moved;
    }
}

static void take_code(struct probe_ctx *ctx, struct str folder, struct str file,
                      const struct pth_line *line, size_t *mark)
{
    struct fact_str *code = &ctx->facts->torch.search_path_code;

    if (str_starts(line->text, STR("import sys; sys.__plen")))
        *mark = ctx->python->sites.count;
    else if (str_starts(line->text, STR("import sys; new=sys.path[sys.__plen:]")))
        move_to_front(ctx, *mark);
    else if (line->effect != PTH_NONE && !take_finder(ctx, folder, line->text) &&
             code->state != FACT_KNOWN)
        fact_str(code, path_shown(ctx->arena, file), file);
}

static void take_folder(struct probe_ctx *ctx, struct str folder, struct str line)
{
    struct str path = path_absolute(ctx->arena, folder, line);
    struct node node;
    int r;

    if (str_find_char(path, '\0') != STR_NONE)
        return;
    r = root_stat(ctx->root, path, &node);
    if (r == 0)
        search_path_add(ctx, path, ".pth");
    else if (fact_state_of_error(r) != FACT_ABSENT)
        search_path_gap(ctx, path, r);
}

static void take_file(struct probe_ctx *ctx, struct str folder, struct str file)
{
    struct str text;
    struct pth_line line;
    size_t mark = ctx->python->sites.count;
    int r = root_read(ctx->root, file, PYTHON_FILE_LIMIT, &text);

    if (r < 0 && fact_state_of_error(r) != FACT_ABSENT)
        search_path_gap(ctx, file, r);
    if (r < 0)
        return;
    for (int i = 0; i < LINES && pth_next(&text, &line); i++) {
        if (line.kind == PTH_IMPORT)
            take_code(ctx, folder, file, &line, &mark);
        else
            take_folder(ctx, folder, line.text);
    }
    if (text.len)
        search_path_gap(ctx, file, -E2BIG);
}

void pth_files(struct probe_ctx *ctx, struct str folder, struct names names)
{
    for (size_t i = 0; i < names.count; i++)
        if (str_ends(names.items[i], STR(".pth")) && !str_starts(names.items[i], STR(".")))
            take_file(ctx, folder, arena_join(ctx->arena, folder, names.items[i]));
}

/* --- editable installs ---------------------------------------------------------------------- */

/* Takes 'key': 'path' off the text of Python's dict; false at the end. */
static bool next_mapping(struct str *rest, struct str *ret_key, struct str *ret_path)
{
    struct str skipped;

    return str_cut(*rest, '\'', &skipped, rest) && str_cut(*rest, '\'', ret_key, rest) &&
           str_cut(*rest, '\'', &skipped, rest) && str_cut(*rest, '\'', ret_path, rest);
}

static void add_mapped(struct probe_ctx *ctx, struct str finder, struct str key, struct str path)
{
    struct str folder = path_dir(path_absolute(ctx->arena, STR(""), path));
    struct site *site;

    if (!str_starts(key, STR("torch")))
        return;
    if (!str_eq(path_base(path), key) || str_find_char(path, '\\') != STR_NONE) {
        search_path_gap(ctx, finder, -ENOTSUP);
        return;
    }
    site = LIST_ADD(ctx->arena, &ctx->python->sites);
    site->path = folder;
    site->origin = "editable install";
    site->names = (struct names){ ARENA_NEW(ctx->arena, struct str), 1 };
    site->names.items[0] = key;
    site->mapped = true;
}

void pth_finders(struct probe_ctx *ctx)
{
    for (size_t i = 0; i < ctx->python->finders.count; i++) {
        struct str finder = ctx->python->finders.items[i], text, line, key, path;
        int r = root_read(ctx->root, finder, PYTHON_FILE_LIMIT, &text);

        if (r < 0)
            search_path_gap(ctx, finder, r);
        while (r == 0 && str_next_line(&text, &line)) {
            if (!str_starts(line, STR("MAPPING")))
                continue;
            for (int n = 0; n < LINES && next_mapping(&line, &key, &path); n++)
                if (ctx->python->sites.count < SITE_LIMIT)
                    add_mapped(ctx, finder, key, path);
        }
    }
}
