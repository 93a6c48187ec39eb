/* Package versions, specifiers, requirements and markers. */
#include "format/requirement.h"
#include "format/version.h"

#include <errno.h>

#include <setjmp.h>
#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

static struct version parsed(const char *text)
{
    struct version version;

    if (version_parse(str_of(text), &version))
        fail_msg("%s is a version", text);
    return version;
}

static void test_version__sorts_as_pep_440_does(void **state)
{
    /* Each is older than the next. */
    static const char *const sorted[] = {
        "1.dev0",
        "1.0.dev456",
        "1.0a1",
        "1.0a2.dev456",
        "1.0a12.dev456",
        "1.0a12",
        "1.0b1.dev456",
        "1.0b2",
        "1.0b2.post345.dev456",
        "1.0b2.post345",
        "1.0rc1.dev456",
        "1.0rc1",
        "1.0",
        "1.0+abc.5",
        "1.0+abc.7",
        "1.0+5",
        "1.0+10",
        "1.0+10.a",
        "1.0.post456.dev34",
        "1.0.post456",
        "1.0.15",
        "1.1.dev1",
        "1.10",
        "1!0.1",
    };

    (void) state;
    for (size_t i = 0; i < COUNT(sorted); i++) {
        for (size_t j = 0; j < COUNT(sorted); j++) {
            struct version a = parsed(sorted[i]), b = parsed(sorted[j]);
            int order = version_compare(&a, &b);

            assert_true(i < j ? order < 0 : i > j ? order > 0 : order == 0);
        }
    }
}

static void test_version__spellings_of_one_version_are_equal(void **state)
{
    static const struct {
        const char *a, *b;
    } rows[] = {
        { "1.0", "1.0.0" },           { " v1.0 ", "1" },
        { "1.0-1", "1.0.post1" },     { "1.0.ALPHA-2", "1a2" },
        { "1.0c1", "1.0rc1" },        { "1.0-preview_1", "1.0rc1" },
        { "1.0rev3", "1.0.post3" },   { "1.0dev", "1.0.dev0" },
        { "1.0post", "1.0.post0" },   { "0!1.0", "1.0" },
        { "1.0+CU118", "1.0+cu118" }, { "1.0a-", "1.0a0" },
        { "1.0+01", "1.0+1" },        { "1.0+a-1", "1.0+a.01" },
    };

    (void) state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct version a = parsed(rows[i].a), b = parsed(rows[i].b);

        assert_int_equal(version_compare(&a, &b), 0);
    }
}

static void test_version__refuses_what_is_none(void **state)
{
    static const struct {
        const char *text;
        int code;
    } rows[] = {
        { "", -EBADMSG },
        { "v", -EBADMSG },
        { "1.0+", -EBADMSG },
        { "1.0+a..b", -EBADMSG },
        { "1..0", -EBADMSG },
        { "1.0-", -EBADMSG },
        { "1.0 beta", -EBADMSG },
        { "!1", -EBADMSG },
        { "1.0a1b2", -EBADMSG },
        { "2.4.1.*", -EBADMSG },
        { "1.99999999999999999999", -ERANGE },
        { "1.2.3.4.5.6.7.8.9.10.11.12.13.14.15.16.17", -E2BIG },
    };

    (void) state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct version version;

        assert_int_equal(version_parse(str_of(rows[i].text), &version), rows[i].code);
    }
}

static void test_specifier__takes_and_leaves(void **state)
{
    static const struct {
        const char *set, *version;
        bool matches;
    } rows[] = {
        { "==2.4.1", "2.4.1+cu118", true }, /* why a plain pin replaces no build */
        { "==2.4.1+cu118", "2.4.1+cu118", true },
        { "==2.4.1+cu118", "2.4.1", false },
        { "==2.4.1+cu118", "2.4.1+cu121", false },
        { "==2.4.*", "2.4.1+cu118", true },
        { "==2.4.*", "2.40", false },
        { "==2.4.0.*", "2.4", true },
        { "!=2.4.*", "2.4.1", false },
        { "!=2.4.1", "2.4.1+cu118", false },
        { ">=3.8", "3.10", true },
        { ">=2.4.1", "2.4.1rc1", false },
        { "<=2.4.1", "2.4.1+cu118", true },
        { "<2.0", "2.0rc1", false },
        { "<2.0rc2", "2.0rc1", true },
        { "<2.0", "1.9", true },
        { "<2.0", "2.0a2.post1.dev0", false },
        { "<2.0.post1", "2.0.post1.dev1", false },
        { "<2.0.post1", "2.0.dev1", true },
        { ">2.0", "2.0.post1", false },
        { ">2.0", "2.0+cu118", false },
        { ">2.0.post1", "2.0.post2", true },
        { ">2.0", "2.0.1", true },
        { ">2.0rc1", "2.0.post1", true },
        { ">2.0rc1", "2.0+cu118", true },
        { "~=2.2", "2.9", true },
        { "~=2.2", "3.0", false },
        { "~=2.2.0", "2.3", false },
        { "~=2.2.post3", "2.2.post2", false },
        { "===2.4.1+CU118", "2.4.1+cu118", true },
        { "===2.4", "2.4.0", false },
        { "", "1.0", true },
        { ">=2.4, <3 ,!=2.5.*,", "2.5.1", false },
        { ">=2.4, <3 ,!=2.5.*,", "2.6", true },
    };

    (void) state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct version version = parsed(rows[i].version);
        bool matches;

        assert_int_equal(specifiers_match(str_of(rows[i].set), &version, &matches), 0);
        if (matches != rows[i].matches)
            fail_msg("%s with %s", rows[i].set, rows[i].version);
    }
}

static void test_specifier__refuses_what_pep_440_does(void **state)
{
    static const char *const rows[] = {
        "2.4", "=2.4", ">=2.4.*", "~=2", ">=2.4+cu118", "==2.4+cu118.*", "==2.4rc1.*", "===", "==",
    };

    (void) state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct specifier specifier;

        assert_int_equal(specifier_parse(str_of(rows[i]), &specifier), -EBADMSG);
    }
}

static void test_requirement__is_taken_apart(void **state)
{
    static const struct {
        const char *text, *name, *extras, *specifiers, *url, *marker;
    } rows[] = {
        { "torch", "torch", "", "", "", "" },
        { "nvidia-cudnn-cu12==9.1.0.70 ; platform_system == \"Linux\"", "nvidia-cudnn-cu12", "",
          "==9.1.0.70", "", "platform_system == \"Linux\"" },
        { "a.b[c, d] (>=1,<2); extra == 'x;y'", "a.b", "c, d", ">=1,<2", "", "extra == 'x;y'" },
        { "torch @ https://h/t.whl?a;b ; os_name=='posix'", "torch", "", "", "https://h/t.whl?a;b",
          "os_name=='posix'" },
        { "jinja2>=3", "jinja2", "", ">=3", "", "" },
    };

    (void) state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct requirement got;

        assert_int_equal(requirement_parse(str_of(rows[i].text), &got), 0);
        assert_true(str_eqz(got.name, rows[i].name));
        assert_true(str_eqz(got.extras, rows[i].extras));
        assert_true(str_eqz(got.specifiers, rows[i].specifiers));
        assert_true(str_eqz(got.url, rows[i].url));
        assert_true(str_eqz(got.marker, rows[i].marker));
    }
}

static void test_requirement__refuses_what_is_malformed(void **state)
{
    static const char *const rows[] = { "",    "-a",      "a-",         "==1.0",
                                        "a[b", "a (>=1",  "a (>=1) <2", "a 1.0",
                                        "a @", "a @ u x", "a>=",        "torch, numpy" };

    (void) state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct requirement got;

        assert_int_equal(requirement_parse(str_of(rows[i]), &got), -EBADMSG);
    }
}

static const struct marker_variable variables[] = {
    { STR_INIT("python_version"), STR_INIT("3.10") },
    { STR_INIT("platform_system"), STR_INIT("Linux") },
    { STR_INIT("platform_machine"), STR_INIT("x86_64") },
    { STR_INIT("sys_platform"), STR_INIT("linux") },
    { STR_INIT("extra"), STR_INIT("") },
};

static void test_marker__is_true_false_or_unknown(void **state)
{
    static const struct marker_env env = { variables, COUNT(variables) };
    static const struct {
        const char *marker;
        enum marker_value value;
    } rows[] = {
        { "", MARKER_TRUE },
        { "python_version >= '3.9'", MARKER_TRUE }, /* a version, not a text: 3.10 is later */
        { "python_version < \"3.9\"", MARKER_FALSE },
        { "python_version ~= '3.8'", MARKER_TRUE },
        { "'3.11' > python_version", MARKER_TRUE },
        { "platform_system == 'Linux' and platform_machine == 'x86_64'", MARKER_TRUE },
        { "sys.platform == 'linux'", MARKER_TRUE },
        { "extra == 'cuda'", MARKER_FALSE },
        { "platform_system >= 'Darwin'", MARKER_FALSE }, /* texts have no order */
        { "platform_system >= 'Linux'", MARKER_TRUE },
        { "platform_machine in 'x86_64 amd64'", MARKER_TRUE },
        { "platform_machine not in 'x86_64 amd64'", MARKER_FALSE },
        { "platform_release >= '5'", MARKER_UNKNOWN },
        { "platform_release >= '5' and extra == 'x'", MARKER_FALSE },
        { "platform_release >= '5' or python_version == '3.10'", MARKER_TRUE },
        { "platform_release >= '5' and python_version == '3.10'", MARKER_UNKNOWN },
        { "python_version == '3.10' and platform_release >= '5'", MARKER_UNKNOWN },
        { "python_version == '3.9' or platform_release >= '5'", MARKER_UNKNOWN },
        { "extra == 'x' or python_version == '3.10' and sys_platform == 'linux'", MARKER_TRUE },
        { "(extra == 'x' or python_version == '3.10') and sys_platform == 'win32'", MARKER_FALSE },
    };

    (void) state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        enum marker_value value;

        assert_int_equal(marker_evaluate(str_of(rows[i].marker), &env, &value), 0);
        if (value != rows[i].value)
            fail_msg("%s", rows[i].marker);
    }
}

static void test_marker__refuses_what_is_malformed(void **state)
{
    static const struct marker_env env = { variables, COUNT(variables) };
    static const struct {
        const char *marker;
        int code;
    } rows[] = {
        { "python_version", -EBADMSG },
        { "python_version >= '3.9", -EBADMSG },
        { "python_version >= '3.9' and", -EBADMSG },
        { "python_version not '3.9'", -EBADMSG },
        { "(python_version >= '3.9'", -EBADMSG },
        { "python_version >= '3.9') or", -EBADMSG },
        { "sys_platform ~= 'linux'", -EBADMSG },
        { "python_version >= '3.9' extra", -EBADMSG },
        { "((((((((((((((((((", -E2BIG },
    };

    (void) state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        enum marker_value value;

        if (marker_evaluate(str_of(rows[i].marker), &env, &value) != rows[i].code)
            fail_msg("%s", rows[i].marker);
    }
}

static void test_package__names_are_compared_normalised(void **state)
{
    (void) state;
    assert_true(package_eq(STR("Flash_Attn"), STR("flash-attn")));
    assert_true(package_eq(STR("a.-_b"), STR("A-b")));
    assert_false(package_eq(STR("torch"), STR("torchvision")));
    assert_false(package_eq(STR("a-b"), STR("ab")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_version__sorts_as_pep_440_does),
        cmocka_unit_test(test_version__spellings_of_one_version_are_equal),
        cmocka_unit_test(test_version__refuses_what_is_none),
        cmocka_unit_test(test_specifier__takes_and_leaves),
        cmocka_unit_test(test_specifier__refuses_what_pep_440_does),
        cmocka_unit_test(test_requirement__is_taken_apart),
        cmocka_unit_test(test_requirement__refuses_what_is_malformed),
        cmocka_unit_test(test_marker__is_true_false_or_unknown),
        cmocka_unit_test(test_marker__refuses_what_is_malformed),
        cmocka_unit_test(test_package__names_are_compared_normalised),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
