/*
 * environments: other environments of this machine that hold a torch: the right one may be another
 * than the one that runs.
 *
 * Only the places where tools put environments are looked at, and of each only the file that names
 * the torch's version. It is no search of the disk.
 */
#include "probe/python.h"
#include "probe/torch_kind.h"

#define HOMES 8          /* of a machine whose user is not known */
#define FOLDERS 64       /* environments in one place */
#define ENVIRONMENTS 256 /* looked at, in all */
#define LIB_NAMES 1024

/* Environments themselves, under a home, and folders that hold environments. */
static const char *const single[] = { "venv",       ".venv",      "miniconda3", "anaconda3",
                                      "miniforge3", "mambaforge", ".local" };
static const char *const many[] = {
    ".virtualenvs",
    "miniconda3/envs",
    "anaconda3/envs",
    "miniforge3/envs",
    "mambaforge/envs",
    ".conda/envs",
    "micromamba/envs",
    ".pyenv/versions",
    ".local/share/virtualenvs",
    ".local/share/pipx/venvs",
    ".local/pipx/venvs",
    ".cache/pypoetry/virtualenvs",
};

/* Where the answer "there is none" comes from: no single path. */
#define SEVERAL_FOLDERS STR("folders of environments")

struct work {
    struct probe_ctx *ctx;
    size_t looked_at;
    bool failed; /* a look failed: there may be more, or an earlier one */
};

static bool is_absent(struct work *work, int error)
{
    if (error < 0 && fact_state_of_error(error) == FACT_UNKNOWN)
        work->failed = true;
    return error < 0;
}

static void record_python(struct work *work, struct environment_facts *item, struct str program)
{
    struct node node;
    int r = root_stat(work->ctx->root, program, &node);

    if (r == 0)
        fact_str(&item->python, path_shown(work->ctx->arena, program), program);
    else if (is_absent(work, r))
        fact_without(&item->python, fact_state_of_error(r), program);
}

/* A folder of packages: does it hold a torch that is not the one in use? */
static void look_into(struct work *work, struct str environment, struct str packages,
                      struct str program)
{
    struct probe_ctx *ctx = work->ctx;
    struct torch_facts *torch = &ctx->facts->torch;
    struct str package = arena_join(ctx->arena, packages, STR("torch")), text;
    struct str at = arena_join(ctx->arena, package, STR("version.py"));
    struct environment_facts *item;
    struct torch_version version;
    const char *kind;

    if (fact_is(&torch->path, path_shown(ctx->arena, package)) ||
        fact_is(&torch->environment, path_shown(ctx->arena, environment)))
        return;
    if (is_absent(work, root_read(ctx->root, at, PYTHON_FILE_LIMIT, &text)) ||
        torch_version_parse(text, &version) < 0)
        return;
    item = fact_list_add(ctx->arena, &torch->environments, sizeof(*item));
    fact_str(&item->path, path_shown(ctx->arena, environment), package);
    fact_str(&item->torch_version, version.version.text, at);
    record_python(work, item, program);
    kind = torch_kind(&version);
    if (!kind)
        return;
    fact_str(&item->torch_build, str_of(kind), at);
    if (str_eqz(item->torch_build.value, "cuda") && !work->failed &&
        torch->other_cuda.state == FACT_UNKNOWN && item->python.state == FACT_KNOWN)
        torch->other_cuda = item->python;
}

/* An environment's folder: each Python version in it has packages of its own. */
static void look_at(struct work *work, struct str environment, struct str program)
{
    struct probe_ctx *ctx = work->ctx;
    struct str lib = arena_join(ctx->arena, environment, STR("lib"));
    struct names names;

    if (work->looked_at++ >= ENVIRONMENTS ||
        is_absent(work, root_list(ctx->root, lib, LIB_NAMES, &names)))
        return;
    for (size_t i = 0; i < names.count; i++) {
        unsigned major, minor;
        bool free_threaded;

        if (!python_name(names.items[i], &major, &minor, &free_threaded))
            continue;
        look_into(work, environment,
                  arena_printf(ctx->arena, "%.*s/%.*s/site-packages", STR_ARG(lib),
                               STR_ARG(names.items[i])),
                  program.len ? program : arena_join(ctx->arena, environment, STR("bin/python")));
    }
}

static void look_at_all(struct work *work, struct str folder)
{
    struct names names;

    if (is_absent(work, root_list(work->ctx->root, folder, LIB_NAMES, &names)))
        return;
    for (size_t i = 0; i < names.count && i < FOLDERS; i++)
        look_at(work, arena_join(work->ctx->arena, folder, names.items[i]), STR(""));
}

static void look_at_home(struct work *work, struct str home)
{
    struct arena *arena = work->ctx->arena;

    for (size_t i = 0; i < sizeof(single) / sizeof(single[0]); i++) {
        struct str folder = arena_join(arena, home, str_of(single[i]));

        /* The user's own packages serve the system's interpreter. */
        look_at(work, folder, str_ends(folder, STR(".local")) ? STR("usr/bin/python3") : STR(""));
    }
    for (size_t i = 0; i < sizeof(many) / sizeof(many[0]); i++)
        look_at_all(work, arena_join(arena, home, str_of(many[i])));
}

static void look_at_homes(struct work *work)
{
    struct probe_ctx *ctx = work->ctx;
    struct names names;
    struct str home;

    if (ctx->eyes->known) {
        if (!is_absent(work, eyes_home(ctx, &home)))
            look_at_home(work, path_absolute(ctx->arena, STR(""), home));
        return;
    }
    look_at_home(work, STR("root"));
    if (is_absent(work, root_list(ctx->root, STR("home"), LIB_NAMES, &names)))
        return;
    for (size_t i = 0; i < names.count && i < HOMES; i++)
        look_at_home(work, arena_join(ctx->arena, STR("home"), names.items[i]));
}

/* What an administrator installed for the system's Python, on Debian. */
static void look_at_local(struct work *work, struct str program)
{
    struct probe_ctx *ctx = work->ctx;
    struct names names;

    if (is_absent(work, root_list(ctx->root, STR("usr/local/lib"), LIB_NAMES, &names)))
        return;
    for (size_t i = 0; i < names.count; i++)
        if (str_starts(names.items[i], STR("python3.")))
            look_into(work, STR("usr"),
                      arena_printf(ctx->arena, "usr/local/lib/%.*s/dist-packages",
                                   STR_ARG(names.items[i])),
                      program);
}

static void look_at_system(struct work *work)
{
    struct str program = STR("usr/bin/python3");

    look_at(work, STR("opt/conda"), STR(""));
    look_at_all(work, STR("opt/conda/envs"));
    look_into(work, STR("usr"), STR("usr/lib/python3/dist-packages"), program);
    look_at_local(work, program);
    look_at(work, STR("usr/local"), STR(""));
}

static void run(struct probe_ctx *ctx)
{
    /* Which are others can be said only where this one is known. */
    struct work work = { .ctx = ctx,
                         .failed = ctx->facts->torch.path.state == FACT_UNKNOWN ||
                                   ctx->facts->torch.path.state == FACT_DENIED };
    struct fact_list *list = &ctx->facts->torch.environments;
    struct str here = ctx->eyes->working_directory;

    if (ctx->eyes->known && here.len) {
        here = path_absolute(ctx->arena, STR(""), here);
        look_at(&work, arena_join(ctx->arena, here, STR("venv")), STR(""));
        look_at(&work, arena_join(ctx->arena, here, STR(".venv")), STR(""));
    }
    look_at_homes(&work);
    look_at_system(&work);

    list->partial = work.failed;
    if (!work.failed)
        list->state = FACT_KNOWN;
    list->from = SEVERAL_FOLDERS;
    if (ctx->facts->torch.other_cuda.state == FACT_UNKNOWN)
        fact_without(&ctx->facts->torch.other_cuda, work.failed ? FACT_UNKNOWN : FACT_ABSENT,
                     SEVERAL_FOLDERS);
}

const struct probe probe_environments = {
    .name = "environments",
    .cost = COST_FILES,
    .run = run,
};
