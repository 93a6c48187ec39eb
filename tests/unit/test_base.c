/* The ground floor: views, cursors, escaping, JSON. */
#include "base/bytes.h"
#include "base/json.h"
#include "base/text.h"

#include <errno.h>
#include <stdlib.h>

#include <setjmp.h>
#include <cmocka.h>

static void no_memory(void)
{
    fail_msg("out of memory");
}

static void test_str__splits_keep_empty_parts(void **state)
{
    struct str rest = STR("a::b:"), part;
    const char *const want[] = { "a", "", "b", "" };
    size_t n = 0;

    (void) state;
    while (str_next_part(&rest, ':', &part)) {
        assert_true(n < 4);
        assert_true(str_eqz(part, want[n]));
        n++;
    }
    assert_int_equal(n, 4);
}

static void test_str__numbers_refuse_what_is_not_all_digits(void **state)
{
    static const struct {
        const char *text;
        unsigned base;
        int code;
        uint64_t value;
    } rows[] = {
        { "0", 10, 0, 0 },
        { "18446744073709551615", 10, 0, UINT64_MAX },
        { "18446744073709551616", 10, -ERANGE, 0 },
        { "", 10, -EBADMSG, 0 },
        { "-1", 10, -EBADMSG, 0 },
        { " 1", 10, -EBADMSG, 0 },
        { "0x10de", 16, 0, 0x10de },
        { "0x", 16, -EBADMSG, 0 },
        { "zz", 16, -EBADMSG, 0 },
        { "8", 8, -EBADMSG, 0 },
    };

    (void) state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        uint64_t value = 0;

        assert_int_equal(str_u64(str_of(rows[i].text), rows[i].base, &value), rows[i].code);
        assert_int_equal(value, rows[i].value);
    }
}

static void test_cursor__stays_failed_and_gives_zeros(void **state)
{
    struct cursor cursor = cursor_of(STR("\x01\x02\x03"));

    (void) state;
    assert_int_equal(cursor_le(&cursor, 2), 0x0201);
    assert_int_equal(cursor_le(&cursor, 2), 0);
    assert_true(cursor.failed);
    assert_int_equal(cursor_le(&cursor, 1), 0);
    assert_int_equal(cursor_left(&cursor), 0);
    assert_true(cursor_in(STR("abc"), 1, UINT64_MAX).failed);
    assert_true(cursor_in(STR("abc"), UINT64_MAX, 1).failed);
}

static void test_text__escapes_what_could_move_the_cursor(void **state)
{
    static const struct {
        const char *in, *out;
    } rows[] = {
        { "plain", "plain" },
        { "\x1b[31mred", "\\x1b[31mred" },
        { "a\nb", "a\\x0ab" },
        { "\xff\xfe", "\\xff\\xfe" },
        { "显卡", "显卡" },
        { "\xe2\x80\xae"
          "evil",
          "\\xe2\\x80\\xaeevil" },
    };
    AUTO_ARENA *arena = arena_new(no_memory);

    (void) state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct buf buf = buf_new(arena, 1000);

        text_escape(&buf, str_of(rows[i].in));
        assert_true(str_eqz(buf_str(&buf), rows[i].out));
    }
}

static void test_text__quotes_for_a_shell(void **state)
{
    static const struct {
        const char *in, *out;
    } rows[] = {
        { "torch==2.4.1+cu118", "torch==2.4.1+cu118" },
        { "", "''" },
        { "a b", "'a b'" },
        { ";rm -rf ~", "';rm -rf ~'" },
        { "it's", "'it'\\''s'" },
        { "~/venv", "'~/venv'" },
        { "\x1b]0;x", "$'\\x1b]0;x'" },
        { "\n'\\", "$'\\x0a\\'\\\\'" },
    };
    AUTO_ARENA *arena = arena_new(no_memory);

    (void) state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct buf buf = buf_new(arena, 1000);

        text_shell_quote(&buf, str_of(rows[i].in));
        assert_true(str_eqz(buf_str(&buf), rows[i].out));
    }
}

static void test_text__counts_columns(void **state)
{
    (void) state;
    assert_int_equal(text_width(STR("abc")), 3);
    assert_int_equal(text_width(STR("显卡")), 4);
    assert_int_equal(text_width(STR("e\xcc\x81")), 1);
    assert_int_equal(text_fit(STR("显卡"), 3).len, 3);
}

static void test_json__is_valid_whatever_the_bytes(void **state)
{
    AUTO_ARENA *arena = arena_new(no_memory);
    struct buf buf = buf_new(arena, 1000);
    struct json json = json_to(&buf);

    (void) state;
    json_open(&json, NULL, '{');
    json_put_str(&json, "a", STR("\"\\\x01\xff\n"));
    json_open(&json, "b", '[');
    json_put_int(&json, NULL, -3);
    json_put_bool(&json, NULL, true);
    json_close(&json, ']');
    json_open(&json, "c", '[');
    json_close(&json, ']');
    json_close(&json, '}');
    assert_true(str_eqz(buf_str(&buf), "{\n  \"a\": \"\\\"\\\\\\u0001\\ufffd\\n\",\n  \"b\": [\n"
                                       "    -3,\n    true\n  ],\n  \"c\": []\n}"));
}

static void test_buf__never_grows_over_its_limit(void **state)
{
    AUTO_ARENA *arena = arena_new(no_memory);
    struct buf buf = buf_new(arena, 4);

    (void) state;
    buf_addz(&buf, "abc");
    buf_addz(&buf, "de");
    assert_true(buf.full);
    assert_true(str_eqz(buf_str(&buf), "abc"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_str__splits_keep_empty_parts),
        cmocka_unit_test(test_str__numbers_refuse_what_is_not_all_digits),
        cmocka_unit_test(test_cursor__stays_failed_and_gives_zeros),
        cmocka_unit_test(test_text__escapes_what_could_move_the_cursor),
        cmocka_unit_test(test_text__quotes_for_a_shell),
        cmocka_unit_test(test_text__counts_columns),
        cmocka_unit_test(test_json__is_valid_whatever_the_bytes),
        cmocka_unit_test(test_buf__never_grows_over_its_limit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
