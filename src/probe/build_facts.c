/*
 * build_facts: what follows from the build of torch, the tables, and the machine: the CUDA runtime
 * and cuDNN that come with it, the driver and C library that they need, the GPUs that it has code
 * for.
 */
#include "knowledge/coverage.h"
#include "knowledge/cuda.h"
#include "knowledge/dotted.h"
#include "probe/python.h"

#define TABLE_CUDA STR("knowledge: cuda_releases")

static void set_str(struct fact_str *fact, struct str value, struct str from)
{
    if (fact->state == FACT_UNKNOWN && value.len)
        fact_str(fact, value, from);
}

static void set_bool(struct fact_bool *fact, bool value, struct str from)
{
    if (fact->state == FACT_UNKNOWN)
        fact_bool(fact, value, from);
}

/* The first package whose name is `start`, or `start` and a CUDA major ("-cu12"). */
static const struct package_facts *find_package(const struct torch_facts *torch, const char *start)
{
    for (size_t i = 0; i < torch->packages.count; i++) {
        const struct package_facts *package = &LIST_OF(package, &torch->packages)[i];
        struct str name = package->name.value;

        if (str_eqz(name, start) || (str_starts(name, str_of(start)) &&
                                     str_starts(str_from(name, str_of(start).len), STR("-cu"))))
            return package;
    }
    return NULL;
}

static bool packages_complete(const struct torch_facts *torch)
{
    return torch->packages.state == FACT_KNOWN && !torch->packages.partial;
}

/* "12.1" of "12.1.105". */
static bool two_numbers(struct str text, unsigned *ret_major, unsigned *ret_minor)
{
    struct str major, minor;

    return str_cut(text, '.', &major, &minor) && dotted_first(major, ret_major) == 0 &&
           dotted_first(minor, ret_minor) == 0;
}

/* --- the CUDA runtime ------------------------------------------------------------------------ */

static void record_runtime(struct probe_ctx *ctx)
{
    const struct torch_facts *torch = &ctx->facts->torch;
    struct runtime_facts *runtime = &ctx->facts->runtime;
    const struct package_facts *package = find_package(torch, "nvidia-cuda-runtime");
    const struct fact_str *version = package ? &package->version : &torch->cuda;
    unsigned major, minor;

    if (!package && torch->packages.partial)
        return;
    if (version->state != FACT_KNOWN || !two_numbers(version->value, &major, &minor))
        return;
    set_str(&runtime->version, arena_printf(ctx->arena, "%u.%u", major, minor), version->from);
    if (package)
        set_str(&runtime->origin, package->name.value, package->path.from);
    else if (torch->source.state == FACT_KNOWN)
        set_str(&runtime->origin,
                str_eqz(torch->source.value, "wheel")   ? STR("torch")
                : str_eqz(torch->source.value, "conda") ? STR("conda")
                                                        : STR("system"),
                torch->source.from);
}

/* On a Jetson the driver is part of the board's own system, whose numbers differ. */
static bool may_be_jetson(const struct machine_facts *machine)
{
    return fact_true(&machine->jetson) || (machine->jetson.state == FACT_UNKNOWN &&
                                           fact_is(&machine->architecture, STR("aarch64")));
}

static void record_driver_needed(struct facts *facts)
{
    struct runtime_facts *runtime = &facts->runtime;
    const struct machine_facts *machine = &facts->machine;
    const struct fact_str *driver = &facts->driver.version;
    struct cuda_requirement needed;
    unsigned major, minor;
    bool suffices, on_windows;

    if (runtime->version.state != FACT_KNOWN || may_be_jetson(machine) ||
        !two_numbers(runtime->version.value, &major, &minor) ||
        !cuda_driver_needed(NULL, major, minor, &needed) || needed.basis < BASIS_DERIVED)
        return;
    if (machine->wsl.state == FACT_KNOWN && machine->wsl.value > 0)
        needed.driver = needed.driver_windows;
    set_str(&runtime->driver_needed, needed.driver, TABLE_CUDA);
    if (driver->state != FACT_KNOWN || !needed.driver.len)
        return;
    suffices = driver_version_compare(driver->value, needed.driver) >= 0;
    on_windows = needed.driver_windows.len
                     ? driver_version_compare(driver->value, needed.driver_windows) >= 0
                     : suffices;
    if (machine->wsl.state != FACT_KNOWN && suffices != on_windows)
        return;
    /* A forward-compatibility library may lift what the driver alone could not. */
    if (suffices || !fact_is(&facts->driver.library_origin, STR("compat")))
        set_bool(&runtime->driver_suffices, suffices, driver->from);
}

static void record_system(struct facts *facts)
{
    const struct machine_facts *machine = &facts->machine;
    const struct fact_str *needed = &facts->torch.glibc_needed;

    /* The reason why something is not known is the reason why the rest is not. */
    if (facts->runtime.system_suffices.state == FACT_UNKNOWN)
        facts->runtime.system_suffices.from = needed->state == FACT_UNKNOWN ? needed->from
                                              : machine->libc.state != FACT_KNOWN
                                                  ? machine->libc.from
                                                  : machine->libc_version.from;
    if (needed->state != FACT_KNOWN)
        return;
    if (fact_is(&machine->libc, STR("musl")))
        set_bool(&facts->runtime.system_suffices, false, machine->libc.from);
    else if (fact_is(&machine->libc, STR("glibc")) && machine->libc_version.state == FACT_KNOWN)
        set_bool(&facts->runtime.system_suffices,
                 dotted_compare(machine->libc_version.value, needed->value) >= 0,
                 machine->libc_version.from);
}

/* --- cuDNN ----------------------------------------------------------------------------------- */

/* Torch's own test (_init() of torch/backends/cudnn/__init__.py): the same major version as it was
 * compiled with, and no older minor one. */
static bool accepts(struct str found, struct str expected, bool *ret)
{
    unsigned major[2], minor[2];

    if (!two_numbers(found, &major[0], &minor[0]) || !two_numbers(expected, &major[1], &minor[1]))
        return false;
    *ret = major[0] == major[1] && minor[0] >= minor[1];
    return true;
}

static void record_cudnn(struct facts *facts, const struct torch_build *build)
{
    const struct torch_facts *torch = &facts->torch;
    struct cudnn_facts *cudnn = &facts->cudnn;
    const struct package_facts *package = find_package(torch, "nvidia-cudnn");
    const struct fact_str *found;
    bool fits;

    if (package) {
        set_str(&cudnn->package, package->name.value, package->path.from);
        if (package->version.state == FACT_KNOWN)
            set_str(&cudnn->version, package->version.value, package->version.from);
        if (package->pinned.state == FACT_KNOWN)
            set_str(&cudnn->expected, package->pinned.value, package->pinned.from);
    } else if (packages_complete(torch) && cudnn->package.state == FACT_UNKNOWN) {
        fact_without(&cudnn->package, FACT_ABSENT, torch->packages.from);
    }
    if (build)
        set_str(&cudnn->expected, build->cudnn, STR("knowledge: torch_builds"));
    /* What is loaded counts; a failed look at that is no reason to take the package's word. */
    found = cudnn->loaded_path.from.len ? &cudnn->loaded_version : &cudnn->version;
    if (found->state == FACT_KNOWN && cudnn->expected.state == FACT_KNOWN &&
        accepts(found->value, cudnn->expected.value, &fits))
        set_bool(&cudnn->matches, fits, found->from);
}

/* --- the GPUs that the build has code for ------------------------------------------------------
 */

/* The table knows wheels of PyTorch's makers alone. Where the source is not known, the local part
 * of the version tells: only they write it. */
static bool find_build(struct probe_ctx *ctx, struct torch_build *ret)
{
    const struct torch_facts *torch = &ctx->facts->torch;
    struct str platform = torch->platform.value;

    if (torch->release.state != FACT_KNOWN || torch->tag.state != FACT_KNOWN)
        return false;
    if (torch->source.state == FACT_KNOWN ? !str_eqz(torch->source.value, "wheel")
                                          : !str_has(torch->version.value, STR("+cu")))
        return false;
    if (torch->platform.state != FACT_KNOWN) {
        if (ctx->facts->machine.architecture.state != FACT_KNOWN)
            return false;
        platform =
            arena_printf(ctx->arena, "linux_%.*s", STR_ARG(ctx->facts->machine.architecture.value));
    }
    return torch_build_find(NULL, torch->release.value, torch->tag.value, platform, ret);
}

/* The driver compiles PTX only of a toolkit that is not newer than itself (error 222). */
static bool compiles_ptx(const struct facts *facts)
{
    return facts->driver.max_cuda.state == FACT_KNOWN && facts->torch.cuda.state == FACT_KNOWN &&
           dotted_compare(facts->driver.max_cuda.value, facts->torch.cuda.value) >= 0;
}

static void record_uncovered(struct probe_ctx *ctx, struct gpu_capability gpu)
{
    struct torch_facts *torch = &ctx->facts->torch;
    struct str from = torch->architectures.from;

    set_str(&torch->uncovered, arena_printf(ctx->arena, "sm_%u%u", gpu.major, gpu.minor), from);
    set_bool(&torch->uncovered_newer, archs_all_older(torch->architectures.value, gpu), from);
}

static void record_coverage(struct probe_ctx *ctx)
{
    struct torch_facts *torch = &ctx->facts->torch;
    const struct fact_list *gpus = &ctx->facts->hardware.gpus;
    struct str from = torch->architectures.from;
    bool unsure = gpus->state != FACT_KNOWN || gpus->partial || !gpus->count, lacking = false;
    int64_t covered = 0;

    if (torch->architectures.state != FACT_KNOWN)
        return;
    for (size_t i = 0; i < gpus->count; i++) {
        const struct fact_str *capability = &LIST_OF(gpu, gpus)[i].capability;
        enum coverage coverage;
        struct gpu_capability gpu;

        if (capability->state != FACT_KNOWN || !capability_parse(capability->value, &gpu)) {
            unsure = true;
            continue;
        }
        coverage = archs_cover(torch->architectures.value, gpu);
        if (coverage == COVERAGE_NONE) {
            set_bool(&torch->covers_gpus, false, from);
            if (!unsure && !lacking) /* else another may be the first */
                record_uncovered(ctx, gpu);
            lacking = true;
        } else if (coverage == COVERAGE_PTX && !compiles_ptx(ctx->facts)) {
            unsure = true;
        } else {
            covered++;
        }
    }
    if (unsure)
        return;
    if (torch->covered_count.state == FACT_UNKNOWN)
        fact_int(&torch->covered_count, covered, from);
    if (lacking)
        return;
    set_bool(&torch->covers_gpus, true, from);
    if (torch->uncovered.state == FACT_UNKNOWN)
        fact_without(&torch->uncovered, FACT_ABSENT, from);
}

static void run(struct probe_ctx *ctx)
{
    struct torch_facts *torch = &ctx->facts->torch;
    struct torch_build build;
    bool found = find_build(ctx, &build);

    record_system(ctx->facts);
    if (!fact_is(&torch->build, STR("cuda")))
        return;
    record_runtime(ctx);
    record_driver_needed(ctx->facts);
    record_cudnn(ctx->facts, found ? &build : NULL);
    if (found && build.archs.len && build.arch_basis >= BASIS_DERIVED) {
        struct str basis = basis_name(build.arch_basis);
        struct str from = arena_printf(ctx->arena, "knowledge: torch_builds, %.*s", STR_ARG(basis));

        set_str(&torch->architectures, build.archs, from);
        set_str(&torch->architectures_basis, basis, from);
    }
    record_coverage(ctx);
}

const struct probe probe_build_facts = {
    .name = "build-facts",
    .cost = COST_NOTHING,
    .run = run,
};
