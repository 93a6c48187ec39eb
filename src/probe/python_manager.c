/*
 * python_manager: what may change the environment: pip, a distribution that keeps pip out, a
 * project's lock file, conda. A command that goes past them is refused, or undone by the next sync.
 */
#include "probe/python.h"

/* 1 there, 0 not there, or why a look failed. */
static int exists(struct probe_ctx *ctx, struct str path)
{
    struct node node;
    int r = root_stat(ctx->root, path, &node);

    return r == 0 ? 1 : fact_state_of_error(r) == FACT_ABSENT ? 0 : r;
}

/* Debian's own packages of pip are not in the environment's folders alone: any folder of the path.
 */
static void look_for_pip(struct probe_ctx *ctx)
{
    const struct python_state *state = ctx->python;
    struct fact_bool *pip = &ctx->facts->torch.pip;

    for (size_t i = 0; i < state->sites.count; i++) {
        const struct site *site = &state->sites.items[i];

        for (size_t n = 0; n < site->names.count; n++)
            if (str_eqz(site->names.items[n], "pip")) {
                fact_bool(pip, true, site->path);
                return;
            }
    }
    if (state->sites.count && !state->failed)
        fact_bool(pip, false, state->python.prefix);
}

/* https://packaging.python.org/en/latest/specifications/externally-managed-environments/: the
 * marker lies beside the standard library, and counts for no virtual environment. */
static void look_for_marker(struct probe_ctx *ctx)
{
    const struct python *python = &ctx->python->python;
    struct fact_bool *managed = &ctx->facts->torch.externally_managed;
    struct str marker =
        arena_printf(ctx->arena, "%.*s/%s/%.*s/EXTERNALLY-MANAGED", STR_ARG(python->base),
                     python->lib, STR_ARG(python_folder(ctx->arena, python)));
    int r;

    if (python->config.len) {
        fact_bool(managed, false, python->config);
        return;
    }
    r = exists(ctx, marker);
    if (r < 0)
        *managed = (struct fact_bool){ .state = fact_state_of_error(r), .from = marker };
    else
        fact_bool(managed, r, marker);
}

static void set_project(struct probe_ctx *ctx, const char *manager, struct str folder,
                        struct str from)
{
    fact_str(&ctx->facts->torch.manager, str_of(manager), from);
    if (folder.len)
        fact_str(&ctx->facts->torch.project, path_shown(ctx->arena, folder), from);
    else
        fact_without(&ctx->facts->torch.project, FACT_ABSENT, from);
}

/* Environments that lie where their manager puts them: PROJECT/.pixi/envs/NAME, and Poetry's cache
 * (https://python-poetry.org/docs/configuration/#virtualenvspath), which does not name the project.
 */
static bool lies_at_managers(struct probe_ctx *ctx)
{
    struct str prefix = ctx->python->python.prefix;
    size_t at = str_find(prefix, STR("/.pixi/envs/"));

    if (at != STR_NONE)
        set_project(ctx, "pixi", str_slice(prefix, 0, at), prefix);
    else if (str_has(prefix, STR("/pypoetry/virtualenvs/")))
        set_project(ctx, "poetry", (struct str){ NULL, 0 }, prefix);
    else
        return false;
    return true;
}

/* Others lie in the project's folder, beside its lock file. */
static void look_for_lock(struct probe_ctx *ctx)
{
    static const struct {
        const char *file, *manager;
    } locks[] = { { "uv.lock", "uv" }, { "poetry.lock", "poetry" } };
    const struct python *python = &ctx->python->python;
    struct fact_str *manager = &ctx->facts->torch.manager;
    struct str folder = path_dir(python->prefix);

    if (lies_at_managers(ctx))
        return;
    for (size_t i = 0; python->config.len && i < sizeof(locks) / sizeof(locks[0]); i++) {
        struct str lock = arena_join(ctx->arena, folder, str_of(locks[i].file));
        int r = exists(ctx, lock);

        if (r < 0) {
            fact_without(manager, fact_state_of_error(r), lock);
            return;
        }
        if (r > 0) {
            set_project(ctx, locks[i].manager, folder, lock);
            return;
        }
    }
    fact_without(manager, FACT_ABSENT, python->prefix);
    fact_without(&ctx->facts->torch.project, FACT_ABSENT, python->prefix);
}

/* In the environment itself where it is the base, else in the base two folders up. */
static void look_for_conda(struct probe_ctx *ctx)
{
    static const char *const programs[] = { "bin/conda", "bin/mamba", "bin/micromamba" };
    const struct fact_str *kind = &ctx->facts->torch.environment_kind;
    struct fact_str *conda = &ctx->facts->torch.conda;
    struct str prefix = ctx->python->python.prefix, base = path_dir(prefix);

    if (!fact_is(kind, STR("conda"))) {
        fact_without(conda, kind->state == FACT_KNOWN ? FACT_ABSENT : kind->state, kind->from);
        return;
    }
    base = str_eqz(path_base(base), "envs") ? path_dir(base) : prefix;
    for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++) {
        struct str program = arena_join(ctx->arena, base, str_of(programs[i]));
        int r = exists(ctx, program);

        if (r > 0) {
            fact_str(conda, path_shown(ctx->arena, program), program);
            return;
        }
        if (r < 0) {
            fact_without(conda, fact_state_of_error(r), program);
            return;
        }
    }
    fact_str(conda, STR("conda"), STR("environment"));
}

static void run(struct probe_ctx *ctx)
{
    if (!ctx->python || !ctx->python->found)
        return;
    look_for_pip(ctx);
    look_for_marker(ctx);
    look_for_lock(ctx);
    look_for_conda(ctx);
}

const struct probe probe_python_manager = {
    .name = "python-manager",
    .cost = COST_FILES,
    .run = run,
};
