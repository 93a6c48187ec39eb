/* What installed packages say of themselves: METADATA, WHEEL, RECORD. */
#include "format/metadata.h"
#include "format/record.h"

#include <errno.h>

#include <setjmp.h>
#include <cmocka.h>

static void no_memory(void)
{
    fail_msg("out of memory");
}

static const struct str torch =
    STR_INIT("Metadata-Version: 2.1\n"
             "Name: torch\n"
             "Version: 2.4.1+cu121\n"
             "Requires-Python: >=3.8.0\n"
             "License: one\n"
             "        two: three\n"
             "Requires-Dist: filelock\n"
             "requires-dist: triton ==3.0.0 ; python_version < \"3.13\"\n"
             "\n"
             "Name: the description\n"
             "Requires-Dist: nothing\n");

static void test_metadata__reads_headers_and_stops_at_the_description(void **state)
{
    struct metadata metadata;
    struct str rest, requirement;

    (void) state;
    assert_int_equal(metadata_parse(torch, false, &metadata), 0);
    assert_true(str_eqz(metadata.name, "torch"));
    assert_true(str_eqz(metadata.version, "2.4.1+cu121"));
    assert_true(str_eqz(metadata.requires_python, ">=3.8.0"));
    assert_true(metadata.complete);
    rest = metadata.headers;
    assert_true(metadata_requires(&rest, &requirement));
    assert_true(str_eqz(requirement, "filelock"));
    assert_true(metadata_requires(&rest, &requirement));
    assert_true(str_eqz(requirement, "triton ==3.0.0 ; python_version < \"3.13\""));
    assert_false(metadata_requires(&rest, &requirement));
}

static void test_metadata__says_when_more_must_be_read(void **state)
{
    static const struct {
        const char *until; /* the text is cut behind this */
        bool cut;
        int code;
        bool complete;
    } rows[] = {
        { "Name: tor", true, -ENODATA, false },
        { "Version: 2.4", true, -ENODATA, false }, /* half a version is none */
        { "cu121\n", true, 0, false },
        { "cu121", false, 0, true }, /* the whole file, without an end of line */
        { "Name: torch\n", false, -EBADMSG, false },
        { "3.13\"\n\n", true, 0, true },
    };

    (void) state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct str until = str_of(rows[i].until);
        struct str text = str_slice(torch, 0, str_find(torch, until) + until.len);
        struct metadata metadata = { 0 };

        assert_int_equal(metadata_parse(text, rows[i].cut, &metadata), rows[i].code);
        assert_int_equal(metadata.complete, rows[i].complete);
    }
}

static void test_metadata__takes_line_ends_of_both_kinds(void **state)
{
    struct metadata metadata;

    (void) state;
    assert_int_equal(
        metadata_parse(STR("Name: a\r\nVersion: 1\r\n\r\nVersion: 2\r\n"), true, &metadata), 0);
    assert_true(str_eqz(metadata.version, "1"));
    assert_true(metadata.complete);
}

static void test_wheel__lists_its_tags(void **state)
{
    struct str text = STR("Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: cp311-none\n"
                          "Tag: cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64\n");
    struct wheel_tag tag;
    bool pure;

    (void) state;
    assert_int_equal(wheel_is_pure(text, &pure), 0);
    assert_false(pure);
    assert_int_equal(wheel_is_pure(STR("Tag: a-b-c\n"), &pure), -ENOENT);
    assert_true(wheel_tag_next(&text, &tag));
    assert_true(str_eqz(tag.python, "cp311"));
    assert_true(str_eqz(tag.abi, "cp311"));
    assert_true(str_eqz(tag.platform, "manylinux_2_17_x86_64.manylinux2014_x86_64"));
    assert_false(wheel_tag_next(&text, &tag));
    assert_int_equal(wheel_tag_parse(STR("a-b-c-d"), &tag), -EBADMSG);
}

static void test_record__reads_one_line(void **state)
{
    static const struct {
        const char *line;
        int code;
        const char *path, *algorithm, *hash;
        bool has_size;
        uint64_t size;
    } rows[] = {
        { "torch/lib/libc10.so,sha256=ab-_C,1234\n", 1, "torch/lib/libc10.so", "sha256", "ab-_C",
          true, 1234 },
        { "torch-2.4.1.dist-info/RECORD,,\r\n", 1, "torch-2.4.1.dist-info/RECORD", "", "", false,
          0 },
        { "\"a,\"\"b\"\".py\",sha256=x,0", 1, "a,\"b\".py", "sha256", "x", true, 0 },
        { "old/path.py", 1, "old/path.py", "", "", false, 0 },
        { "\n\n", 0, NULL, NULL, NULL, false, 0 },
        { "a,sha256,1", -EBADMSG, NULL, NULL, NULL, false, 0 },
        { "a,,-1", -EBADMSG, NULL, NULL, NULL, false, 0 },
        { "a,,1,2", -EBADMSG, NULL, NULL, NULL, false, 0 },
        { ",,", -EBADMSG, NULL, NULL, NULL, false, 0 },
        { "\"a,,", -EBADMSG, NULL, NULL, NULL, false, 0 },
        { "\"a\"b,,", -EBADMSG, NULL, NULL, NULL, false, 0 },
    };
    AUTO_ARENA *arena = arena_new(no_memory);

    (void) state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct str rest = str_of(rows[i].line);
        struct record record;

        assert_int_equal(record_next(&rest, arena, &record), rows[i].code);
        if (rows[i].code != 1)
            continue;
        assert_true(str_eqz(record.path, rows[i].path));
        assert_true(str_eqz(record.algorithm, rows[i].algorithm));
        assert_true(str_eqz(record.hash, rows[i].hash));
        assert_int_equal(record.has_size, rows[i].has_size);
        assert_int_equal(record.size, rows[i].size);
    }
}

static void test_record__goes_on_behind_a_bad_line(void **state)
{
    AUTO_ARENA *arena = arena_new(no_memory);
    struct str rest = STR("\"a\nb,,\n");
    struct record record;

    (void) state;
    assert_int_equal(record_next(&rest, arena, &record), -EBADMSG);
    assert_int_equal(record_next(&rest, arena, &record), 1);
    assert_true(str_eqz(record.path, "b"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_metadata__reads_headers_and_stops_at_the_description),
        cmocka_unit_test(test_metadata__says_when_more_must_be_read),
        cmocka_unit_test(test_metadata__takes_line_ends_of_both_kinds),
        cmocka_unit_test(test_wheel__lists_its_tags),
        cmocka_unit_test(test_record__reads_one_line),
        cmocka_unit_test(test_record__goes_on_behind_a_bad_line),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
