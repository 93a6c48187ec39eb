/*
 * toolkit_fit: whether the toolkit that torch compiles extensions with fits this torch, these GPUs
 * and this compiler.
 */
#include "knowledge/cuda_targets.h"
#include "knowledge/dotted.h"
#include "probe/probe.h"

#define TABLE STR("knowledge: cuda_targets")

/* "sm_120" of "12.0". */
static struct str target_of(struct arena *arena, struct str capability)
{
    struct str major, minor;

    (void) str_cut(capability, '.', &major, &minor);
    return arena_printf(arena, "sm_%.*s%.*s", STR_ARG(major), STR_ARG(minor));
}

static void settle_targets(struct probe_ctx *ctx, struct toolkit_facts *toolkit)
{
    const struct fact_list *gpus = &ctx->facts->hardware.gpus;
    bool unsure = gpus->state != FACT_KNOWN || gpus->partial || !gpus->count;

    for (size_t i = 0; i < gpus->count; i++) {
        const struct fact_str *capability = &LIST_OF(gpu, gpus)[i].capability;
        bool fits = false;

        if (capability->state != FACT_KNOWN ||
            !cuda_compiles_for(toolkit->version.value, capability->value, &fits)) {
            unsure = true;
        } else if (!fits) {
            fact_bool(&toolkit->targets_gpus, false, TABLE);
            fact_str(&toolkit->untargeted, target_of(ctx->arena, capability->value),
                     capability->from);
            return;
        }
    }
    if (!unsure)
        fact_bool(&toolkit->targets_gpus, true, TABLE);
}

static void settle_match(struct toolkit_facts *toolkit, const struct fact_str *cuda)
{
    unsigned own, torch;

    if (cuda->state == FACT_KNOWN && dotted_first(toolkit->version.value, &own) == 0 &&
        dotted_first(cuda->value, &torch) == 0)
        fact_bool(&toolkit->matches, own == torch, toolkit->version.from);
}

static void run(struct probe_ctx *ctx)
{
    struct toolkit_facts *toolkit = &ctx->facts->toolkit;

    if (toolkit->version.state == FACT_KNOWN && toolkit->targets_gpus.state == FACT_UNKNOWN)
        settle_targets(ctx, toolkit);
    if (toolkit->version.state == FACT_KNOWN && toolkit->matches.state == FACT_UNKNOWN)
        settle_match(toolkit, &ctx->facts->torch.cuda);
    if (toolkit->gcc.state == FACT_KNOWN && toolkit->gcc_limit.state == FACT_KNOWN &&
        toolkit->gcc_fits.state == FACT_UNKNOWN)
        fact_bool(&toolkit->gcc_fits, toolkit->gcc.value <= toolkit->gcc_limit.value,
                  toolkit->gcc_limit.from);
}

const struct probe probe_toolkit_fit = {
    .name = "toolkit-fit",
    .cost = COST_NOTHING,
    .run = run,
};
