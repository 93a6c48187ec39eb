/* The real helper against scripted vendor libraries (tests/fakes): every answer, and every way not
 * to answer, becomes a fact. */
#include "base/clock.h"
#include "driver/answer.h"
#include "driver/helper.h"

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

/* The environment in which the fakes are found and scripted. */
static const char *const *fakes(struct arena *arena, const char *sub, const char *cuda,
                                const char *nvml)
{
    const char **environment = (const char **) arena_array(arena, 4, sizeof(*environment));

    environment[0] = arena_printf(arena, "LD_LIBRARY_PATH=%s%s", getenv("GPUVET_FAKES"), sub).data;
    environment[1] = arena_printf(arena, "FAKE_CUDA=%s", cuda).data;
    environment[2] = arena_printf(arena, "FAKE_NVML=%s", nvml).data;
    return environment;
}

static struct driver_answer ask(struct arena *arena, const char *cuda, const char *nvml,
                                int64_t patience_us)
{
    struct driver_question question = { .environ = fakes(arena, "", cuda, nvml), .context = true };
    struct driver_answer answer;

    driver_ask(arena, &question, 1, clock_us() + patience_us, NULL, &answer);
    return answer;
}

static void assert_number(const struct said *said, int64_t number)
{
    assert_int_equal(said->state, SAID_VALUE);
    assert_int_equal(said->number, number);
}

static void assert_text(const struct said *said, const char *text)
{
    assert_int_equal(said->state, SAID_VALUE);
    assert_true(str_eqz(said->text, text));
}

static void test_nvml__tells_all_that_it_knows(void **state)
{
    AUTO_ARENA *arena = arena_new(no_memory);
    struct driver_answer answer =
        ask(arena, "", "count=2;mig=2;processes=2;links=3;volatile=5;aggregate=6;recovery=2",
            10 * SECOND);
    const struct nvml_answer *nvml = &answer.nvml;
    const struct nvml_gpu *gpu = &nvml->gpus.items[1];

    (void) state;
    assert_true(nvml->head.done);
    assert_true(nvml->head.loaded);
    assert_true(str_ends(nvml->head.path, STR("/libnvidia-ml.so.1")));
    assert_int_equal(nvml->head.within.len, 0);
    assert_text(&nvml->driver_version, "550.54.14");
    assert_number(&nvml->cuda_version, 12040);
    assert_number(&nvml->count, 2);
    assert_int_equal(nvml->gpus.count, 2);
    assert_text(&gpu->name, "Fake GPU \"1\" \xe6\x98\xbe");
    assert_text(&gpu->uuid, "GPU-00000000-0000-0000-0000-000000000002");
    assert_text(&gpu->address, "00000000:11:00.0");
    assert_number(&gpu->vendor_id, 0x10de);
    assert_number(&gpu->device_id, 0x2330);
    assert_number(&gpu->major, 9);
    assert_number(&gpu->memory_free, 79LL << 30);
    assert_number(&gpu->persistence_mode, 1);
    assert_number(&gpu->ecc_volatile, 5);
    assert_number(&gpu->ecc_aggregate, 6);
    assert_number(&gpu->rows_uncorrected, 2);
    assert_number(&gpu->mig_current, 1);
    assert_number(&gpu->fabric_state, 3);
    assert_number(&gpu->nvlinks, 3);
    assert_number(&gpu->nvlinks_active, 2);
    assert_number(&gpu->recovery_action, 2);
    assert_int_equal(gpu->processes.count, 2);
    assert_int_equal(gpu->processes.items[0].memory, -1);
    assert_int_equal(gpu->processes.items[1].memory, 1 << 30);
    assert_int_equal(gpu->mig_devices.count, 2);
    assert_true(str_starts(gpu->mig_devices.items[1].uuid, STR("MIG-")));
}

static void test_nvml__of_an_old_driver_lacks_functions_and_no_more(void **state)
{
    AUTO_ARENA *arena = arena_new(no_memory);
    struct driver_question question = { .environ = fakes(arena, "/old", "", "") };
    struct driver_answer answer;
    const struct nvml_gpu *gpu;

    (void) state;
    driver_ask(arena, &question, 1, clock_us() + 10 * SECOND, NULL, &answer);
    gpu = &answer.nvml.gpus.items[0];
    assert_true(answer.nvml.head.done);
    assert_int_equal(gpu->recovery_action.state, SAID_MISSING);
    assert_int_equal(gpu->fabric_state.state, SAID_NOTHING);
    assert_number(&gpu->clock_reasons, 1); /* by its older name */
    /* No libcuda there at all. */
    assert_false(answer.cuda.head.loaded);
    assert_true(answer.cuda.head.done);
    assert_true(str_has(answer.cuda.head.load_error, STR("libcuda.so.1")));
}

static void test_cuda__tells_all_that_it_knows(void **state)
{
    AUTO_ARENA *arena = arena_new(no_memory);
    struct driver_answer answer =
        ask(arena, "count=2;capability=86;compute-mode=2", "", 10 * SECOND);
    const struct cuda_gpu *gpu = &answer.cuda.gpus.items[1];

    (void) state;
    assert_true(answer.cuda.head.done);
    assert_true(str_ends(answer.cuda.head.path, STR("/libcuda.so.1")));
    assert_int_equal(answer.cuda.init.state, SAID_VALUE);
    assert_number(&answer.cuda.driver_version, 12040);
    assert_int_equal(answer.cuda.gpus.count, 2);
    assert_text(&gpu->name, "Fake GPU 1");
    assert_text(&gpu->address, "0000:11:00.0");
    assert_text(&gpu->uuid, "00000000-0000-0000-0000-000000000001");
    assert_number(&gpu->major, 8);
    assert_number(&gpu->minor, 6);
    assert_number(&gpu->compute_mode, 2);
    assert_number(&gpu->memory_total, 32 << 20);
    assert_number(&gpu->memory_free, 32 << 20);
    assert_int_equal(gpu->context.state, SAID_VALUE);
}

/* --- every way not to answer, at every call --- */

static const struct {
    const char *action;
    enum child_end end;
    int signal, code;
} ways[] = {
    { "hang", CHILD_LATE, 0, 0 },          { "spin", CHILD_LATE, 0, 0 },
    { "mute", CHILD_LATE, 0, 0 },          { "flood", CHILD_LATE, 0, 0 },
    { "crash", CHILD_SIGNAL, SIGSEGV, 0 }, { "abort", CHILD_SIGNAL, SIGABRT, 0 },
    { "exit", CHILD_EXIT, 0, 7 },
};

static void test_driver__that_does_not_answer_is_told_with_the_call(void **state)
{
    static const char *const cuda_calls[] = { "cuInit", "cuDeviceGetCount", "cuDeviceGetName",
                                              "cuDevicePrimaryCtxRetain" };
    static const char *const nvml_calls[] = { "nvmlInit_v2", "nvmlDeviceGetCount_v2",
                                              "nvmlDeviceGetName", "nvmlDeviceGetMemoryInfo" };
    AUTO_ARENA *arena = arena_new(no_memory);

    (void) state;
    for (size_t way = 0; way < COUNT(ways); way++) {
        struct driver_question questions[COUNT(cuda_calls)];
        struct driver_answer answers[COUNT(cuda_calls)];

        for (size_t i = 0; i < COUNT(cuda_calls); i++)
            questions[i] = (struct driver_question){
                .environ = fakes(
                    arena, "", arena_printf(arena, "%s=%s", ways[way].action, cuda_calls[i]).data,
                    arena_printf(arena, "%s=%s", ways[way].action, nvml_calls[i]).data),
                .context = true,
            };
        driver_ask(arena, questions, COUNT(cuda_calls), clock_us() + SECOND, NULL, answers);
        for (size_t i = 0; i < COUNT(cuda_calls); i++) {
            const struct answer_head *heads[] = { &answers[i].cuda.head, &answers[i].nvml.head };
            const char *const calls[] = { cuda_calls[i], nvml_calls[i] };

            for (size_t side = 0; side < 2; side++) {
                assert_int_equal(heads[side]->child->end, ways[way].end);
                assert_int_equal(heads[side]->child->signal, ways[way].signal);
                assert_int_equal(heads[side]->child->code, ways[way].code);
                assert_false(heads[side]->done);
                assert_true(str_eqz(heads[side]->within, calls[side]));
            }
        }
    }
}

static void test_driver__that_fails_while_loading_is_told_as_that(void **state)
{
    static const struct {
        const char *script;
        enum child_end end;
    } rows[] = { { "load=hang", CHILD_LATE }, { "load=crash", CHILD_SIGNAL } };
    AUTO_ARENA *arena = arena_new(no_memory);

    (void) state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct driver_answer answer = ask(arena, rows[i].script, rows[i].script, 2 * SECOND);

        assert_int_equal(answer.cuda.head.child->end, rows[i].end);
        assert_true(str_eqz(answer.cuda.head.within, "dlopen"));
        assert_false(answer.nvml.head.loaded);
        assert_true(str_eqz(answer.nvml.head.within, "dlopen"));
    }
}

static void test_driver__garbage_is_counted_and_harmless(void **state)
{
    AUTO_ARENA *arena = arena_new(no_memory);
    struct driver_answer answer =
        ask(arena, "noise=cuInit;orphan=cuDeviceGetCount", "", 10 * SECOND);

    (void) state;
    assert_int_equal(answer.cuda.head.child->end, CHILD_OK);
    assert_true(answer.cuda.head.done);
    assert_true(answer.cuda.head.garbage > 0);
    assert_int_equal(answer.cuda.init.state, SAID_VALUE);
    assert_int_equal(answer.cuda.gpus.count, 1);
}

static void test_driver__one_lost_gpu_hides_no_other(void **state)
{
    AUTO_ARENA *arena = arena_new(no_memory);
    struct driver_answer answer =
        ask(arena, "count=4;cuDevicePrimaryCtxRetain@2=46",
            "count=4;nvmlDeviceGetHandleByIndex_v2@1=15;hang=nvmlDeviceGetName@3", 2 * SECOND);

    (void) state;
    assert_int_equal(answer.cuda.gpus.items[2].context.state, SAID_CODE);
    assert_int_equal(answer.cuda.gpus.items[2].context.code, 46);
    assert_int_equal(answer.cuda.gpus.items[3].context.state, SAID_VALUE);
    assert_int_equal(answer.nvml.gpus.items[1].handle.code, 15);
    assert_int_equal(answer.nvml.gpus.items[0].name.state, SAID_VALUE);
    assert_int_equal(answer.nvml.gpus.items[2].recovery_action.state, SAID_VALUE);
    assert_int_equal(answer.nvml.gpus.items[3].name.state, SAID_UNFINISHED);
    assert_int_equal(answer.nvml.head.within_gpu, 3);
}

/* One after the other they would need eight seconds, and the helper would be ended before. */
static void test_driver__eight_slow_gpus_are_asked_at_once(void **state)
{
    AUTO_ARENA *arena = arena_new(no_memory);
    struct driver_answer answer =
        ask(arena, "count=8;slow=cuDevicePrimaryCtxRetain:1000",
            "count=8;slow=nvmlDeviceGetHandleByIndex_v2:1000", 7 * SECOND);

    (void) state;
    assert_int_equal(answer.cuda.gpus.count, 8);
    assert_int_equal(answer.nvml.gpus.count, 8);
    for (size_t i = 0; i < 8; i++) {
        assert_true(answer.cuda.gpus.items[i].context.number >= SECOND);
        assert_int_equal(answer.nvml.gpus.items[i].recovery_action.state, SAID_VALUE);
    }
}

static void test_driver__counts_what_there_is(void **state)
{
    static const int counts[] = { 0, 1, 8, 16 };
    AUTO_ARENA *arena = arena_new(no_memory);

    (void) state;
    for (size_t i = 0; i < COUNT(counts); i++) {
        const char *script = arena_printf(arena, "count=%d", counts[i]).data;
        struct driver_answer answer = ask(arena, script, script, 10 * SECOND);

        assert_number(&answer.cuda.count, counts[i]);
        assert_int_equal(answer.cuda.gpus.count, counts[i]);
        assert_number(&answer.nvml.count, counts[i]);
        assert_int_equal(answer.nvml.gpus.count, counts[i]);
    }
}

static void test_helper__gets_the_environment_that_it_is_asked_about(void **state)
{
    static const char *const poison[] = { "LD_PRELOAD=/nonexistent/poison.so", "A=b", NULL };
    static const char *const without[] = { "LD_PRELOAD", "LD_LIBRARY_PATH", NULL };
    AUTO_ARENA *arena = arena_new(no_memory);
    struct driver_question questions[] = {
        { .environ = poison },
        { .environ = environ_copy(arena, poison, without, "CUDA_CACHE_DISABLE=1") },
    };
    struct driver_answer answers[2];

    (void) state;
    driver_ask(arena, questions, 2, clock_us() + 10 * SECOND, NULL, answers);
    assert_true(str_has(answers[0].cuda.head.child->complaints, STR("poison.so")));
    assert_int_equal(answers[1].cuda.head.child->complaints.len, 0);
    assert_string_equal(questions[1].environ[0], "CUDA_CACHE_DISABLE=1");
    assert_string_equal(questions[1].environ[1], "A=b");
    assert_null(questions[1].environ[2]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nvml__tells_all_that_it_knows),
        cmocka_unit_test(test_nvml__of_an_old_driver_lacks_functions_and_no_more),
        cmocka_unit_test(test_cuda__tells_all_that_it_knows),
        cmocka_unit_test(test_driver__that_does_not_answer_is_told_with_the_call),
        cmocka_unit_test(test_driver__that_fails_while_loading_is_told_as_that),
        cmocka_unit_test(test_driver__garbage_is_counted_and_harmless),
        cmocka_unit_test(test_driver__one_lost_gpu_hides_no_other),
        cmocka_unit_test(test_driver__eight_slow_gpus_are_asked_at_once),
        cmocka_unit_test(test_driver__counts_what_there_is),
        cmocka_unit_test(test_helper__gets_the_environment_that_it_is_asked_about),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
