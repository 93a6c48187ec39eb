#include "plan/constraint.h"

#include "format/requirement.h"
#include "format/version.h"
#include "knowledge/coverage.h"
#include "knowledge/cuda.h"
#include "knowledge/dotted.h"
#include "plan/companions.h"

/* What a wheel is for is known as well as what is in it; what NVIDIA states of its drivers does not
 * make a plan weaker. */
static const struct reason fine = { .holds = TRUTH_TRUE, .basis = BASIS_MEASURED };

struct str capability_target(struct arena *arena, struct gpu_capability capability)
{
    return arena_printf(arena, "sm_%u%u", capability.major, capability.minor);
}

static bool has_word(struct str words, struct str wanted)
{
    struct str word;

    while (str_next_word(&words, &word))
        if (str_eq(word, wanted))
            return true;
    return false;
}

/* --- what is asked for ---------------------------------------------------------------------- */

static struct reason judge_asked(const struct problem *problem, const struct torch_build *build)
{
    struct reason reason = fine;
    struct version version = { 0 };

    for (size_t i = 0; i < problem->wants.count && reason.holds == TRUTH_TRUE; i++) {
        const struct wanted *wanted = &problem->wants.items[i];
        bool matches;

        if (!package_eq(wanted->name, STR("torch")) || wanted->specifiers.len == 0)
            continue;
        reason.have = arena_printf(problem->arena, "%.*s+%.*s", STR_ARG(build->version),
                                   STR_ARG(build->local));
        if (version_parse(reason.have, &version) < 0 ||
            specifiers_match(wanted->specifiers, &version, &matches) < 0 || !matches)
            reason.holds = TRUTH_FALSE;
        reason.need = arena_printf(problem->arena, "torch%.*s", STR_ARG(wanted->specifiers));
        reason.fact = STR("wanted");
        reason.from = wanted->from;
    }
    return reason;
}

/* A build that its makers call experimental is for those who name its tag. */
static bool names_tag(const struct wants *wants, struct str tag)
{
    for (size_t i = 0; i < wants->count; i++)
        if (package_eq(wants->items[i].name, STR("torch")) && tag.len &&
            str_has(wants->items[i].specifiers, STR("+")) &&
            str_has(wants->items[i].specifiers, tag))
            return true;
    return false;
}

static struct reason judge_stable(const struct problem *problem, const struct torch_build *build)
{
    struct reason reason = fine;

    reason.have = build->tag;
    reason.from = STR("knowledge: torch_builds.csv");
    if (str_eqz(build->status, "experimental") && !names_tag(&problem->wants, build->local))
        reason.holds = TRUTH_FALSE;
    return reason;
}

static struct reason judge_companions(const struct problem *problem,
                                      const struct torch_build *build)
{
    struct reason reason = fine;

    for (size_t i = 0; i < problem->wants.count; i++) {
        const struct wanted *wanted = &problem->wants.items[i];
        struct companion found;
        enum truth holds;

        if (!companion_is_known(problem->companions, wanted->name))
            continue;
        holds = companion_for(problem->companions, wanted, build->version, &found);
        if (reason.need.len && holds >= reason.holds)
            continue;
        reason.holds = holds;
        reason.need = arena_printf(problem->arena, "%.*s%.*s", STR_ARG(wanted->name),
                                   STR_ARG(wanted->specifiers));
        reason.have = build->version;
        reason.what = holds == TRUTH_TRUE ? found.version : wanted->specifiers;
        reason.fact = STR("wanted");
        reason.from = wanted->from;
    }
    return reason;
}

/* --- the system ----------------------------------------------------------------------------- */

static struct reason judge_python(const struct problem *problem, const struct torch_build *build)
{
    return (struct reason){
        .holds = !problem->python.len                        ? TRUTH_UNKNOWN
                 : has_word(build->pythons, problem->python) ? TRUTH_TRUE
                                                             : TRUTH_FALSE,
        .need = build->pythons,
        .have = problem->python,
        .fact = STR("torch.python_version"),
        .from = problem->facts->torch.python_version.from,
        .basis = build->arch_basis,
    };
}

static struct reason judge_c_library(const struct problem *problem, const struct torch_build *build)
{
    const struct machine_facts *machine = &problem->facts->machine;
    struct reason reason = { .holds = TRUTH_UNKNOWN,
                             .fact = STR("machine.libc"),
                             .from = machine->libc.from,
                             .basis = build->arch_basis };

    if (problem->windows)
        return fine;
    if (build->min_glibc.len)
        reason.need = arena_printf(problem->arena, "glibc %.*s", STR_ARG(build->min_glibc));
    if (!reason.need.len) /* an old wheel that does not say */
        reason.need = STR("glibc");
    if (machine->libc.state != FACT_KNOWN)
        return reason;
    reason.have = machine->libc.value;
    reason.holds = TRUTH_FALSE;
    if (!fact_is(&machine->libc, STR("glibc")))
        return reason;
    reason.fact = STR("machine.libc_version");
    reason.from = machine->libc_version.from;
    reason.holds = build->min_glibc.len ? TRUTH_UNKNOWN : TRUTH_TRUE;
    if (machine->libc_version.state != FACT_KNOWN)
        return reason;
    reason.have = arena_printf(problem->arena, "glibc %.*s", STR_ARG(machine->libc_version.value));
    reason.holds =
        build->min_glibc.len && dotted_compare(machine->libc_version.value, build->min_glibc) < 0
            ? TRUTH_FALSE
            : TRUTH_TRUE;
    return reason;
}

/* Thor is the first Tegra that takes the builds for servers (code for sm_110 stands in them). */
static struct reason judge_board(const struct problem *problem, const struct torch_build *build)
{
    const struct fact_bool *jetson = &problem->facts->machine.jetson;
    struct reason reason = fine;

    (void) build;
    reason.fact = STR("machine.jetson");
    reason.from = jetson->from;
    for (size_t i = 0; fact_true(jetson) && i < problem->gpus.count; i++)
        if (problem->gpus.items[i].capability.major < 11) {
            reason.holds = problem->gpus.known ? TRUTH_FALSE : TRUTH_UNKNOWN;
            reason.what = problem->gpus.items[i].name;
        }
    return reason;
}

/* --- the driver ----------------------------------------------------------------------------- */

static struct reason judge_gpu_driver(const struct problem *problem,
                                      const struct torch_build *build)
{
    struct reason reason = fine;
    unsigned branch;

    (void) build;
    reason.have = problem->driver.value;
    reason.fact = problem->driver_fact;
    reason.from = problem->driver.from;
    if (problem->driver.state != FACT_KNOWN || dotted_first(problem->driver.value, &branch) < 0)
        return reason;
    for (size_t i = 0; i < problem->gpus.count; i++) {
        const struct target_gpu *gpu = &problem->gpus.items[i];
        bool ended = gpu->last_branch && branch > gpu->last_branch;

        if (!ended && branch >= gpu->first_branch)
            continue;
        reason.holds = TRUTH_FALSE;
        reason.basis = ended ? BASIS_READ : BASIS_DERIVED;
        reason.need = arena_printf(problem->arena, ended ? "≤ %u" : "≥ %u",
                                   ended ? gpu->last_branch : gpu->first_branch);
        reason.what =
            gpu->name.len ? gpu->name : capability_target(problem->arena, gpu->capability);
    }
    return reason;
}

static bool cuda_numbers(struct str cuda, unsigned *ret_major, unsigned *ret_minor)
{
    struct str major, minor, rest;
    uint64_t high, low;

    (void) str_cut(cuda, '.', &major, &minor);
    (void) str_cut(minor, '.', &minor, &rest);
    if (str_u64(major, 10, &high) < 0 || str_u64(minor, 10, &low) < 0 || high > 99 || low > 99)
        return false;
    *ret_major = (unsigned) high;
    *ret_minor = (unsigned) low;
    return true;
}

static struct reason judge_driver(const struct problem *problem, const struct torch_build *build)
{
    struct reason reason = { .holds = TRUTH_UNKNOWN,
                             .what = build->cuda,
                             .fact = problem->driver_fact,
                             .from = problem->driver.from };
    bool windows = problem->windows || problem_in_wsl(problem);
    struct cuda_requirement needed;
    unsigned major, minor;

    if (!build->cuda.len)
        return fine;
    if (!cuda_numbers(build->cuda, &major, &minor) ||
        !cuda_driver_needed(problem->knowledge, major, minor, &needed))
        return reason;
    reason.need = windows && needed.driver_windows.len ? needed.driver_windows : needed.driver;
    reason.basis = needed.basis < BASIS_READ ? needed.basis : BASIS_MEASURED;
    if (problem->driver.state != FACT_KNOWN)
        return reason;
    reason.have = problem->driver.value;
    reason.holds = driver_version_compare(reason.have, reason.need) >= 0 ? TRUTH_TRUE : TRUTH_FALSE;
    return reason;
}

/* --- the GPUs ------------------------------------------------------------------------------- */

bool problem_max_cuda(const struct problem *problem, struct str *ret)
{
    const struct fact_str *fact = &problem->max_cuda;
    struct cuda_support support;

    if (fact->state == FACT_KNOWN)
        *ret = fact->value;
    else if (problem->driver.state == FACT_KNOWN &&
             cuda_newest_for_driver(problem->knowledge, problem->driver.value, &support))
        *ret = arena_printf(problem->arena, "%u.%u", support.major, support.minor);
    else
        return false;
    return true;
}

/*
 * PTX runs only where the driver is as new as the CUDA that made it, and only where there is some:
 * that a build script asks for it proves nothing (see torch_builds.h).
 */
static enum truth runs_ptx(const struct problem *problem, const struct torch_build *build)
{
    struct str newest;
    unsigned major, minor;

    if (build->arch_basis != BASIS_MEASURED || !problem_max_cuda(problem, &newest) ||
        !cuda_numbers(build->cuda, &major, &minor))
        return TRUTH_UNKNOWN;
    return dotted_compare(newest, arena_printf(problem->arena, "%u.%u", major, minor)) >= 0
               ? TRUTH_TRUE
               : TRUTH_FALSE;
}

static enum truth runs_on(const struct problem *problem, const struct torch_build *build,
                          struct gpu_capability gpu)
{
    if (!gpu.major || !build->archs.len || build->arch_basis == BASIS_UNVERIFIED)
        return TRUTH_UNKNOWN;
    switch (archs_cover(build->archs, gpu)) {
    case COVERAGE_CODE:
        return TRUTH_TRUE;
    case COVERAGE_PTX:
        return runs_ptx(problem, build);
    case COVERAGE_NONE:
        break;
    }
    return TRUTH_FALSE;
}

static struct reason judge_gpu_code(const struct problem *problem, const struct torch_build *build)
{
    struct reason reason = { .holds = problem->gpus.known ? TRUTH_TRUE : TRUTH_UNKNOWN,
                             .need = build->archs,
                             .fact = STR("hardware.gpus"),
                             .from = problem->gpus.from,
                             .basis = build->arch_basis };

    if (!build->cuda.len)
        return fine;
    for (size_t i = 0; i < problem->gpus.count; i++) {
        const struct target_gpu *gpu = &problem->gpus.items[i];
        enum truth runs = runs_on(problem, build, gpu->capability);

        if (reason.have.len && runs >= reason.holds)
            continue;
        reason.holds = runs < reason.holds ? runs : reason.holds;
        reason.have = gpu->capability.major ? capability_target(problem->arena, gpu->capability)
                                            : (struct str){ NULL, 0 };
        reason.what = gpu->name.len ? gpu->name : reason.have;
        reason.fact = gpu->fact;
        reason.from = gpu->from;
    }
    return reason;
}

/* --- what is installed beside torch --------------------------------------------------------- */

/* An extension is bound to the torch that it was compiled for, unless it keeps to torch's stable
 * interface (https://docs.pytorch.org/docs/stable/notes/libtorch_stable_abi.html), and to the CUDA
 * whose libraries it needs. */
static bool must_go_along(const struct problem *problem, const struct torch_build *build,
                          const struct compiled *compiled)
{
    unsigned major, minor;

    if (compiled->bound && !fact_is(&problem->facts->torch.release, build->version))
        return true;
    return compiled->cuda &&
           (!cuda_numbers(build->cuda, &major, &minor) || compiled->cuda != (int64_t) major);
}

static struct reason judge_extensions(const struct problem *problem,
                                      const struct torch_build *build)
{
    struct reason reason = fine;
    struct buf again, stay;

    if (problem->compiled.count == 0)
        return reason;
    again = buf_new(problem->arena, 4096);
    stay = buf_new(problem->arena, 4096);
    for (size_t i = 0; i < problem->compiled.count; i++) {
        const struct compiled *compiled = &problem->compiled.items[i];
        struct buf *to = must_go_along(problem, build, compiled) ? &again : &stay;

        buf_addz(to, to->len ? ", " : "");
        buf_add(to, compiled->name);
    }
    reason.holds = again.len ? TRUTH_UNKNOWN : TRUTH_TRUE;
    reason.need = buf_str(&again);
    reason.have = buf_str(&stay);
    reason.fact = STR("extensions.all");
    reason.from = problem->facts->extensions.all.from;
    return reason;
}

#define TEXTS(NAME) \
    .title = TEXT_PLAN_TITLE_##NAME, .word = TEXT_PLAN_WORD_##NAME, .yes = TEXT_PLAN_YES_##NAME, \
    .no = TEXT_PLAN_NO_##NAME, .open = TEXT_PLAN_OPEN_##NAME

const struct constraint constraints[CONSTRAINT_COUNT] = {
    [CONSTRAINT_ASKED] = { "asked", .judge = judge_asked, TEXTS(ASKED) },
    [CONSTRAINT_STABLE] = { "stable", .silent = true, .judge = judge_stable, TEXTS(STABLE) },
    [CONSTRAINT_COMPANIONS] = { "companions", .may_assume = true, .by_version = true,
                                .judge = judge_companions, TEXTS(COMPANIONS) },
    [CONSTRAINT_PYTHON] = { "python", .may_assume = true, .judge = judge_python, TEXTS(PYTHON) },
    [CONSTRAINT_C_LIBRARY] = { "c-library", .may_assume = true, .judge = judge_c_library,
                               TEXTS(C_LIBRARY) },
    [CONSTRAINT_BOARD] = { "board", .silent = true, .judge = judge_board, TEXTS(BOARD) },
    [CONSTRAINT_GPU_DRIVER] = { "gpu-driver", .silent = true, .judge = judge_gpu_driver,
                                TEXTS(GPU_DRIVER) },
    [CONSTRAINT_DRIVER] = { "driver", .judge = judge_driver, TEXTS(DRIVER) },
    [CONSTRAINT_EXTENSIONS] = { "extensions", .may_assume = true, .advises = true,
                                .judge = judge_extensions, .title = TEXT_PLAN_TITLE_EXTENSIONS,
                                .word = TEXT_PLAN_TITLE_EXTENSIONS, .yes = TEXT_PLAN_YES_EXTENSIONS,
                                .no = TEXT_PLAN_OPEN_EXTENSIONS,
                                .open = TEXT_PLAN_OPEN_EXTENSIONS },
    [CONSTRAINT_GPU_CODE] = { "gpu-code", .judge = judge_gpu_code, TEXTS(GPU_CODE) },
};
