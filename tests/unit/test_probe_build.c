/* What follows from facts alone: visible GPUs, and what the build of torch needs and covers. */
#include "probed.h"

static void set(struct machine *m, struct fact_str *fact, const char *value)
{
    (void) m;
    /* An empty view may have no pointer. */
    if (value)
        fact_str(fact, *value ? str_of(value) : (struct str){ NULL, 0 }, STR("test"));
}

static void add_gpus(struct machine *m, const char *const *capabilities, size_t count)
{
    struct hardware_facts *hardware = &m->facts.hardware;

    for (size_t i = 0; i < count; i++) {
        struct gpu_facts *gpu = fact_list_add(m->arena, &hardware->gpus, sizeof(*gpu));

        fact_str(&gpu->uuid, arena_printf(m->arena, "GPU-%zu%zu-aaaa", i, i), STR("test"));
        set(m, &gpu->capability, capabilities[i]);
    }
    hardware->gpus.state = FACT_KNOWN;
    fact_int(&hardware->gpu_count, (int64_t) count, STR("test"));
}

static void test_cuda_visible__reads_the_list_as_cuda_does(void **state)
{
    static const struct {
        const char *list; /* of two GPUs */
        const char *count, *hidden_by, *bad;
    } rows[] = {
        { NULL, "2", "<absent>", "<absent>" },
        { "0", "1", "<absent>", "<absent>" },
        { "1, 0", "2", "<absent>", "<absent>" },
        { "", "0", "CUDA_VISIBLE_DEVICES", "<absent>" },
        { "-1", "0", "CUDA_VISIBLE_DEVICES", "<absent>" },
        { "0,-1,1", "1", "<absent>", "<absent>" },
        { "0,5,1", "1", "<absent>", "5" },
        { "2", "0", "CUDA_VISIBLE_DEVICES", "2" },
        { "all", "0", "CUDA_VISIBLE_DEVICES", "all" },
        { "NoDevFiles", "0", "CUDA_VISIBLE_DEVICES", "NoDevFiles" },
        { "0,0", "0", "CUDA_VISIBLE_DEVICES", "0" },
        { "1x", "1", "<absent>", "<absent>" },
        { "99999999999999999999", "0", "CUDA_VISIBLE_DEVICES", "99999999999999999999" },
        { "GPU-11", "1", "<absent>", "<absent>" },
        { "GPU-", "0", "CUDA_VISIBLE_DEVICES", "GPU-" },
        { "MIG-0123", "<unknown>", "<unknown>", "<unknown>" },
        { "\xff\n", "0", "CUDA_VISIBLE_DEVICES", "\xff" },
    };
    static const char *const two[] = { "8.6", "8.6" };

    (void) state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct machine m = machine_new();

        add_gpus(&m, two, 2);
        m.facts.process.cuda_visible_devices.state = FACT_ABSENT;
        set(&m, &m.facts.process.cuda_visible_devices, rows[i].list);
        machine_run(&m, COST_NOTHING);
        expect(&m, "process.visible_count", rows[i].count);
        expect(&m, "process.hidden_by", rows[i].hidden_by);
        expect(&m, "process.bad_index", rows[i].bad);
        machine_free(&m);
    }
}

static void test_cuda_visible__needs_to_know_the_gpus(void **state)
{
    static const struct {
        const char *list, *hidden_by;
    } rows[] = { { "3", "<unknown>" }, { "GPU-1", "<unknown>" }, { "", "CUDA_VISIBLE_DEVICES" } };

    (void) state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct machine m = machine_new();

        set(&m, &m.facts.process.cuda_visible_devices, rows[i].list);
        machine_run(&m, COST_NOTHING);
        expect(&m, "process.hidden_by", rows[i].hidden_by);
        machine_free(&m);
    }
}

static void test_cuda_visible__nvidias_variable_counts_in_containers_only(void **state)
{
    static const char *const one[] = { "8.6" };

    (void) state;
    for (int inside = 0; inside < 2; inside++) {
        struct machine m = machine_new();

        add_gpus(&m, one, 1);
        m.facts.process.cuda_visible_devices.state = FACT_ABSENT;
        set(&m, &m.facts.process.nvidia_visible_devices, "void");
        fact_bool(&m.facts.container.inside, inside, STR("test"));
        machine_run(&m, COST_NOTHING);
        expect(&m, "process.hidden_by", inside ? "NVIDIA_VISIBLE_DEVICES" : "<absent>");
        expect(&m, "process.visible_count", inside ? "0" : "1");
        machine_free(&m);
    }
}

static void test_build__covers_by_the_rules_of_binaries_and_ptx(void **state)
{
    static const struct {
        const char *archs, *gpus[2], *max_cuda;
        const char *covers, *uncovered, *newer;
    } rows[] = {
        { "sm_80 sm_86", { "8.6" }, NULL, "true", "<absent>", "<unknown>" },
        { "sm_80", { "8.9" }, NULL, "true", "<absent>", "<unknown>" },
        { "sm_86", { "8.0" }, NULL, "false", "sm_80", "false" },
        { "sm_80 sm_90", { "6.1" }, NULL, "false", "sm_61", "false" },
        { "sm_80 sm_90", { "12.0" }, NULL, "false", "sm_120", "true" },
        { "sm_80 compute_90", { "12.0" }, "12.4", "true", "<absent>", "<unknown>" },
        { "sm_80 compute_90", { "12.0" }, "12.0", "<unknown>", "<unknown>", "<unknown>" },
        { "sm_80 compute_90", { "12.0" }, NULL, "<unknown>", "<unknown>", "<unknown>" },
        { "sm_90a", { "9.0" }, NULL, "true", "<absent>", "<unknown>" },
        { "sm_100a", { "10.3" }, NULL, "false", "sm_103", "true" },
        { "sm_100f", { "10.3" }, NULL, "true", "<absent>", "<unknown>" },
        { "sm_80", { "8.7" }, NULL, "false", "sm_87", "true" },
        { "sm_87", { "8.9" }, NULL, "false", "sm_89", "true" },
        { "sm_80", { "8.6", "7.5" }, NULL, "false", "sm_75", "false" },
        { "sm_80", { "?", "8.6" }, NULL, "<unknown>", "<unknown>", "<unknown>" },
        { "sm_80", { "?", "7.5" }, NULL, "false", "<unknown>", "<unknown>" },
    };

    (void) state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct machine m = machine_new();

        add_gpus(&m, rows[i].gpus, rows[i].gpus[1] ? 2 : 1);
        set(&m, &m.facts.torch.build, "cuda");
        set(&m, &m.facts.torch.cuda, "12.4");
        set(&m, &m.facts.torch.architectures, rows[i].archs);
        set(&m, &m.facts.driver.max_cuda, rows[i].max_cuda);
        machine_run(&m, COST_NOTHING);
        expect(&m, "torch.covers_gpus", rows[i].covers);
        expect(&m, "torch.uncovered", rows[i].uncovered);
        expect(&m, "torch.uncovered_newer", rows[i].newer);
        machine_free(&m);
    }
}

static void test_build__knows_the_driver_that_its_runtime_needs(void **state)
{
    static const struct {
        const char *cuda, *driver, *origin, *architecture;
        int wsl;
        const char *needed, *suffices;
    } rows[] = {
        { "12.1", "470.57.02", NULL, "x86_64", 0, "525.60.13", "false" },
        { "12.1", "525.60.13", NULL, "x86_64", 0, "525.60.13", "true" },
        { "12.6", "535.183.01", NULL, "x86_64", 0, "525.60.13", "true" },
        { "11.8", "470.57.02", NULL, "x86_64", 0, "450.80.02", "true" },
        { "12.1", "470.57.02", "compat", "x86_64", 0, "525.60.13", "<unknown>" },
        { "12.1", "526.00", NULL, "x86_64", 2, "528.33", "false" },
        { "12.1", NULL, NULL, "x86_64", 0, "525.60.13", "<unknown>" },
        { "99.1", "470.57.02", NULL, "x86_64", 0, "<unknown>", "<unknown>" },
        { "12.1", "540.4.0", NULL, "aarch64", 0, "<unknown>", "<unknown>" },
    };

    (void) state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct machine m = machine_new();

        set(&m, &m.facts.torch.build, "cuda");
        set(&m, &m.facts.torch.cuda, rows[i].cuda);
        set(&m, &m.facts.driver.version, rows[i].driver);
        set(&m, &m.facts.driver.library_origin, rows[i].origin);
        set(&m, &m.facts.machine.architecture, rows[i].architecture);
        fact_int(&m.facts.machine.wsl, rows[i].wsl, STR("test"));
        machine_run(&m, COST_NOTHING);
        expect(&m, "runtime.driver_needed", rows[i].needed);
        expect(&m, "runtime.driver_suffices", rows[i].suffices);
        machine_free(&m);
    }
}

static void test_build__knows_what_wheels_of_its_makers_hold(void **state)
{
    static const struct {
        const char *version, *release, *source, *archs, *expected;
    } rows[] = {
        { "2.4.1+cu121", "2.4.1", "wheel", "known", "9.1.0.70" },
        { "2.4.1+cu121", "2.4.1", NULL, "known", "9.1.0.70" },
        { "2.4.1", "2.4.1", NULL, "<unknown>", "<unknown>" },
        { "2.4.1", "2.4.1", "conda", "<unknown>", "<unknown>" },
        { "2.4.9+cu121", "2.4.9", "wheel", "<unknown>", "<unknown>" },
    };

    (void) state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct machine m = machine_new();
        struct torch_facts *torch = &m.facts.torch;

        set(&m, &torch->build, "cuda");
        set(&m, &torch->version, rows[i].version);
        set(&m, &torch->release, rows[i].release);
        set(&m, &torch->tag, "cu121");
        set(&m, &torch->source, rows[i].source);
        set(&m, &torch->platform, "linux_x86_64");
        machine_run(&m, COST_NOTHING);
        if (str_eqz(str_of(rows[i].archs), "known"))
            assert_int_equal(torch->architectures.state, FACT_KNOWN);
        else
            expect(&m, "torch.architectures", rows[i].archs);
        expect(&m, "cudnn.expected", rows[i].expected);
        machine_free(&m);
    }
}

static void test_build__compares_the_c_library(void **state)
{
    static const struct {
        const char *libc, *version, *needed, *suffices;
    } rows[] = {
        { "glibc", "2.36", "2.28", "true" },    { "glibc", "2.17", "2.28", "false" },
        { "glibc", "2.4", "2.28", "false" },    { "musl", "1.2.5", "2.28", "false" },
        { NULL, "2.36", "2.28", "<unknown>" },  { "glibc", NULL, "2.28", "<unknown>" },
        { "glibc", "2.36", NULL, "<unknown>" },
    };

    (void) state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct machine m = machine_new();

        set(&m, &m.facts.machine.libc, rows[i].libc);
        set(&m, &m.facts.machine.libc_version, rows[i].version);
        set(&m, &m.facts.torch.glibc_needed, rows[i].needed);
        machine_run(&m, COST_NOTHING);
        expect(&m, "runtime.system_suffices", rows[i].suffices);
        machine_free(&m);
    }
}

static void test_derived__facts_that_are_known_stay(void **state)
{
    static const char *const one[] = { "12.0" };
    struct machine m = machine_new();

    (void) state;
    add_gpus(&m, one, 1);
    set(&m, &m.facts.torch.build, "cuda");
    set(&m, &m.facts.torch.cuda, "12.1");
    set(&m, &m.facts.torch.architectures, "sm_80");
    set(&m, &m.facts.runtime.version, "11.8");
    set(&m, &m.facts.process.cuda_visible_devices, "");
    set(&m, &m.facts.process.hidden_by, "somebody");
    fact_bool(&m.facts.torch.covers_gpus, true, STR("test"));
    machine_run(&m, COST_NOTHING);
    expect(&m, "runtime.version", "11.8");
    expect(&m, "torch.covers_gpus", "true");
    expect(&m, "process.hidden_by", "somebody");
    machine_free(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cuda_visible__reads_the_list_as_cuda_does),
        cmocka_unit_test(test_cuda_visible__needs_to_know_the_gpus),
        cmocka_unit_test(test_cuda_visible__nvidias_variable_counts_in_containers_only),
        cmocka_unit_test(test_build__covers_by_the_rules_of_binaries_and_ptx),
        cmocka_unit_test(test_build__knows_the_driver_that_its_runtime_needs),
        cmocka_unit_test(test_build__knows_what_wheels_of_its_makers_hold),
        cmocka_unit_test(test_build__compares_the_c_library),
        cmocka_unit_test(test_derived__facts_that_are_known_stay),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
