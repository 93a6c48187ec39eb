#include "probe/gpu.h"

static void fill(struct fact_str *fact, struct str value, struct str from)
{
    if (fact->state == FACT_UNKNOWN && value.len)
        fact_str(fact, value, from);
}

/* A Tegra's driver is part of its system, and counts otherwise. */
static void fill_first_branch(const struct gpu_info *info, struct str from, struct fact_int *ret)
{
    unsigned first = info->tegra ? 0 : gpu_first_branch(info->capability);

    if (ret->state != FACT_UNKNOWN)
        return;
    if (first)
        fact_int(ret, first, from);
    else
        *ret = (struct fact_int){ .state = FACT_ABSENT, .from = from };
}

void gpu_describe(struct arena *arena, const struct gpu_info *info, struct str key,
                  struct gpu_facts *gpu)
{
    struct str from = arena_printf(arena, "knowledge: %.*s", STR_ARG(key));

    fill(&gpu->name, info->name, from);
    fill(&gpu->architecture, info->architecture, from);
    fill(&gpu->segment, info->segment, from);
    if (info->capability.major)
        fill(&gpu->capability,
             arena_printf(arena, "%u.%u", info->capability.major, info->capability.minor), from);
    if (info->open_module != ANSWER_UNKNOWN)
        fill(&gpu->open_module, info->open_module == ANSWER_YES ? STR("yes") : STR("no"), from);
    fill_first_branch(info, from, &gpu->first_branch);
    if (gpu->last_branch.state != FACT_UNKNOWN)
        return;
    if (info->last_driver_branch)
        fact_int(&gpu->last_branch, info->last_driver_branch, from);
    else
        gpu->last_branch = (struct fact_int){ .state = FACT_ABSENT, .from = from };
}
