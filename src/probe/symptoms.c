/* symptoms: where no text was read, nothing was said; the rules about messages are then decided. */
#include "probe/probe.h"

static void run(struct probe_ctx *ctx)
{
    struct fact_list *items = &ctx->facts->symptom.items;

    if (items->state == FACT_UNKNOWN) {
        items->state = FACT_ABSENT;
        items->from = STR("no text was read");
    }
}

const struct probe probe_symptoms = {
    .name = "symptoms",
    .cost = COST_NOTHING,
    .run = run,
};
