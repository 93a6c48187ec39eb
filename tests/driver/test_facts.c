/* The driver's answers as facts, through the real helper and scripted vendor libraries. */
#include "base/clock.h"
#include "driver/facts.h"
#include "driver/live.h"
#include "knowledge/errors.h"

#include <stdlib.h>

#include <setjmp.h>
#include <cmocka.h>

#define SECOND 1000000
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define BATCH (CHILDREN_MAX / 2)

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

static void ask(struct arena *arena, const char *cuda, const char *nvml, int64_t patience_us,
                struct facts *ret)
{
    struct driver_question question = { .environ = fakes(arena, "", cuda, nvml), .context = true };
    struct driver_answer *answer = ARENA_NEW(arena, struct driver_answer);

    *ret = (struct facts){ 0 };
    driver_ask(arena, &question, 1, clock_us() + patience_us, NULL, answer);
    driver_facts(arena, answer, NULL, ret);
}

static void expect(struct arena *arena, const struct facts *facts, const char *name,
                   const char *value)
{
    struct fact_ref ref;
    struct str text;

    if (facts_find(facts, str_of(name), &ref) < 0)
        fail_msg("there is no fact %s", name);
    text = fact_ref_state(&ref) == FACT_KNOWN ? fact_ref_text(arena, &ref)
                                              : str_of(fact_state_name(fact_ref_state(&ref)));
    if (!str_eqz(text, value))
        fail_msg("%s: want %s, got %.*s", name, value, STR_ARG(text));
}

/* --- every code ----------------------------------------------------------------------------- */

static size_t codes_of(enum error_family family, struct error_info *ret, size_t room)
{
    struct error_info info;
    size_t count = 0;

    for (size_t i = 0; error_at(i, &info) && count < room; i++)
        if (info.family == family && info.code != 0)
            ret[count++] = info;
    return count;
}

static void check_codes(const struct error_info *codes, size_t count, const char *call,
                        bool of_cuda, const char *code_fact, const char *name_fact)
{
    AUTO_ARENA *arena = arena_new(no_memory);
    struct driver_question questions[BATCH];
    struct driver_answer answers[BATCH];

    for (size_t i = 0; i < count; i++) {
        const char *script = arena_printf(arena, "%s=%u", call, codes[i].code).data;

        questions[i] = (struct driver_question){
            .environ = fakes(arena, "", of_cuda ? script : "", of_cuda ? "" : script),
            .context = true,
        };
    }
    driver_ask(arena, questions, count, clock_us() + 20 * SECOND, NULL, answers);
    for (size_t i = 0; i < count; i++) {
        struct facts facts = { 0 };

        driver_facts(arena, &answers[i], NULL, &facts);
        expect(arena, &facts, code_fact, arena_printf(arena, "%u", codes[i].code).data);
        expect(arena, &facts, name_fact, arena_copy(arena, codes[i].name).data);
        expect(arena, &facts, of_cuda ? "cuda.outcome" : "nvml.outcome", "answered");
    }
}

static void test_facts__every_code_is_a_fact_with_its_name(void **state)
{
    static const struct {
        enum error_family family;
        const char *call, *code, *name;
    } rows[] = {
        { ERROR_CUDA_DRIVER, "cuInit", "cuda.init_code", "cuda.init_error" },
        { ERROR_CUDA_DRIVER, "cuDevicePrimaryCtxRetain", "cuda.devices.0.context_code",
          "cuda.devices.0.context_error" },
        { ERROR_NVML, "nvmlInit_v2", "nvml.init_code", "nvml.init_error" },
        { ERROR_NVML, "nvmlDeviceGetHandleByIndex_v2", "nvml.devices.0.code",
          "nvml.devices.0.error" },
    };
    struct error_info codes[256];

    (void) state;
    for (size_t row = 0; row < COUNT(rows); row++) {
        size_t count = codes_of(rows[row].family, codes, COUNT(codes));

        assert_true(count > 20);
        for (size_t i = 0; i < count; i += BATCH)
            check_codes(codes + i, count - i < BATCH ? count - i : BATCH, rows[row].call,
                        rows[row].family == ERROR_CUDA_DRIVER, rows[row].code, rows[row].name);
    }
}

/* --- values --------------------------------------------------------------------------------- */

static void test_facts__tell_what_the_driver_told(void **state)
{
    static const struct {
        const char *fact, *value;
    } rows[] = {
        { "driver.asked", "true" },
        { "driver.version", "550.54.14" },
        { "driver.max_cuda", "12.4" },
        { "hardware.gpus.1.name", "Fake GPU \"1\" \xe6\x98\xbe" },
        { "hardware.gpus.1.device_id", "10de:2330" },
        { "hardware.gpus.1.address", "0000:11:00.0" },
        { "hardware.gpus.1.capability", "8.6" }, /* libcuda's word goes before NVML's */
        { "hardware.gpus.1.mig_enabled", "true" },
        { "hardware.mig_instances", "4" },
        { "process.visible_count", "2" },
        { "nvml.init_error", "absent" },
        { "nvml.device_count", "2" },
        { "nvml.devices.1.capability", "9.0" },
        { "nvml.devices.1.compute_mode", "default" },
        { "nvml.devices.1.persistence", "true" },
        { "nvml.devices.1.virtualization", "none" },
        { "nvml.devices.1.ecc_errors", "5" },
        { "nvml.devices.1.recovery", "reboot" },
        { "nvml.devices.1.clocks", "idle" },
        { "nvml.devices.1.fabric", "completed" },
        { "nvml.devices.1.links_active", "2" },
        { "nvml.devices.1.mig_count", "2" },
        { "nvml.devices.1.processes", "2" },
        { "nvml.devices.1.processes_memory", "1073741824" },
        { "nvml.clean_outcome", "absent" },
        { "cuda.device_count", "2" },
        { "cuda.version", "12.4" },
        { "cuda.devices.1.compute_mode", "prohibited" },
        { "cuda.devices.1.context_code", "0" },
        { "cuda.devices.1.context_error", "absent" },
        { "cuda.devices.1.memory_free", "33554432" },
        { "cuda.within", "absent" },
        { "cuda.slow", "false" },
    };
    AUTO_ARENA *arena = arena_new(no_memory);
    struct facts facts;

    (void) state;
    ask(arena, "count=2;capability=86;compute-mode=2",
        "count=2;mig=2;processes=2;links=3;volatile=5;recovery=2", 10 * SECOND, &facts);
    for (size_t i = 0; i < COUNT(rows); i++)
        expect(arena, &facts, rows[i].fact, rows[i].value);
}

static void test_facts__a_call_that_fails_takes_only_its_own_fact(void **state)
{
    static const struct {
        const char *script, *state;
    } rows[] = {
        { "nvmlDeviceGetMemoryInfo=3", "absent" }, /* not supported */
        { "nvmlDeviceGetMemoryInfo=4", "denied" }, /* no permission */
        { "nvmlDeviceGetMemoryInfo=15", "unknown" },
        { "nvmlDeviceGetMemoryInfo=999", "unknown" },
    };
    AUTO_ARENA *arena = arena_new(no_memory);
    struct facts facts;

    (void) state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        ask(arena, "", rows[i].script, 10 * SECOND, &facts);
        expect(arena, &facts, "nvml.devices.0.memory_free", rows[i].state);
        expect(arena, &facts, "nvml.devices.0.persistence", "true");
    }
}

static void test_facts__how_asking_ended_is_one(void **state)
{
    static const struct {
        const char *script, *outcome, *within;
    } rows[] = {
        { "hang=cuInit", "late", "cuInit" },      { "crash=cuInit", "crashed", "cuInit" },
        { "exit=cuInit", "exited", "cuInit" },    { "load=hang", "late", "dlopen" },
        { "load=crash", "crashed", "dlopen" },    { "mute=cuDeviceGet", "late", "cuDeviceGet" },
        { "noise=cuInit", "answered", "absent" },
    };
    AUTO_ARENA *arena = arena_new(no_memory);
    struct facts facts;

    (void) state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        ask(arena, rows[i].script, "", SECOND, &facts);
        expect(arena, &facts, "cuda.outcome", rows[i].outcome);
        expect(arena, &facts, "cuda.within", rows[i].within);
        expect(arena, &facts, "nvml.outcome", "answered");
    }
}

/* --- live ----------------------------------------------------------------------------------- */

static void ask_live(struct arena *arena, const char *cuda, const char *nvml, struct facts *ret)
{
    struct driver_live *live =
        driver_live_start(arena, root_live(arena), fakes(arena, "", cuda, nvml));
    struct driver_heard heard;

    *ret = (struct facts){ 0 };
    driver_live_finish(arena, live, NULL, ret, &heard);
}

static void test_live__takes_contexts_only_where_they_may_fail(void **state)
{
    static const struct {
        const char *nvml, *context;
    } rows[] = {
        { "", "unknown" },
        { "compute-mode=3", "46" },
        { "free=100", "46" },
        { "virtualization=2", "46" },
    };
    AUTO_ARENA *arena = arena_new(no_memory);
    struct facts facts;

    (void) state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        ask_live(arena, "cuDevicePrimaryCtxRetain=46", rows[i].nvml, &facts);
        expect(arena, &facts, "cuda.init_code", "0");
        expect(arena, &facts, "cuda.devices.0.context_code", rows[i].context);
        expect(arena, &facts, "driver.woken_modules", "absent");
        expect(arena, &facts, "driver.woken_nodes", "absent");
    }
}

static void test_live__tells_what_is_different_without_the_loaders_variables(void **state)
{
    AUTO_ARENA *arena = arena_new(no_memory);
    struct facts facts;

    (void) state;
    ask_live(arena, "cuInit=34", "", &facts);
    expect(arena, &facts, "cuda.init_error", "CUDA_ERROR_STUB_LIBRARY");
    /* The fakes are found through LD_LIBRARY_PATH alone. */
    expect(arena, &facts, "cuda.clean_outcome", "not-loaded");
    expect(arena, &facts, "cuda.clean_path", "absent");
    expect(arena, &facts, "nvml.clean_outcome", "not-loaded");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_facts__every_code_is_a_fact_with_its_name),
        cmocka_unit_test(test_facts__tell_what_the_driver_told),
        cmocka_unit_test(test_facts__a_call_that_fails_takes_only_its_own_fact),
        cmocka_unit_test(test_facts__how_asking_ended_is_one),
        cmocka_unit_test(test_live__takes_contexts_only_where_they_may_fail),
        cmocka_unit_test(test_live__tells_what_is_different_without_the_loaders_variables),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
