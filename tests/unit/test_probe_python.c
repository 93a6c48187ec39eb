/* Which Python is the user's, and where it looks for packages. */
#include "probed.h"

#include <errno.h>

/* Debian with its Python, and a virtual environment made from it. */
static struct machine debian(void)
{
    struct machine m = machine_new();

    machine_file(&m, "usr/bin/python3.11", "\177ELF");
    machine_link(&m, "usr/bin/python3", "python3.11");
    machine_file(&m, "usr/lib/python3.11/os.py", "");
    machine_folder(&m, "usr/lib/python3/dist-packages");
    machine_folder(&m, "usr/local/lib/python3.11/dist-packages");
    machine_link(&m, "home/u/venv/bin/python", "python3");
    machine_link(&m, "home/u/venv/bin/python3", "/usr/bin/python3");
    machine_file(&m, "home/u/venv/pyvenv.cfg",
                 "home = /usr/bin\ninclude-system-site-packages = false\nversion = 3.11.2\n");
    machine_folder(&m, "home/u/venv/lib/python3.11/site-packages");
    m.eyes.working_directory = STR("/home/u/work");
    return m;
}

static void expect_path(struct machine *m, const char *want)
{
    struct buf have = buf_new(m->arena, 65536);

    for (size_t i = 0; i < m->facts.torch.search_path.count; i++) {
        const struct search_path_facts *item =
            &LIST_OF(search_path, &m->facts.torch.search_path)[i];

        if (!str_eqz(item->origin.value, "standard library"))
            buf_addf(&have, "%.*s ", STR_ARG(item->path.value));
    }
    assert_string_equal(arena_copy(m->arena, buf_str(&have)).data, want);
}

static void test_python_env__is_what_a_shell_would_start(void **state)
{
    static const struct {
        const char *variables[3], *python;
    } rows[] = {
        { { "PATH=/usr/local/bin:/usr/bin" }, "/usr/bin/python3" },
        { { "PATH=/home/u/venv/bin:/usr/bin" }, "/home/u/venv/bin/python" },
        /* a later `python` goes before an earlier `python3` */
        { { "PATH=/usr/bin:/home/u/venv/bin" }, "/home/u/venv/bin/python" },
        /* wanted, but not what runs */
        { { "PATH=/usr/bin", "VIRTUAL_ENV=/home/u/venv" }, "/usr/bin/python3" },
        { { "VIRTUAL_ENV=/home/u/venv" }, "/home/u/venv/bin/python" },
        { { "CONDA_PREFIX=/home/u/venv", "HOME=/" }, "/home/u/venv/bin/python" },
        { { "PATH=../venv/bin" }, "/home/u/venv/bin/python" },
        { { "HOME=/home/u" }, "/usr/bin/python3" },
        { { "PATH=/nowhere" }, "<absent>" },
    };

    (void) state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct machine m = debian();

        for (size_t n = 0; n < 3 && rows[i].variables[n]; n++)
            machine_variable(&m, rows[i].variables[n]);
        machine_run(&m, COST_FILES);
        expect(&m, "torch.python", rows[i].python);
        machine_free(&m);
    }
}

static void test_python_env__without_variables_is_the_default_path(void **state)
{
    struct machine m = debian();

    (void) state;
    machine_run(&m, COST_FILES);
    expect(&m, "torch.python", "/usr/bin/python3");
    expect_from(&m, "torch.python", "usr/bin/python3");
    expect(&m, "torch.environment_kind", "system");
    machine_free(&m);
}

static void test_python_env__obeys_wishes(void **state)
{
    static const struct {
        struct wishes wishes;
        const char *python, *kind;
    } rows[] = {
        { { .python = STR_INIT("/home/u/venv/bin/python3") }, "/home/u/venv/bin/python3", "venv" },
        { { .python = STR_INIT("../venv/bin/python") }, "/home/u/venv/bin/python", "venv" },
        { { .python = STR_INIT("python3.11") }, "/usr/bin/python3.11", "system" },
        { { .environment = STR_INIT("/home/u/venv") }, "/home/u/venv/bin/python", "venv" },
        { { .environment = STR_INIT("/usr") }, "/usr/bin/python3", "system" },
        { { .environment = STR_INIT("/nowhere") }, "<absent>", "<unknown>" },
    };

    (void) state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct machine m = debian();

        machine_variable(&m, "PATH=/usr/bin");
        m.wishes = rows[i].wishes;
        machine_run(&m, COST_FILES);
        expect(&m, "torch.python", rows[i].python);
        expect(&m, "torch.environment_kind", rows[i].kind);
        machine_free(&m);
    }
}

static void add_pyenv(struct machine *m)
{
    static const char shim[] =
        "#!/usr/bin/env bash\nexport PYENV_ROOT=\"/home/u/.pyenv\"\nexec pyenv exec python\n";
    static const char *const versions[] = { "3.9.18", "3.12.9", "3.12.10" };

    machine_file(m, "home/u/.pyenv/shims/python", shim);
    machine_file(m, "home/u/.pyenv/version", "3.12.9\n");
    for (size_t i = 0; i < 3; i++) {
        const char *folder = i ? "python3.12" : "python3.9", *v = versions[i];

        machine_file(m, arena_printf(m->arena, "home/u/.pyenv/versions/%s/bin/%s", v, folder).data,
                     "\177ELF");
        machine_link(m, arena_printf(m->arena, "home/u/.pyenv/versions/%s/bin/python", v).data,
                     folder);
        machine_file(
            m, arena_printf(m->arena, "home/u/.pyenv/versions/%s/lib/%s/os.py", v, folder).data,
            "");
    }
    machine_variable(m, "PATH=/home/u/.pyenv/shims:/usr/bin");
}

static void test_python_env__sees_through_pyenv(void **state)
{
    static const struct {
        const char *variable, *file, *python, *from;
    } rows[] = {
        { NULL, NULL, "/home/u/.pyenv/versions/3.12.9/bin/python", "home/u/.pyenv/version" },
        { NULL, "# mine\n3.9.18\n", "/home/u/.pyenv/versions/3.9.18/bin/python",
          "home/u/.python-version" },
        { NULL, "3.12", "/home/u/.pyenv/versions/3.12.10/bin/python", "home/u/.python-version" },
        { "PYENV_VERSION=3.9.18", "3.12", "/home/u/.pyenv/versions/3.9.18/bin/python",
          "environment" },
        { NULL, "system", "/usr/bin/python3", "environment" },
        { NULL, "../../evil", "<unknown>", "home/u/.python-version" },
        { NULL, "3.8.1", "<unknown>", "home/u/.python-version" },
    };

    (void) state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct machine m = debian();

        add_pyenv(&m);
        if (rows[i].variable)
            machine_variable(&m, rows[i].variable);
        if (rows[i].file)
            machine_file(&m, "home/u/.python-version", rows[i].file);
        machine_run(&m, COST_FILES);
        expect(&m, "torch.python", rows[i].python);
        expect_from(&m, "torch.python", rows[i].from);
        machine_free(&m);
    }
}

static void test_python_env__a_script_is_no_interpreter(void **state)
{
    struct machine m = debian();

    (void) state;
    machine_file(&m, "opt/wrapper/bin/python", "#!/bin/sh\nexec /usr/bin/python3\n");
    machine_variable(&m, "PATH=/opt/wrapper/bin:/usr/bin");
    machine_run(&m, COST_FILES);
    expect(&m, "torch.python", "/opt/wrapper/bin/python");
    expect(&m, "torch.python_version", "<unknown>");
    expect(&m, "torch.installed", "<unknown>");
    expect_from(&m, "torch.installed", "opt/wrapper/bin/python");
    machine_free(&m);
}

static void test_python_env__knows_conda_and_free_threading(void **state)
{
    struct machine m = machine_new();

    (void) state;
    machine_file(&m, "opt/conda/bin/python3.13t", "\177ELF");
    machine_link(&m, "opt/conda/bin/python", "python3.13t");
    machine_file(&m, "opt/conda/lib/python3.13t/os.py", "");
    machine_folder(&m, "opt/conda/conda-meta");
    machine_variable(&m, "PATH=/opt/conda/bin");
    machine_run(&m, COST_FILES);
    expect(&m, "torch.python_version", "3.13");
    expect(&m, "torch.python_abi", "cp313t");
    expect(&m, "torch.environment", "/opt/conda");
    expect(&m, "torch.environment_kind", "conda");
    machine_free(&m);
}

static void test_search_path__is_what_python_makes(void **state)
{
    static const struct {
        const char *variables[3], *config, *path;
    } rows[] = {
        { { "PATH=/usr/bin", "HOME=/home/u" },
          NULL,
          "/home/u/.local/lib/python3.11/site-packages "
          "/usr/local/lib/python3.11/dist-packages /usr/lib/python3/dist-packages " },
        { { "PATH=/usr/bin", "HOME=/home/u", "PYTHONNOUSERSITE=1" },
          NULL,
          "/usr/local/lib/python3.11/dist-packages /usr/lib/python3/dist-packages " },
        { { "PATH=/usr/bin", "PYTHONUSERBASE=/nowhere", "PYTHONPATH=lib:/opt/x/../y:/opt/y" },
          NULL,
          "/home/u/work/lib /opt/y "
          "/usr/local/lib/python3.11/dist-packages /usr/lib/python3/dist-packages " },
        { { "PATH=/home/u/venv/bin", "HOME=/home/u" },
          NULL,
          "/home/u/venv/lib/python3.11/site-packages " },
        { { "PATH=/home/u/venv/bin", "HOME=/home/u" },
          "home = /usr/bin\nInclude-System-Site-Packages = TRUE\n",
          "/home/u/venv/lib/python3.11/site-packages /home/u/.local/lib/python3.11/site-packages "
          "/usr/local/lib/python3.11/dist-packages /usr/lib/python3/dist-packages " },
    };

    (void) state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct machine m = debian();

        machine_folder(&m, "home/u/.local/lib/python3.11/site-packages");
        for (size_t n = 0; n < 3 && rows[i].variables[n]; n++)
            machine_variable(&m, rows[i].variables[n]);
        if (rows[i].config)
            machine_file(&m, "home/u/venv/pyvenv.cfg", rows[i].config);
        machine_run(&m, COST_FILES);
        expect_path(&m, rows[i].path);
        expect(&m, "torch.search_path_exact", "true");
        machine_free(&m);
    }
}

static void test_search_path__finds_the_home_of_who_has_no_variable(void **state)
{
    struct machine m = debian();

    (void) state;
    machine_folder(&m, "home/u/.local/lib/python3.11/site-packages");
    machine_file(&m, "etc/passwd", "root:x:0:0::/root:/bin/sh\nu:x:1000:1000::/home/u:/bin/sh\n");
    machine_variable(&m, "PATH=/usr/bin");
    m.eyes.uid = 1000;
    machine_run(&m, COST_FILES);
    expect(&m, "torch.search_path.3.path", "/home/u/.local/lib/python3.11/site-packages");
    machine_free(&m);
}

static void test_search_path__fedora_keeps_two_libs(void **state)
{
    struct machine m = machine_new();

    (void) state;
    machine_file(&m, "usr/bin/python3.12", "\177ELF");
    machine_link(&m, "usr/bin/python3", "python3.12");
    machine_file(&m, "usr/lib64/python3.12/os.py", "");
    machine_folder(&m, "usr/lib64/python3.12/site-packages");
    machine_folder(&m, "usr/lib/python3.12/site-packages");
    machine_folder(&m, "usr/local/lib/python3.12/site-packages");
    machine_variable(&m, "PATH=/usr/bin");
    machine_run(&m, COST_FILES);
    expect_path(&m, "/usr/local/lib/python3.12/site-packages /usr/lib64/python3.12/site-packages "
                    "/usr/lib/python3.12/site-packages ");
    machine_free(&m);
}

#define SITE "home/u/venv/lib/python3.11/site-packages"

static void test_pth__adds_what_exists_and_remembers_code(void **state)
{
    static const struct {
        const char *name, *text, *path, *exact;
    } rows[] = {
        { "a.pth", "# no\n\n/opt/a\n/opt/none\n/opt/a\n../b\n",
          "/" SITE " /opt/a "
          "/home/u/venv/lib/python3.11/b ",
          "true" },
        { "a.pth",
          "import os; var = 'SETUPTOOLS_USE_DISTUTILS'; enabled = 1; enabled and "
          "__import__('_distutils_hack').add_shim();\n",
          "/" SITE " ", "true" },
        { "a.pth", "import evil\n/opt/a\n", "/" SITE " /opt/a ", "false" },
        { "a.pth", "import virtualenv; import evil\n", "/" SITE " ", "false" },
        { "easy-install.pth",
          "import sys; sys.__plen = len(sys.path)\n/opt/a\nimport sys; "
          "new=sys.path[sys.__plen:]; del sys.path[sys.__plen:]\n",
          "/opt/a "
          "/" SITE " ",
          "true" },
        { "a.txt", "/opt/a\n", "/" SITE " ", "true" },
        { ".a.pth", "/opt/a\n", "/" SITE " ", "true" },
        { "a.pth", "/opt/\xff\xfe\n\x01\x02\n", "/" SITE " ", "true" },
    };

    (void) state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct machine m = debian();

        machine_folder(&m, "opt/a");
        machine_folder(&m, "home/u/venv/lib/python3.11/b");
        machine_file(&m, arena_printf(m.arena, "%s/%s", SITE, rows[i].name).data, rows[i].text);
        machine_variable(&m, "PATH=/home/u/venv/bin");
        machine_run(&m, COST_FILES);
        expect_path(&m, rows[i].path);
        expect(&m, "torch.search_path_exact", rows[i].exact);
        expect(&m, "torch.installed",
               str_eqz(str_of(rows[i].exact), "true") ? "false" : "<unknown>");
        machine_free(&m);
    }
}

static void test_pth__reads_the_finders_of_editable_installs(void **state)
{
    struct machine m = debian();

    (void) state;
    machine_file(&m, SITE "/__editable__.torch-2.6.0.pth",
                 "import __editable___torch_2_6_0_finder; "
                 "__editable___torch_2_6_0_finder.install()\n");
    machine_file(&m, SITE "/__editable___torch_2_6_0_finder.py",
                 "import sys\nMAPPING: dict[str, str] = {'functorch': '/src/pytorch/functorch', "
                 "'torch': '/src/pytorch/torch'}\n");
    machine_file(&m, "src/pytorch/torch/__init__.py", "");
    machine_file(&m, "src/pytorch/torch/version.py",
                 "__version__ = '2.6.0a0+gitc0ffee'\ncuda = '12.4'\n");
    machine_variable(&m, "PATH=/home/u/venv/bin");
    machine_run(&m, COST_FILES);
    expect(&m, "torch.search_path_exact", "true");
    expect(&m, "torch.path", "/src/pytorch/torch");
    expect(&m, "torch.source", "source");
    machine_free(&m);
}

static void test_python__hostile_files_cost_their_limit(void **state)
{
    static const struct {
        const char *path;
        struct node node;
        const char *content, *fact, *want;
    } rows[] = {
        { "home/u/venv/pyvenv.cfg",
          { .kind = NODE_OTHER },
          "",
          "torch.python_version",
          "<unknown>" },
        { "home/u/venv/pyvenv.cfg",
          { .kind = NODE_FILE, .size = 10000000000 },
          "",
          "torch.python_version",
          "<unknown>" },
        { "home/u/venv/pyvenv.cfg",
          { .kind = NODE_FILE },
          "\xff\xfe = \n= = =\nhome\n",
          "torch.python_version",
          "<unknown>" },
        { "home/u/venv/bin/python3", { .kind = NODE_LINK }, "python", "torch.python", "<unknown>" },
        { SITE "/x.pth", { .kind = NODE_OTHER }, "", "torch.installed", "<unknown>" },
        { SITE "/x.pth", { .kind = NODE_LINK }, "x.pth", "torch.installed", "<unknown>" },
    };

    (void) state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct machine m = debian();

        tree_add(m.tree, str_of(rows[i].path), rows[i].node, str_of(rows[i].content));
        machine_variable(&m, "PATH=/home/u/venv/bin");
        machine_run(&m, COST_FILES);
        expect(&m, rows[i].fact, rows[i].want);
        machine_free(&m);
    }
}

static void test_process_env__tells_unset_from_unknown(void **state)
{
    struct machine m = debian();

    (void) state;
    machine_run(&m, COST_FILES);
    expect(&m, "process.cuda_visible_devices", "<unknown>");
    machine_variable(&m, "CUDA_VISIBLE_DEVICES=");
    machine_variable(&m, "SLURM_GPUS_ON_NODE=2");
    machine_run(&m, COST_FILES);
    expect(&m, "process.cuda_visible_devices", "");
    expect(&m, "process.library_path", "<absent>");
    expect_from(&m, "process.library_path", "environment");
    expect(&m, "process.slurm_gpus", "2");
    machine_free(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_python_env__is_what_a_shell_would_start),
        cmocka_unit_test(test_python_env__without_variables_is_the_default_path),
        cmocka_unit_test(test_python_env__obeys_wishes),
        cmocka_unit_test(test_python_env__sees_through_pyenv),
        cmocka_unit_test(test_python_env__a_script_is_no_interpreter),
        cmocka_unit_test(test_python_env__knows_conda_and_free_threading),
        cmocka_unit_test(test_search_path__is_what_python_makes),
        cmocka_unit_test(test_search_path__finds_the_home_of_who_has_no_variable),
        cmocka_unit_test(test_search_path__fedora_keeps_two_libs),
        cmocka_unit_test(test_pth__adds_what_exists_and_remembers_code),
        cmocka_unit_test(test_pth__reads_the_finders_of_editable_installs),
        cmocka_unit_test(test_python__hostile_files_cost_their_limit),
        cmocka_unit_test(test_process_env__tells_unset_from_unknown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
