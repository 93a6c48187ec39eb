/* What verifying proves, and what kind of fault it is: from scripted vendor libraries to facts. */
#include "base/clock.h"
#include "driver/helper.h"
#include "verify/verify.h"

#include <stdlib.h>

#include <setjmp.h>
#include <cmocka.h>

#define SECOND 1000000
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void no_memory(void)
{
    fail_msg("out of memory");
}

static void run(struct arena *arena, const char *const *arguments, const char *variable,
                const char *script, struct verify_answer *ret)
{
    const char *environment[] = {
        arena_printf(arena, "LD_LIBRARY_PATH=%s", getenv("GPUVET_FAKES")).data,
        arena_printf(arena, "%s=%s", variable, script).data,
        "CUDA_CACHE_DISABLE=1",
        NULL,
    };
    struct child *child = helper_start(arena, arguments, environment);

    children_wait(&child, 1, clock_us() + 10 * SECOND, NULL);
    verify_answer_read(arena, child_result(child), ret);
}

static void expect(struct arena *arena, const struct facts *facts, const char *name,
                   const char *value)
{
    struct fact_ref ref;
    struct str text;

    assert_int_equal(facts_find(facts, str_of(name), &ref), 0);
    text = fact_ref_state(&ref) == FACT_KNOWN ? fact_ref_text(arena, &ref)
                                              : str_of(fact_state_name(fact_ref_state(&ref)));
    if (!str_eqz(text, value))
        fail_msg("%s: want %s, got %.*s", name, value, STR_ARG(text));
}

static void test_judged__faults_of_a_gpu_are_kept_apart(void **state)
{
    static const struct {
        const char *script, *passed, *gpus, *wrong, *wrong_step, *step, *code;
    } rows[] = {
        { "", "true", "1", "0", "absent", "absent", "absent" },
        { "count=2", "true", "2", "0", "absent", "absent", "absent" },
        { "count=0", "false", "0", "0", "absent", "absent", "absent" },
        { "cuInit=802", "false", "0", "0", "absent", "absent", "absent" },
        { "wrong=copy", "false", "0", "2", "copy", "absent", "absent" },
        { "wrong=gpuvet_mix", "false", "0", "1", "kernel", "absent", "absent" },
        { "cuDevicePrimaryCtxRetain=2", "false", "0", "0", "absent", "context", "2" },
        { "cuMemAlloc_v2=2", "false", "0", "0", "absent", "allocate", "2" },
        { "cuModuleLoadData=209", "false", "0", "0", "absent", "kernel", "209" },
        { "cuCtxSynchronize=719", "false", "0", "0", "absent", "kernel", "719" },
        { "count=2;cuMemAlloc_v2@1=2", "false", "1", "0", "absent", "allocate", "2" },
        { "crash=cuLaunchKernel", "false", "0", "0", "absent", "kernel", "absent" },
    };
    static const char *const arguments[] = { "verify", "--quick", NULL };
    AUTO_ARENA *arena = arena_new(no_memory);

    (void) state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct verification verification = { .quick = true };
        struct facts facts = { 0 };

        run(arena, arguments, "FAKE_CUDA", rows[i].script, &verification.gpus);
        verify_facts(arena, &verification, &facts);
        expect(arena, &facts, "verify.passed", rows[i].passed);
        expect(arena, &facts, "verify.gpus", rows[i].gpus);
        expect(arena, &facts, "verify.wrong", rows[i].wrong);
        expect(arena, &facts, "verify.wrong_step", rows[i].wrong_step);
        expect(arena, &facts, "verify.step", rows[i].step);
        expect(arena, &facts, "verify.code", rows[i].code);
    }
}

static void test_judged__a_library_is_blamed_with_its_file(void **state)
{
    const char *fake = getenv("GPUVET_FAKE_LIBS");
    AUTO_ARENA *arena = arena_new(no_memory);
    struct {
        const char *argument, *script, *passed, *library, *step;
    } rows[] = {
        { arena_printf(arena, "cublas=%s", fake).data, "", "true", "absent", "absent" },
        { arena_printf(arena, "cublas=%s", fake).data, "cublasCreate_v2=1", "false", "cublas",
          "create" },
        { "cudnn=/nonexistent/libcudnn.so.9", "", "false", "cudnn", "absent" },
    };
    static const char *const quick[] = { "verify", "--quick", NULL };

    (void) state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const char *const arguments[] = { "libs", rows[i].argument, NULL };
        struct verification verification = { .libraries_asked = true };
        struct facts facts = { 0 };

        run(arena, quick, "FAKE_CUDA", "", &verification.gpus);
        run(arena, arguments, "FAKE_LIBS", rows[i].script, &verification.libraries);
        verify_facts(arena, &verification, &facts);
        expect(arena, &facts, "verify.passed", rows[i].passed);
        expect(arena, &facts, "verify.library", rows[i].library);
        expect(arena, &facts, "verify.library_step", rows[i].step);
        expect(arena, &facts, "verify.wrong", "0");
    }
}

static void test_judged__a_slow_memory_is_a_note_and_no_fault(void **state)
{
    static const struct {
        const char *name;
        double figure;
        bool slow;
    } rows[] = {
        { "NVIDIA H100 80GB HBM3", 2940, false },
        { "NVIDIA H100 80GB HBM3", 1676, false },
        { "NVIDIA H100 80GB HBM3", 1674, true },
        { "Some GPU of tomorrow", 1, false },
    };

    (void) state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct step step = { .name = STR("bandwidth"), .state = STEP_OK, .figure = rows[i].figure };
        struct verified_gpu gpu = { .asked = true, .name = str_of(rows[i].name) };
        struct verify_answer answer = { .gpus = { &gpu, 1, 1 } };

        gpu.steps.items = &step;
        gpu.steps.count = 1;
        verify_expect_speed(&answer);
        assert_int_equal(verify_is_slow(&step), rows[i].slow);
        assert_int_equal(step.state, STEP_OK);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_judged__a_slow_memory_is_a_note_and_no_fault),
        cmocka_unit_test(test_judged__faults_of_a_gpu_are_kept_apart),
        cmocka_unit_test(test_judged__a_library_is_blamed_with_its_file),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
