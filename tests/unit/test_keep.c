/* What was kept of an image's files is what is read again, and nothing else is. */
#include "image/keep.h"
#include "root/root.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void no_memory(void)
{
    fail_msg("out of memory");
}

static void assert_read(struct keep *keep, uint32_t file, uint64_t offset, const char *text)
{
    char buffer[16];
    int len = keep_read(keep, file, offset, buffer, sizeof(buffer));

    assert_int_equal(len, strlen(text));
    assert_memory_equal(buffer, text, strlen(text));
}

static void test_keep__gives_pieces_back_in_whatever_order_they_came(void **state)
{
    AUTO_ARENA *arena = arena_new(no_memory);
    struct keep *keep = keep_new(arena, 100);
    uint32_t file = keep_begin(keep, 60);

    (void) state;
    assert_int_equal(keep_piece(keep, 0, STR("head")), 0);
    assert_int_equal(keep_piece(keep, 40, STR("tail")), 0);
    assert_int_equal(keep_piece(keep, 20, STR("late")), 0); /* goes back behind the first */
    assert_int_equal(keep_piece(keep, 44, STR(" goes on")), 0);
    assert_read(keep, file, 0, "head");
    assert_read(keep, file, 22, "te");
    assert_read(keep, file, 40, "tail");
    assert_read(keep, file, 44, " goes on");
}

static void test_keep__tells_what_was_not_kept_from_the_end(void **state)
{
    AUTO_ARENA *arena = arena_new(no_memory);
    struct keep *keep = keep_new(arena, 4);
    uint32_t file = keep_begin(keep, 60);
    char buffer[4];

    (void) state;
    assert_int_equal(keep_piece(keep, 8, STR("kept")), 0);
    assert_int_equal(keep_piece(keep, 20, STR("more")), -ENOSPC);
    assert_int_equal(keep_read(keep, file, 0, buffer, 4), -ROOT_LEFT_OUT);
    assert_int_equal(keep_read(keep, file, 12, buffer, 4), -ROOT_LEFT_OUT);
    assert_int_equal(keep_read(keep, file, 20, buffer, 4), -ROOT_LEFT_OUT);
    assert_int_equal(keep_read(keep, file, 60, buffer, 4), 0);
    assert_true(keep_is_full(keep));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_keep__gives_pieces_back_in_whatever_order_they_came),
        cmocka_unit_test(test_keep__tells_what_was_not_kept_from_the_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
