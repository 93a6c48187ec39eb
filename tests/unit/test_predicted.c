/* What torch will answer, from what NVML and the driver say and from its environment. */
#include "probe/probe.h"

#include <setjmp.h>
#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define UNKNOWN (-9)
#define NO_NVML (-1)

extern const struct probe probe_predicted;

static void no_memory(void)
{
    fail_msg("out of memory");
}

/* The driver's side, and torch's own. NULL: not set, or the usual. */
struct row {
    const char *visible; /* CUDA_VISIBLE_DEVICES */
    int nvml;            /* GPUs that NVML counts; NO_NVML, UNKNOWN */
    int init, cuda;      /* code of cuInit; GPUs that libcuda counts */
    const char *check;   /* PYTORCH_NVML_BASED_CUDA_CHECK */
    const char *release, *build;
    int available, count; /* UNKNOWN: must stay so */
};

static const struct row rows[] = {
    /* all well */
    { NULL, 2, 0, 2, NULL, NULL, NULL, 1, 2 },
    { "0", 2, 0, 1, NULL, NULL, NULL, 1, 1 },
    { "1,0", 2, 0, 2, NULL, NULL, NULL, 1, 2 },
    { " 1 ,0x", 2, 0, 2, NULL, NULL, NULL, 1, 2 },
    /* hidden */
    { "", 2, 100, 0, NULL, NULL, NULL, 0, 0 },
    { "-1", 2, 100, 0, NULL, NULL, NULL, 0, 0 },
    { "0,0", 2, 100, 0, NULL, NULL, NULL, 0, 0 },
    { "7", 2, 100, 0, NULL, NULL, NULL, 0, 0 },
    { "0,7,1", 2, 0, 1, NULL, NULL, NULL, 1, 1 },
    { "all", 2, 100, 0, NULL, NULL, NULL, 0, 0 },
    { "0,-1,1", 2, 0, 1, NULL, NULL, NULL, 1, 1 },
    { "-", 2, 100, 0, NULL, NULL, NULL, 0, UNKNOWN }, /* int("-") raises */
    /* by UUID */
    { "GPU-a", 2, 0, 1, NULL, NULL, NULL, 1, 1 },
    { "GPU-b0,GPU-a0", 2, 0, 2, NULL, NULL, NULL, 1, 2 },
    { "GPU-", 2, 100, 0, NULL, NULL, NULL, 0, 0 }, /* ambiguous */
    { "GPU-c", 2, 100, 0, NULL, NULL, NULL, 0, 0 },
    { "GPU-a,GPU-c,GPU-a", 2, 100, 0, NULL, NULL, NULL, 0, 0 },
    { "GPU-a, GPU-b", 2, 0, 1, NULL, NULL, NULL, 1, 1 }, /* a blank ends it for torch */
    { "MIG-1", 2, 0, 1, NULL, NULL, NULL, 1, 1 },
    /* NVML and the driver apart: device_count() believes NVML */
    { NULL, 2, 999, 0, NULL, NULL, NULL, 0, 2 },
    { NULL, NO_NVML, 0, 1, NULL, NULL, NULL, 1, 1 },
    { NULL, NO_NVML, 999, 0, NULL, NULL, NULL, 0, 0 },
    { NULL, UNKNOWN, 0, 1, NULL, NULL, NULL, 1, UNKNOWN },
    { NULL, 2, UNKNOWN, 0, NULL, NULL, NULL, UNKNOWN, 2 },
    { "", UNKNOWN, UNKNOWN, 0, NULL, NULL, NULL, UNKNOWN, 0 },
    /* PYTORCH_NVML_BASED_CUDA_CHECK */
    { NULL, 2, 999, 0, "1", NULL, NULL, 1, 2 },
    { NULL, 2, 999, 0, "0", NULL, NULL, 0, 2 },
    { NULL, NO_NVML, 0, 2, "1", NULL, NULL, 1, 2 },
    { "GPU-c", 2, 100, 0, "1", NULL, NULL, 0, 0 },
    /* other builds */
    { NULL, 2, 0, 2, NULL, NULL, "cpu", 0, 0 },
    { NULL, 2, 0, 2, NULL, NULL, "rocm", UNKNOWN, UNKNOWN },
    { NULL, 2, 0, 2, NULL, "1.12.1", NULL, 1, 2 },
    { NULL, 2, 999, 0, NULL, "1.12.1", NULL, 0, UNKNOWN },
};

static void add_gpu(struct arena *arena, struct nvml_facts *nvml, const char *uuid)
{
    struct nvml_device_facts *device =
        fact_list_add(arena, &nvml->devices, sizeof(struct nvml_device_facts));

    fact_int(&device->code, 0, STR("nvml"));
    fact_str(&device->uuid, str_of(uuid), STR("nvml"));
}

static void set_variable(struct fact_str *fact, const char *value)
{
    *fact =
        (struct fact_str){ value ? FACT_KNOWN : FACT_ABSENT, str_of(value), STR("environment") };
}

static void set_driver(struct arena *arena, const struct row *row, struct facts *facts)
{
    fact_bool(&facts->driver.asked, true, STR("test"));
    fact_str(&facts->cuda.version, STR("12.4"), STR("test"));
    fact_str(&facts->runtime.version, STR("12.1"), STR("test"));
    if (row->init != UNKNOWN)
        fact_int(&facts->cuda.init_code, row->init, STR("cuInit"));
    if (row->init == 0)
        fact_int(&facts->cuda.device_count, row->cuda, STR("cuDeviceGetCount"));
    if (row->nvml == NO_NVML)
        fact_int(&facts->nvml.init_code, 9, STR("nvmlInit"));
    if (row->nvml < 0)
        return;
    fact_int(&facts->nvml.init_code, 0, STR("nvmlInit"));
    fact_int(&facts->nvml.device_count, row->nvml, STR("nvml"));
    add_gpu(arena, &facts->nvml, "GPU-a0");
    add_gpu(arena, &facts->nvml, "GPU-b0");
}

static void test_predicted__is_what_torch_answers(void **state)
{
    AUTO_ARENA *arena = arena_new(no_memory);

    (void) state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct row *row = &rows[i];
        struct facts facts = { 0 };
        struct probe_ctx ctx = { .arena = arena, .facts = &facts };
        const struct torch_facts *torch = &facts.torch;

        set_driver(arena, row, &facts);
        set_variable(&facts.process.cuda_visible_devices, row->visible);
        set_variable(&facts.process.nvml_based_check, row->check);
        fact_bool(&facts.torch.installed, true, STR("test"));
        fact_str(&facts.torch.release, str_of(row->release ? row->release : "2.4.1"), STR("test"));
        fact_str(&facts.torch.build, str_of(row->build ? row->build : "cuda"), STR("test"));
        probe_predicted.run(&ctx);
        if ((torch->predicted_is_available.state == FACT_KNOWN) != (row->available != UNKNOWN) ||
            (torch->predicted_device_count.state == FACT_KNOWN) != (row->count != UNKNOWN))
            fail_msg("row %zu is known, or unknown", i);
        if (row->available != UNKNOWN && torch->predicted_is_available.value != row->available)
            fail_msg("row %zu: is_available", i);
        if (row->count != UNKNOWN && torch->predicted_device_count.value != row->count)
            fail_msg("row %zu: device_count %lld", i,
                     (long long) torch->predicted_device_count.value);
    }
}

static void test_predicted__is_nested_in_json_and_read_back(void **state)
{
    static const struct str wanted =
        STR_INIT("\"predicted\": {\n        \"is_available\": {\n          \"state\": \"known\",\n"
                 "          \"value\": true");
    AUTO_ARENA *arena = arena_new(no_memory);
    struct buf buf = buf_new(arena, 1u << 20);
    struct json json = json_to(&buf);
    struct facts facts = { 0 }, again;
    struct fact_ref ref;
    struct str why;

    (void) state;
    fact_bool(&facts.torch.predicted_is_available, true, STR("cuda.device_count"));
    fact_int(&facts.torch.predicted_device_count, 3, STR("nvml.device_count"));
    json_open(&json, NULL, '{');
    facts_write(&json, "facts", &facts);
    json_close(&json, '}');
    assert_true(str_has(buf_str(&buf), wanted));
    assert_int_equal(facts_read(arena, buf_str(&buf), &again, &why), 0);
    assert_true(fact_true(&again.torch.predicted_is_available));
    assert_int_equal(again.torch.predicted_device_count.value, 3);
    assert_int_equal(facts_find(&again, STR("torch.predicted.device_count"), &ref), 0);
    assert_true(str_eqz(fact_ref_text(arena, &ref), "3"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_predicted__is_what_torch_answers),
        cmocka_unit_test(test_predicted__is_nested_in_json_and_read_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
