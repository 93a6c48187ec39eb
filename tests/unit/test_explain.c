/* What explain rests on: names that people write, and a text joined with its machine. */
#include "facts/join.h"
#include "knowledge/topic.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void out_of_memory(void)
{
    abort();
}

static void test_topic__reads_codes_as_people_write_them(void **state)
{
    static const struct {
        struct str words;
        size_t count; /* 0: no topic */
        unsigned code;
    } rows[] = {
        { STR_INIT("CUDA 804"), 2, 804 },
        { STR_INIT("804"), 2, 804 },
        { STR_INIT("999"), 3, 999 },
        { STR_INIT("CUDA_ERROR 804"), 1, 804 },
        { STR_INIT("cudaError_t: 804"), 1, 804 },
        { STR_INIT("NVRM: Xid: 79"), 1, 79 },
        { STR_INIT("xid79"), 1, 79 },
        { STR_INIT("nvml error code 18"), 1, 18 },
        { STR_INIT("cudaerrorunknown"), 1, 999 },
        { STR_INIT("CUDNN_STATUS_NOT_SUPPORTED"), 2, 9 },
        { STR_INIT("no CUDA-capable device is detected"), 2, 100 },
        { STR_INIT(""), 0, 0 },
        { STR_INIT("CUDA"), 0, 0 },
        { STR_INIT("CUDA 12.1"), 0, 0 },
        { STR_INIT("./804"), 0, 0 },
        { STR_INIT("Xid cuda 79"), 0, 0 },
        { STR_INIT("train 79"), 0, 0 },
        { STR_INIT("99999999999999999999"), 0, 0 },
    };

    (void) state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct topic topic = { 0 };

        if (topic_find(rows[i].words, &topic) != (rows[i].count > 0) ||
            topic.code_count != rows[i].count ||
            (rows[i].count && topic.codes[0].code != rows[i].code))
            fail_msg("%s: %zu codes", rows[i].words.data, topic.code_count);
    }
}

static void test_topic__offers_the_nearest_only_where_it_is_near(void **state)
{
    static const struct {
        struct str words;
        const char *near;
    } rows[] = {
        { STR_INIT("driver/umv"), "driver/uvm" },
        { STR_INIT("uvm"), "driver/uvm" },
        { STR_INIT("driver/to-old"), "driver/too-old" },
        { STR_INIT("CUDA_ERROR_UNKNWON"), "CUDA_ERROR_UNKNOWN" },
        { STR_INIT("CUDA 8044"), "CUDA_ERROR_COMPAT_NOT_SUPPORTED_ON_DEVICE" },
        { STR_INIT("Xid 799"), "ROBUST_CHANNEL_GPU_HAS_FALLEN_OFF_THE_BUS" },
        { STR_INIT("CUDA 77777"), NULL },
        { STR_INIT("nosuch.log"), NULL },
        { STR_INIT("x"), NULL },
    };

    (void) state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct str near = { NULL, 0 };

        assert_int_equal(topic_near(rows[i].words, &near), rows[i].near != NULL);
        if (rows[i].near)
            assert_true(str_eqz(near, rows[i].near));
    }
}

static void test_topic__every_cause_has_a_page_without_repetition(void **state)
{
    AUTO_ARENA *arena = arena_new(out_of_memory);
    const struct cause *cause;

    (void) state;
    for (size_t i = 0; (cause = cause_at(i)) != NULL; i++) {
        struct topic_page page;

        topic_page(arena, cause, &page);
        for (size_t a = 1; a < page.ways.count; a++)
            assert_true(page.ways.items[a - 1]->needs <= page.ways.items[a]->needs);
        for (size_t a = 0; a < page.sources.count; a++)
            for (size_t b = 0; b < a; b++)
                assert_false(str_eq(page.sources.items[a], page.sources.items[b]));
        for (size_t a = 0; a < page.codes.count; a++)
            assert_true(topic_points_at(&page.codes.items[a], cause));
    }
}

static void test_topic__a_code_points_at_all_that_its_message_does(void **state)
{
    static const struct {
        struct str words;
        const char *first, *also;
    } rows[] = {
        { STR_INIT("CUDA 804"), "driver/forward-compat", "container/host-libraries" },
        { STR_INIT("cudaErrorNoKernelImageForDevice"), "hardware/arch-too-new",
          "torch/extension-arch" },
        { STR_INIT("NVML 18"), "driver/version-mismatch", "wsl/linux-driver" },
        { STR_INIT("CUDNN_STATUS_NOT_SUPPORTED"), "cudnn/unsupported", "none/not-environment" },
        { STR_INIT("Xid 79"), "hardware/gpu-fault", "hardware/gpu-fault" },
    };
    AUTO_ARENA *arena = arena_new(out_of_memory);

    (void) state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct causes_found found;
        struct topic topic;
        bool also = false;

        assert_true(topic_find(rows[i].words, &topic));
        topic_causes(arena, topic.codes, topic.code_count, &found);
        assert_true(found.count && str_eqz(found.items[0]->slug, rows[i].first));
        for (size_t a = 0; a < found.count; a++)
            also |= str_eqz(found.items[a]->slug, rows[i].also);
        assert_true(also);
    }
}

static void add_gpu(struct arena *arena, struct facts *facts, struct str name)
{
    struct gpu_facts *gpu = fact_list_add(arena, &facts->hardware.gpus, sizeof(*gpu));

    fact_str(&gpu->name, name, STR("1:1"));
}

static void test_join__text_comes_first_and_the_machine_fills_what_is_unknown(void **state)
{
    AUTO_ARENA *arena = arena_new(out_of_memory);
    struct facts text = { 0 }, machine = { 0 };

    (void) state;
    fact_str(&text.driver.module_version, STR("535.54.03"), STR("3:1"));
    fact_str(&machine.driver.module_version, STR("535.54.03"), STR("sys/module/nvidia/version"));
    fact_bool(&machine.driver.uvm_loaded, false, STR("sys/module"));
    facts_join(&text, &machine);
    assert_true(str_eqz(text.driver.module_version.from, "3:1"));
    assert_true(fact_false(&text.driver.uvm_loaded));

    add_gpu(arena, &text, STR("RTX 3060"));
    text.hardware.gpus.partial = true;
    add_gpu(arena, &machine, STR("NVIDIA GeForce RTX 3060"));
    facts_join(&text, &machine);
    assert_false(text.hardware.gpus.partial);
}

static void test_join__takes_nothing_of_a_layer_that_disagrees(void **state)
{
    AUTO_ARENA *arena = arena_new(out_of_memory);
    struct facts text = { 0 }, machine = { 0 };

    (void) state;
    fact_str(&text.driver.module_version, STR("470.57.02"), STR("3:1"));
    fact_str(&machine.driver.module_version, STR("535.54.03"), STR("sys/module/nvidia/version"));
    fact_bool(&machine.driver.uvm_loaded, true, STR("sys/module"));
    add_gpu(arena, &text, STR("RTX 5090"));
    text.hardware.gpus.partial = true;
    add_gpu(arena, &machine, STR("NVIDIA GeForce RTX 3060"));
    fact_int(&machine.hardware.gpu_count, 1, STR("sys/bus/pci"));
    fact_str(&machine.machine.name, STR("ada"), STR("etc/hostname"));
    facts_join(&text, &machine);
    assert_int_equal(text.driver.uvm_loaded.state, FACT_UNKNOWN);
    assert_int_equal(text.hardware.gpu_count.state, FACT_UNKNOWN);
    assert_int_equal(text.machine.name.state, FACT_KNOWN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_topic__reads_codes_as_people_write_them),
        cmocka_unit_test(test_topic__offers_the_nearest_only_where_it_is_near),
        cmocka_unit_test(test_topic__every_cause_has_a_page_without_repetition),
        cmocka_unit_test(test_topic__a_code_points_at_all_that_its_message_does),
        cmocka_unit_test(test_join__text_comes_first_and_the_machine_fills_what_is_unknown),
        cmocka_unit_test(test_join__takes_nothing_of_a_layer_that_disagrees),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
