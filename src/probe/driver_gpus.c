/* driver_gpus: what the loaded driver says of each GPU under proc/driver/nvidia. */
#include "probe/gpu.h"
#include "probe/look.h"

#include <errno.h>

#define DRIVER "proc/driver/nvidia"
#define SHORT 4096u
#define GPUS 1024      /* of one machine */
#define INSTANCES 1024 /* of one GPU */

/*
 * The name of a vGPU type is a board, a frame buffer and a series: "GRID T4-8Q", "NVIDIA A40-48Q",
 * "A100-1-5CME" (https://docs.nvidia.com/vgpu/latest/grid-vgpu-user-guide/, "Virtual GPU Types").
 */
static bool names_vgpu(struct str name)
{
    size_t dash = str_rfind_char(name, '-'), digits = 0;
    struct str type = dash == STR_NONE ? STR("") : str_from(name, dash + 1);

    while (digits < type.len && type.data[digits] >= '0' && type.data[digits] <= '9')
        digits++;
    if (digits == 0 || digits == type.len || !memchr("ABCQ", type.data[digits], 4))
        return false;
    type = str_from(type, digits + 1);
    return type.len == 0 || str_eqz(type, "ME");
}

/* A GPU that the table of PCI numbers does not know may be known by the name that the driver has
 * for it. */
static void describe_by_name(struct arena *arena, struct gpu_facts *gpu)
{
    struct gpu_matches matches;

    if (gpu->capability.state == FACT_KNOWN || !gpu_by_name(gpu->name.value, &matches))
        return;
    if (matches.capability_count == 1)
        gpu_describe(arena, &matches.first, gpu->name.value, gpu);
}

/* Lines as "Model: \t\t NVIDIA A100-SXM4-40GB"; a GPU that the driver has not started yet is
 * "Unknown", with question marks in its UUID. */
static void read_information(struct probe_ctx *ctx, struct gpu_facts *gpu, struct str text,
                             struct str from)
{
    struct str value;

    if (look_value(text, "Model", ':', &value) && value.len && !str_eqz(value, "Unknown"))
        fact_str(&gpu->name, value, from);
    gpu->uuid.from = from;
    if (look_value(text, "GPU UUID", ':', &value) && !str_has(value, STR("?")))
        fact_str(&gpu->uuid, value, from);
    describe_by_name(ctx->arena, gpu);
}

static void look_at_instances(struct probe_ctx *ctx, struct str folder, struct gpu_facts *gpu,
                              int64_t *count, struct doubt *doubt)
{
    struct names instances, devices;
    int r = root_list(ctx->root, folder, INSTANCES, &instances);

    if (doubt_add(doubt, r, folder) < 0)
        return;
    for (size_t i = 0; i < instances.count; i++) {
        struct str inner = arena_join(ctx->arena, folder, instances.items[i]);

        if (!str_starts(instances.items[i], STR("gi")))
            continue;
        fact_bool(&gpu->mig_enabled, true, folder);
        r = root_list(ctx->root, inner, INSTANCES, &devices);
        if (doubt_add(doubt, r, inner) < 0)
            continue;
        for (size_t d = 0; d < devices.count; d++)
            *count += str_starts(devices.items[d], STR("ci"));
    }
}

/* Without an instance these files do not tell whether MIG mode is on: the driver must be asked. */
static void look_at_mig(struct probe_ctx *ctx, struct gpu_facts *gpu, struct str text,
                        int64_t *count, struct doubt *doubt)
{
    struct str minor;
    uint64_t number;

    if (!look_value(text, "Device Minor", ':', &minor) || str_u64(minor, 10, &number) < 0)
        return;
    look_at_instances(
        ctx,
        arena_printf(ctx->arena, DRIVER "/capabilities/gpu%llu/mig", (unsigned long long) number),
        gpu, count, doubt);
}

static void settle_virtual(const struct machine_facts *machine, struct gpu_facts *gpu)
{
    const struct fact_bool *guest = &machine->virtual_guest;

    if (fact_false(guest))
        fact_bool(&gpu->virtual_gpu, false, guest->from);
    else if (gpu->name.state == FACT_KNOWN && str_starts(gpu->name.from, STR(DRIVER)))
        fact_bool(&gpu->virtual_gpu, names_vgpu(gpu->name.value), gpu->name.from);
    else
        gpu->virtual_gpu.from = gpu->name.from;
}

static void run(struct probe_ctx *ctx)
{
    struct hardware_facts *hardware = &ctx->facts->hardware;
    struct gpu_facts *gpus = LIST_OF(gpu, &hardware->gpus);
    struct str folder = STR(DRIVER "/gpus"), text;
    struct doubt doubt = { 0, { NULL, 0 } };
    struct node node;
    int64_t instances = 0;
    int loaded = root_stat(ctx->root, folder, &node);

    for (size_t i = 0; i < hardware->gpus.count && i < GPUS; i++) {
        struct str from = arena_printf(ctx->arena, DRIVER "/gpus/%.*s/information",
                                       STR_ARG(gpus[i].address.value));
        int r = loaded == 0 ? look_start(ctx, from, SHORT, &text) : loaded;

        FACT_FAILED(&gpus[i].uuid, r, from);
        if (r == 0) {
            read_information(ctx, &gpus[i], text, from);
            look_at_mig(ctx, &gpus[i], text, &instances, &doubt);
        } else if (doubt_add(&doubt, r, from) < 0 && fact_state_of_error(r) != FACT_ABSENT) {
            FACT_FAILED(&gpus[i].name, r, from); /* the driver's name for it goes before ours */
        }
        settle_virtual(&ctx->facts->machine, &gpus[i]);
    }
    if (loaded < 0)
        FACT_FAILED(&hardware->mig_instances, loaded, folder);
    else
        settle_int(&hardware->mig_instances, instances, STR(DRIVER "/capabilities"), &doubt);
    if (hardware->gpus.state != FACT_KNOWN || hardware->gpus.partial)
        hardware->mig_instances =
            (struct fact_int){ .state = FACT_UNKNOWN, .from = hardware->gpus.from };
}

const struct probe probe_driver_gpus = {
    .name = "driver-gpus",
    .cost = COST_FILES,
    .before_driver = true,
    .run = run,
};
