/*
 * search_path: sys.path, worked out as Lib/site.py of CPython makes it, without running anything.
 *
 * PYTHONPATH, the standard library, then the folders of packages: of the virtual environment, of
 * the user, of the system, in this order, each followed by what its .pth files add
 * (https://docs.python.org/3/library/site.html). The folder of the script that will run stands
 * before all of them and cannot be known.
 *
 * Debian's Python replaces site-packages by dist-packages (its own site.py), and Fedora's searches
 * /usr/local too (https://fedoraproject.org/wiki/Changes/Making_sudo_pip_safe). Without variables
 * (a folder of another machine) nobody's PYTHONPATH and user site count.
 */
#include "probe/python.h"
#include "probe/pth.h"

#include <errno.h>

/* Adds a folder once, at the end; NULL where it is there already or over the limit. */
static struct site *add(struct probe_ctx *ctx, struct str path, const char *origin)
{
    struct python_state *state = ctx->python;
    struct site *site;

    for (size_t i = 0; i < state->sites.count; i++)
        if (!state->sites.items[i].gap && str_eq(state->sites.items[i].path, path))
            return NULL;
    if (state->sites.count >= SITE_LIMIT) {
        search_path_gap(ctx, path, -E2BIG);
        return NULL;
    }
    site = LIST_ADD(ctx->arena, &state->sites);
    site->path = path;
    site->origin = origin;
    return site;
}

void search_path_add(struct probe_ctx *ctx, struct str path, const char *origin)
{
    struct site *site = add(ctx, path, origin);

    if (site)
        site->error = root_list(ctx->root, path, SITE_NAMES, &site->names);
}

void search_path_gap(struct probe_ctx *ctx, struct str at, int error)
{
    struct python_state *state = ctx->python;
    struct site *site;

    state->failed = error;
    if (state->sites.count > SITE_LIMIT)
        return;
    site = LIST_ADD(ctx->arena, &state->sites);
    site->path = at;
    site->error = error;
    site->gap = true;
}

/* --- the parts ----------------------------------------------------------------------------- */

static void add_python_path(struct probe_ctx *ctx)
{
    struct str value, part;

    if (!eyes_variable(ctx->eyes, "PYTHONPATH", &value) || !value.len)
        return;
    while (str_next_part(&value, ':', &part))
        search_path_add(ctx, path_absolute(ctx->arena, ctx->eyes->working_directory, part),
                        "PYTHONPATH");
}

static void add_library(struct probe_ctx *ctx)
{
    const struct python *python = &ctx->python->python;
    struct str folder = python_folder(ctx->arena, python);
    struct str lib = arena_join(ctx->arena, python->base, str_of(python->lib));
    const struct str paths[] = {
        arena_printf(ctx->arena, "%.*s/python%u%u%s.zip", STR_ARG(lib), python->major,
                     python->minor, python->free_threaded ? "t" : ""),
        arena_join(ctx->arena, lib, folder),
        arena_printf(ctx->arena, "%.*s/%.*s/lib-dynload", STR_ARG(lib), STR_ARG(folder)),
    };

    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        struct site *site = add(ctx, paths[i], "standard library");

        if (site)
            site->error = -ENOENT; /* nothing of ours lies there: not listed */
    }
}

/* A folder of packages, where it exists, and what its .pth files add behind it. */
static void add_site(struct probe_ctx *ctx, struct str path, const char *origin)
{
    struct names names;
    struct site *site;
    int r = root_list(ctx->root, path, SITE_NAMES, &names);

    if (r < 0 && fact_state_of_error(r) != FACT_ABSENT)
        search_path_gap(ctx, path, r);
    if (r < 0)
        return;
    site = add(ctx, path, origin);
    if (!site)
        return;
    site->names = names;
    pth_files(ctx, path, names);
}

static void add_prefix(struct probe_ctx *ctx, struct str prefix, bool debian)
{
    const struct python *python = &ctx->python->python;
    struct arena *arena = ctx->arena;
    struct str folder = python_folder(arena, python);
    bool lib64 = str_eqz(str_of(python->lib), "lib64");
    const struct {
        bool counts;
        const char *above; /* of the folder named for the version */
        const char *name, *origin;
    } rows[] = {
        { lib64 && str_eqz(prefix, "usr"), "local/lib64/", "site-packages", "site-packages" },
        { lib64 && str_eqz(prefix, "usr"), "local/lib/", "site-packages", "site-packages" },
        { lib64, "lib64/", "site-packages", "site-packages" },
        { !debian || python->config.len, "lib/", "site-packages", "site-packages" },
        { debian, "local/lib/", "dist-packages", "dist-packages" },
        { debian, NULL, "lib/python3/dist-packages", "dist-packages" },
        { debian, "lib/", "dist-packages", "dist-packages" },
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct str below = rows[i].above ? arena_printf(arena, "%s%.*s/%s", rows[i].above,
                                                        STR_ARG(folder), rows[i].name)
                                         : str_of(rows[i].name);

        if (rows[i].counts)
            add_site(ctx, arena_join(arena, prefix, below), rows[i].origin);
    }
}

/* site.py leaves the user's folder out where PYTHONNOUSERSITE is
 * set, and in a virtual environment that keeps to itself. */
static void add_user_site(struct probe_ctx *ctx)
{
    const struct python *python = &ctx->python->python;
    struct str value, base;
    int r;

    if (!ctx->eyes->known || (python->config.len && !python->system_site))
        return;
    if (eyes_variable(ctx->eyes, "PYTHONNOUSERSITE", &value) && value.len)
        return;
    if (!eyes_variable(ctx->eyes, "PYTHONUSERBASE", &base) || !base.len) {
        r = eyes_home(ctx, &base);
        if (r == -ENOENT)
            return;
        if (r < 0) {
            search_path_gap(ctx, STR("etc/passwd"), r);
            return;
        }
        base = arena_join(ctx->arena, base, STR(".local"));
    }
    base = path_absolute(ctx->arena, ctx->eyes->working_directory, base);
    add_site(ctx,
             arena_printf(ctx->arena, "%.*s/lib/%.*s/site-packages", STR_ARG(base),
                          STR_ARG(python_folder(ctx->arena, python))),
             "user site");
}

/* Debian's Python is the one of /usr on a system that has Debian's folder of packages. */
static bool is_debian(struct probe_ctx *ctx)
{
    const struct fact_str *family = &ctx->facts->machine.os_family;
    struct node node;
    int r;

    if (!str_eqz(ctx->python->python.base, "usr") || ctx->python->python.major != 3)
        return false;
    if (fact_is(family, STR("debian")))
        return true;
    r = root_stat(ctx->root, STR("usr/lib/python3/dist-packages"), &node);
    if (r < 0 && fact_state_of_error(r) == FACT_UNKNOWN)
        search_path_gap(ctx, STR("usr/lib/python3/dist-packages"), r);
    else if (r < 0 && family->state == FACT_UNKNOWN && family->from.len)
        search_path_gap(ctx, family->from, -EIO);
    return r == 0;
}

/* --- facts --------------------------------------------------------------------------------- */

static void record_entries(struct probe_ctx *ctx, struct str from)
{
    struct fact_list *list = &ctx->facts->torch.search_path;

    for (size_t i = 0; i < ctx->python->sites.count; i++) {
        const struct site *site = &ctx->python->sites.items[i];
        struct search_path_facts *item;

        if (site->gap)
            continue;
        item = fact_list_add(ctx->arena, list, sizeof(*item));
        fact_str(&item->path, path_shown(ctx->arena, site->path), from);
        fact_str(&item->origin, str_of(site->origin), from);
    }
    list->partial = ctx->python->failed != 0;
    list->from = from;
}

static void record(struct probe_ctx *ctx)
{
    struct torch_facts *torch = &ctx->facts->torch;
    struct str from = torch->python.from;
    bool code = torch->search_path_code.state == FACT_KNOWN;

    record_entries(ctx, from);
    if (code)
        fact_bool(&torch->search_path_exact, false, torch->search_path_code.from);
    else if (!ctx->python->failed)
        fact_bool(&torch->search_path_exact, true, from);
    /* Behind a gap may lie an earlier one. */
    if (!code || ctx->python->failed)
        torch->search_path_code = (struct fact_str){
            .state = ctx->python->failed ? FACT_UNKNOWN : FACT_ABSENT,
            .from = from,
        };
}

static void run(struct probe_ctx *ctx)
{
    const struct python *python = &ctx->python->python;
    struct str value;
    bool debian;

    if (!ctx->python || !ctx->python->found)
        return;
    /* It moves the whole installation: nothing below would hold. */
    if (eyes_variable(ctx->eyes, "PYTHONHOME", &value) && value.len)
        search_path_gap(ctx, STR("environment"), -ENOTSUP);

    debian = is_debian(ctx);
    add_python_path(ctx);
    add_library(ctx);
    if (python->config.len)
        add_prefix(ctx, python->prefix, debian);
    add_user_site(ctx);
    if (!python->config.len || python->system_site)
        add_prefix(ctx, python->base, debian);
    pth_finders(ctx);
    record(ctx);
}

const struct probe probe_search_path = {
    .name = "search-path",
    .cost = COST_FILES,
    .run = run,
};
