/* Locks: what a stack needs, what is locked of it, and how a difference is judged. */
#include "lock/compare.h"

#include <setjmp.h>
#include <cmocka.h>
#include <errno.h>

static void no_memory(void)
{
    fail_msg("out of memory");
}

static void know(struct fact_str *fact, const char *value)
{
    fact_str(fact, str_of(value), STR("test"));
}

/* torch 2.6.0+cu124 with a driver that a machine has. */
static void make_stack(struct facts *ret)
{
    *ret = (struct facts){ 0 };
    know(&ret->torch.version, "2.6.0+cu124");
    know(&ret->torch.build, "cuda");
    know(&ret->torch.cuda, "12.4");
    know(&ret->torch.architectures, "sm_80 compute_80");
    know(&ret->torch.path, "/venv/lib/python3.11/site-packages/torch");
    know(&ret->torch.environment, "/venv");
    know(&ret->torch.environment_kind, "venv");
    know(&ret->runtime.version, "12.4");
    know(&ret->runtime.driver_needed, "525.60.13");
    know(&ret->driver.version, "550.54.14");
    know(&ret->driver.branch, "550");
    ret->hardware.gpus.state = FACT_KNOWN;
    ret->driver.legacy_branch.state = FACT_ABSENT;
}

static void add_gpu(struct arena *arena, struct facts *facts, const char *capability)
{
    struct gpu_facts *gpu = fact_list_add(arena, &facts->hardware.gpus, sizeof(struct gpu_facts));

    know(&gpu->capability, capability);
    know(&gpu->name, "a GPU");
}

static void make_lock(struct arena *arena, const struct facts *facts, struct lock *ret)
{
    static const struct verdict nothing = { .state = STATE_UNDECIDED };

    lock_make(arena, facts, &nothing, ret);
}

static void test_needs__the_driver_is_the_one_that_the_stack_asks_for(void **state)
{
    static const struct {
        const char *gpu, *driver, *because;
    } rows[] = {
        { NULL, "525.60.13", "runtime" },
        { "8.0", "525.60.13", "runtime" },
        { "9.0", "550.54.14", "ptx" }, /* CUDA 12.4 came with it */
    };

    (void) state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        AUTO_ARENA *arena = arena_new(no_memory);
        struct facts facts;
        struct lock lock;

        make_stack(&facts);
        if (rows[i].gpu)
            add_gpu(arena, &facts, rows[i].gpu);
        make_lock(arena, &facts, &lock);
        assert_true(fact_is(&lock.facts.lock.driver_min, str_of(rows[i].driver)));
        assert_true(fact_is(&lock.facts.lock.driver_because, str_of(rows[i].because)));
    }
}

static void test_needs__what_is_not_known_leaves_the_driver_open(void **state)
{
    AUTO_ARENA *arena = arena_new(no_memory);
    struct facts facts;
    struct lock lock;

    (void) state;
    make_stack(&facts);
    facts.runtime.driver_needed = (struct fact_str){ .state = FACT_UNKNOWN };
    make_lock(arena, &facts, &lock);
    assert_int_equal(lock.facts.lock.driver_min.state, FACT_UNKNOWN);
}

static void test_entries__are_sorted_facts_that_exist(void **state)
{
    struct facts *facts = test_calloc(1, sizeof(*facts));
    const struct lock_entry *entry, *last = NULL;

    (void) state;
    for (size_t i = 0; (entry = lock_entry_at(i)) != NULL; i++, last = entry) {
        struct fact_ref ref;

        assert_int_equal(facts_find(facts, str_of(entry->fact), &ref), 0);
        assert_int_equal(ref.kind == FIELD_LIST, entry->members[0] != NULL);
        for (size_t m = 0; m < LOCK_MEMBERS && entry->members[m]; m++)
            assert_non_null(lock_member(ref.field, entry->members[m]));
        if (last)
            assert_true(str_compare(str_of(last->fact), str_of(entry->fact)) < 0);
    }
    test_free(facts);
}

static void test_paths__are_relative_to_what_holds_them(void **state)
{
    static const struct {
        const char *here, *locked;
    } rows[] = {
        { "/venv/lib/python3.11/site-packages/torch/lib/a.so", "{site}/torch/lib/a.so" },
        { "/venv/lib/a.so", "{env}/lib/a.so" },
        { "/venv2/lib/a.so", "/venv2/lib/a.so" },
        { "/usr/lib/a.so", "/usr/lib/a.so" },
    };
    AUTO_ARENA *arena = arena_new(no_memory);
    struct facts facts;

    (void) state;
    make_stack(&facts);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct str locked = lock_path(arena, &facts, str_of(rows[i].here));

        assert_true(str_eqz(locked, rows[i].locked));
        assert_true(str_eqz(lock_path_here(arena, &facts, locked), rows[i].here));
    }
}

static void test_file__gives_back_what_was_written(void **state)
{
    AUTO_ARENA *arena = arena_new(no_memory);
    struct buf first = buf_new(arena, LOCK_FILE_MAX), second = buf_new(arena, LOCK_FILE_MAX);
    struct facts facts;
    struct lock lock, again;
    struct str why;

    (void) state;
    make_stack(&facts);
    add_gpu(arena, &facts, "9.0");
    add_gpu(arena, &facts, "8.0");
    make_lock(arena, &facts, &lock);
    lock_write(&first, &lock);
    assert_int_equal(lock_read(arena, buf_str(&first), STR("lock"), &again, &why), 0);
    lock_write(&second, &again);
    assert_true(str_eq(buf_str(&first), buf_str(&second)));
}

/* What this row said of a difference; LOCK_SAME: it said nothing. */
static enum lock_state state_by(const struct lock_comparison *comparison, const char *row)
{
    for (size_t i = 0; i < comparison->differences.count; i++)
        if (comparison->differences.items[i].row &&
            str_eqz(comparison->differences.items[i].row->name, row))
            return comparison->differences.items[i].state;
    return LOCK_SAME;
}

static void test_judging__says_what_a_change_means(void **state)
{
    static const struct {
        size_t fact; /* of struct facts */
        const char *value, *row;
        enum lock_state state;
    } rows[] = {
        { offsetof(struct facts, driver.version), "535.129.03", "driver-in-range",
          LOCK_COMPATIBLE },
        { offsetof(struct facts, driver.version), "470.57.02", "driver-too-old", LOCK_BROKEN },
        { offsetof(struct facts, torch.version), "2.6.1+cu124", "torch-patch", LOCK_COMPATIBLE },
        { offsetof(struct facts, torch.version), "2.6.0+cu126", "torch-patch", LOCK_COMPATIBLE },
        { offsetof(struct facts, torch.version), "2.7.0+cu124", "torch-other", LOCK_BROKEN },
        { offsetof(struct facts, runtime.version), "12.6", "cuda-same-major", LOCK_COMPATIBLE },
        { offsetof(struct facts, runtime.version), "13.0", "cuda-other-major", LOCK_BROKEN },
    };

    (void) state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        AUTO_ARENA *arena = arena_new(no_memory);
        struct lock_comparison comparison;
        struct facts facts;
        struct lock lock;

        make_stack(&facts);
        make_lock(arena, &facts, &lock);
        know((struct fact_str *) (void *) ((char *) &facts + rows[i].fact), rows[i].value);
        lock_compare(arena, &lock, NULL, &facts, &comparison);
        assert_int_equal(state_by(&comparison, rows[i].row), rows[i].state);
    }
}

static void test_judging__code_decides_whether_another_gpu_will_do(void **state)
{
    static const struct {
        const char *gpu;
        enum lock_state state;
    } rows[] = { { "8.6", LOCK_COMPATIBLE }, { "9.0", LOCK_COMPATIBLE }, { "6.1", LOCK_BROKEN } };

    (void) state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        AUTO_ARENA *arena = arena_new(no_memory);
        struct lock_comparison comparison;
        struct facts facts;
        struct lock lock;

        make_stack(&facts);
        make_lock(arena, &facts, &lock);
        add_gpu(arena, &facts, rows[i].gpu);
        lock_compare(arena, &lock, NULL, &facts, &comparison);
        assert_true(comparison.differences.count > 0);
        assert_int_equal(comparison.differences.items[0].state, rows[i].state);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_needs__the_driver_is_the_one_that_the_stack_asks_for),
        cmocka_unit_test(test_needs__what_is_not_known_leaves_the_driver_open),
        cmocka_unit_test(test_entries__are_sorted_facts_that_exist),
        cmocka_unit_test(test_paths__are_relative_to_what_holds_them),
        cmocka_unit_test(test_file__gives_back_what_was_written),
        cmocka_unit_test(test_judging__says_what_a_change_means),
        cmocka_unit_test(test_judging__code_decides_whether_another_gpu_will_do),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
