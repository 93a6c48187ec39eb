/* cuDNN's convolution: https://docs.nvidia.com/deeplearning/cudnn/ */
#include "libs.h"

#include <string.h>

/* One picture of 8 channels, 16 by 16; 8 filters of 3 by 3; a border of 1, so that the result has
 * the picture's size. Whole numbers of at most 7 bits: 72 products of them are exact in fp32. */
#define CHANNELS 8
#define FILTERS 8
#define SIDE 16
#define REACH 3
#define BORDER 1
#define IN_CELLS (CHANNELS * SIDE * SIDE)
#define FILTER_CELLS (FILTERS * CHANNELS * REACH * REACH)
#define OUT_CELLS (FILTERS * SIDE * SIDE)

typedef struct dnn_object *dnn_object; /* a handle, or a descriptor of any kind */

#define DNN_FUNCTIONS(X) \
    X(cudnnCreate, (dnn_object * ret)) \
    X(cudnnDestroy, (dnn_object handle)) \
    X(cudnnCreateTensorDescriptor, (dnn_object * ret)) \
    X(cudnnCreateFilterDescriptor, (dnn_object * ret)) \
    X(cudnnCreateConvolutionDescriptor, (dnn_object * ret)) \
    X(cudnnSetTensor4dDescriptor, \
      (dnn_object tensor, int format, int type, int n, int c, int h, int w)) \
    X(cudnnSetFilter4dDescriptor, \
      (dnn_object filter, int type, int format, int k, int c, int h, int w)) \
    X(cudnnSetConvolution2dDescriptor, \
      (dnn_object convolution, int pad_h, int pad_w, int stride_h, int stride_w, int dilation_h, \
       int dilation_w, int mode, int type)) \
    X(cudnnGetConvolutionForwardWorkspaceSize, \
      (dnn_object handle, dnn_object x, dnn_object w, dnn_object convolution, dnn_object y, \
       int algorithm, size_t *ret)) \
    X(cudnnConvolutionForward, \
      (dnn_object handle, const void *alpha, dnn_object x_shape, cu_address x, dnn_object w_shape, \
       cu_address w, dnn_object convolution, int algorithm, cu_address workspace, size_t size, \
       const void *beta, dnn_object y_shape, cu_address y))

struct dnn {
    DNN_FUNCTIONS(LIB_MEMBER)
    dnn_object handle, x, w, y, convolution;
};

enum {
    TYPE_FP32 = 0,         /* CUDNN_DATA_FLOAT */
    FORMAT_NCHW = 0,       /* CUDNN_TENSOR_NCHW */
    MODE_CORRELATION = 1,  /* CUDNN_CROSS_CORRELATION, what torch calls a convolution */
    ALGORITHM_IMPLICIT = 1 /* CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_PRECOMP_GEMM: sums of products */
};

struct picture {
    float in[IN_CELLS], filters[FILTER_CELLS], out[OUT_CELLS];
};

static bool describe(struct step *step, struct dnn *api)
{
    return LIB_CALL(step, api, cudnnCreateTensorDescriptor, &api->x) &&
           LIB_CALL(step, api, cudnnCreateTensorDescriptor, &api->y) &&
           LIB_CALL(step, api, cudnnCreateFilterDescriptor, &api->w) &&
           LIB_CALL(step, api, cudnnCreateConvolutionDescriptor, &api->convolution) &&
           LIB_CALL(step, api, cudnnSetTensor4dDescriptor, api->x, FORMAT_NCHW, TYPE_FP32, 1,
                    CHANNELS, SIDE, SIDE) &&
           LIB_CALL(step, api, cudnnSetTensor4dDescriptor, api->y, FORMAT_NCHW, TYPE_FP32, 1,
                    FILTERS, SIDE, SIDE) &&
           LIB_CALL(step, api, cudnnSetFilter4dDescriptor, api->w, TYPE_FP32, FORMAT_NCHW, FILTERS,
                    CHANNELS, REACH, REACH) &&
           LIB_CALL(step, api, cudnnSetConvolution2dDescriptor, api->convolution, BORDER, BORDER, 1,
                    1, 1, 1, MODE_CORRELATION, TYPE_FP32);
}

static bool convolve(struct step *step, const struct dnn *api, cu_address memory,
                     struct picture *picture)
{
    cu_address x = memory, w = x + sizeof(picture->in), y = w + sizeof(picture->filters);
    cu_address workspace = 0;
    const float one = 1, zero = 0;
    size_t size = 0;
    bool good =
        STEP_CALL(step, cuMemcpyHtoD_v2, memory, picture, sizeof(*picture)) &&
        LIB_CALL(step, api, cudnnGetConvolutionForwardWorkspaceSize, api->handle, api->x, api->w,
                 api->convolution, api->y, ALGORITHM_IMPLICIT, &size) &&
        (size == 0 || STEP_CALL(step, cuMemAlloc_v2, &workspace, size)) &&
        LIB_CALL(step, api, cudnnConvolutionForward, api->handle, &one, api->x, x, api->w, w,
                 api->convolution, ALGORITHM_IMPLICIT, workspace, size, &zero, api->y, y) &&
        STEP_SYNC(step) && STEP_CALL(step, cuMemcpyDtoH_v2, picture->out, y, sizeof(picture->out));

    if (workspace)
        (void) STEP_CALL(step, cuMemFree_v2, workspace);
    return good;
}

/* The result's element at row y, column x of filter k. */
static double wanted(const struct picture *picture, int k, int y, int x)
{
    double sum = 0;

    for (int c = 0; c < CHANNELS; c++)
        for (int dy = 0; dy < REACH; dy++)
            for (int dx = 0; dx < REACH; dx++) {
                int row = y + dy - BORDER, column = x + dx - BORDER;

                if (row < 0 || row >= SIDE || column < 0 || column >= SIDE)
                    continue;
                sum += (double) picture->in[(c * SIDE + row) * SIDE + column] *
                       (double) picture->filters[((k * CHANNELS + c) * REACH + dy) * REACH + dx];
            }
    return sum;
}

static void check(struct step *step, const struct picture *picture)
{
    for (int i = 0; i < OUT_CELLS; i++) {
        double error = (double) picture->out[i] -
                       wanted(picture, i / (SIDE * SIDE), i / SIDE % SIDE, i % SIDE);

        if (error != 0)
            step_wrong(step, (uint64_t) i, error);
    }
}

static void paint(struct picture *picture)
{
    uint64_t seed = 3;

    memset(picture, 0xff, sizeof(*picture));
    for (int i = 0; i < IN_CELLS; i++)
        picture->in[i] = (float) (random_next(&seed) % 255) - 127;
    for (int i = 0; i < FILTER_CELLS; i++)
        picture->filters[i] = (float) (random_next(&seed) % 255) - 127;
}

static bool create(const struct gpu *gpu, const struct library *library, struct dnn *api)
{
    struct step begun = step_begin_in(gpu, library->name, "create"), *step = &begun;

    DNN_FUNCTIONS(LIB_FIND)
    if (!step_failed(step))
        (void) LIB_CALL(step, api, cudnnCreate, &api->handle);
    step_end(step);
    return !step_failed(step);
}

void libs_dnn(const struct gpu *gpu, const struct library *library)
{
    struct dnn api = { 0 };
    struct picture picture;
    cu_address memory = 0;
    struct step step;

    if (!create(gpu, library, &api))
        return;
    step = step_begin_in(gpu, library->name, "convolution");
    paint(&picture);
    if (describe(&step, &api) && STEP_CALL(&step, cuMemAlloc_v2, &memory, sizeof(picture)) &&
        convolve(&step, &api, memory, &picture))
        check(&step, &picture);
    if (memory)
        (void) STEP_CALL(&step, cuMemFree_v2, memory);
    step_end(&step);
    (void) api.cudnnDestroy(api.handle);
}
