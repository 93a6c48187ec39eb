/* cuBLAS: https://docs.nvidia.com/cuda/cublas/ */
#include "libs.h"
#include "product.h"

#define LAUNCHES 10

typedef struct blas_handle *blas_handle;

#define BLAS_FUNCTIONS(X) \
    X(cublasCreate_v2, (blas_handle * ret)) \
    X(cublasDestroy_v2, (blas_handle handle)) \
    X(cublasSgemm_v2, \
      (blas_handle handle, int op_a, int op_b, int m, int n, int k, const float *alpha, \
       cu_address a, int lda, cu_address b, int ldb, const float *beta, cu_address c, int ldc)) \
    X(cublasGemmEx, \
      (blas_handle handle, int op_a, int op_b, int m, int n, int k, const void *alpha, \
       cu_address a, int type_a, int lda, cu_address b, int type_b, int ldb, const void *beta, \
       cu_address c, int type_c, int ldc, int compute, int algorithm))

struct blas {
    BLAS_FUNCTIONS(LIB_MEMBER)
    blas_handle handle;
};

enum {
    OP_AS_IT_IS = 0, /* CUBLAS_OP_N */
    OP_TURNED = 1,   /* CUBLAS_OP_T */
    TYPE_FP32 = 0,   /* CUDA_R_32F, _16F, _16BF */
    TYPE_FP16 = 2,
    TYPE_BF16 = 14,
    COMPUTE_FP32 = 68,     /* CUBLAS_COMPUTE_32F, from cuBLAS 11 on */
    ALGORITHM_DEFAULT = -1 /* CUBLAS_GEMM_DEFAULT */
};

struct gemm {
    const char *step;
    enum format format;
    int type, major; /* the lowest compute capability that has it */
};

/*
 * Our c = a bᵀ, row by row, is to cuBLAS, which goes column by column, cᵀ = b aᵀ: its first matrix
 * is b, which it must turn, its second is a, which to it is turned already.
 */
static bool multiply(struct step *step, const struct blas *api, const struct gemm *gemm, int n,
                     cu_address a, cu_address b, cu_address c)
{
    const float one = 1, zero = 0;

    if (gemm->format == FORMAT_FP32)
        return LIB_CALL(step, api, cublasSgemm_v2, api->handle, OP_TURNED, OP_AS_IT_IS, n, n, n,
                        &one, b, n, a, n, &zero, c, n);
    return LIB_CALL(step, api, cublasGemmEx, api->handle, OP_TURNED, OP_AS_IT_IS, n, n, n, &one, b,
                    gemm->type, n, a, gemm->type, n, &zero, c, TYPE_FP32, n, COMPUTE_FP32,
                    ALGORITHM_DEFAULT);
}

static bool time_products(struct step *step, const struct blas *api, const struct gemm *gemm,
                          unsigned n, cu_address memory)
{
    size_t bytes = (size_t) n * n * format_size(gemm->format);
    cu_address a = memory, b = memory + bytes, c = memory + 2 * bytes;
    int64_t began = 0;

    for (int i = 0; i <= LAUNCHES; i++) {
        if (!multiply(step, api, gemm, (int) n, a, b, c) || (i == 0 && !STEP_SYNC(step)))
            return false;
        if (i == 0)
            began = now_us();
    }
    if (!STEP_SYNC(step))
        return false;
    step->figure = 2.0 * n * n * n * LAUNCHES / (double) (now_us() - began + 1) / 1e6;
    step->unit = "TFLOP/s";
    return true;
}

static void run(struct step *step, const struct blas *api, const struct gemm *gemm)
{
    unsigned n = product_order(step->gpu, 2048);
    size_t cells = (size_t) n * n, bytes = cells * format_size(gemm->format);
    struct product product = { 0 };
    cu_address memory = 0;

    if (!product_make(step, n, &product))
        return;
    if (STEP_CALL(step, cuMemAlloc_v2, &memory, 2 * bytes + cells * sizeof(float)) &&
        product_send(step, gemm->format, &product, memory) &&
        time_products(step, api, gemm, n, memory) &&
        product_receive(step, gemm->format, &product, memory))
        product_check(step, &product);
    if (memory)
        (void) STEP_CALL(step, cuMemFree_v2, memory);
    product_free(&product);
}

static bool create(const struct gpu *gpu, const struct library *library, struct blas *api)
{
    struct step begun = step_begin_in(gpu, library->name, "create"), *step = &begun;

    BLAS_FUNCTIONS(LIB_FIND)
    if (!step_failed(step))
        (void) LIB_CALL(step, api, cublasCreate_v2, &api->handle);
    step_end(step);
    return !step_failed(step);
}

void libs_blas(const struct gpu *gpu, const struct library *library)
{
    static const struct gemm gemms[] = {
        { "gemm-fp32", FORMAT_FP32, TYPE_FP32, 0 },
        { "gemm-fp16", FORMAT_FP16, TYPE_FP16, 6 },
        { "gemm-bf16", FORMAT_BF16, TYPE_BF16, 8 },
    };
    struct blas api = { 0 };

    if (!create(gpu, library, &api))
        return;
    for (size_t i = 0; i < sizeof(gemms) / sizeof(gemms[0]); i++) {
        struct step step = step_begin_in(gpu, library->name, gemms[i].step);

        if (gpu->major < gemms[i].major)
            step.reason = "not-on-this-gpu";
        else
            run(&step, &api, &gemms[i]);
        step_end(&step);
    }
    (void) api.cublasDestroy_v2(api.handle);
}
