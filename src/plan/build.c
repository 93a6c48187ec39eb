#include "plan/install.h"
#include "plan/plan.h"

/* The best build for what is known of the machine; nothing where that leaves something open, since
 * a remedy must not install what may not run. */
static void choose(struct arena *arena, struct facts *facts)
{
    static const struct wants nothing_more;
    static const struct str from = STR_INIT("knowledge: torch_builds.csv");
    struct problem problem;
    struct candidates candidates;
    const struct candidate *best;

    problem_make(arena, facts, &nothing_more, NULL, &problem);
    problem.keep_release = true;
    candidates_find(&problem, &candidates);
    best = candidates_best(&problem, &candidates);
    if (!best && candidates.count && problem.gpus.known) {
        facts->build.requirement = (struct fact_str){ .state = FACT_ABSENT, .from = from };
        return;
    }
    if (!best || open_assumed(best->open))
        return;
    fact_str(&facts->build.requirement,
             arena_printf(arena, "torch==%.*s+%.*s", STR_ARG(best->build.version),
                          STR_ARG(best->build.local)),
             from);
    fact_str(&facts->build.tag, best->build.tag, from);
    fact_str(&facts->build.index, install_index(arena, &best->build), from);
}

/* The installed build, where its makers' index has it. */
static void name_current(struct arena *arena, struct facts *facts)
{
    const struct torch_facts *torch = &facts->torch;
    struct torch_build build;
    struct str platform =
        arena_printf(arena, "linux_%.*s", STR_ARG(facts->machine.architecture.value));
    struct str from = STR("knowledge: torch_builds.csv");

    if (torch->release.state != FACT_KNOWN || torch->tag.state != FACT_KNOWN ||
        !torch_build_find(NULL, torch->release.value, torch->tag.value, platform, &build) ||
        !build.local.len)
        return;
    fact_str(&facts->build.current_requirement,
             arena_printf(arena, "torch==%.*s+%.*s", STR_ARG(build.version), STR_ARG(build.local)),
             from);
    fact_str(&facts->build.current_index, install_index(arena, &build), from);
}

void plan_build(struct arena *arena, struct facts *facts)
{
    if (facts->build.requirement.state == FACT_UNKNOWN)
        choose(arena, facts);
    if (facts->build.current_requirement.state == FACT_UNKNOWN)
        name_current(arena, facts);
}
