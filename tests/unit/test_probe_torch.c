/* The torch that Python takes, how it came here, and what stands beside it. */
#include "probed.h"

#include "lib/faulty.h"

#include <errno.h>

#define SITE "home/u/venv/lib/python3.11/site-packages"
#define SYSTEM "usr/lib/python3/dist-packages"

static const char version_cuda[] = "from typing import Optional\n"
                                   "__version__ = '2.4.1+cu121'\n"
                                   "debug = False\n"
                                   "cuda: Optional[str] = '12.1'\n"
                                   "git_version = 'abc'\n"
                                   "hip: Optional[str] = None\n";
static const char metadata[] =
    "Metadata-Version: 2.1\nName: torch\nVersion: 2.4.1\n"
    "Requires-Dist: filelock\n"
    "Requires-Dist: nvidia-cuda-runtime-cu12==12.1.105; platform_system == \"Linux\" and "
    "platform_machine == \"x86_64\"\n"
    "Requires-Dist: nvidia-cudnn-cu12==9.1.0.70; platform_system == \"Linux\" and "
    "platform_machine == \"x86_64\"\n"
    "Requires-Dist: nvidia-nccl-cu12==2.20.5; platform_machine == \"aarch64\"\n"
    "Requires-Dist: triton==3.0.0; python_version < \"3.13\"\n"
    "\nLong description.\n";

/* Debian, and a virtual environment that sees its packages, with a CUDA wheel in it. */
static struct machine with_torch(void)
{
    struct machine m = machine_new();

    machine_file(&m, "usr/bin/python3.11", "\177ELF");
    machine_link(&m, "usr/bin/python3", "python3.11");
    machine_file(&m, "usr/lib/python3.11/os.py", "");
    machine_folder(&m, SYSTEM);
    machine_link(&m, "home/u/venv/bin/python", "/usr/bin/python3");
    machine_file(&m, "home/u/venv/pyvenv.cfg",
                 "home = /usr/bin\ninclude-system-site-packages = true\n");
    machine_file(&m, SITE "/torch/__init__.py", "");
    machine_file(&m, SITE "/torch/version.py", version_cuda);
    machine_file(&m, SITE "/torch-2.4.1.dist-info/METADATA", metadata);
    machine_file(&m, SITE "/torch-2.4.1.dist-info/INSTALLER", "pip\n");
    machine_file(&m, SITE "/torch-2.4.1.dist-info/WHEEL",
                 "Wheel-Version: 1.0\nTag: cp311-cp311-manylinux1_x86_64\n");
    machine_file(&m, SITE "/nvidia_cuda_runtime_cu12-12.1.105.dist-info/METADATA", "");
    machine_file(&m, SITE "/nvidia_cudnn_cu12-9.1.0.70.dist-info/METADATA", "");
    machine_file(&m, SITE "/triton-3.0.0.dist-info/METADATA", "");
    machine_variable(&m, "PATH=/home/u/venv/bin:/usr/bin");
    machine_variable(&m, "HOME=/home/u");
    m.eyes.working_directory = STR("/home/u");
    return m;
}

static void test_torch__is_read_from_its_own_files(void **state)
{
    static const struct {
        const char *fact, *want;
    } rows[] = {
        { "torch.installed", "true" },
        { "torch.path", "/" SITE "/torch" },
        { "torch.version", "2.4.1+cu121" },
        { "torch.release", "2.4.1" },
        { "torch.build", "cuda" },
        { "torch.cuda", "12.1" },
        { "torch.tag", "cu121" },
        { "torch.installer", "pip" },
        { "torch.source", "wheel" },
        { "torch.metadata_version", "2.4.1" },
        { "torch.metadata_matches", "true" },
        { "torch.platform", "linux_x86_64" },
        { "torch.glibc_needed", "2.17" },
        { "torch.copies", "1" },
        { "torch.shadowed", "<absent>" },
        { "torch.impostor", "<absent>" },
        { "torch.mismatched", "<absent>" },
        { "torch.missing_package", "<absent>" },
        { "torch.triton", "3.0.0" },
        { "torch.torchvision", "<absent>" },
        { "runtime.version", "12.1" },
        { "runtime.origin", "nvidia-cuda-runtime-cu12" },
        { "runtime.driver_needed", "525.60.13" },
        { "cudnn.version", "9.1.0.70" },
        { "cudnn.expected", "9.1.0.70" },
        { "cudnn.matches", "true" },
    };
    struct machine m = with_torch();

    (void) state;
    machine_run(&m, COST_FILES);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        expect(&m, rows[i].fact, rows[i].want);
    expect_from(&m, "torch.version", SITE "/torch/version.py");
    machine_free(&m);
}

static void test_torch__builds_are_told_apart(void **state)
{
    static const struct {
        const char *text, *build, *tag, *cuda;
    } rows[] = {
        { "__version__ = '2.4.1+cpu'\ncuda = None\nhip = None\n", "cpu", "cpu", "<absent>" },
        { "__version__ = '2.1.0'\ncuda: Optional[str] = '11.8'\n", "cuda", "cu118", "11.8" },
        { "__version__ = \"2.4.1+rocm6.1\"\ncuda = None\nhip = '6.1.40091-a8d'\n", "rocm",
          "rocm6.1", "<absent>" },
        { "__version__ = '2.8.0+xpu'\ncuda = None\nxpu = '20250101'\n", "xpu", "xpu", "<absent>" },
        { "__version__ = '2.1.0+musa'\ncuda = None\n", "other", "<unknown>", "<absent>" },
        { "__version__ = '1.13.1'\ncuda = None\n", "cpu", "cpu", "<absent>" },
        { "__version__ = '2.0.0'\n", "<unknown>", "<unknown>", "<unknown>" },
        { "garbage", "<unknown>", "<unknown>", "<unknown>" },
    };

    (void) state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct machine m = with_torch();

        machine_file(&m, SITE "/torch/version.py", rows[i].text);
        machine_run(&m, COST_FILES);
        expect(&m, "torch.installed", "true");
        expect(&m, "torch.build", rows[i].build);
        expect(&m, "torch.tag", rows[i].tag);
        expect(&m, "torch.cuda", rows[i].cuda);
        machine_free(&m);
    }
}

static void test_torch__of_two_the_first_counts(void **state)
{
    struct machine m = with_torch();

    (void) state;
    machine_file(&m, SYSTEM "/torch/__init__.py", "");
    machine_file(&m, SYSTEM "/torch/version.py", "__version__ = '1.13.1'\ncuda = None\n");
    machine_run(&m, COST_FILES);
    expect(&m, "torch.version", "2.4.1+cu121");
    expect(&m, "torch.copies", "2");
    expect(&m, "torch.shadowed", "/" SYSTEM "/torch");
    expect(&m, "torch.shadowed_build", "cpu");
    machine_free(&m);
}

static void test_torch__of_a_distribution_is_named_so(void **state)
{
    struct machine m = with_torch();

    (void) state;
    machine_file(&m, SYSTEM "/torch/__init__.py", "");
    machine_file(&m, SYSTEM "/torch/version.py", "__version__ = '1.13.1'\ncuda = None\n");
    machine_file(&m, SYSTEM "/torch-1.13.1.egg-info/PKG-INFO", "Name: torch\nVersion: 1.13.1\n");
    m.wishes.python = STR("/usr/bin/python3");
    machine_run(&m, COST_FILES);
    expect(&m, "torch.source", "distribution");
    expect(&m, "torch.installer", "apt");
    expect(&m, "torch.metadata_version", "1.13.1");
    expect(&m, "torch.build", "cpu");
    expect(&m, "torch.packages", "0");
    expect(&m, "torch.environments.0.path", "/home/u/venv");
    expect(&m, "torch.other_cuda", "/home/u/venv/bin/python");
    machine_free(&m);
}

static void test_torch__what_only_has_its_name_is_an_impostor(void **state)
{
    static const struct {
        const char *file, *impostor, *installed;
    } rows[] = {
        { SITE "/torch/__init__.py", "/" SITE "/torch/__init__.py", "false" },
        { SITE "/torch.py", "/" SITE "/torch.py", "false" },
        { SITE "/torch/notes.txt", "<absent>", "false" },
    };

    (void) state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct machine m = with_torch();

        tree_remove(m.tree, STR(SITE "/torch"));
        tree_remove(m.tree, STR(SITE "/torch-2.4.1.dist-info"));
        machine_file(&m, rows[i].file, "");
        machine_run(&m, COST_FILES);
        expect(&m, "torch.impostor", rows[i].impostor);
        expect(&m, "torch.installed", rows[i].installed);
        machine_free(&m);
    }
}

static void test_torch__metadata_without_files_is_a_torch_that_is_broken(void **state)
{
    struct machine m = with_torch();

    (void) state;
    tree_remove(m.tree, STR(SITE "/torch/version.py"));
    machine_run(&m, COST_FILES);
    expect(&m, "torch.installed", "true");
    expect(&m, "torch.version", "<absent>");
    expect(&m, "torch.build", "<absent>");
    expect(&m, "torch.metadata_version", "2.4.1");
    machine_free(&m);
}

static void test_torch__mixed_installs_disagree(void **state)
{
    struct machine m = with_torch();

    (void) state;
    machine_file(&m, SITE "/torch-2.3.0.dist-info/METADATA", "Name: torch\nVersion: 2.3.0\n\n");
    machine_run(&m, COST_FILES);
    expect(&m, "torch.metadata_version", "2.3.0");
    expect(&m, "torch.metadata_matches", "false");
    machine_free(&m);
}

static void test_packages__that_do_not_fit_are_named(void **state)
{
    struct machine m = with_torch();

    (void) state;
    tree_remove(m.tree, STR(SITE "/nvidia_cudnn_cu12-9.1.0.70.dist-info"));
    tree_remove(m.tree, STR(SITE "/triton-3.0.0.dist-info"));
    machine_folder(&m, SITE "/nvidia_cudnn_cu12-8.9.2.26.dist-info");
    machine_file(&m, SITE "/torchvision-0.18.0.dist-info/METADATA",
                 "Name: torchvision\nVersion: 0.18.0\nRequires-Dist: torch (==2.3.0)\n\n");
    machine_run(&m, COST_FILES);
    expect(&m, "torch.mismatched", "nvidia-cudnn-cu12");
    expect(&m, "torch.mismatched_version", "8.9.2.26");
    expect(&m, "torch.mismatched_pinned", "9.1.0.70");
    expect(&m, "torch.missing_package", "triton");
    expect(&m, "torch.torchvision", "0.18.0");
    expect(&m, "torch.torchvision_needs", "2.3.0");
    expect(&m, "torch.companion", "torchvision");
    expect(&m, "torch.companion_needs", "2.3.0");
    expect(&m, "cudnn.matches", "false");
    machine_free(&m);
}

static void test_packages__two_of_one_name_are_not_chosen_from(void **state)
{
    struct machine m = with_torch();

    (void) state;
    machine_folder(&m, SITE "/nvidia_cudnn_cu12-8.9.2.26.dist-info");
    machine_run(&m, COST_FILES);
    expect(&m, "cudnn.version", "<unknown>");
    expect(&m, "torch.mismatched", "<unknown>");
    machine_free(&m);
}

static void test_packages__that_nobody_asks_about_are_not_opened(void **state)
{
    struct machine m = with_torch();
    struct observations log;
    size_t reads = 0;

    (void) state;
    for (int i = 0; i < 500; i++)
        machine_file(&m, arena_printf(m.arena, SITE "/package%d-1.0.dist-info/METADATA", i).data,
                     "Name: package\nVersion: 1.0\n");
    machine_run(&m, COST_FILES);
    log = root_log(m.root);
    for (size_t i = 0; i < log.count; i++)
        reads +=
            log.items[i].verb == ROOT_READ && str_starts(log.items[i].path, STR(SITE "/package"));
    assert_int_equal(reads, 0);
    machine_free(&m);
}

static void test_torch__hostile_files_leave_it_unknown(void **state)
{
    static const struct {
        const char *path;
        struct node node;
        const char *fact, *want;
    } rows[] = {
        { SITE "/torch/version.py",
          { .kind = NODE_FILE, .size = 10000000000 },
          "torch.version",
          "<unknown>" },
        { SITE "/torch/version.py", { .kind = NODE_OTHER }, "torch.installed", "true" },
        { SITE "/torch/version.py", { .kind = NODE_OTHER }, "torch.build", "<unknown>" },
        { SITE "/torch/version.py", { .kind = NODE_LINK }, "torch.build", "<unknown>" },
        { SITE "/torch/version.py", { .kind = NODE_DIRECTORY }, "torch.build", "<unknown>" },
        { SITE "/torch-2.4.1.dist-info/METADATA",
          { .kind = NODE_FILE, .size = 10000000000 },
          "torch.metadata_version",
          "<unknown>" },
        { SITE "/torch-2.4.1.dist-info/WHEEL",
          { .kind = NODE_OTHER },
          "torch.source",
          "<unknown>" },
        { SITE, { .kind = NODE_LINK }, "torch.installed", "<unknown>" },
    };

    (void) state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct machine m = with_torch();

        tree_add(m.tree, str_of(rows[i].path), rows[i].node, STR("/home/u/loop"));
        tree_add(m.tree, STR("home/u/loop"), (struct node){ .kind = NODE_LINK }, STR("loop"));
        machine_run(&m, COST_FILES);
        expect(&m, rows[i].fact, rows[i].want);
        machine_free(&m);
    }
}

static void test_torch__values_are_only_data(void **state)
{
    static const char evil[] = "__version__ = '2.4;rm -rf /\033[2J<script>\xff'\ncuda = None\n";
    struct machine m = with_torch();

    (void) state;
    machine_file(&m, SITE "/torch/version.py", evil);
    machine_folder(&m, SITE "/nvidia_\xff\xfe\n-1.0.dist-info");
    machine_folder(&m, SITE "/nvidia_-.dist-info");
    machine_run(&m, COST_FILES);
    expect(&m, "torch.version", "2.4;rm -rf /\033[2J<script>\xff");
    expect(&m, "torch.build", "cpu");
    machine_free(&m);
}

static void test_torch__a_folder_that_cannot_be_seen_hides_what_follows(void **state)
{
    static const struct {
        int error;
        const char *want;
    } rows[] = { { -EIO, "<unknown>" }, { -EACCES, "<denied>" } };

    (void) state;
    for (size_t i = 0; i < 2; i++) {
        struct machine m = with_torch();

        machine_file(&m, SYSTEM "/torch/__init__.py", "");
        machine_file(&m, SYSTEM "/torch/version.py", "__version__ = '1.13.1'\ncuda = None\n");
        tree_refuse(m.tree, STR(SITE), rows[i].error);
        machine_run(&m, COST_FILES);
        expect(&m, "torch.installed", rows[i].want);
        expect_from(&m, "torch.installed", SITE);
        expect(&m, "torch.build", "<unknown>");
        expect(&m, "runtime.version", "<unknown>");
        machine_free(&m);
    }
}

/* --- the fault sweep -------------------------------------------------------------------------- */

static bool same_fact(const struct field *field, const void *clean, const void *faulty)
{
    struct fact_ref a = { field->kind, field_of(field, clean), field };
    struct fact_ref b = { field->kind, field_of(field, faulty), field };
    struct arena *arena;
    bool same;

    if (fact_ref_state(&b) == FACT_UNKNOWN)
        return true;
    if (field->kind == FIELD_LIST && ((const struct fact_list *) b.fact)->partial)
        return true;
    if (fact_ref_state(&a) != fact_ref_state(&b))
        return false;
    if (fact_ref_state(&b) != FACT_KNOWN)
        return true;
    arena = arena_new(machine_no_memory);
    same = str_eq(fact_ref_text(arena, &a), fact_ref_text(arena, &b));
    arena_free(arena);
    return same;
}

static void compare(const struct facts *clean, const struct facts *faulty, const char *name,
                    size_t look, struct str path)
{
    for (size_t l = 0; l < facts_layer_count; l++)
        for (size_t i = 0; i < facts_layers[l].field_count; i++) {
            const struct field *field = &facts_layers[l].fields[i];

            /* What was refused is what the failing look adds to. */
            if (!str_eqz(str_of(field->name), "refusals") &&
                !same_fact(field, (const char *) clean + facts_layers[l].offset,
                           (const char *) faulty + facts_layers[l].offset))
                fail_msg("%s: look %zu fails (%.*s), and %s.%s changes", name, look, STR_ARG(path),
                         facts_layers[l].name, field->name);
        }
}

/* Runs the machine once for each look that it takes, with that look failing. */
static void sweep(const char *name, struct machine (*make)(void))
{
    struct machine clean = make();
    struct faulty counter = { .arena = clean.arena, .inner = clean.root };

    clean.root = faulty_root(&counter);
    machine_run(&clean, COST_FILES);
    assert_true(counter.calls > 10);
    for (size_t at = 1; at <= counter.calls; at++) {
        struct machine m = make();
        struct faulty faulty = { .arena = m.arena, .inner = m.root, .failing = at };
        struct observations log;
        struct str path = STR("?");

        m.root = faulty_root(&faulty);
        machine_run(&m, COST_FILES);
        log = root_log(m.root);
        for (size_t i = 0; i < log.count; i++)
            if (log.items[i].error == -EIO)
                path = log.items[i].path;
        compare(&clean.facts, &m.facts, name, at, path);
        machine_free(&m);
    }
    machine_free(&clean);
}

static struct machine two_torches(void)
{
    struct machine m = with_torch();

    machine_file(&m, SYSTEM "/torch/__init__.py", "");
    machine_file(&m, SYSTEM "/torch/version.py", "__version__ = '1.13.1'\ncuda = None\n");
    machine_file(&m, SITE "/a.pth", "/opt/a\n");
    machine_file(&m, "opt/a/torch/__init__.py", "");
    machine_file(&m, "opt/a/torch/version.py", "__version__ = '2.0.0+cu118'\ncuda = '11.8'\n");
    return m;
}

static struct machine impostor_and_misfits(void)
{
    struct machine m = with_torch();

    machine_variable(&m, "PYTHONPATH=/home/u/lib");
    machine_file(&m, "home/u/lib/torch/__init__.py", "");
    machine_folder(&m, SITE "/nvidia_cudnn_cu12-8.9.2.26.dist-info");
    tree_remove(m.tree, STR(SITE "/triton-3.0.0.dist-info"));
    machine_file(&m, SITE "/torchvision-0.18.0.dist-info/METADATA",
                 "Name: torchvision\nVersion: 0.18.0\nRequires-Dist: torch (==2.3.0)\n\n");
    machine_file(&m, SITE "/xformers-0.0.1.dist-info/METADATA",
                 "Name: xformers\nVersion: 0.0.1\nRequires-Dist: torch==2.2.0\n\n");
    return m;
}

static struct machine conda(void)
{
    struct machine m = machine_new();

    machine_file(&m, "opt/conda/bin/python3.11", "\177ELF");
    machine_link(&m, "opt/conda/bin/python", "python3.11");
    machine_file(&m, "opt/conda/lib/python3.11/os.py", "");
    machine_file(&m, "opt/conda/conda-meta/pytorch-2.4.1-py3.11_cuda12.1_0.json", "{}");
    machine_file(&m, "opt/conda/lib/python3.11/site-packages/torch/__init__.py", "");
    machine_file(&m, "opt/conda/lib/python3.11/site-packages/torch/version.py",
                 "__version__ = '2.4.1'\ncuda = '12.1'\n");
    machine_file(&m, "opt/conda/lib/python3.11/site-packages/torch-2.4.1-py3.11.egg-info",
                 "Name: torch\nVersion: 2.4.1\n");
    machine_file(&m, "home/u/venv/lib/python3.9/site-packages/torch/version.py",
                 "__version__ = '2.0.0+cu118'\ncuda = '11.8'\n");
    machine_file(&m, "home/u/venv/bin/python", "\177ELF");
    machine_file(&m, "home/u/.conda/envs/a/lib/python3.9/site-packages/torch/version.py",
                 "__version__ = '2.1.0+cu118'\ncuda = '11.8'\n");
    machine_file(&m, "home/u/.conda/envs/a/bin/python", "\177ELF");
    machine_variable(&m, "PATH=/home/u/bin:/opt/conda/bin:/usr/bin");
    machine_variable(&m, "HOME=/home/u");
    return m;
}

static struct machine none(void)
{
    struct machine m = with_torch();

    tree_remove(m.tree, STR(SITE "/torch"));
    tree_remove(m.tree, STR(SITE "/torch-2.4.1.dist-info"));
    return m;
}

static void test_torch__no_failing_look_makes_a_fact_say_otherwise(void **state)
{
    (void) state;
    sweep("wheel", with_torch);
    sweep("two torches", two_torches);
    sweep("impostor and misfits", impostor_and_misfits);
    sweep("conda", conda);
    sweep("none", none);
}

static void test_torch__of_conda_is_named_so(void **state)
{
    struct machine m = conda();

    (void) state;
    machine_run(&m, COST_FILES);
    expect(&m, "torch.source", "conda");
    expect(&m, "torch.installer", "conda");
    expect(&m, "torch.metadata_version", "2.4.1");
    expect(&m, "torch.architectures", "<unknown>");
    expect(&m, "runtime.origin", "conda");
    expect(&m, "torch.environments", "2");
    expect(&m, "torch.other_cuda", "/home/u/venv/bin/python");
    machine_free(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_torch__is_read_from_its_own_files),
        cmocka_unit_test(test_torch__builds_are_told_apart),
        cmocka_unit_test(test_torch__of_two_the_first_counts),
        cmocka_unit_test(test_torch__of_a_distribution_is_named_so),
        cmocka_unit_test(test_torch__of_conda_is_named_so),
        cmocka_unit_test(test_torch__what_only_has_its_name_is_an_impostor),
        cmocka_unit_test(test_torch__metadata_without_files_is_a_torch_that_is_broken),
        cmocka_unit_test(test_torch__mixed_installs_disagree),
        cmocka_unit_test(test_packages__that_do_not_fit_are_named),
        cmocka_unit_test(test_packages__two_of_one_name_are_not_chosen_from),
        cmocka_unit_test(test_packages__that_nobody_asks_about_are_not_opened),
        cmocka_unit_test(test_torch__hostile_files_leave_it_unknown),
        cmocka_unit_test(test_torch__values_are_only_data),
        cmocka_unit_test(test_torch__a_folder_that_cannot_be_seen_hides_what_follows),
        cmocka_unit_test(test_torch__no_failing_look_makes_a_fact_say_otherwise),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
