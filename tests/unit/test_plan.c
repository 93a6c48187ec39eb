/* What each constraint says of a build, which build is taken, and which ways out are offered. */
#include "plan/answer.h"
#include "plan/install.h"
#include "plan/wants.h"

#include <setjmp.h>
#include <cmocka.h>

static void no_memory(void)
{
    fail_msg("out of memory");
}

/* A machine in a few words; NULL: not known. */
struct machine {
    const char *platform, *libc, *libc_version; /* "linux"; "windows" */
    const char *architecture, *python, *driver;
    const char *gpus[3];
    const char *wants[3];
};

static const struct machine ordinary = {
    .platform = "linux",
    .libc = "glibc",
    .libc_version = "2.35",
    .architecture = "x86_64",
    .python = "3.12",
    .driver = "535.183.01",
    .gpus = { "8.6" },
};

static void set(struct fact_str *fact, const char *value)
{
    if (value)
        fact_str(fact, str_of(value), STR("test"));
}

static void fill(struct arena *arena, const struct machine *machine, struct facts *facts,
                 struct wants *wants)
{
    set(&facts->machine.os, machine->platform);
    set(&facts->machine.libc, machine->libc);
    set(&facts->machine.libc_version, machine->libc_version);
    set(&facts->machine.architecture, machine->architecture);
    set(&facts->driver.version, machine->driver);
    if (machine->python) {
        bool threaded = str_ends(str_of(machine->python), STR("t"));

        fact_str(&facts->torch.python_version,
                 str_slice(str_of(machine->python), 0, strlen(machine->python) - threaded),
                 STR("test"));
        set(&facts->torch.python_abi, threaded ? "cpt" : "cp");
    }
    for (size_t i = 0; i < 3 && machine->gpus[i]; i++) {
        struct gpu_facts *gpu = fact_list_add(arena, &facts->hardware.gpus, sizeof(*gpu));

        set(&gpu->capability, machine->gpus[i]);
        set(&gpu->segment, "GeForce");
    }
    for (size_t i = 0; i < 3 && machine->wants[i]; i++) {
        struct dependencies one = { 0 };

        assert_int_equal(dependencies_add(str_of(machine->wants[i]), arena, &one), 0);
        wants_add_all(arena, facts, NULL, &one, STR("test"), wants);
    }
}

static struct arena *arena_for_test(void)
{
    return arena_new(no_memory);
}

static void solve(struct arena *arena, const struct machine *machine, struct problem *problem,
                  struct plan *plan)
{
    struct facts *facts = ARENA_NEW(arena, struct facts);
    struct wants wants = { 0 };

    fill(arena, machine, facts, &wants);
    problem_make(arena, facts, &wants, NULL, problem);
    plan_make(problem, plan);
}

/* --- constraints ---------------------------------------------------------------------------- */

#define YES TRUTH_TRUE
#define NO TRUTH_FALSE
#define OPEN TRUTH_UNKNOWN

static void test_constraint__each_judges_by_its_own_fact(void **state)
{
    static const struct torch_build modern = {
        .version = STR_INIT("2.8.0"),
        .tag = STR_INIT("cu128"),
        .local = STR_INIT("cu128"),
        .pythons = STR_INIT("3.12 3.13 3.13t"),
        .cuda = STR_INIT("12.8.1"),
        .archs = STR_INIT("sm_70 sm_86 compute_90"),
        .arch_basis = BASIS_MEASURED,
        .min_glibc = STR_INIT("2.28"),
        .status = STR_INIT("stable"),
    };
    static const struct {
        enum constraint_id id;
        struct machine machine; /* what differs from the ordinary one */
        enum truth holds;
    } rows[] = {
        { CONSTRAINT_ASKED, { .wants = { "torch==2.8" } }, YES },
        { CONSTRAINT_ASKED, { .wants = { "torch==2.8.0+cu128" } }, YES },
        { CONSTRAINT_ASKED, { .wants = { "torch==2.8.0+cu126" } }, NO },
        { CONSTRAINT_ASKED, { .wants = { "torch<2.8" } }, NO },
        { CONSTRAINT_ASKED, { .wants = { "torch>=2", "torch!=2.8.*" } }, NO },
        { CONSTRAINT_ASKED, { .wants = { "torch~=2.8" } }, YES },
        { CONSTRAINT_COMPANIONS, { .wants = { "torchvision" } }, YES },
        { CONSTRAINT_COMPANIONS, { .wants = { "torchvision==0.23.0" } }, YES },
        { CONSTRAINT_COMPANIONS, { .wants = { "torchvision==0.22.1" } }, NO },
        { CONSTRAINT_COMPANIONS, { .wants = { "torchvision", "xformers<0.0.32" } }, NO },
        { CONSTRAINT_COMPANIONS, { .wants = { "xformers" } }, YES },
        { CONSTRAINT_COMPANIONS, { .wants = { "xformers" }, .platform = "windows" }, OPEN },
        { CONSTRAINT_COMPANIONS, { .wants = { "xformers" }, .architecture = "aarch64" }, OPEN },
        { CONSTRAINT_PYTHON, { .python = "3.12" }, YES },
        { CONSTRAINT_PYTHON, { .python = "3.13t" }, YES },
        { CONSTRAINT_PYTHON, { .python = "3.12t" }, NO },
        { CONSTRAINT_PYTHON, { .python = "3.8" }, NO },
        { CONSTRAINT_C_LIBRARY, { .libc_version = "2.28" }, YES },
        { CONSTRAINT_C_LIBRARY, { .libc_version = "2.27" }, NO },
        { CONSTRAINT_C_LIBRARY, { .libc = "musl", .libc_version = "1.2" }, NO },
        { CONSTRAINT_C_LIBRARY, { .platform = "windows" }, YES },
        { CONSTRAINT_DRIVER, { .driver = "525.60.13" }, YES },
        { CONSTRAINT_DRIVER, { .driver = "525.60.11" }, NO },
        { CONSTRAINT_DRIVER, { .driver = "528.33", .platform = "windows" }, YES },
        { CONSTRAINT_DRIVER, { .driver = "527.41", .platform = "windows" }, NO },
        { CONSTRAINT_GPU_DRIVER, { .driver = "535", .gpus = { "8.6" } }, YES },
        { CONSTRAINT_GPU_DRIVER, { .driver = "550", .gpus = { "12.0" } }, NO },
        { CONSTRAINT_GPU_DRIVER, { .driver = "470.57", .gpus = { "8.9" } }, NO },
        { CONSTRAINT_GPU_DRIVER, { .driver = "520.61.05", .gpus = { "8.9" } }, YES },
        { CONSTRAINT_GPU_DRIVER, { .driver = "450.36.06", .gpus = { "8.0" } }, YES },
        { CONSTRAINT_GPU_DRIVER, { .driver = "450.36.06", .gpus = { "8.6" } }, NO },
        { CONSTRAINT_GPU_DRIVER, { .driver = "367.48", .gpus = { "6.1" } }, YES },
        { CONSTRAINT_GPU_DRIVER, { .driver = "540.4.0", .gpus = { "11.0" } }, YES }, /* Tegra */
        { CONSTRAINT_GPU_DRIVER, { .driver = "570", .gpus = { "12.0" } }, YES },
        { CONSTRAINT_GPU_CODE, { .gpus = { "8.6" } }, YES },
        { CONSTRAINT_GPU_CODE, { .gpus = { "8.9" } }, YES },
        { CONSTRAINT_GPU_CODE, { .gpus = { "8.0" } }, NO },
        { CONSTRAINT_GPU_CODE, { .gpus = { "8.7" } }, NO }, /* Tegra */
        { CONSTRAINT_GPU_CODE, { .gpus = { "8.6", "6.1" } }, NO },
        { CONSTRAINT_GPU_CODE, { .gpus = { "12.0" }, .driver = "570.124.06" }, YES }, /* PTX */
        { CONSTRAINT_GPU_CODE, { .gpus = { "12.0" }, .driver = "550.54" }, NO },
    };

    (void) state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        AUTO_ARENA *arena = arena_for_test();
        struct machine machine = ordinary;
        struct facts *facts = ARENA_NEW(arena, struct facts);
        struct wants wants = { 0 };
        struct problem problem;

        machine.platform = rows[i].machine.platform ? rows[i].machine.platform : ordinary.platform;
        if (rows[i].machine.architecture)
            machine.architecture = rows[i].machine.architecture;
        machine.libc = rows[i].machine.libc ? rows[i].machine.libc : ordinary.libc;
        if (rows[i].machine.libc_version)
            machine.libc_version = rows[i].machine.libc_version;
        if (rows[i].machine.python)
            machine.python = rows[i].machine.python;
        if (rows[i].machine.driver)
            machine.driver = rows[i].machine.driver;
        if (rows[i].machine.gpus[0])
            memcpy(machine.gpus, rows[i].machine.gpus, sizeof(machine.gpus));
        memcpy(machine.wants, rows[i].machine.wants, sizeof(machine.wants));
        fill(arena, &machine, facts, &wants);
        problem_make(arena, facts, &wants, NULL, &problem);
        if (constraints[rows[i].id].judge(&problem, &modern).holds != rows[i].holds)
            fail_msg("row %zu: %s", i, constraints[rows[i].id].name);
    }
}

static void test_constraint__what_nobody_saw_is_open(void **state)
{
    static const enum constraint_id ids[] = { CONSTRAINT_PYTHON, CONSTRAINT_C_LIBRARY,
                                              CONSTRAINT_DRIVER, CONSTRAINT_GPU_CODE };
    static const struct machine blank = { .architecture = "x86_64" };
    AUTO_ARENA *arena = arena_for_test();
    struct facts *facts = ARENA_NEW(arena, struct facts);
    struct wants wants = { 0 };
    struct problem problem;
    struct torch_build build;

    (void) state;
    fill(arena, &blank, facts, &wants);
    problem_make(arena, facts, &wants, NULL, &problem);
    assert_true(torch_build_find(NULL, STR("2.8.0"), STR("cu128"), STR("linux_x86_64"), &build));
    for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++)
        assert_int_equal(constraints[ids[i]].judge(&problem, &build).holds, OPEN);
}

static void test_constraint__ptx_that_a_script_asks_for_proves_nothing(void **state)
{
    struct machine machine = ordinary;
    struct torch_build build = { .version = STR("2.8.0"),
                                 .cuda = STR("12.8.1"),
                                 .archs = STR("sm_80 compute_90"),
                                 .arch_basis = BASIS_READ };
    AUTO_ARENA *arena = arena_for_test();
    struct problem problem;
    struct plan plan;

    (void) state;
    machine.driver = "580.95.05";
    machine.gpus[0] = "12.0";
    solve(arena, &machine, &problem, &plan);
    assert_int_equal(constraints[CONSTRAINT_GPU_CODE].judge(&problem, &build).holds, OPEN);
}

/* --- the choice ----------------------------------------------------------------------------- */

static void test_plan__takes_the_newest_torch_then_a_cuda_that_the_driver_knows(void **state)
{
    static const struct {
        struct machine machine;
        const char *torch, *tag; /* NULL: none fits */
    } rows[] = {
        { { "linux", "glibc", "2.35", "x86_64", "3.12", "535.183", { "8.6" }, { "torch==2.8" } },
          "2.8.0",
          "cu128" },
        { { "linux", "glibc", "2.35", "x86_64", "3.12", "580.95.05", { "8.6" }, { "torch==2.13" } },
          "2.13.0",
          "cu130" },
        { { "linux", "glibc", "2.35", "x86_64", "3.12", "580.95.05", { "6.1" }, { "torch==2.13" } },
          "2.13.0",
          "cu126" },
        { { "linux",
            "glibc",
            "2.35",
            "x86_64",
            "3.12",
            "535",
            { "8.6" },
            { "torch==2.13.0+cu126" } },
          "2.13.0",
          "cu126" },
        { { "linux",
            "glibc",
            "2.35",
            "x86_64",
            "3.12",
            "595.58.03",
            { "8.6" },
            { "torch==2.13.0+cu132" } },
          "2.13.0",
          "cu132" }, /* experimental, but asked for */
        { { "linux", "glibc", "2.35", "x86_64", "3.10", "470.57.02", { "7.5" }, { NULL } },
          "2.7.1",
          "cu118" },
        { { "linux", "glibc", "2.17", "x86_64", "3.10", "470.57.02", { "7.5" }, { NULL } },
          "2.6.0",
          "cu118" },
        { { "linux", "musl", "1.2", "x86_64", "3.10", "470.57.02", { "7.5" }, { NULL } },
          NULL,
          NULL },
        { { "windows", NULL, NULL, "x86_64", "3.12", "552.22", { "8.6" }, { "torch==2.8" } },
          "2.8.0",
          "cu128" },
        { { "linux", "glibc", "2.35", "x86_64", "3.12", "535", { "8.6" }, { "torch==2.8.0+cpu" } },
          "2.8.0",
          "cpu" },
        { { "linux", "glibc", "2.35", "s390x", "3.12", "535", { "8.6" }, { NULL } }, NULL, NULL },
    };

    (void) state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        AUTO_ARENA *arena = arena_for_test();
        struct problem problem;
        struct plan plan;

        solve(arena, &rows[i].machine, &problem, &plan);
        assert_int_equal(plan.state, rows[i].torch ? PLAN_FOUND : PLAN_NONE);
        if (rows[i].torch &&
            (!str_eqz(plan.build.version, rows[i].torch) || !str_eqz(plan.build.tag, rows[i].tag)))
            fail_msg("row %zu: %.*s+%.*s", i, STR_ARG(plan.build.version), STR_ARG(plan.build.tag));
    }
}

static void test_plan__never_takes_a_cpu_build_unasked(void **state)
{
    static const char *const drivers[] = { "390.157", "470.57.02", "535.183", "610.43.02", NULL };

    (void) state;
    for (size_t i = 0; i < sizeof(drivers) / sizeof(drivers[0]); i++) {
        AUTO_ARENA *arena = arena_for_test();
        struct machine machine = ordinary;
        struct problem problem;
        struct plan plan;

        machine.driver = drivers[i];
        solve(arena, &machine, &problem, &plan);
        for (size_t n = 0; n < plan.candidates.count; n++)
            assert_true(plan.candidates.items[n].build.cuda.len > 0);
    }
}

static void test_plan__an_unknown_driver_gives_a_plan_for_each_that_may_be(void **state)
{
    struct machine machine = ordinary;
    AUTO_ARENA *arena = arena_for_test();
    struct problem problem;
    struct plan plan;

    (void) state;
    machine.driver = NULL;
    solve(arena, &machine, &problem, &plan);
    assert_int_equal(plan.state, PLAN_UNDECIDED);
    assert_true(plan.suppositions.count >= 3);
    for (size_t i = 0; i < plan.suppositions.count; i++)
        assert_int_equal(plan.suppositions.items[i].open.items[0].id, CONSTRAINT_DRIVER);
}

static void test_plan__conflicts_are_as_few_as_possible(void **state)
{
    static const struct {
        struct machine machine;
        unsigned conflict;
    } rows[] = {
        { { "linux", "musl", "1.2", "x86_64", "3.5", "535", { "8.6" }, { NULL } },
          CONSTRAINT_BIT(CONSTRAINT_C_LIBRARY) },
        { { "linux", "glibc", "2.35", "x86_64", "3.12", "470.57", { "8.6" }, { "torch==2.8" } },
          CONSTRAINT_BIT(CONSTRAINT_ASKED) | CONSTRAINT_BIT(CONSTRAINT_DRIVER) },
        { { "linux", "glibc", "2.35", "x86_64", "3.8", "535", { "8.6" }, { "torch==2.8" } },
          CONSTRAINT_BIT(CONSTRAINT_ASKED) | CONSTRAINT_BIT(CONSTRAINT_PYTHON) },
        { { "linux", "glibc", "2.35", "x86_64", "3.12", "580.95.05", { "6.1", "12.0" }, { NULL } },
          CONSTRAINT_BIT(CONSTRAINT_GPU_CODE) },
    };

    (void) state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        AUTO_ARENA *arena = arena_for_test();
        struct problem problem;
        struct plan plan;

        solve(arena, &rows[i].machine, &problem, &plan);
        assert_int_equal(plan.state, PLAN_NONE);
        assert_int_equal(plan.conflicts[0], rows[i].conflict);
    }
}

/* --- ways out ------------------------------------------------------------------------------- */

static void test_ways__every_way_with_a_build_solves_the_problem(void **state)
{
    static const struct {
        struct machine machine;
        enum way_id first;
        const char *tag;
    } rows[] = {
        { { "linux",
            "glibc",
            "2.35",
            "x86_64",
            "3.12",
            "580.95.05",
            { "6.1" },
            { "torch==2.11.0+cu130" } },
          WAY_OTHER_TAG,
          "cu126" },
        { { "linux", "glibc", "2.35", "x86_64", "3.12", "470.57", { "8.6" }, { "torch==2.8" } },
          WAY_OTHER_TORCH,
          "cu118" },
        { { "linux",
            "glibc",
            "2.35",
            "x86_64",
            "3.12",
            "535.183",
            { "8.6" },
            { "torch==2.8", "torchvision==0.19.1" } },
          WAY_OTHER_TORCH,
          "cu121" },
        { { "linux",
            "glibc",
            "2.35",
            "x86_64",
            "3.12",
            "580.95.05",
            { "6.1", "12.0" },
            { "torch==2.13" } },
          WAY_WITHOUT_GPU,
          "cu130" },
        { { "linux", "musl", "1.2", "x86_64", "3.12", "535", { "8.6" }, { NULL } },
          WAY_IMAGE,
          "cu126" },
        { { "linux", "glibc", "2.35", "x86_64", "3.12", "390.157", { "8.6" }, { NULL } },
          WAY_PYTHON,
          NULL },
    };

    (void) state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        AUTO_ARENA *arena = arena_for_test();
        struct problem problem;
        struct plan plan;

        solve(arena, &rows[i].machine, &problem, &plan);
        assert_int_equal(plan.state, PLAN_NONE);
        if (rows[i].tag) {
            assert_true(plan.ways.count > 0);
            assert_int_equal(plan.ways.items[0].id, rows[i].first);
            assert_true(str_eqz(plan.ways.items[0].build.tag, rows[i].tag));
        }
        for (size_t n = 1; n < plan.ways.count; n++) /* cheapest first */
            assert_true(plan.ways.items[n - 1].id <= plan.ways.items[n].id);
    }
}

static void test_ways__a_compat_package_is_offered_where_nvidia_says_that_it_runs(void **state)
{
    static const struct {
        const char *segment, *driver, *what; /* NULL: none */
    } rows[] = {
        { "datacenter", "535.183.01", "cuda-compat-13-0" },
        { "datacenter", "525.147.05", NULL },
        { "GeForce", "535.183.01", NULL },
    };

    (void) state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        AUTO_ARENA *arena = arena_for_test();
        struct machine machine = ordinary;
        struct facts *facts = ARENA_NEW(arena, struct facts);
        struct wants wants = { 0 };
        struct problem problem;
        struct plan plan;
        struct str what = STR("");

        machine.driver = rows[i].driver;
        machine.gpus[0] = "8.0";
        machine.wants[0] = "torch==2.13.0+cu130";
        fill(arena, &machine, facts, &wants);
        set(&LIST_OF(gpu, &facts->hardware.gpus)[0].segment, rows[i].segment);
        problem_make(arena, facts, &wants, NULL, &problem);
        plan_make(&problem, &plan);
        for (size_t n = 0; n < plan.ways.count; n++)
            if (plan.ways.items[n].id == WAY_COMPAT)
                what = plan.ways.items[n].what;
        assert_true(str_eq(what, str_of(rows[i].what ? rows[i].what : "")));
    }
}

/* --- what is installed beside torch --------------------------------------------------------- */

static void add_extension(struct arena *arena, struct facts *facts, const char *package,
                          bool stable, int64_t cuda)
{
    struct extension_facts *file = fact_list_add(arena, &facts->extensions.all, sizeof(*file));

    set(&file->path, "lib.so");
    set(&file->package, package);
    fact_bool(&file->needs_torch, true, STR("test"));
    fact_bool(&file->stable_abi, stable, STR("test"));
    if (cuda)
        fact_int(&file->cuda_major, cuda, STR("test"));
}

static void test_extensions__name_what_another_torch_breaks(void **state)
{
    static const struct {
        const char *torch, *again;
    } rows[] = {
        { "torch==2.8.0+cu128", "" },                 /* the installed one */
        { "torch==2.8.0+cu126", "" },                 /* the same CUDA */
        { "torch==2.7.1+cu128", "flash-attn, apex" }, /* another release */
        { "torch==2.9.0+cu130", "flash-attn, apex, torchcodec" },
    };

    (void) state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        AUTO_ARENA *arena = arena_for_test();
        struct machine machine = ordinary;
        struct facts *facts = ARENA_NEW(arena, struct facts);
        struct wants wants = { 0 };
        struct problem problem;
        struct plan plan;

        machine.driver = "580.95.05";
        machine.wants[0] = rows[i].torch;
        fill(arena, &machine, facts, &wants);
        set(&facts->torch.release, "2.8.0");
        add_extension(arena, facts, "flash-attn", false, 12);
        add_extension(arena, facts, "apex", false, 0);
        add_extension(arena, facts, "torchcodec", true, 12);
        problem_make(arena, facts, &wants, NULL, &problem);
        plan_make(&problem, &plan);
        assert_int_equal(plan.state, PLAN_FOUND);
        assert_int_equal(plan.assumed, 0);
        assert_true(str_eqz(plan.because.items[CONSTRAINT_EXTENSIONS].reason.need, rows[i].again));
    }
}

static void test_plan__says_what_is_newer_than_its_tables(void **state)
{
    static const char *const beyond[] = { "torch==99.1", "torch>=99", "torch~=99.0",
                                          "torch==99.*" };
    static const char *const within[] = { "torch", "torch<99", "torch>=2.0,!=99.0",
                                          "torch==2.8.0" };

    (void) state;
    for (size_t i = 0; i < sizeof(beyond) / sizeof(beyond[0]); i++)
        for (unsigned old = 0; old < 2; old++) {
            AUTO_ARENA *arena = arena_for_test();
            struct machine machine = ordinary;
            struct problem problem;
            struct plan plan;

            machine.wants[0] = old ? within[i] : beyond[i];
            solve(arena, &machine, &problem, &plan);
            assert_int_equal(plan.beyond.len > 0, !old);
        }
}

/* --- installing ----------------------------------------------------------------------------- */

static void test_install__a_plain_version_never_stands_against_an_installed_one(void **state)
{
    static const struct {
        const char *installed, *package;
    } rows[] = { { NULL, "torch==2.8.0" },
                 { "2.7.1", "torch==2.8.0" },
                 { "2.8.0", "torch==2.8.0+cu128" } };

    (void) state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        AUTO_ARENA *arena = arena_for_test();
        struct machine machine = ordinary;
        struct facts *facts = ARENA_NEW(arena, struct facts);
        struct wants wants = { 0 };
        struct problem problem;
        struct plan plan;
        struct commands commands;

        machine.wants[0] = "torch==2.8";
        fill(arena, &machine, facts, &wants);
        set(&facts->torch.release, rows[i].installed);
        problem_make(arena, facts, &wants, NULL, &problem);
        plan_make(&problem, &plan);
        install_commands(&problem, &plan, INSTALL_PIP, &commands);
        assert_true(str_eqz(commands.items[0].words[2], rows[i].package));
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_constraint__each_judges_by_its_own_fact),
        cmocka_unit_test(test_constraint__what_nobody_saw_is_open),
        cmocka_unit_test(test_constraint__ptx_that_a_script_asks_for_proves_nothing),
        cmocka_unit_test(test_plan__takes_the_newest_torch_then_a_cuda_that_the_driver_knows),
        cmocka_unit_test(test_plan__never_takes_a_cpu_build_unasked),
        cmocka_unit_test(test_plan__an_unknown_driver_gives_a_plan_for_each_that_may_be),
        cmocka_unit_test(test_plan__conflicts_are_as_few_as_possible),
        cmocka_unit_test(test_ways__every_way_with_a_build_solves_the_problem),
        cmocka_unit_test(test_ways__a_compat_package_is_offered_where_nvidia_says_that_it_runs),
        cmocka_unit_test(test_extensions__name_what_another_torch_breaks),
        cmocka_unit_test(test_plan__says_what_is_newer_than_its_tables),
        cmocka_unit_test(test_install__a_plain_version_never_stands_against_an_installed_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
