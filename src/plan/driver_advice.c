#include "plan/driver_advice.h"

#include "knowledge/cuda.h"
#include "knowledge/dotted.h"
#include "knowledge/driver_packages.h"

/*
 * The open module is for Turing and later, and the only one from Blackwell on
 * (https://docs.nvidia.com/datacenter/tesla/driver-installation-guide/, kernel modules).
 */
static struct str flavour_for_all(const struct problem *problem)
{
    bool takes_open = true, needs_open = false;

    for (size_t i = 0; i < problem->gpus.count; i++) {
        struct gpu_capability gpu = problem->gpus.items[i].capability;

        takes_open &= gpu.major > 7 || (gpu.major == 7 && gpu.minor >= 5);
        needs_open |= gpu.major >= 10;
    }
    if (takes_open)
        return STR("open");
    return needs_open ? (struct str){ NULL, 0 } : STR("proprietary");
}

/* The newest branch that some CUDA release came with. */
static unsigned newest_branch(const struct problem *problem)
{
    struct cuda_release release;
    unsigned newest = 0, branch;

    for (size_t at = 0; cuda_release_at(problem->knowledge, at, &release); at++)
        if (dotted_first(release.bundled_driver, &branch) == 0 && branch > newest)
            newest = branch;
    return newest;
}

static struct str with_branch(struct arena *arena, struct str package, unsigned branch)
{
    struct str before, rest, after;

    if (!str_cut(package, '{', &before, &rest))
        return package;
    (void) str_cut(rest, '}', &rest, &after);
    return arena_printf(arena, "%.*s%u%.*s", STR_ARG(before), branch, STR_ARG(after));
}

/* A package that holds the newest driver alone is no package for a GPU that this does not support.
 */
static void name_package(const struct problem *problem, struct driver_advice *advice)
{
    const struct machine_facts *machine = &problem->facts->machine;
    struct driver_package row;

    for (size_t at = 0; driver_package_at(at, &row); at++) {
        struct str branch = arena_printf(problem->arena, "%u", advice->branch);
        bool holds = row.branch.len ? str_eq(row.branch, branch)
                                    : !advice->last_for.len || str_has(row.package, STR("{"));

        if (advice->package.len || !holds || !str_eq(row.flavour, advice->flavour) ||
            !(fact_is(&machine->os, row.os) || fact_is(&machine->os_family, row.os)))
            continue;
        advice->package = with_branch(problem->arena, row.package, advice->branch);
        advice->source = row.source;
    }
}

bool driver_advise(const struct problem *problem, struct driver_advice *ret)
{
    struct driver_advice advice = { 0 };
    const struct target_gpu *oldest = NULL;

    if (!problem->gpus.known)
        return false;
    for (size_t i = 0; i < problem->gpus.count; i++)
        if (gpu_capability_is_tegra(problem->gpus.items[i].capability))
            return false;
    advice.branch = problem_last_branch(problem, &oldest);
    if (oldest)
        advice.last_for = oldest->name;
    else
        advice.branch = newest_branch(problem);
    advice.flavour = flavour_for_all(problem);
    name_package(problem, &advice);
    *ret = advice;
    return true;
}
