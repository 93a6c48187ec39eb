/* torch_code: for which GPUs the torch at hand has code, read from its libtorch_cuda.so. */
#include "loader/gpu_code.h"
#include "probe/look.h"
#include "probe/python.h"

static void run(struct probe_ctx *ctx)
{
    struct torch_facts *torch = &ctx->facts->torch;
    struct gpu_code code;
    struct str path;

    if (torch->path.state != FACT_KNOWN || !fact_is(&torch->build, STR("cuda")))
        return;
    path = arena_join(ctx->arena, torch->path.value, STR("lib/libtorch_cuda.so"));
    path = str_from(path, 1);
    /* Where it cannot be read, the table of builds may still know; libraries.c names the damage. */
    if (gpu_code_read(ctx->root, ctx->arena, path, GPU_CODE_SAMPLE, &code) < 0)
        return;
    fact_str(&torch->architectures, gpu_code_text(ctx->arena, &code), path);
    fact_str(&torch->architectures_basis, STR("measured"), path);
}

const struct probe probe_torch_code = {
    .name = "torch-code",
    .cost = COST_FILES,
    .run = run,
};
