#include "plan/answer.h"

#include "format/requirement.h"
#include "knowledge/coverage.h"
#include "knowledge/dotted.h"
#include "plan/companions.h"

#define SUPPOSITIONS_MAX 4

void plan_because(const struct problem *problem, const struct torch_build *build,
                  struct becauses *ret)
{
    *ret = (struct becauses){ 0 };
    for (enum constraint_id id = 0; id < CONSTRAINT_COUNT; id++)
        *LIST_ADD(problem->arena, ret) =
            (struct because){ id, constraints[id].judge(problem, build) };
}

static void choose(const struct problem *problem, const struct candidate *best, struct plan *plan)
{
    plan->build = best->build;
    plan->assumed = open_assumed(best->open);
    plan->native = build_is_native(problem, &best->build);
    plan->basis = BASIS_MEASURED;
    plan_because(problem, &best->build, &plan->because);
    for (size_t i = 0; i < plan->because.count; i++)
        if (plan->because.items[i].reason.basis < plan->basis)
            plan->basis = plan->because.items[i].reason.basis;
}

void plan_pin(const struct problem *problem, struct plan *plan)
{
    for (size_t i = 0; i < problem->wants.count; i++) {
        const struct wanted *wanted = &problem->wants.items[i];
        struct companion found = { 0 };
        struct pinned *pinned;

        if (package_eq(wanted->name, STR("torch")))
            continue;
        (void) companion_for(problem->companions, wanted, plan->build.version, &found);
        pinned = LIST_ADD(problem->arena, &plan->pinned);
        pinned->wanted = wanted;
        pinned->version = found.version;
    }
}

/* --- what is not known ---------------------------------------------------------------------- */

static struct str needed_driver(const struct problem *problem, const struct torch_build *build)
{
    return constraints[CONSTRAINT_DRIVER].judge(problem, build).need;
}

/* The lowest GPU that a build has code for, as the order of its list has it. */
static struct gpu_capability lowest_code(const struct torch_build *build)
{
    struct gpu_capability lowest = { 99, 9 };
    struct str archs = build->archs;
    struct torch_arch arch;

    while (torch_arch_next(&archs, &arch))
        if (!arch.ptx && (arch.major < lowest.major ||
                          (arch.major == lowest.major && arch.minor < lowest.minor)))
            lowest = (struct gpu_capability){ arch.major, arch.minor };
    return lowest;
}

/* A build of which we do not know what it needs is no help. */
static bool says_what_it_needs(const struct problem *problem, const struct candidate *candidate)
{
    for (enum constraint_id id = 0; id < CONSTRAINT_COUNT; id++)
        if ((open_decisive(candidate->open) & CONSTRAINT_BIT(id)) &&
            !constraints[id].judge(problem, &candidate->build).need.len)
            return false;
    return true;
}

/* Whether it asks less of what is not known than each build that stands already. */
static bool asks_less(const struct problem *problem, const struct plan *plan,
                      const struct candidate *candidate)
{
    bool driver = candidate->open & CONSTRAINT_BIT(CONSTRAINT_DRIVER);
    bool code = candidate->open & CONSTRAINT_BIT(CONSTRAINT_GPU_CODE);
    struct gpu_capability lowest = lowest_code(&candidate->build);

    for (size_t i = 0; i < plan->suppositions.count; i++) {
        const struct torch_build *other = &plan->suppositions.items[i].build;
        struct gpu_capability above = lowest_code(other);

        if (driver && dotted_compare(needed_driver(problem, &candidate->build),
                                     needed_driver(problem, other)) < 0)
            continue;
        if (code && (lowest.major < above.major ||
                     (lowest.major == above.major && lowest.minor < above.minor)))
            continue;
        return false;
    }
    return true;
}

static void suppose(const struct problem *problem, const struct candidate *candidate,
                    struct plan *plan)
{
    struct supposition *supposition = LIST_ADD(problem->arena, &plan->suppositions);
    struct becauses all;

    supposition->build = candidate->build;
    plan_because(problem, &candidate->build, &all);
    for (size_t i = 0; i < all.count; i++)
        if (candidate->open & CONSTRAINT_BIT(all.items[i].id))
            *LIST_ADD(problem->arena, &supposition->open) = all.items[i];
}

/* The best first, then each next best that asks for less. */
static void suppose_all(const struct problem *problem, struct plan *plan)
{
    struct candidates left = plan->candidates;
    const struct candidate *best;

    left.items = arena_array(problem->arena, left.count, sizeof(*left.items));
    for (size_t i = 0; i < left.count; i++)
        left.items[i] = plan->candidates.items[i];
    while (plan->suppositions.count < SUPPOSITIONS_MAX &&
           (best = candidates_best(problem, &left)) != NULL) {
        if (says_what_it_needs(problem, best) && asks_less(problem, plan, best))
            suppose(problem, best, plan);
        left.items[best - left.items].refused = CONSTRAINTS_ALL;
    }
}

void plan_make(const struct problem *problem, struct plan *ret)
{
    struct plan plan = { .state = PLAN_NONE, .beyond = problem_beyond_tables(problem) };
    const struct candidate *best;

    candidates_find(problem, &plan.candidates);
    plan.no_builds = plan.candidates.count == 0;
    best = candidates_best(problem, &plan.candidates);
    if (best && open_decisive(best->open)) {
        plan.state = PLAN_UNDECIDED;
        suppose_all(problem, &plan);
    } else if (best) {
        plan.state = PLAN_FOUND;
        choose(problem, best, &plan);
        plan_pin(problem, &plan);
    } else if (!plan.no_builds) {
        plan.conflict_count = candidates_conflicts(problem, &plan.candidates, plan.conflicts);
    }
    plan_ways(problem, &plan);
    *ret = plan;
}
