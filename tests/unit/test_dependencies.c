/* What a project's files ask for: requirements, pyproject, lock, conda. */
#include "format/dependencies.h"

#include <errno.h>
#include <setjmp.h>
#include <cmocka.h>

static void no_memory(void)
{
    fail_msg("out of memory");
}

static struct arena *arena_for_test(void)
{
    return arena_new(no_memory);
}

static void test_dependencies__reads_each_kind_of_file(void **state)
{
    static const struct {
        const char *path, *text, *name, *specifiers;
        size_t count;
    } rows[] = {
        { "requirements.txt", "# c\n-r x\ntorch==2.8 \\\n --hash=sha256:1\n", "torch", "==2.8", 1 },
        { "r.txt", "torch>=2 ; python_version > '3' # why\n", "torch", ">=2", 1 },
        { "r.txt", "torch @ https://x/y.whl\n-e .\n\xff\n", "", "", 0 },
        { "pyproject.toml", "[project]\ndependencies = ['torch>=2.6']", "torch", ">=2.6", 1 },
        { "pyproject.toml", "[tool.poetry.dependencies]\npython='^3.9'\ntorch='^2.4.1'", "torch",
          ">=2.4.1,<3", 1 },
        { "pyproject.toml", "[tool.poetry.dependencies]\ntorch={version='~2.4.1'}", "torch",
          ">=2.4.1,<2.5", 1 },
        { "pyproject.toml", "[tool.poetry.dependencies]\ntorchvision='^0.19.1'", "torchvision",
          ">=0.19.1,<0.20", 1 },
        { "uv.lock", "[[package]]\nname='torch'\nversion='2.7.1+cu128'", "torch", "==2.7.1", 1 },
        { "environment.yml", "dependencies:\n  - pytorch=2.4\n", "torch", "==2.4.*", 1 },
        { "environment.yml", "dependencies:\n- conda-forge::pytorch-gpu=2.5.1=cuda126*\n", "torch",
          "==2.5.1", 1 },
        { "environment.yml", "name: x\ndependencies:\n- pip:\n  - torch>2 # c\nprefix: /x\n",
          "torch", ">2", 1 },
        { "environment.yml", "dependencies: ['pytorch>=2.4,<2.6',\n numpy]\n", "torch",
          ">=2.4,<2.6", 2 },
    };

    (void) state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        AUTO_ARENA *arena = arena_for_test();
        struct dependencies found = { 0 };

        assert_int_equal(
            dependencies_read(str_of(rows[i].path), str_of(rows[i].text), arena, &found), 0);
        assert_int_equal(found.count, rows[i].count);
        if (rows[i].count && (!str_eqz(found.items[0].name, rows[i].name) ||
                              !str_eqz(found.items[0].specifiers, rows[i].specifiers)))
            fail_msg("row %zu: %.*s", i, STR_ARG(found.items[0].specifiers));
    }
}

static void test_dependencies__refuses_a_list_that_it_cannot_read(void **state)
{
    static const char *const texts[] = { "dependencies: [pytorch", "dependencies: [{pip: [torch]}]",
                                         "dependencies: [a, [b]]" };

    (void) state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        AUTO_ARENA *arena = arena_for_test();
        struct dependencies found = { 0 };

        assert_int_equal(dependencies_read(STR("e.yml"), str_of(texts[i]), arena, &found),
                         -EBADMSG);
    }
}

static void test_dependencies__a_conda_file_names_its_python(void **state)
{
    AUTO_ARENA *arena = arena_for_test();
    struct dependencies found = { 0 };

    (void) state;
    assert_int_equal(
        dependencies_read(STR("e.yaml"), STR("dependencies:\n- python=3.11\n"), arena, &found), 0);
    assert_true(str_eqz(found.python, "3.11"));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dependencies__reads_each_kind_of_file),
        cmocka_unit_test(test_dependencies__refuses_a_list_that_it_cannot_read),
        cmocka_unit_test(test_dependencies__a_conda_file_names_its_python),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
