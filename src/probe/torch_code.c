/*
 * torch_code: for which GPUs the torch at hand has code, read from its libtorch_cuda.so: from a
 * part of it, or with --thorough from all, and then with the counts.
 */
#include "loader/gpu_code.h"
#include "probe/look.h"
#include "probe/python.h"

static void record_targets(struct probe_ctx *ctx, const struct gpu_code *code, struct str from)
{
    for (size_t i = 0; i < code->count; i++) {
        const struct gpu_target *target = &code->targets[i];
        struct target_facts *item =
            fact_list_add(ctx->arena, &ctx->facts->torch.targets, sizeof(*item));

        fact_str(&item->name, gpu_target_name(ctx->arena, target), from);
        fact_int(&item->entries, target->entries, from);
        fact_bool(&item->counts, gpu_target_counts(code, target), from);
    }
    ctx->facts->torch.targets.from = from;
}

static void run(struct probe_ctx *ctx)
{
    struct torch_facts *torch = &ctx->facts->torch;
    enum gpu_code_reading reading = ctx->wishes->thorough ? GPU_CODE_EXACT : GPU_CODE_SAMPLE;
    struct gpu_code code;
    struct str path;

    if (torch->path.state != FACT_KNOWN || !fact_is(&torch->build, STR("cuda")))
        return;
    path = arena_join(ctx->arena, torch->path.value, STR("lib/libtorch_cuda.so"));
    path = str_from(path, 1);
    /* Where it cannot be read, the table of builds may still know; libraries.c names the damage. */
    if (gpu_code_read(ctx->root, ctx->arena, path, reading, &code) < 0)
        return;
    fact_str(&torch->architectures, gpu_code_text(ctx->arena, &code), path);
    fact_str(&torch->architectures_basis, STR("measured"), path);
    fact_bool(&torch->architectures_sampled, code.sampled, path);
    if (!code.sampled)
        record_targets(ctx, &code, path);
}

const struct probe probe_torch_code = {
    .name = "torch-code",
    .cost = COST_FILES,
    .run = run,
};
