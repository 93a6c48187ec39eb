/* Verification by the real helper on scripted GPUs: right numbers pass, and nothing else does. */
#include "base/clock.h"
#include "driver/helper.h"
#include "driver/steps.h"

#include <errno.h>
#include <stdlib.h>

#include <setjmp.h>
#include <cmocka.h>

#define SECOND 1000000
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void no_memory(void)
{
    fail_msg("out of memory");
}

static struct child *start(struct arena *arena, const char *option, const char *script)
{
    const char *const environment[] = {
        arena_printf(arena, "LD_LIBRARY_PATH=%s", getenv("GPUVET_FAKES")).data,
        arena_printf(arena, "FAKE_CUDA=%s", script).data,
        "CUDA_CACHE_DISABLE=1",
        NULL,
    };
    const char *const arguments[] = { "verify", option, NULL };

    return helper_start(arena, arguments, environment);
}

static struct verify_answer verify(struct arena *arena, const char *option, const char *script)
{
    struct child *child = start(arena, option, script);
    struct verify_answer answer;

    children_wait(&child, 1, clock_us() + 20 * SECOND, NULL);
    verify_answer_read(arena, child_result(child), &answer);
    return answer;
}

static const struct step *step_named(const struct verified_gpu *gpu, const char *name)
{
    for (size_t i = 0; i < gpu->steps.count; i++)
        if (str_eqz(gpu->steps.items[i].name, name))
            return &gpu->steps.items[i];
    return NULL;
}

static void test_verify__right_numbers_pass_with_figures(void **state)
{
    static const struct {
        const char *name, *unit;
    } rows[] = {
        { "allocate", "" },
        { "copy", "" },
        { "kernel", "" },
        { "matmul-fp32", "TFLOP/s" },
        { "matmul-fp16", "TFLOP/s" },
        { "matmul-bf16", "TFLOP/s" },
        { "matmul-tf32", "TFLOP/s" },
        { "bandwidth", "GB/s" },
        { "memory", "GB" },
        { "peer", "GB/s" },
    };
    AUTO_ARENA *arena = arena_new(no_memory);
    struct verify_answer answer = verify(arena, "--thorough", "count=2");

    (void) state;
    assert_true(answer.head.done);
    assert_int_equal(answer.gpus.count, 2);
    for (size_t gpu = 0; gpu < 2; gpu++) {
        const struct verified_gpu *verified = &answer.gpus.items[gpu];

        assert_int_equal(verified->steps.count, COUNT(rows));
        for (size_t i = 0; i < COUNT(rows); i++) {
            const struct step *step = step_named(verified, rows[i].name);

            assert_non_null(step);
            assert_int_equal(step->state, STEP_OK);
            assert_true(step->ms >= 0);
            assert_true(str_eqz(step->unit, rows[i].unit));
            assert_true(step->figure > 0 || !step->unit.len);
        }
        assert_int_equal(step_named(verified, "peer")->peer, 1 - gpu);
        assert_true(step_named(verified, "peer")->direct);
    }
}

static void test_verify__a_single_wrong_number_fails_its_step_and_no_other(void **state)
{
    static const struct {
        const char *script, *step;
        int first; /* where it was spoiled */
    } rows[] = {
        { "wrong=copy", "copy", 65535 },
        { "wrong=gpuvet_mix", "kernel", 257 },
        { "wrong=gpuvet_matmul_fp32", "matmul-fp32", 257 },
        { "wrong=gpuvet_matmul_fp16", "matmul-fp16", 257 },
        { "wrong=gpuvet_matmul_bf16", "matmul-bf16", 257 },
        { "wrong=gpuvet_matmul_tf32", "matmul-tf32", 257 },
        { "wrong=gpuvet_pattern_write", "memory", 257 },
        { "count=2;wrong=peer", "peer", 2 << 20 },
    };
    AUTO_ARENA *arena = arena_new(no_memory);
    struct child *children[COUNT(rows)];

    (void) state;
    for (size_t i = 0; i < COUNT(rows); i++)
        children[i] = start(arena, "--thorough", rows[i].script);
    children_wait(children, COUNT(rows), clock_us() + 20 * SECOND, NULL);
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct verify_answer answer;
        const struct step *step;

        verify_answer_read(arena, child_result(children[i]), &answer);
        step = step_named(&answer.gpus.items[0], rows[i].step);
        assert_non_null(step);
        assert_int_equal(step->state, STEP_FAILED);
        assert_int_equal(step->call.len, 0);
        assert_true(step->wrong >= 1);
        assert_int_equal(step->first, rows[i].first);
        assert_true(step->bound == 0);
        for (size_t k = 0; i > 0 && k < answer.gpus.items[0].steps.count; k++)
            if (&answer.gpus.items[0].steps.items[k] != step)
                assert_int_equal(answer.gpus.items[0].steps.items[k].state, STEP_OK);
    }
}

static void test_verify__skips_what_the_gpu_cannot_do(void **state)
{
    static const struct {
        const char *script;
        enum step_state fp16, bf16;
    } rows[] = {
        { "capability=61", STEP_SKIPPED, STEP_SKIPPED },
        { "capability=75", STEP_OK, STEP_SKIPPED },
        { "capability=120", STEP_OK, STEP_OK },
    };
    AUTO_ARENA *arena = arena_new(no_memory);

    (void) state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct verify_answer answer = verify(arena, NULL, rows[i].script);
        const struct verified_gpu *gpu = &answer.gpus.items[0];

        assert_int_equal(step_named(gpu, "matmul-fp32")->state, STEP_OK);
        assert_int_equal(step_named(gpu, "matmul-fp16")->state, rows[i].fp16);
        assert_int_equal(step_named(gpu, "matmul-bf16")->state, rows[i].bf16);
        assert_null(step_named(gpu, "memory"));
        if (rows[i].bf16 == STEP_SKIPPED)
            assert_true(str_eqz(step_named(gpu, "matmul-bf16")->reason, "not-on-this-gpu"));
    }
}

static void test_verify__quick_does_three_steps(void **state)
{
    AUTO_ARENA *arena = arena_new(no_memory);
    struct verify_answer answer =
        verify(arena, "--quick", "count=8;slow=cuDevicePrimaryCtxRetain:200");

    (void) state;
    assert_int_equal(answer.gpus.count, 8);
    assert_true(answer.head.child->us < 2 * 200000);
    for (size_t i = 0; i < 8; i++) {
        assert_int_equal(answer.gpus.items[i].steps.count, 3);
        assert_int_equal(step_named(&answer.gpus.items[i], "kernel")->state, STEP_OK);
    }
}

/* --- every code of the driver, wherever it can come --- */

/* CUresult, https://docs.nvidia.com/cuda/cuda-driver-api/group__CUDA__TYPES.html */
static const short codes[] = {
    1,   2,   3,   4,   34,  36,  46,  100, 101, 102, 200, 201, 202, 205, 206, 207, 208,
    209, 210, 211, 212, 213, 214, 215, 216, 217, 218, 219, 220, 221, 222, 223, 224, 225,
    226, 300, 301, 302, 303, 304, 400, 401, 402, 500, 600, 700, 701, 702, 703, 704, 705,
    708, 709, 710, 711, 712, 713, 714, 715, 716, 717, 718, 719, 720, 721, 800, 801, 802,
    803, 804, 805, 806, 807, 808, 809, 810, 811, 812, 900, 901, 902, 903, 904, 905, 906,
    907, 908, 909, 910, 911, 912, 913, 914, 915, 916, 917, 999,
};

/* Where the code must come out: the answer's cuInit or count, the GPU's context, or a step. */
static const struct {
    const char *call, *step;
} places[] = {
    { "cuInit", NULL },
    { "cuDeviceGetCount", NULL },
    { "cuDevicePrimaryCtxRetain", NULL },
    { "cuMemAlloc_v2", "allocate" },
    { "cuMemcpyHtoD_v2", "copy" },
    { "cuModuleLoadData", "kernel" },
    { "cuLaunchKernel", "kernel" },
    { "cuCtxSynchronize", "kernel" },
};

static void assert_code(const struct verify_answer *answer, size_t place, int code)
{
    const struct said *said = place == 0   ? &answer->init
                              : place == 1 ? &answer->count
                                           : &answer->gpus.items[0].context;
    const struct step *step;

    assert_true(answer->head.done);
    assert_int_equal(answer->head.child->end, CHILD_OK);
    if (!places[place].step) {
        assert_int_equal(said->state, SAID_CODE);
        assert_int_equal(said->code, code);
        return;
    }
    step = step_named(&answer->gpus.items[0], places[place].step);
    assert_non_null(step);
    assert_int_equal(step->state, STEP_FAILED);
    assert_true(str_eqz(step->call, places[place].call));
    assert_int_equal(step->code, code);
    assert_int_equal(step->wrong, 0);
}

static void test_verify__tells_every_code_with_the_call_that_gave_it(void **state)
{
    (void) state;
    for (size_t i = 0; i < COUNT(codes); i++) {
        AUTO_ARENA *arena = arena_new(no_memory);
        struct child *children[COUNT(places)];

        for (size_t place = 0; place < COUNT(places); place++)
            children[place] = start(
                arena, "--quick", arena_printf(arena, "%s=%d", places[place].call, codes[i]).data);
        children_wait(children, COUNT(places), clock_us() + 20 * SECOND, NULL);
        for (size_t place = 0; place < COUNT(places); place++) {
            struct verify_answer answer;

            verify_answer_read(arena, child_result(children[place]), &answer);
            assert_code(&answer, place, codes[i]);
        }
    }
}

static void test_verify__a_hang_is_told_with_the_step(void **state)
{
    AUTO_ARENA *arena = arena_new(no_memory);
    struct child *child = start(arena, NULL, "hang=cuCtxSynchronize");
    struct verify_answer answer;
    const struct verified_gpu *gpu;

    (void) state;
    children_wait(&child, 1, clock_us() + 3 * SECOND, NULL);
    verify_answer_read(arena, child_result(child), &answer);
    gpu = &answer.gpus.items[0];
    assert_int_equal(answer.head.child->end, CHILD_LATE);
    assert_true(str_eqz(answer.head.within, "cuCtxSynchronize"));
    assert_int_equal(step_named(gpu, "copy")->state, STEP_OK);
    assert_int_equal(step_named(gpu, "kernel")->state, STEP_UNFINISHED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_verify__right_numbers_pass_with_figures),
        cmocka_unit_test(test_verify__a_single_wrong_number_fails_its_step_and_no_other),
        cmocka_unit_test(test_verify__skips_what_the_gpu_cannot_do),
        cmocka_unit_test(test_verify__quick_does_three_steps),
        cmocka_unit_test(test_verify__tells_every_code_with_the_call_that_gave_it),
        cmocka_unit_test(test_verify__a_hang_is_told_with_the_step),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
