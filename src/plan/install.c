#include "plan/install.h"

#include "format/requirement.h"

struct words {
    struct str *items;
    size_t count, room;
};

static void add(struct arena *arena, struct words *words, struct str word)
{
    *LIST_ADD(arena, words) = word;
}

static void addz(struct arena *arena, struct words *words, const char *word)
{
    add(arena, words, str_of(word));
}

static void finish(struct arena *arena, struct words *words, struct commands *commands)
{
    *LIST_ADD(arena, commands) = (struct command){ .words = words->items, .count = words->count };
    *words = (struct words){ 0 };
}

static struct str known(const struct fact_str *fact)
{
    return fact->state == FACT_KNOWN ? fact->value : (struct str){ NULL, 0 };
}

const char *install_tool_name(enum install_tool tool)
{
    static const char *const names[INSTALL_TOOLS] = { "pip",    "uv",    "uv-project",
                                                      "poetry", "conda", "pixi" };

    return names[tool];
}

enum install_tool install_suggested(const struct facts *facts)
{
    if (fact_is(&facts->torch.installer, STR("uv")))
        return INSTALL_UV;
    if (fact_is(&facts->torch.installer, STR("conda")) ||
        (fact_is(&facts->torch.environment_kind, STR("conda")) &&
         facts->torch.installer.state != FACT_KNOWN))
        return INSTALL_CONDA;
    return INSTALL_PIP;
}

struct str install_index(struct arena *arena, const struct torch_build *build)
{
    return arena_printf(arena, "https://download.pytorch.org/whl/%.*s", STR_ARG(build->tag));
}

/* Whether a plain version from PyPI gives this very build. */
static bool is_default(const struct problem *problem, const struct plan *plan)
{
    return plan->build.pypi_default == ANSWER_YES && plan->build.pypi_default_basis >= BASIS_READ &&
           plan->build.cuda.len && !fact_is(&problem->facts->torch.release, plan->build.version);
}

/* The packages with their versions; `local` puts the build's tag behind those that have one. */
static void add_packages(const struct problem *problem, const struct plan *plan, bool local,
                         struct words *words)
{
    struct arena *arena = problem->arena;
    const struct torch_build *build = &plan->build;
    bool companions_too = local && !str_has(build->platform, STR("aarch64"));

    add(arena, words,
        arena_printf(arena, local ? "torch==%.*s+%.*s" : "torch==%.*s", STR_ARG(build->version),
                     STR_ARG(build->local)));
    for (size_t i = 0; i < plan->pinned.count; i++) {
        const struct pinned *pinned = &plan->pinned.items[i];
        struct str name = package_normalise(arena, pinned->wanted->name);
        bool tagged = companions_too && !str_eqz(name, "xformers");

        if (!pinned->version.len)
            add(arena, words,
                arena_printf(arena, "%.*s%.*s", STR_ARG(name),
                             STR_ARG(pinned->wanted->specifiers)));
        else
            add(arena, words,
                arena_printf(arena, tagged ? "%.*s==%.*s+%.*s" : "%.*s==%.*s", STR_ARG(name),
                             STR_ARG(pinned->version), STR_ARG(build->local)));
    }
}

/* pip, and uv in its place, of this Python. */
static void pip(const struct problem *problem, const struct plan *plan, bool uv,
                struct commands *ret)
{
    struct arena *arena = problem->arena;
    struct str python = known(&problem->facts->torch.python);
    bool from_pypi = is_default(problem, plan);
    struct words words = { 0 };

    if (uv)
        addz(arena, &words, "uv");
    else if (python.len) {
        add(arena, &words, python);
        addz(arena, &words, "-m");
    }
    addz(arena, &words, "pip");
    addz(arena, &words, "install");
    if (uv && python.len) {
        addz(arena, &words, "--python");
        add(arena, &words, python);
    }
    add_packages(problem, plan, !from_pypi, &words);
    if (!from_pypi) {
        addz(arena, &words, "--index-url");
        add(arena, &words, install_index(arena, &plan->build));
    }
    finish(arena, &words, ret);
}

/* https://docs.astral.sh/uv/concepts/indexes/: an index that is given to `uv add` is kept in the
 * project's file. */
static void uv_project(const struct problem *problem, const struct plan *plan, struct commands *ret)
{
    struct arena *arena = problem->arena;
    struct words words = { 0 };

    addz(arena, &words, "uv");
    addz(arena, &words, "add");
    add_packages(problem, plan, true, &words);
    addz(arena, &words, "--index");
    add(arena, &words,
        arena_printf(arena, "pytorch-%.*s=%.*s", STR_ARG(plan->build.tag),
                     STR_ARG(install_index(arena, &plan->build))));
    finish(arena, &words, ret);
}

/* https://python-poetry.org/docs/repositories/#explicit-package-sources */
static void poetry(const struct problem *problem, const struct plan *plan, struct commands *ret)
{
    struct arena *arena = problem->arena;
    struct str source = arena_printf(arena, "pytorch-%.*s", STR_ARG(plan->build.tag));
    struct words words = { 0 };

    addz(arena, &words, "poetry");
    addz(arena, &words, "source");
    addz(arena, &words, "add");
    addz(arena, &words, "--priority=explicit");
    add(arena, &words, source);
    add(arena, &words, install_index(arena, &plan->build));
    finish(arena, &words, ret);
    addz(arena, &words, "poetry");
    addz(arena, &words, "add");
    addz(arena, &words, "--source");
    add(arena, &words, source);
    add_packages(problem, plan, true, &words);
    finish(arena, &words, ret);
}

/* conda-forge's packages are pytorch-gpu and cuda-version
 * (https://conda-forge.org/docs/user/tipsandtricks/#installing-cuda-enabled-packages-like-tensorflow-and-pytorch).
 */
static void conda(const struct problem *problem, const struct plan *plan, bool pixi,
                  struct commands *ret)
{
    struct arena *arena = problem->arena;
    struct str cuda = plan->build.cuda, major, minor, rest;
    struct words words = { 0 };

    (void) str_cut(cuda, '.', &major, &rest);
    (void) str_cut(rest, '.', &minor, &rest);
    addz(arena, &words, pixi ? "pixi" : "conda");
    addz(arena, &words, pixi ? "add" : "install");
    if (!pixi) {
        addz(arena, &words, "-c");
        addz(arena, &words, "conda-forge");
    }
    add(arena, &words,
        arena_printf(arena, cuda.len ? "pytorch-gpu=%.*s" : "pytorch-cpu=%.*s",
                     STR_ARG(plan->build.version)));
    if (cuda.len)
        add(arena, &words,
            arena_printf(arena, "cuda-version=%.*s.%.*s", STR_ARG(major), STR_ARG(minor)));
    for (size_t i = 0; i < plan->pinned.count; i++) {
        const struct pinned *pinned = &plan->pinned.items[i];

        add(arena, &words,
            arena_printf(arena, pinned->version.len ? "%.*s=%.*s" : "%.*s",
                         STR_ARG(package_normalise(arena, pinned->wanted->name)),
                         STR_ARG(pinned->version)));
    }
    finish(arena, &words, ret);
}

void install_commands(const struct problem *problem, const struct plan *plan,
                      enum install_tool tool, struct commands *ret)
{
    *ret = (struct commands){ 0 };
    switch (tool) {
    case INSTALL_PIP:
    case INSTALL_TOOLS:
    case INSTALL_UV:
        pip(problem, plan, tool == INSTALL_UV, ret);
        break;
    case INSTALL_UV_PROJECT:
        uv_project(problem, plan, ret);
        break;
    case INSTALL_POETRY:
        poetry(problem, plan, ret);
        break;
    case INSTALL_CONDA:
    case INSTALL_PIXI:
        conda(problem, plan, tool == INSTALL_PIXI, ret);
        break;
    }
}
