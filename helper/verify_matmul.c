/* Matrix products by kernels of our own, exact to the last bit (product.h). */
#include "product.h"

#define LAUNCHES 10 /* that are timed, after a first one that is not */

struct kind {
    const char *step, *text, *entry;
    int major;        /* the lowest compute capability that has it */
    unsigned threads; /* a block, which makes a tile of 64 by 64 */
    unsigned most;    /* the largest n that is worth it */
    enum format format;
};

static bool multiply(struct step *step, const struct kind *kind, unsigned n, cu_address memory,
                     cu_function function)
{
    size_t bytes = (size_t) n * n * format_size(kind->format);
    cu_address a = memory, b = memory + bytes, c = memory + 2 * bytes;
    void *parameters[] = { &a, &b, &c, &n };
    double flops = 2.0 * n * n * n * LAUNCHES;
    int64_t began = 0;

    for (int i = 0; i <= LAUNCHES; i++) {
        if (!STEP_CALL(step, cuLaunchKernel, function, n / 64, n / 64, 1, kind->threads, 1, 1, 0,
                       NULL, parameters, NULL))
            return false;
        if (i == 0 && !STEP_SYNC(step))
            return false;
        if (i == 0)
            began = now_us();
    }
    if (!STEP_SYNC(step))
        return false;
    step->figure = flops / (double) (now_us() - began + 1) / 1e6;
    step->unit = "TFLOP/s";
    return true;
}

static void run(struct step *step, const struct kind *kind)
{
    unsigned n = product_order(step->gpu, kind->most);
    size_t cells = (size_t) n * n;
    struct product m = { 0 };
    cu_address memory = 0;
    cu_module module = NULL;
    cu_function function = NULL;

    if (!product_make(step, n, &m))
        return;
    if (STEP_CALL(step, cuMemAlloc_v2, &memory,
                  cells * (2 * format_size(kind->format) + sizeof(float))) &&
        step_kernel(step, kind->text, kind->entry, &module, &function) &&
        product_send(step, kind->format, &m, memory) && multiply(step, kind, n, memory, function) &&
        product_receive(step, kind->format, &m, memory))
        product_check(step, &m);
    if (module)
        (void) STEP_CALL(step, cuModuleUnload, module);
    if (memory)
        (void) STEP_CALL(step, cuMemFree_v2, memory);
    product_free(&m);
}

void verify_matmuls(const struct gpu *gpu)
{
    const struct kind kinds[] = {
        { "matmul-fp32", ptx_matmul_fp32, "gpuvet_matmul_fp32", 5, 256, 1024, FORMAT_FP32 },
        { "matmul-fp16", ptx_matmul_fp16, "gpuvet_matmul_fp16", 7, 128, 2048, FORMAT_FP16 },
        { "matmul-bf16", ptx_matmul_bf16, "gpuvet_matmul_bf16", 8, 128, 2048, FORMAT_BF16 },
        { "matmul-tf32", ptx_matmul_tf32, "gpuvet_matmul_tf32", 8, 128, 2048, FORMAT_TF32 },
    };

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        struct step step = step_begin(gpu, kinds[i].step);

        if (gpu->major < kinds[i].major)
            step.reason = "not-on-this-gpu";
        else
            run(&step, &kinds[i]);
        step_end(&step);
    }
}
