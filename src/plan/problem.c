#include "plan/problem.h"

#include "format/requirement.h"
#include "format/version.h"
#include "knowledge/coverage.h"
#include "knowledge/torch_builds.h"
#include "plan/companions.h"

static void add_gpu(struct problem *problem, const struct fact_str *capability, struct str name,
                    const char *list, size_t at)
{
    struct target_gpu *gpu = LIST_ADD(problem->arena, &problem->gpus);

    gpu->name = name;
    gpu->fact = arena_printf(problem->arena, "%s.%zu.capability", list, at);
    gpu->from = capability->from;
    if (capability->state != FACT_KNOWN || !capability_parse(capability->value, &gpu->capability))
        problem->gpus.known = false;
    if (!gpu_capability_is_tegra(gpu->capability)) /* whose driver is part of its system */
        gpu->first_branch = gpu_first_branch(gpu->capability);
}

static struct str known(const struct fact_str *fact)
{
    return fact->state == FACT_KNOWN ? fact->value : (struct str){ NULL, 0 };
}

/* What the bus tells; where it tells nothing, as on WSL, what the driver does. */
static void find_gpus(struct problem *problem)
{
    const struct facts *facts = problem->facts;
    const struct fact_list *bus = &facts->hardware.gpus, *devices = &facts->cuda.devices;

    problem->gpus.known = true;
    problem->gpus.from = bus->from;
    for (size_t i = 0; i < bus->count; i++) {
        const struct gpu_facts *gpu = &LIST_OF(gpu, bus)[i];
        struct target_gpu *target;

        add_gpu(problem, &gpu->capability, known(&gpu->name), "hardware.gpus", i);
        target = &problem->gpus.items[problem->gpus.count - 1];
        target->segment = known(&gpu->segment);
        if (gpu->last_branch.state == FACT_KNOWN)
            target->last_branch = (unsigned) gpu->last_branch.value;
    }
    for (size_t i = 0; bus->count == 0 && i < devices->count; i++) {
        const struct cuda_device_facts *device = &LIST_OF(cuda_device, devices)[i];

        add_gpu(problem, &device->capability, known(&device->name), "cuda.devices", i);
    }
    if (problem->gpus.count == 0 || bus->partial)
        problem->gpus.known = false;
}

/* "3.13t" for a free-threaded 3.13: as the table of builds names it. */
static void name_python(struct problem *problem)
{
    const struct torch_facts *torch = &problem->facts->torch;
    bool threaded =
        torch->python_abi.state == FACT_KNOWN && str_ends(torch->python_abi.value, STR("t"));

    if (torch->python_version.state == FACT_KNOWN)
        problem->python = arena_printf(problem->arena, "%.*s%s",
                                       STR_ARG(torch->python_version.value), threaded ? "t" : "");
}

static void name_platform(struct problem *problem)
{
    const struct machine_facts *machine = &problem->facts->machine;

    problem->windows = fact_is(&machine->os, STR("windows"));
    if (machine->architecture.state == FACT_KNOWN)
        problem->platform =
            arena_printf(problem->arena, "%s_%.*s", problem->windows ? "windows" : "linux",
                         STR_ARG(machine->architecture.value));
}

/* A compat library stands in for the driver's own, where the GPUs allow one. */
static void find_driver(struct problem *problem)
{
    const struct driver_facts *driver = &problem->facts->driver;
    bool compat = fact_is(&driver->library_origin, STR("compat")) && problem_takes_compat(problem);

    problem->max_cuda = driver->max_cuda;
    problem->driver = compat ? driver->library_version : driver->version;
    problem->driver_fact = compat ? STR("driver.library_version") : STR("driver.version");
}

/* --- what was compiled against the installed torch ------------------------------------------ */

static bool is_wanted(const struct problem *problem, struct str name)
{
    for (size_t i = 0; i < problem->wants.count; i++)
        if (package_eq(problem->wants.items[i].name, name))
            return true;
    return package_eq(name, STR("torch"));
}

static struct compiled *compiled_called(struct problem *problem, struct str name)
{
    struct compiled *compiled;

    for (size_t i = 0; i < problem->compiled.count; i++)
        if (str_eq(problem->compiled.items[i].name, name))
            return &problem->compiled.items[i];
    compiled = LIST_ADD(problem->arena, &problem->compiled);
    compiled->name = name;
    return compiled;
}

/* One row for each package; of several files the one that asks for most counts. */
static void find_compiled(struct problem *problem)
{
    const struct fact_list *all = &problem->facts->extensions.all;

    for (size_t i = 0; i < all->count; i++) {
        const struct extension_facts *file = &LIST_OF(extension, all)[i];
        struct str name =
            file->package.state == FACT_KNOWN ? file->package.value : path_base(file->path.value);
        struct compiled *compiled;

        if (!fact_true(&file->needs_torch) || is_wanted(problem, name))
            continue;
        compiled = compiled_called(problem, name);
        compiled->bound |= !fact_true(&file->stable_abi);
        if (file->cuda_major.state == FACT_KNOWN)
            compiled->cuda = file->cuda_major.value;
    }
}

void problem_make(struct arena *arena, const struct facts *facts, const struct wants *wants,
                  const struct knowledge *knowledge, struct problem *ret)
{
    struct companions *companions = ARENA_NEW(arena, struct companions);

    *ret = (struct problem){ .arena = arena,
                             .facts = facts,
                             .wants = *wants,
                             .companions = companions,
                             .knowledge = knowledge };
    find_gpus(ret);
    name_python(ret);
    name_platform(ret);
    companions_load(arena, knowledge, ret->platform, companions);
    find_driver(ret);
    find_compiled(ret);
}

/* The newest torch for this platform; false where there is none. */
static bool newest_torch(const struct problem *problem, struct version *ret)
{
    struct torch_build build;
    struct str newest = { NULL, 0 };

    for (size_t at = 0; torch_build_at(problem->knowledge, at, &build); at++)
        if (str_eq(build.platform, problem->platform))
            newest = build.version;
    return version_parse(newest, ret) == 0;
}

static bool asks_beyond(struct str specifiers, const struct version *newest)
{
    struct specifier clause;

    while (specifiers_next(&specifiers, &clause) > 0) {
        bool at_least = clause.op == SPECIFIER_EQUAL || clause.op == SPECIFIER_GREATER_EQUAL ||
                        clause.op == SPECIFIER_COMPATIBLE || clause.op == SPECIFIER_GREATER;

        if (at_least && version_compare_public(&clause.version, newest) > 0)
            return true;
    }
    return false;
}

struct str problem_beyond_tables(const struct problem *problem)
{
    const struct fact_str *installed = &problem->facts->torch.release;
    struct version newest, version;

    if (!newest_torch(problem, &newest))
        return (struct str){ NULL, 0 };
    for (size_t i = 0; i < problem->wants.count; i++) {
        const struct wanted *wanted = &problem->wants.items[i];

        if (package_eq(wanted->name, STR("torch")) && asks_beyond(wanted->specifiers, &newest))
            return arena_printf(problem->arena, "torch%.*s", STR_ARG(wanted->specifiers));
    }
    if (installed->state == FACT_KNOWN && version_parse(installed->value, &version) == 0 &&
        version_compare_public(&version, &newest) > 0)
        return arena_printf(problem->arena, "torch %.*s", STR_ARG(installed->value));
    return (struct str){ NULL, 0 };
}

unsigned problem_last_branch(const struct problem *problem, const struct target_gpu **ret_oldest)
{
    unsigned lowest = 0;

    for (size_t i = 0; i < problem->gpus.count; i++) {
        const struct target_gpu *gpu = &problem->gpus.items[i];

        if (gpu->last_branch && (lowest == 0 || gpu->last_branch < lowest)) {
            lowest = gpu->last_branch;
            *ret_oldest = gpu;
        }
    }
    return lowest;
}

unsigned problem_first_branch(const struct problem *problem)
{
    unsigned highest = 0;

    for (size_t i = 0; i < problem->gpus.count; i++)
        if (problem->gpus.items[i].first_branch > highest)
            highest = problem->gpus.items[i].first_branch;
    return highest;
}

bool problem_in_wsl(const struct problem *problem)
{
    const struct fact_int *wsl = &problem->facts->machine.wsl;

    return wsl->state == FACT_KNOWN && wsl->value > 0;
}

bool problem_takes_compat(const struct problem *problem)
{
    for (size_t i = 0; i < problem->gpus.count; i++)
        if (!str_eqz(problem->gpus.items[i].segment, "datacenter"))
            return false;
    return problem->gpus.count > 0;
}
