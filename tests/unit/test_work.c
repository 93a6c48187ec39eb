/* Work on all cores, and the hash that it is for. */
#include "base/hash.h"
#include "base/work.h"

#include <signal.h>

#include <setjmp.h>
#include <cmocka.h>

#define TASKS 500

static void no_memory(void)
{
    fail_msg("out of memory");
}

static int square(void *context, size_t task, struct work_share *share)
{
    (void) context;
    work_advance(share, 1);
    return (int) (task * task);
}

static void test_work__gives_results_by_task_whoever_did_it(void **state)
{
    static const unsigned workers[] = { 0, 1, 2, 7, WORK_WORKERS };
    AUTO_ARENA *arena = arena_new(no_memory);

    (void) state;
    for (size_t i = 0; i < sizeof(workers) / sizeof(workers[0]); i++) {
        const int *results =
            work_run(arena, &(struct work){ .count = TASKS, .run = square, .workers = workers[i] });

        for (size_t task = 0; task < TASKS; task++)
            assert_int_equal(results[task], task * task);
    }
    (void) work_run(arena, &(struct work){ .count = 0, .run = square });
}

/* Task 3 kills its worker. */
static int dies_once(void *context, size_t task, struct work_share *share)
{
    if (task == 3)
        (void) raise(SIGKILL);
    return square(context, task, share);
}

static void test_work__a_dying_worker_costs_its_own_task(void **state)
{
    AUTO_ARENA *arena = arena_new(no_memory);
    const int *results;

    (void) state;
    results = work_run(arena, &(struct work){ .count = TASKS, .run = dies_once, .workers = 2 });
    for (size_t task = 0; task < TASKS; task++)
        assert_int_equal(results[task], task == 3 ? WORK_NOTHING : (int) (task * task));
    results = work_run(arena, &(struct work){ .count = TASKS, .run = dies_once, .workers = 1 });
    assert_int_equal(results[2], 4);
    assert_int_equal(results[3], WORK_NOTHING);
    assert_int_equal(results[TASKS - 1], WORK_NOTHING);
}

static int hangs(void *context, size_t task, struct work_share *share)
{
    if (task == 1)
        for (;;)
            (void) pause();
    return square(context, task, share);
}

static void test_work__what_makes_no_headway_is_ended(void **state)
{
    AUTO_ARENA *arena = arena_new(no_memory);
    const int *results =
        work_run(arena, &(struct work){ .count = 3, .run = hangs, .workers = 2, .stall_us = 1 });

    (void) state;
    assert_int_equal(results[1], WORK_NOTHING); /* how far the others came is the machine's */
}

/* Known answers of FIPS 180-4,
 * https://csrc.nist.gov/projects/cryptographic-standards-and-guidelines/ example-values, in
 * RECORD's spelling. */
static void test_hash__is_sha256_as_record_spells_it(void **state)
{
    static const struct {
        struct str bytes;
        const char *text;
    } rows[] = {
        { STR_INIT(""), "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU" },
        { STR_INIT("abc"), "ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0" },
    };

    (void) state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char text[HASH_TEXT];
        struct hash hash;

        hash_start(&hash);
        for (size_t at = 0; at < rows[i].bytes.len; at++) /* in pieces */
            hash_add(&hash, str_slice(rows[i].bytes, at, at + 1));
        hash_text(&hash, text);
        assert_true(str_eqz((struct str){ text, HASH_TEXT }, rows[i].text));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_work__gives_results_by_task_whoever_did_it),
        cmocka_unit_test(test_work__a_dying_worker_costs_its_own_task),
        cmocka_unit_test(test_work__what_makes_no_headway_is_ended),
        cmocka_unit_test(test_hash__is_sha256_as_record_spells_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
