/* driver_state: what follows from the driver's facts: the driver in force, its reach, its nodes. */
#include "probe/look.h"

#include "knowledge/cuda.h"

/* Known only where the answer is the same whatever the unknown facts turn out to be. */
static void settle_installed(struct driver_facts *driver)
{
    static const char *const origins[] = { "native", "wsl", "tegra" };
    bool library = driver->native_version.state == FACT_KNOWN, none;

    for (size_t i = 0; i < sizeof(origins) / sizeof(origins[0]); i++)
        library |= fact_is(&driver->library_origin, str_of(origins[i]));
    none = fact_false(&driver->module_loaded) && fact_false(&driver->module_file) &&
           driver->dkms.state == FACT_ABSENT && driver->library_path.state == FACT_ABSENT &&
           driver->native_version.state == FACT_ABSENT;
    if (fact_true(&driver->module_loaded))
        fact_bool(&driver->installed, true, driver->module_loaded.from);
    else if (fact_true(&driver->module_file))
        fact_bool(&driver->installed, true, driver->module_file.from);
    else if (library)
        fact_bool(&driver->installed, true, driver->library_path.from);
    else if (driver->dkms.state == FACT_KNOWN)
        fact_bool(&driver->installed, true, driver->dkms.from);
    else if (none)
        fact_bool(&driver->installed, false, driver->library_path.from);
}

/* The module decides; without one that is loaded, the driver's own library tells which it is. */
static void settle_version(struct driver_facts *driver)
{
    if (driver->module_version.state == FACT_KNOWN)
        driver->version = driver->module_version;
    else if (driver->module_version.state == FACT_ABSENT &&
             driver->native_version.state == FACT_KNOWN)
        driver->version = driver->native_version;
    else if (driver->version.state == FACT_UNKNOWN) /* what looking failed at */
        driver->version.from = driver->module_version.state == FACT_UNKNOWN
                                   ? driver->module_version.from
                                   : driver->native_version.from;
}

static void settle_reach(struct arena *arena, struct driver_facts *driver)
{
    struct cuda_support support;
    struct str branch, rest;

    if (driver->branch.state == FACT_UNKNOWN)
        driver->branch.from = driver->version.from;
    if (driver->version.state != FACT_KNOWN)
        return;
    if (driver->branch.state == FACT_UNKNOWN && str_cut(driver->version.value, '.', &branch, &rest))
        fact_str(&driver->branch, branch, driver->version.from);
    if (driver->max_cuda.state == FACT_UNKNOWN &&
        cuda_newest_for_driver(NULL, driver->version.value, &support))
        fact_str(&driver->max_cuda, arena_printf(arena, "%u.%u", support.major, support.minor),
                 arena_printf(arena, "knowledge: %.*s", STR_ARG(driver->version.value)));
}

/* --- what the GPUs demand ------------------------------------------------------------------ */

static void settle_holder(const struct fact_list *gpus, struct fact_str *holder)
{
    bool open = gpus->partial;

    for (size_t i = 0; i < gpus->count; i++) {
        const struct fact_str *bound = &LIST_OF(gpu, gpus)[i].holder;

        if (bound->state == FACT_KNOWN && !str_eqz(bound->value, "nvidia")) {
            *holder = *bound;
            return;
        }
        open |= bound->state != FACT_KNOWN && bound->state != FACT_ABSENT;
    }
    if (!open)
        *holder = (struct fact_str){ .state = FACT_ABSENT, .from = gpus->from };
}

static void settle_legacy(struct arena *arena, const struct fact_list *gpus,
                          struct fact_str *legacy)
{
    const struct fact_int *oldest = NULL;

    if (gpus->partial)
        return;
    for (size_t i = 0; i < gpus->count; i++) {
        const struct fact_int *last = &LIST_OF(gpu, gpus)[i].last_branch;

        if (last->state != FACT_KNOWN && last->state != FACT_ABSENT)
            return;
        if (last->state == FACT_KNOWN && (!oldest || last->value < oldest->value))
            oldest = last;
    }
    if (oldest)
        fact_str(legacy, arena_printf(arena, "%lld", (long long) oldest->value), oldest->from);
    else
        *legacy = (struct fact_str){ .state = FACT_ABSENT, .from = gpus->from };
}

/* A GPU of which no first branch is known asks for none. */
static void settle_first(struct arena *arena, const struct fact_list *gpus, struct fact_str *first)
{
    const struct fact_int *newest = NULL;

    if (gpus->partial)
        return;
    for (size_t i = 0; i < gpus->count; i++) {
        const struct fact_int *of = &LIST_OF(gpu, gpus)[i].first_branch;

        if (of->state != FACT_KNOWN && of->state != FACT_ABSENT)
            return;
        if (of->state == FACT_KNOWN && (!newest || of->value > newest->value))
            newest = of;
    }
    if (newest)
        fact_str(first, arena_printf(arena, "%lld", (long long) newest->value), newest->from);
    else
        *first = (struct fact_str){ .state = FACT_ABSENT, .from = gpus->from };
}

/*
 * Blackwell runs with the open kernel module only
 * (https://developer.nvidia.com/blog/nvidia-transitions-fully-towards-open-source-gpu-kernel-modules/),
 * and what came before Turing with the proprietary one only, as the tables say of each.
 */
static void settle_flavour(const struct fact_list *gpus, struct fact_str *needs)
{
    const struct fact_str *first = NULL;
    bool open = gpus->partial;
    struct str failed = gpus->partial ? gpus->from : STR(""); /* not: a table that does not tell */

    for (size_t i = 0; i < gpus->count; i++) {
        const struct gpu_facts *gpu = &LIST_OF(gpu, gpus)[i];
        bool only_open = str_starts(gpu->architecture.value, STR("Blackwell"));
        bool only_closed = fact_is(&gpu->open_module, STR("no"));

        open |= gpu->open_module.state != FACT_KNOWN || gpu->architecture.state != FACT_KNOWN;
        if (gpu->architecture.state == FACT_UNKNOWN && !failed.len)
            failed = gpu->architecture.from;
        if (!first && (only_open || only_closed)) {
            first = &gpu->open_module;
            fact_str(needs, only_open ? STR("open") : STR("proprietary"), gpu->architecture.from);
        }
    }
    if (open)
        *needs = (struct fact_str){ .from = failed };
    else if (!first)
        *needs = (struct fact_str){ .state = FACT_ABSENT, .from = gpus->from };
}

static void settle_from_gpus(struct arena *arena, const struct fact_list *gpus,
                             struct driver_facts *driver)
{
    if (gpus->state != FACT_KNOWN)
        return;
    if (driver->holder.state == FACT_UNKNOWN)
        settle_holder(gpus, &driver->holder);
    if (driver->legacy_branch.state == FACT_UNKNOWN)
        settle_legacy(arena, gpus, &driver->legacy_branch);
    if (driver->first_branch.state == FACT_UNKNOWN)
        settle_first(arena, gpus, &driver->first_branch);
    if (driver->needs_flavour.state == FACT_UNKNOWN)
        settle_flavour(gpus, &driver->needs_flavour);
}

/* --- device nodes -------------------------------------------------------------------------- */

/* The nodes that CUDA opens: not those for screens, MIG's capabilities, or tools. */
static bool is_needed(struct str path)
{
    static const char *const spared[] = { "nvidia-modeset", "nvidia-uvm-tools", "nvidia-nvswitch",
                                          "nvidia-nvlink",  "nvidia-fs",        "nvidia-vgpu" };
    struct str name = path_base(path);

    for (size_t i = 0; i < sizeof(spared) / sizeof(spared[0]); i++)
        if (str_starts(name, str_of(spared[i])))
            return false;
    return !str_has(path, STR("nvidia-caps"));
}

/* The group that has both bits, where it is not root's own. */
static void settle_group(const struct device_node_facts *node, struct fact_str *group)
{
    uint64_t mode;

    group->from = node->mode.from;
    if (node->mode.state != FACT_KNOWN || node->gid.state != FACT_KNOWN ||
        str_u64(node->mode.value, 8, &mode) < 0)
        return;
    if (node->gid.value == 0 || (mode & 060) != 060)
        group->state = FACT_ABSENT;
    else
        *group = node->group;
}

static void settle_refusal(struct driver_facts *driver, const struct device_node_facts *node)
{
    fact_bool(&driver->nodes_openable, false, node->path.value);
    driver->node_refused = node->path;
    driver->node_refusal = node->refusal;
    settle_group(node, &driver->node_group);
}

static void settle_nodes(struct driver_facts *driver)
{
    const struct fact_list *nodes = &driver->nodes;
    const struct device_node_facts *unsure = NULL;
    bool needed = false;

    if (nodes->state != FACT_KNOWN || driver->nodes_openable.state != FACT_UNKNOWN)
        return;
    for (size_t i = 0; i < nodes->count; i++) {
        const struct device_node_facts *node = &LIST_OF(device_node, nodes)[i];

        if (!is_needed(node->path.value))
            continue;
        needed = true;
        if (node->openable.state != FACT_KNOWN) {
            unsure = node;
        } else if (!node->openable.value && !unsure) { /* the first: none before it is in doubt */
            settle_refusal(driver, node);
            return;
        } else if (!node->openable.value) {
            fact_bool(&driver->nodes_openable, false, node->path.value);
            return;
        }
    }
    driver->nodes_openable.from = unsure ? unsure->openable.from : nodes->from;
    if (!needed || unsure)
        return;
    fact_bool(&driver->nodes_openable, true, nodes->from);
    driver->node_refused = (struct fact_str){ .state = FACT_ABSENT, .from = nodes->from };
    driver->node_refusal = driver->node_refused;
}

/* Of facts that were given: whoever knows what cuInit said has asked; where nobody says anything of
 * it, nobody has. */
static void settle_asked(struct facts *facts)
{
    const struct fact_int *code = &facts->cuda.init_code;

    if (facts->driver.asked.state == FACT_UNKNOWN)
        fact_bool(&facts->driver.asked, code->state != FACT_UNKNOWN,
                  code->from.len ? code->from : STR("no answer of the driver"));
    if (facts->verify.ran.state == FACT_UNKNOWN)
        fact_bool(&facts->verify.ran, false, STR("no answer of the driver"));
}

static void run(struct probe_ctx *ctx)
{
    struct driver_facts *driver = &ctx->facts->driver;

    settle_asked(ctx->facts);

    if (driver->installed.state == FACT_UNKNOWN)
        settle_installed(driver);
    if (driver->version.state == FACT_UNKNOWN)
        settle_version(driver);
    settle_reach(ctx->arena, driver);
    settle_from_gpus(ctx->arena, &ctx->facts->hardware.gpus, driver);
    settle_nodes(driver);
}

const struct probe probe_driver_state = {
    .name = "driver-state",
    .cost = COST_NOTHING,
    .run = run,
};
