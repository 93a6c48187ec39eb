/*
 * cuda_api: the functions of the CUDA driver that we call, declared from its public documentation
 * (https://docs.nvidia.com/cuda/cuda-driver-api/) under the names that libcuda.so.1 exports; each
 * has been there since CUDA 4, and the optional ones may be missing.
 *
 * CU_CALL(&cuda, gpu, cuMemAlloc_v2, &at, size) says that it enters, calls, and gives the code.
 */
#ifndef GPUVET_HELPER_CUDA_API_H
#define GPUVET_HELPER_CUDA_API_H

#include "library.h"
#include "say.h"

typedef struct cu_context *cu_context;
typedef struct cu_module *cu_module;
typedef struct cu_function *cu_function;
typedef unsigned long long cu_address; /* in device memory */

struct cu_uuid {
    unsigned char bytes[16];
};

enum cu_attribute { /* CUdevice_attribute */
                    CU_MULTIPROCESSORS = 16,
                    CU_TIMEOUT = 17,
                    CU_INTEGRATED = 18,
                    CU_COMPUTE_MODE = 20,
                    CU_ECC = 32,
                    CU_MAJOR = 75,
                    CU_MINOR = 76,
                    CU_MANAGED_MEMORY = 83,
};

#define CU_NOT_INITIALIZED 3
#define CU_PEER_ENABLED 704 /* CUDA_ERROR_PEER_ACCESS_ALREADY_ENABLED */

/* name, parameters */
#define CU_FUNCTIONS(X) \
    X(cuInit, (unsigned flags)) \
    X(cuDriverGetVersion, (int *ret)) \
    X(cuDeviceGetCount, (int *ret)) \
    X(cuDeviceGet, (int *ret, int ordinal)) \
    X(cuDeviceGetName, (char *ret, int size, int device)) \
    X(cuDeviceGetPCIBusId, (char *ret, int size, int device)) \
    X(cuDeviceTotalMem_v2, (size_t * ret, int device)) \
    X(cuDeviceGetAttribute, (int *ret, int attribute, int device)) \
    X(cuDevicePrimaryCtxRetain, (cu_context * ret, int device)) \
    X(cuCtxSetCurrent, (cu_context context)) \
    X(cuCtxSynchronize, (void) ) \
    X(cuMemGetInfo_v2, (size_t * ret_free, size_t * ret_total)) \
    X(cuMemAlloc_v2, (cu_address * ret, size_t size)) \
    X(cuMemFree_v2, (cu_address at)) \
    X(cuMemcpyHtoD_v2, (cu_address to, const void *from, size_t size)) \
    X(cuMemcpyDtoH_v2, (void *to, cu_address from, size_t size)) \
    X(cuMemcpyDtoDAsync_v2, (cu_address to, cu_address from, size_t size, void *stream)) \
    X(cuMemsetD8_v2, (cu_address at, unsigned char value, size_t size)) \
    X(cuModuleLoadData, (cu_module * ret, const void *image)) \
    X(cuModuleUnload, (cu_module module)) \
    X(cuModuleGetFunction, (cu_function * ret, cu_module module, const char *name)) \
    X(cuLaunchKernel, (cu_function function, unsigned grid_x, unsigned grid_y, unsigned grid_z, \
                       unsigned block_x, unsigned block_y, unsigned block_z, unsigned shared, \
                       void *stream, void **parameters, void **extra)) \
    X(cuDeviceCanAccessPeer, (int *ret, int device, int peer)) \
    X(cuCtxEnablePeerAccess, (cu_context peer, unsigned flags)) \
    X(cuMemcpyPeer, (cu_address to, cu_context to_context, cu_address from, \
                     cu_context from_context, size_t size))

/* The same, but a library may be older (or newer) than the name. */
#define CU_OPTIONAL_FUNCTIONS(X) \
    X(cuDevicePrimaryCtxRelease, (int device)) \
    X(cuDeviceGetUuid, (struct cu_uuid * ret, int device)) \
    X(cuDeviceGetUuid_v2, (struct cu_uuid * ret, int device))

#define CU_MEMBER(name, parameters) int(*name) parameters;
struct cuda {
    void *library;
    CU_FUNCTIONS(CU_MEMBER)
    CU_OPTIONAL_FUNCTIONS(CU_MEMBER)
};

#define CU_CALL(cuda, gpu, name, ...) (say_enter(#name, (gpu)), (cuda)->name(__VA_ARGS__))

/*
 * Loads libcuda.so.1, finds its functions, calls cuInit and counts the GPUs; says all of it. How
 * many GPUs there are; -1 where no GPU can be asked, for a reason that has been said.
 */
int cuda_open(struct cuda *cuda);

/* The GPU's handle and its primary context, made current in this thread. The first code that is not
 * 0, which has been said. */
int cuda_enter(const struct cuda *cuda, int gpu, int *ret_device, cu_context *ret);

#endif
