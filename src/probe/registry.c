/* Every probe, in the order in which they run. */
#include "probe/probe.h"

#define PROBE(name) extern const struct probe probe_##name;
#include "probe/registry.inc"
#undef PROBE

#define PROBE(name) &probe_##name,
const struct probe *const probes[] = {
#include "probe/registry.inc"
};
#undef PROBE
const size_t probe_count = sizeof(probes) / sizeof(probes[0]);

void probe_all(struct probe_ctx *ctx, enum probe_cost kind)
{
    for (size_t i = 0; i < probe_count; i++)
        if (probes[i]->cost >= kind)
            probes[i]->run(ctx);
}

static void run_files(struct probe_ctx *ctx, bool before_driver)
{
    for (size_t i = 0; i < probe_count; i++)
        if (probes[i]->cost == COST_FILES && probes[i]->before_driver == before_driver)
            probes[i]->run(ctx);
}

void probe_before_driver(struct probe_ctx *ctx)
{
    run_files(ctx, true);
}

void probe_beside_driver(struct probe_ctx *ctx)
{
    run_files(ctx, false);
}

void probe_thorough(struct probe_ctx *ctx)
{
    for (size_t i = 0; i < probe_count; i++)
        if (probes[i]->cost == COST_THOROUGH)
            probes[i]->run(ctx);
}

bool eyes_variable(const struct eyes *eyes, const char *name, struct str *ret)
{
    for (size_t i = 0; eyes->known && i < eyes->variable_count; i++) {
        struct str key, value;

        if (str_cut(eyes->variables[i], '=', &key, &value) && str_eqz(key, name)) {
            *ret = value;
            return true;
        }
    }
    return false;
}
