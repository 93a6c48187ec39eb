/*
 * The functions of cudart, cuBLAS, cuBLASLt, cuDNN, NCCL and NVRTC that the helper calls, in one
 * library, computed on the host (fake_cuda.c: device memory is host memory). FAKE_LIBS scripts them
 * (script.h); its own keys: wrong=NAME spoils one result of that function, cudnn and nccl (the
 * version number that they report).
 */
#include "script.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

const char *const script_variable = "FAKE_LIBS";

#define TYPE_FP32 0
#define TYPE_FP16 2

#define ACT() \
    do { \
        int code_; \
        if (script_act(__func__, -1, &code_)) \
            return code_; \
    } while (0)

static void *pointer(unsigned long long at)
{
    return (void *) (uintptr_t) at;
}

static float of_bits(uint32_t bits)
{
    float value;

    memcpy(&value, &bits, sizeof(value));
    return value;
}

static float value_of(const void *at, size_t i, int type)
{
    uint32_t half = type == TYPE_FP32 ? 0 : ((const uint16_t *) at)[i];

    if (type == TYPE_FP32)
        return ((const float *) at)[i];
    if (type != TYPE_FP16)
        return of_bits(half << 16);
    if ((half & 0x7fff) == 0)
        return 0;
    return of_bits((half & 0x8000) << 16 | (((half >> 10 & 31) + 112) << 23) |
                   (half & 0x3ff) << 13);
}

/* --- versions --- */

int cudaRuntimeGetVersion(int *ret);
int cudaRuntimeGetVersion(int *ret)
{
    ACT();
    *ret = 12060;
    return 0;
}

int cudaGetDeviceCount(int *ret);
int cudaGetDeviceCount(int *ret)
{
    ACT();
    *ret = 1;
    return 0;
}

int cublasGetProperty(int which, int *ret);
int cublasGetProperty(int which, int *ret)
{
    ACT();
    *ret = which == 0 ? 12 : which == 1 ? 6 : 4;
    return 0;
}

int cublasLtGetProperty(int which, int *ret);
int cublasLtGetProperty(int which, int *ret)
{
    return cublasGetProperty(which, ret);
}

size_t cudnnGetVersion(void);
size_t cudnnGetVersion(void)
{
    return (size_t) script_number("cudnn", 90501);
}

int ncclGetVersion(int *ret);
int ncclGetVersion(int *ret)
{
    ACT();
    *ret = (int) script_number("nccl", 22105);
    return 0;
}

int nvrtcVersion(int *ret_major, int *ret_minor);
int nvrtcVersion(int *ret_major, int *ret_minor)
{
    ACT();
    *ret_major = 12;
    *ret_minor = 6;
    return 0;
}

/* --- cuBLAS --- */

int cublasCreate_v2(void **ret);
int cublasCreate_v2(void **ret)
{
    ACT();
    *ret = NULL;
    return 0;
}

int cublasDestroy_v2(void *handle);
int cublasDestroy_v2(void *handle)
{
    (void) handle;
    ACT();
    return 0;
}

/* Column by column, the first matrix turned: c[j][i] sums a[i][k] * b[j][k]. */
static void gemm(int m, int n, int k, const void *a, int type_a, int lda, const void *b, int type_b,
                 int ldb, float *c, int ldc)
{
    for (int j = 0; j < n; j++)
        for (int i = 0; i < m; i++) {
            float sum = 0;

            for (int l = 0; l < k; l++)
                sum += value_of(a, (size_t) i * (size_t) lda + (size_t) l, type_a) *
                       value_of(b, (size_t) j * (size_t) ldb + (size_t) l, type_b);
            c[(size_t) j * (size_t) ldc + (size_t) i] = sum;
        }
}

int cublasSgemm_v2(void *handle, int op_a, int op_b, int m, int n, int k, const float *alpha,
                   unsigned long long a, int lda, unsigned long long b, int ldb, const float *beta,
                   unsigned long long c, int ldc);
int cublasSgemm_v2(void *handle, int op_a, int op_b, int m, int n, int k, const float *alpha,
                   unsigned long long a, int lda, unsigned long long b, int ldb, const float *beta,
                   unsigned long long c, int ldc)
{
    (void) handle;
    ACT();
    if (op_a != 1 || op_b != 0 || *alpha < 1 || *beta > 0)
        return 7; /* CUBLAS_STATUS_INVALID_VALUE */
    gemm(m, n, k, pointer(a), TYPE_FP32, lda, pointer(b), TYPE_FP32, ldb, pointer(c), ldc);
    if (script_has("wrong", "cublasSgemm_v2"))
        ((float *) pointer(c))[257] += 1;
    return 0;
}

int cublasGemmEx(void *handle, int op_a, int op_b, int m, int n, int k, const void *alpha,
                 unsigned long long a, int type_a, int lda, unsigned long long b, int type_b,
                 int ldb, const void *beta, unsigned long long c, int type_c, int ldc, int compute,
                 int algorithm);
int cublasGemmEx(void *handle, int op_a, int op_b, int m, int n, int k, const void *alpha,
                 unsigned long long a, int type_a, int lda, unsigned long long b, int type_b,
                 int ldb, const void *beta, unsigned long long c, int type_c, int ldc, int compute,
                 int algorithm)
{
    (void) handle;
    (void) alpha;
    (void) beta;
    ACT();
    if (op_a != 1 || op_b != 0 || type_c != TYPE_FP32 || compute != 68 || algorithm != -1)
        return 7;
    gemm(m, n, k, pointer(a), type_a, lda, pointer(b), type_b, ldb, pointer(c), ldc);
    if (script_has("wrong", "cublasGemmEx"))
        ((float *) pointer(c))[257] += 1;
    return 0;
}

/* --- cuDNN: descriptors remember what they describe --- */

struct shape {
    int n[8];
};

static struct shape shapes[16];
static int shapes_used;

static int new_shape(void **ret)
{
    *ret = &shapes[shapes_used++ % 16];
    return 0;
}

int cudnnCreate(void **ret);
int cudnnCreate(void **ret)
{
    ACT();
    *ret = NULL;
    return 0;
}

int cudnnDestroy(void *handle);
int cudnnDestroy(void *handle)
{
    (void) handle;
    ACT();
    return 0;
}

int cudnnCreateTensorDescriptor(void **ret);
int cudnnCreateTensorDescriptor(void **ret)
{
    ACT();
    return new_shape(ret);
}

int cudnnCreateFilterDescriptor(void **ret);
int cudnnCreateFilterDescriptor(void **ret)
{
    ACT();
    return new_shape(ret);
}

int cudnnCreateConvolutionDescriptor(void **ret);
int cudnnCreateConvolutionDescriptor(void **ret)
{
    ACT();
    return new_shape(ret);
}

int cudnnSetTensor4dDescriptor(struct shape *shape, int format, int type, int n, int c, int h,
                               int w);
int cudnnSetTensor4dDescriptor(struct shape *shape, int format, int type, int n, int c, int h,
                               int w)
{
    ACT();
    *shape = (struct shape){ { n, c, h, w } };
    return format == 0 && type == 0 ? 0 : 3000; /* CUDNN_STATUS_NOT_SUPPORTED */
}

int cudnnSetFilter4dDescriptor(struct shape *shape, int type, int format, int k, int c, int h,
                               int w);
int cudnnSetFilter4dDescriptor(struct shape *shape, int type, int format, int k, int c, int h,
                               int w)
{
    ACT();
    *shape = (struct shape){ { k, c, h, w } };
    return format == 0 && type == 0 ? 0 : 3000;
}

int cudnnSetConvolution2dDescriptor(struct shape *shape, int pad_h, int pad_w, int stride_h,
                                    int stride_w, int dilation_h, int dilation_w, int mode,
                                    int type);
int cudnnSetConvolution2dDescriptor(struct shape *shape, int pad_h, int pad_w, int stride_h,
                                    int stride_w, int dilation_h, int dilation_w, int mode,
                                    int type)
{
    ACT();
    *shape = (struct shape){ { pad_h, pad_w } };
    return stride_h == 1 && stride_w == 1 && dilation_h == 1 && dilation_w == 1 && mode == 1 &&
                   type == 0
               ? 0
               : 3000;
}

int cudnnGetConvolutionForwardWorkspaceSize(void *handle, const struct shape *x,
                                            const struct shape *w, const struct shape *convolution,
                                            const struct shape *y, int algorithm, size_t *ret);
int cudnnGetConvolutionForwardWorkspaceSize(void *handle, const struct shape *x,
                                            const struct shape *w, const struct shape *convolution,
                                            const struct shape *y, int algorithm, size_t *ret)
{
    (void) handle;
    (void) x;
    (void) w;
    (void) convolution;
    (void) y;
    ACT();
    *ret = algorithm == 1 ? 64 : 0;
    return 0;
}

static float convolved(const struct shape *x, const float *in, const struct shape *w,
                       const float *filters, const struct shape *pad, int at[3])
{
    float sum = 0;

    for (int c = 0; c < x->n[1]; c++)
        for (int i = 0; i < w->n[2]; i++)
            for (int j = 0; j < w->n[3]; j++) {
                int row = at[1] + i - pad->n[0], column = at[2] + j - pad->n[1];

                if (row >= 0 && row < x->n[2] && column >= 0 && column < x->n[3])
                    sum += in[(c * x->n[2] + row) * x->n[3] + column] *
                           filters[((at[0] * x->n[1] + c) * w->n[2] + i) * w->n[3] + j];
            }
    return sum;
}

int cudnnConvolutionForward(void *handle, const void *alpha, const struct shape *x_shape,
                            unsigned long long x, const struct shape *w_shape, unsigned long long w,
                            const struct shape *convolution, int algorithm,
                            unsigned long long workspace, size_t size, const void *beta,
                            const struct shape *y_shape, unsigned long long y);
int cudnnConvolutionForward(void *handle, const void *alpha, const struct shape *x_shape,
                            unsigned long long x, const struct shape *w_shape, unsigned long long w,
                            const struct shape *convolution, int algorithm,
                            unsigned long long workspace, size_t size, const void *beta,
                            const struct shape *y_shape, unsigned long long y)
{
    float *out = pointer(y);

    (void) handle;
    (void) alpha;
    (void) beta;
    (void) algorithm;
    ACT();
    if (size != 64 || !workspace)
        return 2000; /* CUDNN_STATUS_BAD_PARAM */
    for (int k = 0; k < y_shape->n[1]; k++)
        for (int row = 0; row < y_shape->n[2]; row++)
            for (int column = 0; column < y_shape->n[3]; column++)
                *out++ = convolved(x_shape, pointer(x), w_shape, pointer(w), convolution,
                                   (int[3]){ k, row, column });
    if (script_has("wrong", "cudnnConvolutionForward"))
        ((float *) pointer(y))[257] += 1;
    return 0;
}

/* --- NVRTC: whatever the source, the same kernel, which fake_cuda.c knows --- */

static const char ptx[] = "gpuvet_count";

int nvrtcCreateProgram(void **ret, const char *source, const char *name, int headers,
                       const char *const *texts, const char *const *names);
int nvrtcCreateProgram(void **ret, const char *source, const char *name, int headers,
                       const char *const *texts, const char *const *names)
{
    (void) name;
    (void) headers;
    (void) texts;
    (void) names;
    ACT();
    *ret = NULL;
    return strstr(source, ptx) ? 0 : 6; /* NVRTC_ERROR_COMPILATION */
}

int nvrtcCompileProgram(void *program, int count, const char *const *options);
int nvrtcCompileProgram(void *program, int count, const char *const *options)
{
    (void) program;
    ACT();
    return count == 1 && strcmp(options[0], "--gpu-architecture=compute_90") == 0 ? 0 : 5;
}

int nvrtcGetPTXSize(void *program, size_t *ret);
int nvrtcGetPTXSize(void *program, size_t *ret)
{
    (void) program;
    ACT();
    *ret = sizeof(ptx);
    return 0;
}

int nvrtcGetPTX(void *program, char *ret);
int nvrtcGetPTX(void *program, char *ret)
{
    (void) program;
    ACT();
    memcpy(ret, ptx, sizeof(ptx));
    return 0;
}

int nvrtcDestroyProgram(void **program);
int nvrtcDestroyProgram(void **program)
{
    ACT();
    *program = NULL;
    return 0;
}
