/* The nearest ways to another build: each is a change to the problem, which is then solved again.
 */
#include "plan/answer.h"

#include "format/requirement.h"
#include "knowledge/cuda.h"
#include "knowledge/cuda_compat.h"
#include "knowledge/dotted.h"

/* One change. `apply` makes it on a copy of the problem (and of its facts, where it touches these),
 * says what it is, and returns false where there is no such change. */
struct change {
    const struct problem *before;
    struct problem after;
    size_t at; /* which of several: the GPU that is left out */
    struct str what;
};

struct way_row {
    const char *name;
    unsigned lifts; /* constraints that the change can touch: judged again */
    bool improves;  /* worth saying where a build was found, too */
    bool (*apply)(struct change *change);
};

static struct str tagless(struct str specifiers)
{
    size_t plus = str_find_char(specifiers, '+');

    return plus == STR_NONE ? specifiers : str_slice(specifiers, 0, plus);
}

/* The wants once more, with what `keep` makes of each one's specifiers. */
static bool rewrite_wants(struct change *change, bool torch, struct str (*keep)(struct str))
{
    struct wants *wants = &change->after.wants;
    bool changed = false;

    wants->items = arena_array(change->before->arena, wants->count, sizeof(*wants->items));
    for (size_t i = 0; i < wants->count; i++) {
        struct wanted *wanted = &wants->items[i];

        *wanted = change->before->wants.items[i];
        if (package_eq(wanted->name, STR("torch")) != torch)
            continue;
        wanted->specifiers = keep ? keep(wanted->specifiers) : (struct str){ NULL, 0 };
        changed |= !str_eq(wanted->specifiers, change->before->wants.items[i].specifiers);
    }
    return changed;
}

static bool other_tag(struct change *change)
{
    return rewrite_wants(change, true, tagless);
}

static bool other_torch(struct change *change)
{
    return rewrite_wants(change, true, NULL);
}

static bool other_companions(struct change *change)
{
    return rewrite_wants(change, false, NULL);
}

/* All but this one GPU. */
static bool without_gpu(struct change *change)
{
    struct problem *after = &change->after;
    const struct target_gpu *gpu = &change->before->gpus.items[change->at];

    if (change->before->gpus.count < 2)
        return false;
    after->gpus.items = arena_array(after->arena, after->gpus.count, sizeof(*after->gpus.items));
    after->gpus.count = after->gpus.room = 0;
    for (size_t i = 0; i < change->before->gpus.count; i++)
        if (i != change->at)
            after->gpus.items[after->gpus.count++] = change->before->gpus.items[i];
    change->what = gpu->name.len ? gpu->name : capability_target(after->arena, gpu->capability);
    return true;
}

/* --- Python --------------------------------------------------------------------------------- */

static bool is_plain_python(struct str word)
{
    return word.len && word.data[word.len - 1] >= '0' && word.data[word.len - 1] <= '9';
}

/* Any Python: which one is known when the build is. */
static bool other_python(struct change *change)
{
    if (!change->before->python.len)
        return false;
    change->after.python = (struct str){ NULL, 0 };
    return true;
}

/* The build's Python that is nearest to the one here; of those that have no preview of their own.
 */
static struct str nearest_python(const struct problem *problem, const struct torch_build *build)
{
    struct str words = build->pythons, word, nearest = { NULL, 0 };

    while (str_next_word(&words, &word)) {
        if (!is_plain_python(word))
            continue;
        if (!nearest.len || dotted_compare(word, problem->python) <= 0)
            nearest = word;
    }
    return nearest;
}

/* --- the driver ----------------------------------------------------------------------------- */

/* The newest driver of a branch that some CUDA release came with; the bare branch where none did.
 */
static struct str newest_driver(const struct problem *problem, unsigned branch)
{
    struct cuda_release release;
    struct str newest =
        branch ? arena_printf(problem->arena, "%u", branch) : (struct str){ NULL, 0 };
    unsigned of;

    for (size_t at = 0; cuda_release_at(problem->knowledge, at, &release); at++)
        if (dotted_first(release.bundled_driver, &of) == 0 && (branch == 0 || of == branch) &&
            driver_version_compare(release.bundled_driver, newest) > 0)
            newest = release.bundled_driver;
    return newest;
}

/* Another driver knows another CUDA. */
static void set_driver(struct change *change, struct str version)
{
    fact_str(&change->after.driver, version, STR("knowledge: cuda_releases.csv"));
    change->after.max_cuda = (struct fact_str){ .state = FACT_UNKNOWN };
}

static bool newer_driver(struct change *change)
{
    const struct problem *before = change->before;
    const struct target_gpu *oldest;
    struct str newest = newest_driver(before, problem_last_branch(before, &oldest));

    if (before->driver.state == FACT_KNOWN && !before->windows &&
        driver_version_compare(before->driver.value, newest) >= 0 &&
        !problem_last_branch(before, &oldest))
        return false;
    set_driver(change, newest);
    return true;
}

static bool has_branch(struct str branches, unsigned branch)
{
    struct str word;
    unsigned one;

    while (str_next_word(&branches, &word))
        if (dotted_first(word, &one) == 0 && one == branch)
            return true;
    return false;
}

/* "13.0" as the package's name has it: "13-0". */
static struct str compat_name(struct arena *arena, struct str cuda)
{
    struct str major, minor;

    (void) str_cut(cuda, '.', &major, &minor);
    return arena_printf(arena, "cuda-compat-%.*s-%.*s", STR_ARG(major), STR_ARG(minor));
}

/* The newest package of forward-compatibility libraries that runs on this kernel driver: it stands
 * in for the driver of its CUDA. */
static bool compat_package(struct change *change)
{
    const struct problem *before = change->before;
    struct cuda_compat compat;
    struct str driver;
    unsigned branch;
    bool found = false;

    if (!problem_takes_compat(before) || before->windows ||
        before->facts->driver.version.state != FACT_KNOWN ||
        dotted_first(before->facts->driver.version.value, &branch) < 0)
        return false;
    for (size_t at = 0; cuda_compat_at(at, &compat); at++)
        if (has_branch(compat.branches, branch) &&
            cuda_bundled_driver(before->knowledge, compat.cuda, &driver) &&
            driver_version_compare(driver, before->driver.value) > 0) {
            set_driver(change, driver);
            change->what = compat_name(before->arena, compat.cuda);
            found = true;
        }
    return found;
}

/* --- elsewhere ------------------------------------------------------------------------------ */

/* An image brings its own Python and C library. */
static bool container_image(struct change *change)
{
    if (change->before->windows)
        return false;
    change->after.python = (struct str){ NULL, 0 };
    return true;
}

static const struct way_row rows[WAY_COUNT] = {
    [WAY_OTHER_TAG] = { "cuda-tag",
                        CONSTRAINT_BIT(CONSTRAINT_ASKED) | CONSTRAINT_BIT(CONSTRAINT_STABLE), false,
                        other_tag },
    [WAY_OTHER_TORCH] = { "torch",
                          CONSTRAINT_BIT(CONSTRAINT_ASKED) | CONSTRAINT_BIT(CONSTRAINT_STABLE),
                          false, other_torch },
    [WAY_OTHER_COMPANIONS] = { "companions", CONSTRAINT_BIT(CONSTRAINT_COMPANIONS), false,
                               other_companions },
    [WAY_WITHOUT_GPU] = { "without-gpu",
                          CONSTRAINT_BIT(CONSTRAINT_GPU_CODE) |
                              CONSTRAINT_BIT(CONSTRAINT_GPU_DRIVER) |
                              CONSTRAINT_BIT(CONSTRAINT_BOARD),
                          true, without_gpu },
    [WAY_PYTHON] = { "python", CONSTRAINT_BIT(CONSTRAINT_PYTHON), false, other_python },
    [WAY_COMPAT] = { "compat-package", CONSTRAINT_BIT(CONSTRAINT_DRIVER), false, compat_package },
    [WAY_DRIVER] = { "driver",
                     CONSTRAINT_BIT(CONSTRAINT_DRIVER) | CONSTRAINT_BIT(CONSTRAINT_GPU_DRIVER),
                     true, newer_driver },
    [WAY_IMAGE] = { "image",
                    CONSTRAINT_BIT(CONSTRAINT_PYTHON) | CONSTRAINT_BIT(CONSTRAINT_C_LIBRARY), false,
                    container_image },
    [WAY_JETSON] = { "jetson", 0, false, NULL },
    [WAY_SOURCE] = { "source", 0, false, NULL },
};

const char *way_name(enum way_id id)
{
    return rows[id].name;
}

/* --- solving again -------------------------------------------------------------------------- */

static const struct candidate *solve_again(const struct change *change, enum way_id id,
                                           const struct plan *plan, struct candidates *copy)
{
    struct arena *arena = change->before->arena;
    const struct candidate *best;

    *copy = plan->candidates;
    copy->items = arena_array(arena, copy->count, sizeof(*copy->items));
    for (size_t i = 0; i < copy->count; i++)
        copy->items[i] = plan->candidates.items[i];
    candidates_judge(&change->after, rows[id].lifts, copy);
    for (size_t i = 0; id == WAY_IMAGE && i < copy->count; i++)
        copy->items[i].refused &= ~rows[id].lifts;
    best = candidates_best(&change->after, copy);
    return best && !open_decisive(best->open) ? best : NULL;
}

/* What the build's CUDA asks for, or the branch that first supports the GPUs. */
static struct str least_driver(const struct problem *problem, const struct torch_build *build)
{
    struct str need = constraints[CONSTRAINT_DRIVER].judge(problem, build).need;
    struct str first = arena_printf(problem->arena, "%u", problem_first_branch(problem));

    return driver_version_compare(need, first) < 0 ? first : need;
}

/* "≥ 525.60.13", and no newer branch than the oldest GPU takes. */
static struct str driver_range(const struct problem *problem, struct str need)
{
    const struct target_gpu *oldest;
    unsigned last = problem_last_branch(problem, &oldest);

    return last ? arena_printf(problem->arena, "≥ %.*s, ≤ %u", STR_ARG(need), last)
                : arena_printf(problem->arena, "≥ %.*s", STR_ARG(need));
}

/* The oldest driver that does what the newest would: that is what the way asks for. */
static const struct candidate *with_least_driver(struct change *change, const struct plan *plan,
                                                 const struct candidate *best,
                                                 struct candidates *copy)
{
    struct str need = least_driver(&change->after, &best->build);
    const struct candidate *least;

    set_driver(change, need);
    change->what = driver_range(change->before, need);
    least = solve_again(change, WAY_DRIVER, plan, copy);
    return least && str_eq(least->build.version, best->build.version) ? least : best;
}

static void try_way(const struct problem *problem, enum way_id id, size_t at, struct plan *plan)
{
    struct change change = { .before = problem, .after = *problem, .at = at };
    const struct candidate *best;
    struct candidates copy;
    struct way *way;

    if (!rows[id].apply(&change))
        return;
    best = solve_again(&change, id, plan, &copy);
    if (best && id == WAY_DRIVER)
        best = with_least_driver(&change, plan, best, &copy);
    if (best && id == WAY_PYTHON)
        change.what = nearest_python(problem, &best->build);
    if (!best || (plan->state == PLAN_FOUND && !build_is_newer(&best->build, &plan->build)))
        return;
    way = LIST_ADD(problem->arena, &plan->ways);
    *way = (struct way){ id, change.what, true, best->build };
}

static bool is_in_conflict(const struct plan *plan, enum constraint_id id)
{
    for (size_t i = 0; i < plan->conflict_count; i++)
        if (plan->conflicts[i] & CONSTRAINT_BIT(id))
            return true;
    return false;
}

/* The oldest GPU that PyTorch's own builds ever had code for: its sources ask no less. */
static const struct gpu_capability oldest_of_sources = { 3, 5 };

/* "6.1;12.0", as TORCH_CUDA_ARCH_LIST takes it; empty where the sources cannot serve one of them.
 */
static struct str arch_list(const struct problem *problem)
{
    struct buf buf = buf_new(problem->arena, 4096);

    for (size_t i = 0; i < problem->gpus.count; i++) {
        struct gpu_capability capability = problem->gpus.items[i].capability;
        struct str text = arena_printf(problem->arena, "%u.%u", capability.major, capability.minor);

        if (capability.major < oldest_of_sources.major ||
            (capability.major == oldest_of_sources.major &&
             capability.minor < oldest_of_sources.minor))
            return (struct str){ NULL, 0 };
        if (str_has(buf_str(&buf), text))
            continue;
        buf_addz(&buf, buf.len ? ";" : "");
        buf_add(&buf, text);
    }
    return buf_str(&buf);
}

void plan_ways(const struct problem *problem, struct plan *plan)
{
    if (plan->state == PLAN_UNDECIDED || plan->no_builds)
        return;
    for (enum way_id id = 0; id < WAY_COUNT; id++)
        if (rows[id].apply && (plan->state == PLAN_NONE || rows[id].improves))
            for (size_t at = 0; at == 0 || (id == WAY_WITHOUT_GPU && at < problem->gpus.count);
                 at++)
                try_way(problem, id, at, plan);
    if (is_in_conflict(plan, CONSTRAINT_BOARD))
        LIST_ADD(problem->arena, &plan->ways)->id = WAY_JETSON;
    if (is_in_conflict(plan, CONSTRAINT_GPU_CODE) && arch_list(problem).len) {
        struct way *way = LIST_ADD(problem->arena, &plan->ways);

        *way = (struct way){ .id = WAY_SOURCE, .what = arch_list(problem) };
    }
}
