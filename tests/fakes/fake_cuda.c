/*
 * A libcuda.so.1 that does as FAKE_CUDA says (script.h), and computes: device memory is host
 * memory, and the kernels of helper/ptx/ are emulated by name. Its own keys: count (GPUs, 1),
 * version (12040), name ("Fake GPU 0"), capability (90), multiprocessors (2), memory (MiB, 32),
 * peers (0: no GPU reaches another), and wrong=NAME, which spoils one result of that kernel, or of
 * "copy".
 */
#include "script.h"

#include "../../helper/cuda_api.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const script_variable = "FAKE_CUDA";

#define CU_NO_MEMORY 2
#define CU_NO_DEVICE 101
#define CU_NOT_FOUND 500

/* The GPU that this thread made current. */
static __thread int current;

#define ACT(gpu) \
    do { \
        int code_; \
        if (script_act(__func__, (gpu), &code_)) \
            return code_; \
    } while (0)

/* A kernel's parameters are pointers to their values. */
static void *pointer_in(void *parameter)
{
    cu_address at;

    memcpy(&at, parameter, sizeof(at));
    return (void *) (uintptr_t) at;
}

static uint32_t word_in(const void *parameter)
{
    uint32_t word;

    memcpy(&word, parameter, sizeof(word));
    return word;
}

static uint64_t wide_in(const void *parameter)
{
    uint64_t wide;

    memcpy(&wide, parameter, sizeof(wide));
    return wide;
}

/* --- kernels --- */

static void run_mix(void **parameters)
{
    const uint32_t *in = pointer_in(parameters[0]);
    uint32_t *out = pointer_in(parameters[1]), n = word_in(parameters[2]);

    for (uint32_t i = 0; i < n; i++)
        out[i] = in[i] * 2654435761u + i;
}

static float of_bits(uint32_t bits)
{
    float value;

    memcpy(&value, &bits, sizeof(value));
    return value;
}

static float of_fp32(const void *at, size_t i)
{
    return ((const float *) at)[i];
}

static float of_bf16(const void *at, size_t i)
{
    return of_bits((uint32_t) ((const uint16_t *) at)[i] << 16);
}

static float of_fp16(const void *at, size_t i)
{
    uint32_t half = ((const uint16_t *) at)[i];

    if ((half & 0x7fff) == 0)
        return 0;
    return of_bits((half & 0x8000) << 16 | (((half >> 10 & 31) + 112) << 23) |
                   (half & 0x3ff) << 13);
}

static float *decoded(const void *at, size_t cells, float (*value)(const void *, size_t))
{
    float *copy = malloc(cells * sizeof(*copy));

    for (size_t i = 0; copy && i < cells; i++)
        copy[i] = value(at, i);
    return copy;
}

static void run_matmul(void **parameters, float (*value)(const void *, size_t))
{
    size_t n = word_in(parameters[3]);
    float *a = decoded(pointer_in(parameters[0]), n * n, value);
    float *b = decoded(pointer_in(parameters[1]), n * n, value);
    float *c = pointer_in(parameters[2]);

    for (size_t i = 0; a && b && i < n * n; i++) {
        float sum = 0;

        for (size_t k = 0; k < n; k++)
            sum += a[i / n * n + k] * b[i % n * n + k];
        c[i] = sum;
    }
    free(a);
    free(b);
}

static void run_fp32(void **parameters)
{
    run_matmul(parameters, of_fp32);
}

static void run_fp16(void **parameters)
{
    run_matmul(parameters, of_fp16);
}

static void run_bf16(void **parameters)
{
    run_matmul(parameters, of_bf16);
}

static uint32_t mixed(uint64_t word, uint32_t seed)
{
    uint32_t low = (uint32_t) word * 2654435761u + seed;

    return low ^ low >> 16;
}

static void run_pattern_write(void **parameters)
{
    uint32_t *at = pointer_in(parameters[0]), seed = word_in(parameters[2]);
    uint64_t words = wide_in(parameters[1]);

    for (uint64_t i = 0; i < words; i++)
        at[i] = mixed(i, seed);
}

static void run_pattern_check(void **parameters)
{
    const uint32_t *at = pointer_in(parameters[0]);
    uint64_t words = wide_in(parameters[1]), *result = pointer_in(parameters[3]);
    uint32_t seed = word_in(parameters[2]);

    for (uint64_t i = 0; i < words; i++) {
        if (at[i] == mixed(i, seed))
            continue;
        result[0]++;
        if (i < result[1])
            result[1] = i;
    }
}

/* What fake_libs.c "compiles": 1024 words. */
static void run_count(void **parameters)
{
    uint32_t *out = pointer_in(parameters[0]);

    for (uint32_t i = 0; i < 1024; i++)
        out[i] = i * 2654435761u;
}

static const struct kernel {
    const char *name;
    void (*run)(void **parameters);
    int spoiled; /* the parameter whose memory `wrong` spoils */
} kernels[] = {
    { "gpuvet_mix", run_mix, 1 },
    { "gpuvet_matmul_fp32", run_fp32, 2 },
    { "gpuvet_matmul_fp16", run_fp16, 2 },
    { "gpuvet_matmul_bf16", run_bf16, 2 },
    { "gpuvet_matmul_tf32", run_fp32, 2 },
    { "gpuvet_pattern_write", run_pattern_write, 0 },
    { "gpuvet_pattern_check", run_pattern_check, 3 },
    { "gpuvet_count", run_count, 0 },
};

/* --- the driver --- */

int cuInit(unsigned flags);
int cuInit(unsigned flags)
{
    (void) flags;
    ACT(-1);
    return 0;
}

int cuDriverGetVersion(int *ret);
int cuDriverGetVersion(int *ret)
{
    ACT(-1);
    *ret = (int) script_number("version", 12040);
    return 0;
}

int cuDeviceGetCount(int *ret);
int cuDeviceGetCount(int *ret)
{
    ACT(-1);
    *ret = (int) script_number("count", 1);
    return 0;
}

int cuDeviceGet(int *ret, int ordinal);
int cuDeviceGet(int *ret, int ordinal)
{
    ACT(ordinal);
    if (ordinal < 0 || ordinal >= script_number("count", 1))
        return CU_NO_DEVICE;
    *ret = ordinal;
    return 0;
}

int cuDeviceGetName(char *ret, int size, int device);
int cuDeviceGetName(char *ret, int size, int device)
{
    ACT(device);
    if (!script_text("name", ret, (size_t) size))
        (void) snprintf(ret, (size_t) size, "Fake GPU %d", device);
    return 0;
}

int cuDeviceGetPCIBusId(char *ret, int size, int device);
int cuDeviceGetPCIBusId(char *ret, int size, int device)
{
    ACT(device);
    (void) snprintf(ret, (size_t) size, "0000:%02x:00.0", 0x10u + (unsigned) device);
    return 0;
}

int cuDeviceGetUuid_v2(struct cu_uuid *ret, int device);
int cuDeviceGetUuid_v2(struct cu_uuid *ret, int device)
{
    ACT(device);
    memset(ret, 0, sizeof(*ret));
    ret->bytes[15] = (unsigned char) device;
    return 0;
}

int cuDeviceTotalMem_v2(size_t *ret, int device);
int cuDeviceTotalMem_v2(size_t *ret, int device)
{
    ACT(device);
    *ret = (size_t) script_number("memory", 32) << 20;
    return 0;
}

int cuDeviceGetAttribute(int *ret, int attribute, int device);
int cuDeviceGetAttribute(int *ret, int attribute, int device)
{
    long capability = script_number("capability", 90);

    ACT(device);
    *ret = attribute == CU_MAJOR             ? (int) (capability / 10)
           : attribute == CU_MINOR           ? (int) (capability % 10)
           : attribute == CU_MULTIPROCESSORS ? (int) script_number("multiprocessors", 2)
           : attribute == CU_COMPUTE_MODE    ? (int) script_number("compute-mode", 0)
                                             : 0;
    return 0;
}

/* A context is 1 + GPU. */
int cuDevicePrimaryCtxRetain(cu_context *ret, int device);
int cuDevicePrimaryCtxRetain(cu_context *ret, int device)
{
    ACT(device);
    *ret = (cu_context) (intptr_t) (device + 1);
    return 0;
}

int cuDevicePrimaryCtxRelease(int device);
int cuDevicePrimaryCtxRelease(int device)
{
    ACT(device);
    return 0;
}

int cuCtxSetCurrent(cu_context context);
int cuCtxSetCurrent(cu_context context)
{
    current = (int) (intptr_t) context - 1;
    ACT(current);
    return 0;
}

int cuCtxSynchronize(void);
int cuCtxSynchronize(void)
{
    ACT(current);
    return 0;
}

int cuMemGetInfo_v2(size_t *ret_free, size_t *ret_total);
int cuMemGetInfo_v2(size_t *ret_free, size_t *ret_total)
{
    ACT(current);
    *ret_total = (size_t) script_number("memory", 32) << 20;
    *ret_free = *ret_total;
    return 0;
}

int cuMemAlloc_v2(cu_address *ret, size_t size);
int cuMemAlloc_v2(cu_address *ret, size_t size)
{
    void *memory;

    ACT(current);
    memory = malloc(size);
    if (!memory)
        return CU_NO_MEMORY;
    *ret = (cu_address) (uintptr_t) memory;
    return 0;
}

int cuMemFree_v2(cu_address at);
int cuMemFree_v2(cu_address at)
{
    ACT(current);
    free((void *) (uintptr_t) at);
    return 0;
}

int cuMemcpyHtoD_v2(cu_address to, const void *from, size_t size);
int cuMemcpyHtoD_v2(cu_address to, const void *from, size_t size)
{
    ACT(current);
    memcpy((void *) (uintptr_t) to, from, size);
    return 0;
}

int cuMemcpyDtoH_v2(void *to, cu_address from, size_t size);
int cuMemcpyDtoH_v2(void *to, cu_address from, size_t size)
{
    ACT(current);
    memcpy(to, (const void *) (uintptr_t) from, size);
    if (script_has("wrong", "copy"))
        ((unsigned char *) to)[size - 1] ^= 0x10;
    return 0;
}

int cuMemcpyDtoDAsync_v2(cu_address to, cu_address from, size_t size, void *stream);
int cuMemcpyDtoDAsync_v2(cu_address to, cu_address from, size_t size, void *stream)
{
    (void) stream;
    ACT(current);
    memcpy((void *) (uintptr_t) to, (const void *) (uintptr_t) from, size);
    return 0;
}

int cuMemsetD8_v2(cu_address at, unsigned char value, size_t size);
int cuMemsetD8_v2(cu_address at, unsigned char value, size_t size)
{
    ACT(current);
    memset((void *) (uintptr_t) at, value, size);
    return 0;
}

/* A module is the kernels' text. */
int cuModuleLoadData(cu_module *ret, const void *image);
int cuModuleLoadData(cu_module *ret, const void *image)
{
    union {
        const void *image;
        cu_module module;
    } text = { image };

    ACT(current);
    *ret = text.module;
    return 0;
}

int cuModuleUnload(cu_module module);
int cuModuleUnload(cu_module module)
{
    (void) module;
    ACT(current);
    return 0;
}

int cuModuleGetFunction(cu_function *ret, cu_module module, const char *name);
int cuModuleGetFunction(cu_function *ret, cu_module module, const char *name)
{
    ACT(current);
    if (!strstr((const char *) module, name))
        return CU_NOT_FOUND;
    for (size_t i = 0; i < sizeof(kernels) / sizeof(kernels[0]); i++) {
        if (strcmp(kernels[i].name, name) == 0) {
            *ret = (cu_function) (intptr_t) (i + 1);
            return 0;
        }
    }
    return CU_NOT_FOUND;
}

int cuLaunchKernel(cu_function function, unsigned grid_x, unsigned grid_y, unsigned grid_z,
                   unsigned block_x, unsigned block_y, unsigned block_z, unsigned shared,
                   void *stream, void **parameters, void **extra);
int cuLaunchKernel(cu_function function, unsigned grid_x, unsigned grid_y, unsigned grid_z,
                   unsigned block_x, unsigned block_y, unsigned block_z, unsigned shared,
                   void *stream, void **parameters, void **extra)
{
    const struct kernel *kernel = &kernels[(intptr_t) function - 1];

    (void) shared;
    (void) stream;
    (void) extra;
    ACT(current);
    if (grid_x * grid_y * grid_z == 0 || block_x * block_y * block_z == 0)
        return 1; /* CUDA_ERROR_INVALID_VALUE */
    kernel->run(parameters);
    if (script_has("wrong", kernel->name))
        ((unsigned char *) pointer_in(parameters[kernel->spoiled]))[1030] ^= 0x40;
    return 0;
}

int cuDeviceCanAccessPeer(int *ret, int device, int peer);
int cuDeviceCanAccessPeer(int *ret, int device, int peer)
{
    ACT(device);
    *ret = device != peer && script_number("peers", 1);
    return 0;
}

int cuCtxEnablePeerAccess(cu_context peer, unsigned flags);
int cuCtxEnablePeerAccess(cu_context peer, unsigned flags)
{
    (void) peer;
    (void) flags;
    ACT(current);
    return 0;
}

int cuMemcpyPeer(cu_address to, cu_context to_context, cu_address from, cu_context from_context,
                 size_t size);
int cuMemcpyPeer(cu_address to, cu_context to_context, cu_address from, cu_context from_context,
                 size_t size)
{
    (void) to_context;
    (void) from_context;
    ACT(current);
    memcpy((void *) (uintptr_t) to, (const void *) (uintptr_t) from, size);
    if (script_has("wrong", "peer"))
        ((unsigned char *) (uintptr_t) to)[size / 2] ^= 1;
    return 0;
}
