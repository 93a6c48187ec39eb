/* Knowledge read at run time: the same look-ups over it, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "knowledge/newer.h"
#include "root/root.h"

#include <errno.h>

#define COUNT_OF(rows) (sizeof(rows) / sizeof((rows)[0]))

static const char *file_of_the_tables; /* the program's own tables, as a file */

static void no_memory(void)
{
    abort();
}

static void assert_str(struct str got, const char *want)
{
    assert_int_equal(got.len, strlen(want));
    assert_memory_equal(got.data, want, got.len);
}

static void read_file(struct arena *arena, struct knowledge *ret)
{
    struct str text, why = STR("");

    assert_int_equal(root_read_given(arena, str_of(file_of_the_tables), KNOWLEDGE_SIZE, &text), 0);
    if (knowledge_read(arena, text, ret, &why) < 0)
        fail_msg("%.*s", STR_ARG(why));
}

static bool same(struct str a, struct str b)
{
    return str_eq(a, b);
}

static void test_newer__builds_read_back_are_those_of_the_program(void **state)
{
    AUTO_ARENA *arena = arena_new(no_memory);
    struct torch_build a, b, found;
    struct knowledge file;
    size_t at = 0;

    (void) state;
    read_file(arena, &file);
    for (; torch_build_at(NULL, at, &a); at++) {
        assert_true(torch_build_at(&file, at, &b));
        assert_true(same(a.version, b.version) && same(a.tag, b.tag) && same(a.local, b.local) &&
                    same(a.platform, b.platform) && same(a.pythons, b.pythons) &&
                    same(a.wheel_tags, b.wheel_tags) && same(a.cuda, b.cuda) &&
                    same(a.cudnn, b.cudnn) && same(a.nccl, b.nccl) && same(a.archs, b.archs) &&
                    same(a.min_glibc, b.min_glibc) && same(a.status, b.status) &&
                    same(a.note, b.note) && same(a.source, b.source));
        assert_true(a.arch_basis == b.arch_basis && a.pypi_default == b.pypi_default &&
                    a.pypi_default_basis == b.pypi_default_basis && a.cxx11_abi == b.cxx11_abi);
        assert_true(torch_build_find(&file, a.version, a.tag, a.platform, &found));
        assert_true(same(found.source, a.source));
    }
    assert_false(torch_build_at(&file, at, &b));
    assert_true(same(knowledge_date(&file), knowledge_date(NULL)));
}

static void test_newer__pins_read_back_are_those_of_the_program(void **state)
{
    AUTO_ARENA *arena = arena_new(no_memory);
    struct knowledge file;
    struct torch_pin a, b;
    size_t at = 0, first;

    (void) state;
    read_file(arena, &file);
    for (; torch_pin_at(NULL, at, &a); at++) {
        assert_true(torch_pin_at(&file, at, &b));
        assert_true(same(a.version, b.version) && same(a.tag, b.tag) && same(a.index, b.index) &&
                    same(a.platforms, b.platforms) && same(a.requirement, b.requirement) &&
                    same(a.version_spec, b.version_spec) && same(a.marker, b.marker) &&
                    same(a.how, b.how) && same(a.note, b.note) && same(a.source, b.source));
        assert_int_equal(a.basis, b.basis);
        assert_true(torch_pins_by_build(&file, a.version, a.tag, &first) > 0);
    }
    assert_false(torch_pin_at(&file, at, &b));
}

static void test_newer__companions_and_releases_are_those_of_the_program(void **state)
{
    AUTO_ARENA *arena = arena_new(no_memory);
    struct cuda_release release, read_release;
    struct cuda_requirement need, read_need;
    struct companion a, b;
    struct knowledge file;
    size_t at = 0;

    (void) state;
    read_file(arena, &file);
    for (; companion_at(NULL, at, &a); at++) {
        assert_true(companion_at(&file, at, &b));
        assert_true(same(a.package, b.package) && same(a.version, b.version) &&
                    same(a.torch, b.torch) && same(a.pythons, b.pythons) &&
                    same(a.requires_python, b.requires_python) && same(a.archs, b.archs) &&
                    same(a.source, b.source) && a.basis == b.basis);
    }
    assert_int_equal(at, file.companion_count);
    for (at = 0; cuda_release_at(NULL, at, &release); at++) {
        assert_true(cuda_release_at(&file, at, &read_release));
        assert_true(release.major == read_release.major && release.minor == read_release.minor);
        assert_true(same(release.min_driver, read_release.min_driver));
        assert_true(cuda_driver_needed(NULL, release.major, release.minor, &need) &&
                    cuda_driver_needed(&file, release.major, release.minor, &read_need));
        assert_true(same(need.driver, read_need.driver) && need.basis == read_need.basis);
    }
    assert_int_equal(at, file.release_count);
}

#define HEAD "{\"schema\": \"gpuvet-knowledge/1\", \"date\": \"2027-01-31\", "
#define RELEASE(version, more) \
    "{\"version\": \"" version "\", \"release\": \"\", \"bundled_driver\": \"\", " \
    "\"notes_driver\": \"\", \"min_driver\": \"580\", \"min_driver_windows\": \"\", " \
    "\"cudart_soname\": \"\", \"soname_basis\": \"read\", \"note\": \"\"" more "}"
#define NAMED ", \"source\": \"a page\""
#define NO_BUILDS "\"torch_builds\": [], \"torch_pins\": [], \"companions\": [], "
#define RELEASES(rows) HEAD NO_BUILDS "\"cuda_releases\": [" rows "]}"

static void test_newer__a_file_stands_in_place_of_the_programs_tables(void **state)
{
    AUTO_ARENA *arena = arena_new(no_memory);
    struct knowledge file;
    struct cuda_requirement need;
    struct torch_build build;
    struct str why;

    (void) state;
    assert_int_equal(knowledge_read(arena, STR(RELEASES(RELEASE("99.1.0", NAMED))), &file, &why),
                     0);
    assert_str(knowledge_date(&file), "2027-01-31");
    assert_true(cuda_driver_needed(&file, 99, 1, &need));
    assert_str(need.driver, "580");
    assert_false(cuda_driver_needed(NULL, 99, 1, &need));
    assert_false(cuda_driver_needed(&file, 12, 4, &need));
    assert_false(torch_build_at(&file, 0, &build));
}

static void test_newer__what_breaks_the_schema_is_refused_with_its_place(void **state)
{
    static const struct {
        const char *text, *why;
        int error;
    } rows[] = {
        { "", "line", -EBADMSG },
        { "[]", "schema", -EBADMSG },
        { "{\"schema\": \"gpuvet-knowledge/2\"}", "schema", -EBADMSG },
        { "{\"schema\": \"gpuvet-knowledge/1\", \"date\": \"tomorrow\"}", "date", -EBADMSG },
        { HEAD "\"torch_builds\": {}}", "torch_builds: no list", -EBADMSG },
        { HEAD "\"torch_builds\": [7]}", "torch_builds[0]: no object", -EBADMSG },
        { HEAD "\"torch_builds\": [{}]}", "torch_builds[0].version: missing", -EBADMSG },
        { HEAD "\"torch_builds\": [{\"version\": 2}]}", "torch_builds[0].version: no text",
          -EBADMSG },
        { HEAD "\"torch_builds\": [{\"version\": \"\"}]}", "torch_builds[0].version: empty",
          -EBADMSG },
        { HEAD "\"date\": \"2027-02-01\"}", "line 1: duplicate", -EBADMSG },
        { HEAD NO_BUILDS "\"torch_builds\": []}", "line 1: duplicate", -EBADMSG },
        { RELEASES(RELEASE("13.0", "")), "cuda_releases[0].source: missing", -EBADMSG },
        { RELEASES(RELEASE("13.0", NAMED ", \"more\": 1")), "cuda_releases[0]: members", -EBADMSG },
        { RELEASES(RELEASE("new", NAMED)), "cuda_releases[0].version: no version", -EBADMSG },
        { RELEASES(RELEASE("13.0", NAMED) ", " RELEASE("12.0", NAMED)),
          "cuda_releases[1]: out of order", -EBADMSG },
    };

    (void) state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        AUTO_ARENA *arena = arena_new(no_memory);
        struct knowledge file = { .date = STR_INIT("untouched") };
        struct str why = STR("");

        assert_int_equal(knowledge_read(arena, str_of(rows[i].text), &file, &why), rows[i].error);
        if (!str_starts(why, str_of(rows[i].why)))
            fail_msg("%s: %.*s", rows[i].why, STR_ARG(why));
        assert_str(file.date, "untouched");
    }
}

static void test_newer__limits_hold(void **state)
{
    AUTO_ARENA *arena = arena_new(no_memory);
    static char large[KNOWLEDGE_SIZE + 1];
    struct buf buf = buf_new(arena, 1 << 20);
    struct knowledge file;
    struct str why;

    (void) state;
    memset(large, ' ', sizeof(large));
    assert_int_equal(knowledge_read(arena, (struct str){ large, sizeof(large) }, &file, &why),
                     -E2BIG);

    buf_addz(&buf, HEAD "\"torch_builds\": [{\"version\": \"");
    buf_repeat(&buf, '1', KNOWLEDGE_TEXT + 1);
    buf_addz(&buf, "\"}]}");
    assert_int_equal(knowledge_read(arena, buf_str(&buf), &file, &why), -E2BIG);
    assert_str(why, "torch_builds[0].version: too long");

    buf = buf_new(arena, 1 << 20);
    buf_addz(&buf, HEAD "\"torch_builds\": [0");
    for (size_t i = 0; i < KNOWLEDGE_ROWS; i++)
        buf_addz(&buf, ",0");
    buf_addz(&buf, "]}");
    assert_int_equal(knowledge_read(arena, buf_str(&buf), &file, &why), -E2BIG);
    assert_str(why, "torch_builds: too many rows");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_newer__builds_read_back_are_those_of_the_program),
        cmocka_unit_test(test_newer__pins_read_back_are_those_of_the_program),
        cmocka_unit_test(test_newer__companions_and_releases_are_those_of_the_program),
        cmocka_unit_test(test_newer__a_file_stands_in_place_of_the_programs_tables),
        cmocka_unit_test(test_newer__what_breaks_the_schema_is_refused_with_its_place),
        cmocka_unit_test(test_newer__limits_hold),
    };

    if (argc != 2)
        return 64;
    file_of_the_tables = argv[1];
    return cmocka_run_group_tests(tests, NULL, NULL);
}
