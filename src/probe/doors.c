/* doors: only `gpuvet access` asks about SSH and Jupyter, and only a lock names an image; elsewhere
 * the rules about them are decided. */
#include "probe/probe.h"

static void run(struct probe_ctx *ctx)
{
    struct fact_str *door = &ctx->facts->access.door;
    struct fact_str *image = &ctx->facts->lock.image_name;

    if (door->state == FACT_UNKNOWN)
        *door = (struct fact_str){ .state = FACT_ABSENT, .from = STR("no door was asked about") };
    if (image->state == FACT_UNKNOWN)
        *image = (struct fact_str){ .state = FACT_ABSENT, .from = STR("no lock was given") };
}

const struct probe probe_doors = {
    .name = "doors",
    .cost = COST_NOTHING,
    .run = run,
};
