/* The environment's own libraries, loaded and made to compute, against scripted ones. */
#include "base/clock.h"
#include "driver/helper.h"
#include "driver/steps.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>

#include <setjmp.h>
#include <cmocka.h>

#define SECOND 1000000
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void no_memory(void)
{
    fail_msg("out of memory");
}

static const char *const names[] = { "cudart", "nvrtc", "cublasLt", "cublas", "cudnn", "nccl" };

static struct child *start(struct arena *arena, const char *script, const char *fakes)
{
    const char *const environment[] = {
        arena_printf(arena, "LD_LIBRARY_PATH=%s", fakes).data,
        arena_printf(arena, "FAKE_LIBS=%s", script).data,
        "CUDA_CACHE_DISABLE=1",
        NULL,
    };
    const char *arguments[COUNT(names) + 3] = { "libs" };

    for (size_t i = 0; i < COUNT(names); i++)
        arguments[i + 1] = arena_printf(arena, "%s=%s", names[i], getenv("GPUVET_FAKE_LIBS")).data;
    arguments[COUNT(names) + 1] = "absent=/nonexistent/libabsent.so";
    return helper_start(arena, arguments, environment);
}

static struct verify_answer ask(struct arena *arena, const char *script)
{
    struct child *child = start(arena, script, getenv("GPUVET_FAKES"));
    struct verify_answer answer;

    children_wait(&child, 1, clock_us() + 20 * SECOND, NULL);
    verify_answer_read(arena, child_result(child), &answer);
    return answer;
}

static const struct verified_library *library_named(const struct verify_answer *answer,
                                                    const char *name)
{
    for (size_t i = 0; i < answer->libraries.count; i++)
        if (str_eqz(answer->libraries.items[i].name, name))
            return &answer->libraries.items[i];
    fail_msg("no library %s", name);
    return NULL;
}

static const struct step *step_named(const struct verify_answer *answer, const char *library,
                                     const char *name)
{
    const struct verified_library *found = library_named(answer, library);

    for (size_t i = 0; i < found->steps.count; i++)
        if (str_eqz(found->steps.items[i].name, name))
            return &found->steps.items[i];
    fail_msg("no step %s of %s", name, library);
    return NULL;
}

static void test_libs__tell_their_versions_and_compute(void **state)
{
    static const struct {
        const char *library, *version, *step;
    } rows[] = {
        { "cudart", "12.6.0", "runtime" },   { "nvrtc", "12.6.0", "compile" },
        { "cublas", "12.6.4", "create" },    { "cublas", "12.6.4", "gemm-fp32" },
        { "cublas", "12.6.4", "gemm-fp16" }, { "cublas", "12.6.4", "gemm-bf16" },
        { "cudnn", "9.5.1", "create" },      { "cudnn", "9.5.1", "convolution" },
    };
    AUTO_ARENA *arena = arena_new(no_memory);
    struct verify_answer answer = ask(arena, "");

    (void) state;
    assert_true(answer.head.done);
    assert_int_equal(answer.libraries.count, COUNT(names) + 1);
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct verified_library *library = library_named(&answer, rows[i].library);

        assert_true(str_eqz(library->version, rows[i].version));
        assert_true(str_eqz(library->path, getenv("GPUVET_FAKE_LIBS")));
        assert_int_equal(step_named(&answer, rows[i].library, rows[i].step)->state, STEP_OK);
    }
    assert_true(step_named(&answer, "cublas", "gemm-fp32")->figure > 0);
    assert_true(str_eqz(library_named(&answer, "nccl")->version, "2.21.5"));
    assert_true(str_eqz(library_named(&answer, "cublasLt")->version, "12.6.4"));
}

static void test_libs__old_version_numbers_are_read_right(void **state)
{
    AUTO_ARENA *arena = arena_new(no_memory);
    struct verify_answer answer = ask(arena, "cudnn=8902;nccl=2804");

    (void) state;
    assert_true(str_eqz(library_named(&answer, "cudnn")->version, "8.9.2"));
    assert_true(str_eqz(library_named(&answer, "nccl")->version, "2.8.4"));
}

static void test_libs__one_that_cannot_be_loaded_is_told_in_the_loaders_words(void **state)
{
    AUTO_ARENA *arena = arena_new(no_memory);
    struct verify_answer answer = ask(arena, "");
    const struct verified_library *absent = library_named(&answer, "absent");

    (void) state;
    assert_true(str_has(absent->error, STR("/nonexistent/libabsent.so")));
    assert_int_equal(absent->steps.count, 0);
    assert_int_equal(library_named(&answer, "cublas")->error.len, 0);
}

static void test_libs__failures_name_library_call_and_code(void **state)
{
    static const struct {
        const char *script, *library, *step, *call;
        int code;
    } rows[] = {
        { "cudaGetDeviceCount=35", "cudart", "runtime", "cudaGetDeviceCount", 35 },
        { "cublasCreate_v2=1", "cublas", "create", "cublasCreate_v2", 1 },
        { "cublasSgemm_v2=13", "cublas", "gemm-fp32", "cublasSgemm_v2", 13 },
        { "cublasGemmEx=15", "cublas", "gemm-bf16", "cublasGemmEx", 15 },
        { "cudnnCreate=1002", "cudnn", "create", "cudnnCreate", 1002 },
        { "cudnnConvolutionForward=5000", "cudnn", "convolution", "cudnnConvolutionForward", 5000 },
        { "nvrtcCompileProgram=5", "nvrtc", "compile", "nvrtcCompileProgram", 5 },
        { "wrong=cublasSgemm_v2", "cublas", "gemm-fp32", "", 0 },
        { "wrong=cublasGemmEx", "cublas", "gemm-fp16", "", 0 },
        { "wrong=cudnnConvolutionForward", "cudnn", "convolution", "", 0 },
    };
    AUTO_ARENA *arena = arena_new(no_memory);
    struct child *children[COUNT(rows)];

    (void) state;
    for (size_t i = 0; i < COUNT(rows); i++)
        children[i] = start(arena, rows[i].script, getenv("GPUVET_FAKES"));
    children_wait(children, COUNT(rows), clock_us() + 20 * SECOND, NULL);
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct verify_answer answer;
        const struct step *step;

        verify_answer_read(arena, child_result(children[i]), &answer);
        step = step_named(&answer, rows[i].library, rows[i].step);
        assert_true(answer.head.done);
        assert_int_equal(step->state, STEP_FAILED);
        assert_true(str_eqz(step->call, rows[i].call));
        assert_int_equal(step->code, rows[i].code);
        assert_int_equal(step->wrong, rows[i].code ? 0 : 1);
        assert_true(rows[i].code != 0 || (step->first == 257 && step->max_error > 0));
    }
}

static void test_libs__tell_versions_without_a_driver(void **state)
{
    AUTO_ARENA *arena = arena_new(no_memory);
    struct child *child = start(arena, "", "/nonexistent");
    struct verify_answer answer;

    (void) state;
    children_wait(&child, 1, clock_us() + 20 * SECOND, NULL);
    verify_answer_read(arena, child_result(child), &answer);
    assert_true(answer.head.done);
    assert_false(answer.head.loaded);
    assert_true(str_eqz(library_named(&answer, "cublas")->version, "12.6.4"));
    assert_int_equal(library_named(&answer, "cublas")->steps.count, 0);
}

static void test_libs__a_crash_is_told_with_library_and_call(void **state)
{
    AUTO_ARENA *arena = arena_new(no_memory);
    struct verify_answer answer = ask(arena, "crash=cudnnConvolutionForward");

    (void) state;
    assert_int_equal(answer.head.child->end, CHILD_SIGNAL);
    assert_int_equal(answer.head.child->signal, SIGSEGV);
    assert_true(str_eqz(answer.head.within, "cudnnConvolutionForward"));
    assert_int_equal(step_named(&answer, "cudnn", "convolution")->state, STEP_UNFINISHED);
    assert_int_equal(step_named(&answer, "cublas", "gemm-fp32")->state, STEP_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_libs__tell_their_versions_and_compute),
        cmocka_unit_test(test_libs__old_version_numbers_are_read_right),
        cmocka_unit_test(test_libs__one_that_cannot_be_loaded_is_told_in_the_loaders_words),
        cmocka_unit_test(test_libs__failures_name_library_call_and_code),
        cmocka_unit_test(test_libs__tell_versions_without_a_driver),
        cmocka_unit_test(test_libs__a_crash_is_told_with_library_and_call),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
