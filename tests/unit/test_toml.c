/* TOML, as pyproject.toml and uv.lock use it. */
#include "format/toml.h"

#include <errno.h>

#include <setjmp.h>
#include <cmocka.h>

static void no_memory(void)
{
    fail_msg("out of memory");
}

static const struct str lock =
    STR_INIT("version = 1\nrequires-python = \">=3.11\" # why\n"
             "[[package]]\nname = \"torch\"\nversion = \"2.4.1+cu121\"\n"
             "source = { registry = \"https://download.pytorch.org/whl/cu121\" }\n"
             "dependencies = [\n  { name = \"filelock\" },\n"
             "  { name = \"triton\", marker = \"platform_machine == 'x86_64'\" }, # last\n]\n"
             "[package.metadata]\nx.y = true\n\n"
             "[[package]]\r\nname = 'numpy'\r\n"
             "[tool.\"uv.x\"]\nsources = [ ]\n");

static void test_toml__reads_tables_arrays_and_dotted_keys(void **state)
{
    AUTO_ARENA *arena = arena_new(no_memory);
    struct toml *top;
    const struct toml *packages, *torch, *dependencies;

    (void) state;
    assert_int_equal(toml_parse(lock, arena, &top), 0);
    assert_int_equal(toml_get(top, "version")->kind, TOML_OTHER);
    assert_true(str_eqz(toml_get(top, "version")->text, "1"));
    assert_true(str_eqz(toml_text(top, "requires-python"), ">=3.11"));
    packages = toml_get(top, "package");
    assert_int_equal(packages->count, 2);
    torch = packages->first;
    assert_true(str_eqz(toml_text(torch, "version"), "2.4.1+cu121"));
    assert_true(
        str_eqz(toml_text(torch, "source.registry"), "https://download.pytorch.org/whl/cu121"));
    dependencies = toml_get(torch, "dependencies");
    assert_int_equal(dependencies->count, 2);
    assert_true(str_eqz(toml_text(dependencies->last, "marker"), "platform_machine == 'x86_64'"));
    assert_int_equal(toml_get(torch, "metadata.x.y")->kind, TOML_BOOL);
    assert_true(str_eqz(toml_text(torch->next, "name"), "numpy"));
    assert_null(toml_get(top, "package.name"));
    assert_null(toml_get(toml_get(top, "nothing"), "name"));
    assert_int_equal(toml_text(top, "version").len, 0);
    assert_int_equal(toml_get(top, "tool")->first->first->count, 0);
}

static void test_toml__reads_every_kind_of_text(void **state)
{
    static const struct {
        const char *text, *value; /* NULL: refused */
    } rows[] = {
        { "a = \"x\\ty\\u00e9\\U0001F600\\\\\"", "x\ty\xc3\xa9\xf0\x9f\x98\x80\\" },
        { "a = 'C:\\dir'", "C:\\dir" },
        { "a = \"\"\"\nx\n\"y\" \\\n   z\"\"\"", "x\n\"y\" z" },
        { "a = '''\r\nx\\\n'y\n'''", "x\\\n'y\n" },
        { "a = \"\"\"x\"\"\"\"\"", "x\"\"" },
        { "a = '''x''''", "x'" },
        { "a = \"\"", "" },
        { "a = \"\\q\"", NULL },
        { "a = \"\\ud800\"", NULL },
        { "a = \"\\u00\"", NULL },
        { "a = \"x\ny\"", NULL },
        { "a = 'x\ny'", NULL },
        { "a = \"x", NULL },
        { "a = \"\"\"x\"\"", NULL },
    };
    AUTO_ARENA *arena = arena_new(no_memory);

    (void) state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct toml *top;
        int want = rows[i].value ? 0 : -EBADMSG;

        assert_int_equal(toml_parse(str_of(rows[i].text), arena, &top), want);
        if (want == 0)
            assert_true(str_eqz(toml_text(top, "a"), rows[i].value));
    }
}

static void test_toml__refuses_what_is_malformed(void **state)
{
    static const struct {
        const char *text;
        int code;
    } rows[] = {
        { "a", -EBADMSG },
        { "a =", -EBADMSG },
        { "= 1", -EBADMSG },
        { "a = 1\na = 2", -EBADMSG },
        { "a = \"x\" b = 1", -EBADMSG },
        { "[a", -EBADMSG },
        { "[[a]", -EBADMSG },
        { "[a] b = 1", -EBADMSG },
        { "a = 1\n[a]", -EBADMSG },
        { "a = 1\n[[a]]", -EBADMSG },
        { "a = []\n[a.b]", -EBADMSG },
        { "a = [1\n", -EBADMSG },
        { "a = [\"x\" \"y\"]", -EBADMSG },
        { "a = { b = 1", -EBADMSG },
        { "a = [[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]", -E2BIG },
        { "a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a = 1", -E2BIG },
    };
    AUTO_ARENA *arena = arena_new(no_memory);

    (void) state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct toml *top;

        if (toml_parse(str_of(rows[i].text), arena, &top) != rows[i].code)
            fail_msg("%s", rows[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_toml__reads_tables_arrays_and_dotted_keys),
        cmocka_unit_test(test_toml__reads_every_kind_of_text),
        cmocka_unit_test(test_toml__refuses_what_is_malformed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
