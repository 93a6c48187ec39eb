#include "plan/problem.h"

#include "knowledge/coverage.h"
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

    problem->driver = compat ? driver->library_version : driver->version;
    problem->driver_fact = compat ? STR("driver.library_version") : STR("driver.version");
}

void problem_make(struct arena *arena, const struct facts *facts, const struct wants *wants,
                  const struct knowledge *knowledge, struct problem *ret)
{
    struct companions *companions = ARENA_NEW(arena, struct companions);

    companions_load(arena, knowledge, companions);
    *ret = (struct problem){ .arena = arena,
                             .facts = facts,
                             .wants = *wants,
                             .companions = companions,
                             .knowledge = knowledge };
    find_gpus(ret);
    name_python(ret);
    name_platform(ret);
    find_driver(ret);
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

bool problem_takes_compat(const struct problem *problem)
{
    for (size_t i = 0; i < problem->gpus.count; i++)
        if (!str_eqz(problem->gpus.items[i].segment, "datacenter"))
            return false;
    return problem->gpus.count > 0;
}
