/*
 * python_env: which interpreter is the user's `python`, and which environment it belongs to.
 *
 * What was asked for comes first (--python, --env). Else it is what a shell would start: the first
 * `python` on PATH, and only where there is none, the first `python3`. An activated environment
 * stands first on PATH anyway; where it does not, VIRTUAL_ENV and CONDA_PREFIX say what somebody
 * wanted, not what runs, so they count only where PATH is not set. For a folder of another machine
 * there are no variables: then the default PATH of its distribution counts.
 */
#include "probe/python.h"

#include <errno.h>

#define PATH_PARTS 256
#define SHIM_LIMIT 4096 /* bytes of a pyenv shim: a short shell script */
#define DEFAULT_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

/* A search in progress: what was found, or which path could not be looked at. */
struct search {
    struct probe_ctx *ctx;
    struct str program;
    struct str from; /* what led to it */
    int error;       /* of a look that could have changed the result; then `from` is its path */
    bool asked_for;  /* by name: then a refusal is an answer, too */
};

static bool fail(struct search *search, int error, struct str at)
{
    search->error = error;
    search->from = at;
    return true;
}

/* True where the search is over: a program, or a look that failed. A folder that may not be
 * entered, and a file that may not be run, a shell passes over, too. */
static bool try_program(struct search *search, struct str path, struct str from)
{
    struct node node;
    int r = root_stat(search->ctx->root, path, &node);

    if (r < 0 && (fact_state_of_error(r) == FACT_UNKNOWN ||
                  (search->asked_for && fact_state_of_error(r) == FACT_DENIED)))
        return fail(search, r, path);
    if (r < 0)
        return false;
    if (node.kind != NODE_FILE || !(node.mode & 0111))
        return false;
    search->program = path;
    search->from = from;
    return true;
}

static struct str absolute(struct probe_ctx *ctx, struct str path)
{
    return path_absolute(ctx->arena, ctx->eyes->working_directory, path);
}

static bool search_path_for(struct search *search, struct str path, struct str name,
                            struct str skipped)
{
    struct arena *arena = search->ctx->arena;
    struct str part;

    for (size_t n = 0; n < PATH_PARTS && str_next_part(&path, ':', &part); n++) {
        struct str folder = absolute(search->ctx, part);

        if (!str_eq(folder, skipped) &&
            try_program(search, arena_join(arena, folder, name), STR("environment")))
            return true;
    }
    return false;
}

/* `python`, then `python3`: what a user types. */
static bool search_names(struct search *search, struct str path, struct str skipped)
{
    return search_path_for(search, path, STR("python"), skipped) ||
           search_path_for(search, path, STR("python3"), skipped);
}

static bool try_folder(struct search *search, struct str folder, struct str from)
{
    struct arena *arena = search->ctx->arena;

    folder = absolute(search->ctx, folder);
    return try_program(search, arena_join(arena, folder, STR("bin/python")), from) ||
           try_program(search, arena_join(arena, folder, STR("bin/python3")), from);
}

static bool find_wished(struct search *search)
{
    const struct wishes *wishes = search->ctx->wishes;
    struct str path;

    search->asked_for = wishes->environment.len || wishes->python.len;
    if (wishes->environment.len)
        (void) try_folder(search, wishes->environment, STR("command line"));
    else if (!wishes->python.len)
        return false;
    else if (str_find_char(wishes->python, '/') != STR_NONE)
        (void) try_program(search, absolute(search->ctx, wishes->python), STR("command line"));
    else if (eyes_variable(search->ctx->eyes, "PATH", &path))
        (void) search_path_for(search, path, wishes->python, STR("\n"));
    return true;
}

static void find_default(struct search *search)
{
    const struct eyes *eyes = search->ctx->eyes;
    struct str path, folder;

    if (eyes_variable(eyes, "PATH", &path)) {
        (void) search_names(search, path, STR("\n"));
        return;
    }
    if (eyes_variable(eyes, "VIRTUAL_ENV", &folder) && folder.len &&
        try_folder(search, folder, STR("environment")))
        return;
    if (eyes_variable(eyes, "CONDA_PREFIX", &folder) && folder.len &&
        try_folder(search, folder, STR("environment")))
        return;
    if (search_names(search, STR(DEFAULT_PATH), STR("\n")) && !search->error)
        search->from = search->program;
}

/* --- pyenv --------------------------------------------------------------------------------- */

/* The file that names the versions: .python-version from the working folder upwards, else
 * `version` of pyenv itself (https://github.com/pyenv/pyenv, "Understanding Python version
 * selection"). */
static int pyenv_version_file(struct probe_ctx *ctx, struct str pyenv, struct str *ret_text,
                              struct str *ret_at)
{
    struct str folder = absolute(ctx, STR(""));
    bool known = ctx->eyes->known && ctx->eyes->working_directory.len;
    int r = -ENOENT;

    for (int i = 0; known && i < 32 && fact_state_of_error(r) == FACT_ABSENT; i++) {
        *ret_at = arena_join(ctx->arena, folder, STR(".python-version"));
        r = root_read(ctx->root, *ret_at, SHIM_LIMIT, ret_text);
        known = folder.len > 0;
        folder = path_dir(folder);
    }
    if (r == 0 || fact_state_of_error(r) != FACT_ABSENT)
        return r;
    *ret_at = arena_join(ctx->arena, pyenv, STR("version"));
    return root_read(ctx->root, *ret_at, SHIM_LIMIT, ret_text);
}

/* "3.11" stands for the newest 3.11.x that is installed. */
static struct str pyenv_newest(struct probe_ctx *ctx, struct str versions, struct str wanted)
{
    struct names names;
    struct str best = wanted, start = arena_printf(ctx->arena, "%.*s.", STR_ARG(wanted));
    uint64_t number, highest = 0;

    if (root_list(ctx->root, versions, 1024, &names) < 0)
        return best;
    for (size_t i = 0; i < names.count; i++)
        if (str_starts(names.items[i], start) &&
            str_u64(str_from(names.items[i], start.len), 10, &number) == 0 && number >= highest) {
            highest = number;
            best = names.items[i];
        }
    return best;
}

static bool try_pyenv_version(struct search *search, struct str pyenv, struct str version,
                              struct str from)
{
    struct probe_ctx *ctx = search->ctx;
    struct str versions = arena_join(ctx->arena, pyenv, STR("versions")), path;
    struct str name = path_base(search->program);

    if (str_starts(version, STR("python-")))
        version = str_from(version, 7);
    if (str_eqz(version, "system"))
        return eyes_variable(ctx->eyes, "PATH", &path) &&
               search_names(search, path, path_dir(search->program));
    for (int i = 0; i < 2; i++) {
        struct str program = arena_printf(ctx->arena, "%.*s/%.*s/bin/%.*s", STR_ARG(versions),
                                          STR_ARG(version), STR_ARG(name));

        if (str_find_char(version, '/') == STR_NONE && try_program(search, program, from))
            return true;
        version = pyenv_newest(ctx, versions, version);
    }
    return false;
}

/* A shim is a script that asks pyenv for the version: so do we. */
static void resolve_shim(struct search *search)
{
    struct probe_ctx *ctx = search->ctx;
    struct str shim = search->program, folder = path_dir(shim), pyenv = path_dir(folder);
    struct str text, word, from = STR("environment");
    int r;

    if (!str_eqz(path_base(folder), "shims"))
        return;
    r = root_read(ctx->root, shim, SHIM_LIMIT, &text);
    if (r < 0 || !str_has(text, STR("PYENV_ROOT"))) {
        (void) fail(search, r < 0 ? r : -ENOEXEC, shim);
        return;
    }
    if (!eyes_variable(ctx->eyes, "PYENV_VERSION", &text) || !text.len) {
        r = pyenv_version_file(ctx, pyenv, &text, &from);
        if (r < 0 && fact_state_of_error(r) != FACT_ABSENT) {
            (void) fail(search, r, from);
            return;
        }
        if (r < 0)
            text = STR("system");
    }
    for (int i = 0; i < 16 && str_next_word(&text, &word); i++) {
        struct str version;

        if (word.data[0] == '#') {
            (void) str_next_line(&text, &word);
            continue;
        }
        while (str_next_part(&word, ':', &version))
            if (try_pyenv_version(search, pyenv, version, from))
                return;
    }
    (void) fail(search, -ENOEXEC, from);
}

/* --- facts --------------------------------------------------------------------------------- */

static int environment_kind(struct probe_ctx *ctx, const struct python *python, const char **ret,
                            struct str *ret_from)
{
    struct node node;
    int r;

    *ret_from = python->config.len ? python->config : python->real;
    *ret = "venv";
    if (python->config.len)
        return 0;
    *ret = "system";
    if (str_eqz(python->prefix, "usr") || str_eqz(python->prefix, "usr/local"))
        return 0;
    *ret_from = arena_join(ctx->arena, python->prefix, STR("conda-meta"));
    *ret = "conda";
    r = root_stat(ctx->root, *ret_from, &node);
    if (r == 0 || fact_state_of_error(r) != FACT_ABSENT)
        return r;
    *ret_from = python->real;
    *ret = str_eqz(path_base(path_dir(python->prefix)), "versions") ? "pyenv" : "other";
    return 0;
}

static void describe(struct probe_ctx *ctx, struct str program)
{
    struct torch_facts *torch = &ctx->facts->torch;
    struct python *python = &ctx->python->python;
    struct str at;
    const char *kind;
    int r = python_describe(ctx->root, ctx->arena, program, python, &at);

    if (r < 0) {
        torch->python_version = (struct fact_str){ .state = FACT_UNKNOWN, .from = at };
        torch->environment = torch->python_version;
        return;
    }
    ctx->python->found = true;
    at = python->config.len ? python->config : python->real;
    fact_str(&torch->python_version,
             arena_printf(ctx->arena, "%u.%u", python->major, python->minor), at);
    fact_str(&torch->python_abi,
             arena_printf(ctx->arena, "cp%u%u%s", python->major, python->minor,
                          python->free_threaded ? "t" : ""),
             at);
    fact_str(&torch->environment, path_shown(ctx->arena, python->prefix), at);
    r = environment_kind(ctx, python, &kind, &at);
    torch->environment_kind = (struct fact_str){ r < 0 ? fact_state_of_error(r) : FACT_KNOWN,
                                                 r < 0 ? STR("") : str_of(kind), at };
}

static void run(struct probe_ctx *ctx)
{
    struct search search = { .ctx = ctx, .from = STR("environment") };
    struct fact_str *python = &ctx->facts->torch.python;

    ctx->python = ARENA_NEW(ctx->arena, struct python_state);
    if (!find_wished(&search))
        find_default(&search);
    if (search.program.len && !search.error)
        resolve_shim(&search);

    python->from = search.from;
    if (search.error) {
        python->state = fact_state_of_error(search.error);
    } else if (!search.program.len) {
        python->state = FACT_ABSENT;
    } else {
        fact_str(python, path_shown(ctx->arena, search.program), search.from);
        describe(ctx, search.program);
    }
}

const struct probe probe_python_env = {
    .name = "python-env",
    .cost = COST_FILES,
    .run = run,
};
