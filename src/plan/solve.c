#include "plan/solve.h"

#include "format/requirement.h"
#include "knowledge/dotted.h"

static bool wants_cpu(const struct problem *problem)
{
    for (size_t i = 0; i < problem->wants.count; i++)
        if (package_eq(problem->wants.items[i].name, STR("torch")) &&
            str_has(problem->wants.items[i].specifiers, STR("+cpu")))
            return true;
    return false;
}

/* Variants whose local version is not the tag's are no folder of the index. */
static bool is_candidate(const struct problem *problem, const struct torch_build *build, bool cpu)
{
    return str_eq(build->platform, problem->platform) && str_eq(build->tag, build->local) &&
           (build->cuda.len || (cpu && str_eqz(build->tag, "cpu")));
}

void candidates_find(const struct problem *problem, struct candidates *ret)
{
    struct candidates candidates = { 0 };
    struct torch_build build;
    bool cpu = wants_cpu(problem);

    for (size_t at = 0; torch_build_at(problem->knowledge, at, &build); at++)
        if (is_candidate(problem, &build, cpu))
            LIST_ADD(problem->arena, &candidates)->build = build;
    candidates_judge(problem, CONSTRAINTS_ALL, &candidates);
    *ret = candidates;
}

static void judge(const struct problem *problem, enum constraint_id id, struct candidate *candidate)
{
    enum truth holds = constraints[id].judge(problem, &candidate->build).holds;

    candidate->refused &= ~CONSTRAINT_BIT(id);
    candidate->open &= ~CONSTRAINT_BIT(id);
    if (holds == TRUTH_FALSE)
        candidate->refused |= CONSTRAINT_BIT(id);
    if (holds == TRUTH_UNKNOWN)
        candidate->open |= CONSTRAINT_BIT(id);
}

static void copy_judgement(enum constraint_id id, const struct candidate *from,
                           struct candidate *candidate)
{
    unsigned bit = CONSTRAINT_BIT(id);

    candidate->refused = (candidate->refused & ~bit) | (from->refused & bit);
    candidate->open = (candidate->open & ~bit) | (from->open & bit);
}

void candidates_judge(const struct problem *problem, unsigned which, struct candidates *candidates)
{
    for (enum constraint_id id = 0; id < CONSTRAINT_COUNT; id++) {
        if (!(which & CONSTRAINT_BIT(id)))
            continue;
        for (size_t i = 0; i < candidates->count; i++) {
            struct candidate *candidate = &candidates->items[i];

            if (i && constraints[id].by_version &&
                str_eq(candidate->build.version, candidate[-1].build.version))
                copy_judgement(id, &candidate[-1], candidate);
            else
                judge(problem, id, candidate);
        }
    }
}

unsigned open_decisive(unsigned open)
{
    for (enum constraint_id id = 0; id < CONSTRAINT_COUNT; id++)
        if (constraints[id].may_assume)
            open &= ~CONSTRAINT_BIT(id);
    return open;
}

unsigned open_assumed(unsigned open)
{
    for (enum constraint_id id = 0; id < CONSTRAINT_COUNT; id++)
        if (constraints[id].advises)
            open &= ~CONSTRAINT_BIT(id);
    return open;
}

bool build_is_newer(const struct torch_build *a, const struct torch_build *b)
{
    int newer = dotted_compare(a->version, b->version);

    return newer ? newer > 0 : dotted_compare(a->cuda, b->cuda) > 0;
}

/* "12.1" of "12.1.1": updates do not count. */
static struct str without_update(struct str cuda)
{
    size_t last = str_rfind_char(cuda, '.');

    return last != STR_NONE && last != str_find_char(cuda, '.') ? str_slice(cuda, 0, last) : cuda;
}

bool build_is_native(const struct problem *problem, const struct torch_build *build)
{
    struct problem with_oldest = *problem;
    struct str newest;

    if (problem->driver.state != FACT_KNOWN)
        fact_str(&with_oldest.driver, constraints[CONSTRAINT_DRIVER].judge(problem, build).need,
                 STR("knowledge: cuda_releases.csv"));
    return problem_max_cuda(&with_oldest, &newest) &&
           dotted_compare(without_update(build->cuda), newest) <= 0;
}

static bool is_better(const struct problem *problem, const struct candidate *a,
                      const struct candidate *b)
{
    const struct torch_facts *torch = &problem->facts->torch;
    int newer = dotted_compare(a->build.version, b->build.version);
    bool native_a, native_b;

    if (!open_decisive(a->open) != !open_decisive(b->open))
        return !open_decisive(a->open);
    if (problem->keep_release &&
        fact_is(&torch->release, a->build.version) != fact_is(&torch->release, b->build.version))
        return fact_is(&torch->release, a->build.version);
    if (newer)
        return newer > 0;
    native_a = build_is_native(problem, &a->build);
    native_b = build_is_native(problem, &b->build);
    if (native_a != native_b)
        return native_a;
    newer = dotted_compare(a->build.cuda, b->build.cuda);
    return newer ? newer > 0 : fact_is(&torch->tag, a->build.tag);
}

const struct candidate *candidates_best(const struct problem *problem,
                                        const struct candidates *candidates)
{
    const struct candidate *best = NULL;

    for (size_t i = 0; i < candidates->count; i++)
        if (!candidates->items[i].refused &&
            (!best || is_better(problem, &candidates->items[i], best)))
            best = &candidates->items[i];
    return best;
}

/* Code that is not known to be there counts as missing: where all GPUs are known, it is our table
 * that does not tell. */
static bool refuses_all(const struct problem *problem, const struct candidates *candidates,
                        unsigned set)
{
    unsigned untold = problem->gpus.known ? CONSTRAINT_BIT(CONSTRAINT_GPU_CODE) : 0;

    for (size_t i = 0; i < candidates->count; i++)
        if (!((candidates->items[i].refused | (candidates->items[i].open & untold)) & set))
            return false;
    return true;
}

size_t candidates_conflicts(const struct problem *problem, const struct candidates *candidates,
                            unsigned ret[CONFLICTS_MAX])
{
    size_t count = 0;

    for (int size = 1; size <= CONSTRAINT_COUNT && count == 0; size++)
        for (unsigned set = 1; set <= CONSTRAINTS_ALL && count < CONFLICTS_MAX; set++)
            if (__builtin_popcount(set) == size && refuses_all(problem, candidates, set))
                ret[count++] = set;
    return count;
}
