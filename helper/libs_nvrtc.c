/* NVRTC, which torch compiles its fused kernels with: https://docs.nvidia.com/cuda/nvrtc/ */
#include "libs.h"

#include <stdio.h>

#define WORDS 1024u
#define PTX_MAX ((size_t) 1 << 20)

typedef struct nvrtc_program *nvrtc_program;

#define NVRTC_FUNCTIONS(X) \
    X(nvrtcCreateProgram, (nvrtc_program * ret, const char *source, const char *name, int headers, \
                           const char *const *texts, const char *const *names)) \
    X(nvrtcCompileProgram, (nvrtc_program program, int count, const char *const *options)) \
    X(nvrtcGetPTXSize, (nvrtc_program program, size_t * ret)) \
    X(nvrtcGetPTX, (nvrtc_program program, char *ret)) \
    X(nvrtcDestroyProgram, (nvrtc_program * program))

struct nvrtc {
    NVRTC_FUNCTIONS(LIB_MEMBER)
};

static const char source[] = "extern \"C\" __global__ void gpuvet_count(unsigned *out)\n"
                             "{\n"
                             "    unsigned i = blockIdx.x * blockDim.x + threadIdx.x;\n"
                             "    out[i] = i * 2654435761u;\n"
                             "}\n";

static bool compile(struct step *step, const struct nvrtc *api, char *ptx)
{
    nvrtc_program program = NULL;
    char architecture[48];
    const char *options[] = { architecture };
    size_t size = 0;
    bool good;

    (void) snprintf(architecture, sizeof(architecture), "--gpu-architecture=compute_%d%d",
                    step->gpu->major, step->gpu->minor);
    if (!LIB_CALL(step, api, nvrtcCreateProgram, &program, source, "gpuvet.cu", 0, NULL, NULL))
        return false;
    good = LIB_CALL(step, api, nvrtcCompileProgram, program, 1, options) &&
           LIB_CALL(step, api, nvrtcGetPTXSize, program, &size) && size <= PTX_MAX &&
           LIB_CALL(step, api, nvrtcGetPTX, program, ptx);
    (void) LIB_CALL(step, api, nvrtcDestroyProgram, &program);
    return good;
}

static void run(struct step *step, const char *ptx)
{
    cu_address out = 0;
    void *parameters[] = { &out };
    cu_module module = NULL;
    cu_function function = NULL;
    uint32_t got[WORDS];

    if (STEP_CALL(step, cuMemAlloc_v2, &out, sizeof(got)) &&
        STEP_CALL(step, cuMemsetD8_v2, out, 0xff, sizeof(got)) &&
        step_kernel(step, ptx, "gpuvet_count", &module, &function) &&
        STEP_CALL(step, cuLaunchKernel, function, WORDS / 256, 1, 1, 256, 1, 1, 0, NULL, parameters,
                  NULL) &&
        STEP_SYNC(step) && STEP_CALL(step, cuMemcpyDtoH_v2, got, out, sizeof(got)))
        for (uint32_t i = 0; i < WORDS; i++)
            if (got[i] != i * 2654435761u)
                step_wrong(step, i, (double) got[i] - (double) (i * 2654435761u));
    if (module)
        (void) STEP_CALL(step, cuModuleUnload, module);
    if (out)
        (void) STEP_CALL(step, cuMemFree_v2, out);
}

void libs_nvrtc(const struct gpu *gpu, const struct library *library)
{
    struct step begun = step_begin_in(gpu, library->name, "compile"), *step = &begun;
    struct nvrtc found = { 0 }, *api = &found;
    char *ptx = step_room(step, PTX_MAX);

    NVRTC_FUNCTIONS(LIB_FIND)
    if (ptx && !step_failed(step) && compile(step, api, ptx))
        run(step, ptx);
    room_free(ptx, PTX_MAX);
    step_end(step);
}
