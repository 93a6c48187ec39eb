/*
 * The floor: the least that a program must do to prove that a GPU computes. cuInit, a context, an
 * allocation, a copy there and back, one PTX kernel, and a check of every result; nothing is
 * reported but the exit code, and nothing is cached on disk. `gpuvet verify --quick` is measured
 * against it.
 */
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORDS 65536u
#define BYTES (WORDS * sizeof(uint32_t))

static const char kernel[] = ".version 4.3\n.target sm_50\n.address_size 64\n"
                             ".visible .entry mix(.param .u64 in, .param .u64 out)\n{\n"
                             "    .reg .b32 %i, %block, %size, %value;\n"
                             "    .reg .b64 %from, %to, %offset;\n"
                             "    mov.u32 %block, %ctaid.x;\n"
                             "    mov.u32 %size, %ntid.x;\n"
                             "    mov.u32 %i, %tid.x;\n"
                             "    mad.lo.u32 %i, %block, %size, %i;\n"
                             "    ld.param.u64 %from, [in];\n"
                             "    ld.param.u64 %to, [out];\n"
                             "    mul.wide.u32 %offset, %i, 4;\n"
                             "    add.u64 %from, %from, %offset;\n"
                             "    add.u64 %to, %to, %offset;\n"
                             "    ld.global.u32 %value, [%from];\n"
                             "    mad.lo.u32 %value, %value, 2654435761, %i;\n"
                             "    st.global.u32 [%to], %value;\n"
                             "    ret;\n}\n";

static void *libcuda;

static void *function(const char *name)
{
    void *address = dlsym(libcuda, name);

    if (!address) {
        (void) fprintf(stderr, "no %s\n", name);
        exit(1);
    }
    return address;
}

/* CALL(name, (parameter types), arguments…): ends the program where the code is not 0. */
#define CALL(name, types, ...) \
    do { \
        int(*call_) types; \
        int code_; \
        *(void **) (void *) &call_ = function(#name); \
        code_ = call_(__VA_ARGS__); \
        if (code_ != 0) { \
            (void) fprintf(stderr, #name ": %d\n", code_); \
            exit(1); \
        } \
    } while (0)

int main(void)
{
    static uint32_t sent[WORDS], got[WORDS];
    void *context, *module, *entry;
    uint64_t in, out;
    void *parameters[] = { &in, &out };
    int device;

    (void) setenv("CUDA_CACHE_DISABLE", "1", 1);
    libcuda = dlopen("libcuda.so.1", RTLD_NOW);
    if (!libcuda)
        return 1;
    for (uint32_t i = 0; i < WORDS; i++)
        sent[i] = i * 747796405u + 2891336453u;

    CALL(cuInit, (unsigned), 0);
    CALL(cuDeviceGet, (int *, int), &device, 0);
    CALL(cuDevicePrimaryCtxRetain, (void **, int), &context, device);
    CALL(cuCtxSetCurrent, (void *), context);
    CALL(cuMemAlloc_v2, (uint64_t *, size_t), &in, BYTES);
    CALL(cuMemAlloc_v2, (uint64_t *, size_t), &out, BYTES);
    CALL(cuMemcpyHtoD_v2, (uint64_t, const void *, size_t), in, sent, BYTES);
    CALL(cuMemcpyDtoH_v2, (void *, uint64_t, size_t), got, in, BYTES);
    if (memcmp(sent, got, BYTES) != 0)
        return 2;
    CALL(cuModuleLoadData, (void **, const void *), &module, kernel);
    CALL(cuModuleGetFunction, (void **, void *, const char *), &entry, module, "mix");
    CALL(cuLaunchKernel,
         (void *, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, void *,
          void **, void **),
         entry, WORDS / 256, 1, 1, 256, 1, 1, 0, NULL, parameters, NULL);
    CALL(cuMemcpyDtoH_v2, (void *, uint64_t, size_t), got, out, BYTES);
    for (uint32_t i = 0; i < WORDS; i++)
        if (got[i] != sent[i] * 2654435761u + i)
            return 2;
    return 0;
}
