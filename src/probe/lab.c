/*
 * lab: Jupyter in a container, from its inside: does it run, where does it listen, and what was it
 * told. It listens on localhost, and makes a token, unless told otherwise
 * (https://jupyter-server.readthedocs.io/en/latest/other/full-config.html).
 */
#include "probe/door.h"

#define FILE_LIMIT (256u << 10)

static bool is_program(struct str word)
{
    static const char *const names[] = { "jupyter-lab", "jupyter-notebook", "jupyter-server",
                                         "jupyter-labhub", "jupyterhub-singleuser" };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (str_eqz(path_base(word), names[i]))
            return true;
    return false;
}

/* "python /usr/bin/jupyter-lab …", "jupyter lab …": the program stands in the first three words. */
static bool is_lab(struct str words)
{
    struct str word, before = { NULL, 0 };

    for (int i = 0; i < 3 && str_next_part(&words, '\0', &word); i++) {
        if (is_program(word))
            return true;
        if (str_eqz(path_base(before), "jupyter") &&
            (str_eqz(word, "lab") || str_eqz(word, "notebook") || str_eqz(word, "server")))
            return true;
        before = word;
    }
    return false;
}

/* "--ip=X", "--ServerApp.ip=X", "--ip X": the last counts. */
static bool option_of(struct str words, const char *name, struct str *ret)
{
    struct str word, key, value;
    bool found = false, next = false;

    while (words.len && str_next_part(&words, '\0', &word)) {
        bool joined = str_cut(word, '=', &key, &value);
        size_t dot = str_rfind_char(key, '.');

        if (next)
            *ret = word;
        next = false;
        if (!str_starts(key, STR("--")) ||
            !str_eqz(str_from(key, dot == STR_NONE ? 2 : dot + 1), name))
            continue;
        *ret = value;
        found = true;
        next = !joined;
    }
    return found;
}

/* "c.ServerApp.ip = '0.0.0.0'", in Python. */
static bool line_sets(struct str line, const char *name, struct str *ret)
{
    struct str key, value;

    if (!str_starts(line, STR("c.")) || !str_cut(line, '=', &key, &value))
        return false;
    key = str_trim(key);
    if (!str_ends(key, str_of(name)) || key.data[key.len - strlen(name) - 1] != '.')
        return false;
    *ret = str_trim(value);
    return true;
}

struct settings {
    struct str ip, token;
    bool has_ip, has_token;
    struct doubt doubt;
};

static void read_file(struct probe_ctx *ctx, struct str path, struct settings *settings)
{
    struct str text, line;

    if (doubt_add(&settings->doubt, root_read(ctx->root, path, FILE_LIMIT, &text), path) < 0)
        return;
    while (str_next_line(&text, &line)) {
        line = str_trim(line);
        settings->has_ip |= line_sets(line, "ip", &settings->ip);
        settings->has_token |= line_sets(line, "token", &settings->token);
    }
}

static void read_files(struct probe_ctx *ctx, struct settings *settings)
{
    static const char *const files[] = { "jupyter_notebook_config.py", "jupyter_server_config.py" };
    struct str home = { NULL, 0 };

    (void) eyes_variable(ctx->eyes, "HOME", &home);
    if (home.len == 0 && ctx->eyes->uid == 0)
        home = STR("/root");
    for (size_t i = 0; i < 2; i++) {
        read_file(ctx, arena_join(ctx->arena, STR("etc/jupyter"), str_of(files[i])), settings);
        if (home.len)
            read_file(
                ctx,
                arena_printf(ctx->arena, "%.*s/.jupyter/%s", STR_ARG(str_from(home, 1)), files[i]),
                settings);
    }
}

static bool is_empty(struct str value)
{
    return value.len == 0 || str_eqz(value, "''") || str_eqz(value, "\"\"");
}

/* Quotes of Python come off: the address is shown. */
static struct str bare(struct str value)
{
    if (value.len >= 2 && (value.data[0] == '\'' || value.data[0] == '"'))
        return str_slice(value, 1, value.len - 1);
    return value;
}

/* What the token is nobody is told: only whether there is one. */
static void look_at_settings(struct probe_ctx *ctx, const struct door_process *process)
{
    struct access_facts *facts = &ctx->facts->access;
    struct str from = arena_printf(ctx->arena, "proc/%.*s/cmdline", STR_ARG(process->pid)), value;
    struct settings settings = { .has_ip = false };

    read_files(ctx, &settings);
    settings.has_ip |= option_of(process->words, "ip", &settings.ip);
    settings.has_token |= option_of(process->words, "token", &settings.token);
    if (!settings.has_token && eyes_variable(ctx->eyes, "JUPYTER_TOKEN", &value) && value.len) {
        settings.has_token = true;
        settings.token = STR("set");
    }
    if (settings.has_ip)
        settle_str(&facts->lab_ip, bare(settings.ip), from, &settings.doubt);
    else
        settle_absent(&facts->lab_ip, from, &settings.doubt);
    settle_str(&facts->lab_token,
               !settings.has_token        ? STR("made")
               : is_empty(settings.token) ? STR("empty")
                                          : STR("given"),
               from, &settings.doubt);
}

static void look_at_installed(struct probe_ctx *ctx, bool running)
{
    static const char *const usual[] = { "usr/local/bin/jupyter", "usr/bin/jupyter",
                                         "opt/conda/bin/jupyter" };
    const char *paths[64];
    struct str path = { NULL, 0 }, folder;
    size_t count = 0;

    for (; count < 3; count++)
        paths[count] = usual[count];
    (void) eyes_variable(ctx->eyes, "PATH", &path);
    while (path.len && count < 64 && str_next_part(&path, ':', &folder))
        if (str_starts(folder, STR("/")))
            paths[count++] = arena_join(ctx->arena, str_from(folder, 1), STR("jupyter")).data;
    door_installed(ctx, paths, count, running, &ctx->facts->access.lab_installed);
}

static void run(struct probe_ctx *ctx)
{
    struct access_facts *facts = &ctx->facts->access;
    struct door_process process;

    if (!ctx->wishes || !ctx->wishes->inside)
        return;
    door_process_find(ctx, is_lab, &process);
    if (process.found)
        fact_bool(&facts->lab_running, true,
                  arena_printf(ctx->arena, "proc/%.*s/cmdline", STR_ARG(process.pid)));
    else
        settle_bool(&facts->lab_running, false, STR("proc"), &process.doubt);
    look_at_installed(ctx, process.found);
    door_listens(ctx, &process, &facts->lab_listen, &facts->lab_port, &facts->lab_inside_only);
    if (process.found)
        look_at_settings(ctx, &process);
    fact_str(&facts->door, STR("container"), STR("as asked"));
    if (ctx->wishes->door.len)
        fact_str(&facts->meant, ctx->wishes->door, STR("as asked"));
}

const struct probe probe_lab = {
    .name = "lab",
    .cost = COST_FILES,
    .run = run,
};
