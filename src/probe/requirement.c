/* requirement: does the host meet what the image requires of it. */
#include "probe/probe.h"

#include "format/require.h"

static struct str known(const struct fact_str *fact)
{
    return fact->state == FACT_KNOWN ? fact->value : (struct str){ NULL, 0 };
}

/* Names of NVIDIA's consumer GPUs tell the beginning of their brand; others tell nothing. */
static struct str family_of(const struct fact_list *gpus)
{
    if (gpus->state != FACT_KNOWN || gpus->count == 0 ||
        !fact_is(&LIST_OF(gpu, gpus)[0].segment, STR("GeForce")))
        return (struct str){ NULL, 0 };
    return STR("geforce");
}

static void run(struct probe_ctx *ctx)
{
    struct facts *facts = ctx->facts;
    struct container_facts *container = &facts->container;
    const struct require_host host = {
        .cuda = known(&facts->driver.max_cuda),
        .driver = known(&facts->driver.version),
        .arch = known(&facts->hardware.capability_min),
        .family = family_of(&facts->hardware.gpus),
    };
    enum require_answer answer;

    if (container->asked.state == FACT_UNKNOWN)
        fact_bool(&container->asked, false, (struct str){ NULL, 0 });
    if (container->image_require.state != FACT_KNOWN ||
        container->requirement_met.state != FACT_UNKNOWN)
        return;
    answer = require_holds(container->image_require.value, &host);
    if (answer != REQUIRE_UNKNOWN)
        fact_bool(&container->requirement_met, answer == REQUIRE_MET,
                  container->image_require.from);
}

const struct probe probe_requirement = {
    .name = "requirement",
    .cost = COST_NOTHING,
    .run = run,
};
