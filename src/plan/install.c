#include "plan/install.h"

#include "format/requirement.h"
#include "plan/companions.h"

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
    static const char *const names[INSTALL_TOOLS] = { "pip",    "venv",  "uv",  "uv-project",
                                                      "poetry", "conda", "pixi" };

    return names[tool];
}

enum install_tool install_tool_named(struct str name)
{
    enum install_tool tool = 0;

    while (tool < INSTALL_TOOLS && !str_eqz(name, install_tool_name(tool)))
        tool++;
    return tool;
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
    return !problem->keep_release && plan->build.pypi_default == ANSWER_YES &&
           plan->build.pypi_default_basis >= BASIS_READ && plan->build.cuda.len &&
           !fact_is(&problem->facts->torch.release, plan->build.version);
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
static void pip(const struct problem *problem, const struct plan *plan, bool uv, struct str python,
                struct commands *ret)
{
    struct arena *arena = problem->arena;
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

/* https://packaging.python.org/en/latest/specifications/externally-managed-environments/ */
static void venv(const struct problem *problem, const struct plan *plan, struct commands *ret)
{
    struct arena *arena = problem->arena;
    struct str python = known(&problem->facts->torch.python);
    struct words words = { 0 };

    add(arena, &words, python.len ? python : STR("python3"));
    addz(arena, &words, "-m");
    addz(arena, &words, "venv");
    addz(arena, &words, "torch-venv");
    finish(arena, &words, ret);
    pip(problem, plan, false, STR("torch-venv/bin/python"), ret);
}

/* https://docs.astral.sh/uv/concepts/indexes/: an index that is given to `uv add` is kept in the
 * project's file. */
static void uv_project(const struct problem *problem, const struct plan *plan, struct commands *ret)
{
    struct arena *arena = problem->arena;
    struct str project = known(&problem->facts->torch.project);
    struct words words = { 0 };

    addz(arena, &words, "uv");
    addz(arena, &words, "add");
    if (project.len) {
        addz(arena, &words, "--project");
        add(arena, &words, project);
    }
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

/* conda-forge's packages are pytorch-gpu (https://pixi.prefix.dev/latest/python/pytorch/) and
 * cuda-version (https://conda-forge.org/docs/user/cuda/). */
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
        pip(problem, plan, tool == INSTALL_UV, known(&problem->facts->torch.python), ret);
        break;
    case INSTALL_VENV:
        venv(problem, plan, ret);
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

/* What is installed beside torch goes along: it was made for one torch, and its local version for
 * one build. */
static void want_installed(struct problem *problem)
{
    const struct fact_list *packages = &problem->facts->torch.packages;

    for (size_t i = 0; i < packages->count; i++) {
        const struct package_facts *package = &LIST_OF(package, packages)[i];

        if (package->name.state == FACT_KNOWN && package->version.state == FACT_KNOWN &&
            companion_is_known(problem->companions, package->name.value))
            *LIST_ADD(problem->arena, &problem->wants) =
                (struct wanted){ .name = package->name.value, .from = package->version.from };
    }
}

bool install_here(struct arena *arena, const struct facts *facts, enum install_tool tool,
                  bool current, struct commands *ret)
{
    static const struct wants nothing_more;
    const struct fact_str *asked =
        current ? &facts->build.current_requirement : &facts->build.requirement;
    struct str name, full, release, local;
    struct plan plan = { .state = PLAN_FOUND };
    struct problem problem;

    if (asked->state != FACT_KNOWN)
        return false;
    problem_make(arena, facts, &nothing_more, NULL, &problem);
    problem.keep_release = true;
    (void) str_cut(asked->value, '=', &name, &full);
    (void) str_cut(str_from(full, 1), '+', &release, &local);
    if (!torch_build_find(NULL, release, local, problem.platform, &plan.build))
        return false;
    want_installed(&problem);
    plan_pin(&problem, &plan);
    install_commands(&problem, &plan, tool, ret);
    return true;
}
