/* How fast memory is, and whether it keeps what is written. */
#include "verify.h"

#include <string.h>

#define COPY_MOST ((size_t) 256 << 20)
#define COPIES 8
#define PIECE_MOST ((size_t) 256 << 20)
#define PIECES_MAX 1024
#define SEEDS 4
#define NONE_WRONG UINT64_MAX

static void time_copies(struct step *step, cu_address from, cu_address to, size_t size)
{
    int64_t began = 0;

    if (!STEP_CALL(step, cuMemsetD8_v2, from, 0x5a, size) || !STEP_SYNC(step))
        return;
    for (int i = 0; i <= COPIES; i++) {
        if (!STEP_CALL(step, cuMemcpyDtoDAsync_v2, to, from, size, NULL))
            return;
        if (i == 0 && !STEP_SYNC(step))
            return;
        if (i == 0)
            began = now_us();
    }
    if (!STEP_SYNC(step))
        return;
    /* Each byte is read once and written once. */
    step->figure = 2.0 * (double) size * COPIES / (double) (now_us() - began + 1) / 1e3;
    step->unit = "GB/s";
}

void verify_bandwidth(const struct gpu *gpu)
{
    struct step step = step_begin(gpu, "bandwidth");
    size_t size = step_size(&step, COPY_MOST, 8);
    cu_address from = 0, to = 0;

    if (size == 0)
        step.reason = "no-free-memory";
    else if (STEP_CALL(&step, cuMemAlloc_v2, &from, size) &&
             STEP_CALL(&step, cuMemAlloc_v2, &to, size))
        time_copies(&step, from, to, size);
    if (to)
        (void) STEP_CALL(&step, cuMemFree_v2, to);
    if (from)
        (void) STEP_CALL(&step, cuMemFree_v2, from);
    step_end(&step);
}

/* --- patterns --- */

struct pieces {
    cu_address at[PIECES_MAX];
    size_t count, size; /* bytes of each */
};

struct kernels {
    cu_module module;
    cu_function write, check;
};

/* Four fifths of what is free: the rest is left to whoever else computes here. */
static void take_pieces(struct step *step, struct pieces *pieces)
{
    size_t all = step_size(step, SIZE_MAX, 5) * 4;

    pieces->size = step_size(step, PIECE_MOST, 8);
    while (pieces->size && pieces->count < PIECES_MAX &&
           (pieces->count + 1) * pieces->size <= all) {
        cu_address at = 0;

        /* Somebody else may have taken it meanwhile: no failure of this GPU. */
        if (CU_CALL(step->gpu->cuda, step->gpu->number, cuMemAlloc_v2, &at, pieces->size) != 0)
            break;
        pieces->at[pieces->count++] = at;
    }
    if (pieces->count == 0)
        step->reason = "no-free-memory";
}

static bool run(struct step *step, cu_function function, void **parameters)
{
    unsigned blocks = (unsigned) step->gpu->multiprocessors * 8u;

    return STEP_CALL(step, cuLaunchKernel, function, blocks ? blocks : 8, 1, 1, 256, 1, 1, 0, NULL,
                     parameters, NULL);
}

static bool check_piece(struct step *step, const struct kernels *kernels, cu_address at,
                        uint64_t words, uint32_t seed, uint64_t before)
{
    uint64_t result[2] = { 0, NONE_WRONG };
    cu_address result_at = step->gpu->out;
    void *parameters[] = { &at, &words, &seed, &result_at };

    if (!STEP_CALL(step, cuMemcpyHtoD_v2, result_at, result, sizeof(result)) ||
        !run(step, kernels->check, parameters) || !STEP_SYNC(step) ||
        !STEP_CALL(step, cuMemcpyDtoH_v2, result, result_at, sizeof(result)))
        return false;
    if (result[0] && step->wrong == 0)
        step->first = before + result[1];
    step->wrong += result[0];
    return true;
}

/* Everything is written before anything is read back, so that no cache can answer for memory. */
static bool test_pattern(struct step *step, const struct kernels *kernels,
                         const struct pieces *pieces, uint32_t seed)
{
    uint64_t words = pieces->size / sizeof(uint32_t);

    for (size_t i = 0; i < pieces->count; i++) {
        cu_address at = pieces->at[i];
        void *parameters[] = { &at, &words, &seed };

        if (!run(step, kernels->write, parameters))
            return false;
    }
    for (size_t i = 0; i < pieces->count; i++)
        if (!check_piece(step, kernels, pieces->at[i], words, seed, i * words))
            return false;
    return true;
}

static void test_patterns(struct step *step, const struct pieces *pieces)
{
    /* Two random ones, each with its complement's worth of other bits. */
    static const uint32_t seeds[SEEDS] = { 0x00000000, 0xffffffff, 0x5555aaaa, 0x92492492 };
    struct kernels kernels = { 0 };

    if (step_kernel(step, ptx_pattern, "gpuvet_pattern_write", &kernels.module, &kernels.write) &&
        STEP_CALL(step, cuModuleGetFunction, &kernels.check, kernels.module,
                  "gpuvet_pattern_check"))
        for (int i = 0; i < SEEDS; i++)
            if (!test_pattern(step, &kernels, pieces, seeds[i]))
                break;
    step->figure = (double) pieces->count * (double) pieces->size / 1e9;
    step->unit = "GB";
    if (kernels.module)
        (void) STEP_CALL(step, cuModuleUnload, kernels.module);
}

void verify_memory(const struct gpu *gpu)
{
    struct step step = step_begin(gpu, "memory");
    struct pieces pieces = { .count = 0 };

    take_pieces(&step, &pieces);
    if (pieces.count)
        test_patterns(&step, &pieces);
    for (size_t i = 0; i < pieces.count; i++)
        (void) STEP_CALL(&step, cuMemFree_v2, pieces.at[i]);
    step_end(&step);
}
