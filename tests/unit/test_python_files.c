/* The small files by which a Python environment is described. */
#include "format/python_files.h"

#include <errno.h>

#include <setjmp.h>
#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

static void no_memory(void)
{
    fail_msg("out of memory");
}

static void test_pyvenv__says_whose_python_it_is(void **state)
{
    struct pyvenv pyvenv;

    (void) state;
    assert_int_equal(pyvenv_parse(STR("home = /usr/bin\ninclude-system-site-packages = true\n"
                                      "version = 3.11.7\nexecutable = /usr/bin/python3.11\n"),
                                  &pyvenv),
                     0);
    assert_true(str_eqz(pyvenv.home, "/usr/bin"));
    assert_true(str_eqz(pyvenv.version, "3.11.7"));
    assert_true(pyvenv.system_site_packages);
    assert_int_equal(pyvenv_parse(STR("home=/opt/py/bin\r\nuv = 0.4.0\r\nversion_info = 3.12.1\r\n"
                                      "include-system-site-packages = false\r\n"),
                                  &pyvenv),
                     0);
    assert_true(str_eqz(pyvenv.home, "/opt/py/bin"));
    assert_true(str_eqz(pyvenv.version, "3.12.1"));
    assert_false(pyvenv.system_site_packages);
    assert_int_equal(pyvenv_parse(STR("version = 3.11\n"), &pyvenv), -EBADMSG);
}

static void test_pth__tells_folders_from_code_and_what_code_does(void **state)
{
    static const struct {
        const char *line;
        enum pth_kind kind;
        enum pth_effect effect;
        const char *text; /* NULL: as the line */
    } rows[] = {
        { "/home/u/project/src", PTH_PATH, PTH_UNKNOWN, NULL },
        { "../other \r\n", PTH_PATH, PTH_UNKNOWN, "../other" },
        { " import not code", PTH_PATH, PTH_UNKNOWN, "import not code" },
        { "importlib", PTH_PATH, PTH_UNKNOWN, NULL },
        { "import __editable___foo_0_1_finder; __editable___foo_0_1_finder.install()", PTH_IMPORT,
          PTH_FINDER, NULL },
        { "import _editable_impl_foo", PTH_IMPORT, PTH_FINDER, NULL },
        { "import os; var = 'SETUPTOOLS_USE_DISTUTILS'; enabled = os.environ.get(var, 'local') == "
          "'local'; enabled and __import__('_distutils_hack').add_shim(); ",
          PTH_IMPORT, PTH_NONE,
          "import os; var = 'SETUPTOOLS_USE_DISTUTILS'; enabled = os.environ.get(var, 'local') == "
          "'local'; enabled and __import__('_distutils_hack').add_shim();" },
        { "import _virtualenv", PTH_IMPORT, PTH_NONE, NULL },
        { "import coverage; coverage.process_startup()", PTH_IMPORT, PTH_NONE, NULL },
        { "import sys, types, os;has_mfs = sys.version_info > (3, 5);p = os.path.join("
          "sys._getframe(1).f_locals['sitedir'], *('mpl_toolkits',))",
          PTH_IMPORT, PTH_NONE, NULL },
        { "import\tsys; sys.path.insert(0, '/evil')", PTH_IMPORT, PTH_SEARCH_PATH, NULL },
        { "import site; site.addsitedir('/x')", PTH_IMPORT, PTH_SEARCH_PATH, NULL },
        { "import zzz_something", PTH_IMPORT, PTH_UNKNOWN, NULL },
    };

    (void) state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct str rest = str_of(rows[i].line);
        struct pth_line got;

        assert_true(pth_next(&rest, &got));
        assert_int_equal(got.kind, rows[i].kind);
        assert_int_equal(got.effect, rows[i].effect);
        assert_true(str_eqz(got.text, rows[i].text ? rows[i].text : rows[i].line));
    }
}

static void test_pth__passes_over_comments_and_empty_lines(void **state)
{
    struct str rest = STR("# comment\n\n  \n/a\n");
    struct pth_line got;

    (void) state;
    assert_true(pth_next(&rest, &got));
    assert_true(str_eqz(got.text, "/a"));
    assert_false(pth_next(&rest, &got));
}

static bool is_text(struct python_value value, const char *text)
{
    return text ? value.kind == PYTHON_TEXT && str_eqz(value.text, text)
                : value.kind == PYTHON_NONE;
}

static void test_torch_version__is_read_in_every_release(void **state)
{
    static const struct {
        const char *text, *version, *cuda;
        enum python_kind hip;
    } rows[] = {
        { "__version__ = '1.0.0'\ndebug = False\ncuda = '9.0.176'\n", "1.0.0", "9.0.176",
          PYTHON_UNSET },
        { "__version__ = '1.7.1'\ndebug = False\ncuda = '10.2'\ngit_version = '57bffc3'\n"
          "hip = None\n",
          "1.7.1", "10.2", PYTHON_NONE },
        { "from typing import Optional\n\n__all__ = ['__version__', 'debug', 'cuda']\n"
          "__version__ = '2.4.1+cu121'\ndebug = False\ncuda: Optional[str] = '12.1'\n"
          "git_version = '38b96d3'\nhip: Optional[str] = None\nxpu: Optional[str] = None\n",
          "2.4.1+cu121", "12.1", PYTHON_NONE },
        { "__version__ = \"2.8.0+cpu\"\r\ncuda: Optional[str]=None # cpu\r\nhip = '6.4'\r\n",
          "2.8.0+cpu", NULL, PYTHON_TEXT },
    };

    (void) state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct torch_version got;

        assert_int_equal(torch_version_parse(str_of(rows[i].text), &got), 0);
        assert_true(is_text(got.version, rows[i].version));
        assert_true(is_text(got.cuda, rows[i].cuda));
        assert_int_equal(got.hip.kind, rows[i].hip);
    }
}

static void test_torch_version__takes_only_constants_at_the_start_of_a_line(void **state)
{
    static const char *const rows[] = {
        "",
        "__version__ = version()\n",
        "  __version__ = '1.0'\n",
        "__version__ = '1.0\n",
        "__version__ = None\n",
        "# __version__ = '1.0'\n",
    };

    (void) state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct torch_version got;

        assert_int_equal(torch_version_parse(str_of(rows[i]), &got), -EBADMSG);
    }
}

static void test_direct_url__says_whether_an_install_is_editable(void **state)
{
    static const struct {
        const char *text, *url;
        bool editable;
    } rows[] = {
        { "{\"dir_info\": {\"editable\": true}, \"url\": \"file:///home/u/p\"}", "file:///home/u/p",
          true },
        { "{\"url\": \"file:///p\", \"dir_info\": {}}", "file:///p", false },
        { "{\"url\": \"https://h/t.whl\", \"archive_info\": {\"hash\": \"sha256=0\"}}",
          "https://h/t.whl", false },
        { "{\"dir_info\": {\"editable\": true}}", NULL, false },
        { "[\"url\"]", NULL, false },
        { "{\"url\": \"", NULL, false },
        { "", NULL, false },
    };
    AUTO_ARENA *arena = arena_new(no_memory);

    (void) state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct direct_url got;
        int want = rows[i].url ? 0 : -EBADMSG;

        assert_int_equal(direct_url_parse(str_of(rows[i].text), arena, &got), want);
        if (want)
            continue;
        assert_true(str_eqz(got.url, rows[i].url));
        assert_int_equal(got.editable, rows[i].editable);
    }
}

static void test_shebang__names_the_interpreter(void **state)
{
    static const struct {
        const char *text;
        int code;
        enum shebang_kind kind;
        const char *interpreter;
    } rows[] = {
        { "#!/opt/venv/bin/python3 -E\nimport sys\n", 0, SHEBANG_PATH, "/opt/venv/bin/python3" },
        { "#! /usr/bin/python3\n", 0, SHEBANG_PATH, "/usr/bin/python3" },
        { "#!/usr/bin/env python3\n", 0, SHEBANG_ENV, "python3" },
        { "#!/usr/bin/env -S A=1 python3 -s\n", 0, SHEBANG_ENV, "python3" },
        { "#!/bin/sh\n'''exec' /a/very/long/bin/python \"$0\" \"$@\"\n' '''\n", 0, SHEBANG_PATH,
          "/a/very/long/bin/python" },
        { "#!/bin/sh\n'''exec' \"/with blank/python\" \"$0\" \"$@\"\n' '''\n", 0, SHEBANG_PATH,
          "/with blank/python" },
        { "#!/bin/sh\n'''exec' \"$(dirname -- \"$(realpath -- \"$0\")\")\"/'python3.11' \"$0\" "
          "\"$@\"\n' '''\n",
          0, SHEBANG_BESIDE, "python3.11" },
        { "#!/bin/sh\nexec something\n", 0, SHEBANG_PATH, "/bin/sh" },
        { "import sys\n", -ENOENT, SHEBANG_PATH, NULL },
        { "", -ENOENT, SHEBANG_PATH, NULL },
        { "#!\n", -EBADMSG, SHEBANG_PATH, NULL },
        { "#!/usr/bin/env -S\n", -EBADMSG, SHEBANG_PATH, NULL },
    };

    (void) state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct shebang got;

        assert_int_equal(shebang_parse(str_of(rows[i].text), &got), rows[i].code);
        if (rows[i].code)
            continue;
        assert_int_equal(got.kind, rows[i].kind);
        assert_true(str_eqz(got.interpreter, rows[i].interpreter));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pyvenv__says_whose_python_it_is),
        cmocka_unit_test(test_pth__tells_folders_from_code_and_what_code_does),
        cmocka_unit_test(test_pth__passes_over_comments_and_empty_lines),
        cmocka_unit_test(test_torch_version__is_read_in_every_release),
        cmocka_unit_test(test_torch_version__takes_only_constants_at_the_start_of_a_line),
        cmocka_unit_test(test_direct_url__says_whether_an_install_is_editable),
        cmocka_unit_test(test_shebang__names_the_interpreter),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
