#include "plan/plan.h"

#include "knowledge/coverage.h"
#include "knowledge/cuda.h"
#include "knowledge/dotted.h"
#include "plan/companions.h"

#define INDEX "https://download.pytorch.org/whl/"

static bool has_word(struct str words, struct str wanted)
{
    struct str word;

    while (str_next_word(&words, &word))
        if (str_eq(word, wanted))
            return true;
    return false;
}

/* "3.13t" for a free-threaded 3.13: as the table of builds names it. */
static struct str python_name(struct arena *arena, const struct torch_facts *torch)
{
    bool threaded =
        torch->python_abi.state == FACT_KNOWN && str_ends(torch->python_abi.value, STR("t"));

    return arena_printf(arena, "%.*s%s", STR_ARG(torch->python_version.value), threaded ? "t" : "");
}

static bool driver_runs(const struct facts *facts, struct str cuda)
{
    struct cuda_requirement needed;
    struct gpu_capability version; /* "12.1.1" has the same shape in its first two parts */
    struct str major, minor;

    (void) str_cut(cuda, '.', &major, &minor);
    (void) str_cut(minor, '.', &minor, &cuda);
    if (!capability_parse((struct str){ major.data, major.len + 1 + minor.len }, &version))
        return false;
    return cuda_driver_needed(NULL, version.major, version.minor, &needed) &&
           driver_version_compare(facts->driver.version.value, needed.driver) >= 0;
}

static bool covers_all(const struct facts *facts, struct str archs)
{
    const struct gpu_facts *gpus = LIST_OF(gpu, &facts->hardware.gpus);

    for (size_t i = 0; i < facts->hardware.gpus.count; i++) {
        struct gpu_capability gpu;

        if (!capability_parse(gpus[i].capability.value, &gpu) ||
            archs_cover(archs, gpu) != COVERAGE_CODE)
            return false;
    }
    return true;
}

static bool system_takes(const struct facts *facts, struct str min_glibc)
{
    const struct machine_facts *machine = &facts->machine;

    if (!fact_is(&machine->libc, STR("glibc")))
        return false;
    return min_glibc.len == 0 || dotted_compare(machine->libc_version.value, min_glibc) >= 0;
}

static bool is_better(const struct torch_build *build, const struct torch_build *best,
                      struct str wanted_release)
{
    bool wanted = str_eq(build->version, wanted_release);
    int newer;

    if (!best->version.len)
        return true;
    if (wanted != str_eq(best->version, wanted_release))
        return wanted;
    newer = dotted_compare(build->version, best->version);
    return newer ? newer > 0 : dotted_compare(build->cuda, best->cuda) > 0;
}

/* What the choice rests on: without these nothing can be said. */
static bool is_decidable(const struct facts *facts)
{
    const struct gpu_facts *gpus = LIST_OF(gpu, &facts->hardware.gpus);

    if (facts->driver.version.state != FACT_KNOWN || facts->hardware.gpus.state != FACT_KNOWN ||
        facts->hardware.gpus.count == 0 || facts->torch.python_version.state != FACT_KNOWN ||
        facts->machine.architecture.state != FACT_KNOWN ||
        facts->machine.libc.state != FACT_KNOWN || facts->machine.libc_version.state != FACT_KNOWN)
        return false;
    for (size_t i = 0; i < facts->hardware.gpus.count; i++)
        if (gpus[i].capability.state != FACT_KNOWN)
            return false;
    return true;
}

static void choose(struct arena *arena, struct facts *facts)
{
    struct str platform =
        arena_printf(arena, "linux_%.*s", STR_ARG(facts->machine.architecture.value));
    struct str python = python_name(arena, &facts->torch);
    struct str release = facts->torch.release.value;
    struct torch_build build, best = { 0 };
    struct str from = STR("knowledge: torch_builds.csv");

    for (size_t i = 0; torch_build_at(NULL, i, &build); i++)
        if (str_eq(build.platform, platform) && build.cuda.len && build.local.len &&
            !str_eqz(build.status, "experimental") && has_word(build.pythons, python) &&
            system_takes(facts, build.min_glibc) && driver_runs(facts, build.cuda) &&
            covers_all(facts, build.archs) && is_better(&build, &best, release))
            best = build;
    if (!best.version.len) {
        facts->build.requirement = (struct fact_str){ .state = FACT_ABSENT, .from = from };
        return;
    }
    fact_str(&facts->build.requirement,
             arena_printf(arena, "torch==%.*s+%.*s", STR_ARG(best.version), STR_ARG(best.local)),
             from);
    fact_str(&facts->build.tag, best.tag, from);
    fact_str(&facts->build.index, arena_printf(arena, INDEX "%.*s", STR_ARG(best.tag)), from);
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
    fact_str(&facts->build.current_index, arena_printf(arena, INDEX "%.*s", STR_ARG(build.tag)),
             from);
}

void plan_build(struct arena *arena, struct facts *facts)
{
    if (facts->build.requirement.state == FACT_UNKNOWN && is_decidable(facts))
        choose(arena, facts);
    if (facts->build.current_requirement.state == FACT_UNKNOWN)
        name_current(arena, facts);
    plan_companions(arena, facts);
}
