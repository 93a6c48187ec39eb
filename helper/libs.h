/*
 * libs: the environment's own libraries, loaded as torch loads them, and made to compute.
 *
 * Their functions are declared from NVIDIA's public documentation, and only such as every version
 * from CUDA 11 and cuDNN 8 on has. A step of a library fails with the call and the code that it
 * gave, or NO_FUNCTION for a function that it lacks.
 */
#ifndef GPUVET_HELPER_LIBS_H
#define GPUVET_HELPER_LIBS_H

#include "verify.h"

struct library {
    const char *name, *path;
    void *handle; /* NULL: could not be loaded */
};

/* An interface is a list X(name, parameters) of functions that return a code; see libs_blas.c. */
#define LIB_MEMBER(name, parameters) int(*name) parameters;
#define LIB_FIND(name, parameters) \
    FUNCTION_SET(api->name, step_function(step, library->handle, #name));
#define LIB_CALL(step, api, name, ...) \
    step_code((step), #name, (say_enter(#name, (step)->gpu->number), (api)->name(__VA_ARGS__)))

/* "runtime": asks the CUDA runtime for devices, as torch does. */
void libs_runtime(const struct gpu *gpu, const struct library *library);
/* "create", then "gemm-fp32", "gemm-fp16" and, from sm_80, "gemm-bf16". */
void libs_blas(const struct gpu *gpu, const struct library *library);
/* "create", then "convolution". */
void libs_dnn(const struct gpu *gpu, const struct library *library);
/* "compile": a kernel for this very GPU, which is then run and checked. */
void libs_nvrtc(const struct gpu *gpu, const struct library *library);

#endif
