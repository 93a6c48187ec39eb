/* Children: how they end is told, and nothing that they do delays or harms us. */
#include "base/child.h"
#include "base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>

#include <setjmp.h>
#include <cmocka.h>

#define SECOND 1000000

static void no_memory(void)
{
    fail_msg("out of memory");
}

/* A shell that answers on descriptor 3, as our helper does. */
static struct child_spec shell(const char *const argv[4])
{
    static const char *const environment[] = { "PATH=/usr/bin:/bin", "KEPT=yes", NULL };

    return (struct child_spec){ .argv = argv, .environ = environment };
}
#define SHELL(script) shell((const char *const[4]){ "/bin/sh", "-c", (script), NULL })

static void test_child__tells_how_it_ended(void **state)
{
    static const struct {
        const char *script;
        enum child_end end;
        int code, signal;
        const char *answers, *complaints;
    } rows[] = {
        { "echo hello >&3", CHILD_OK, 0, 0, "hello\n", "" },
        { "echo lost; echo kept >&2", CHILD_OK, 0, 0, "", "kept\n" },
        { "exit 7", CHILD_EXIT, 7, 0, "", "" },
        { "echo before >&3; kill -SEGV $$", CHILD_SIGNAL, 0, SIGSEGV, "before\n", "" },
        { "read line; echo \"[$line]\" >&3", CHILD_OK, 0, 0, "[]\n", "" },
        { "echo $KEPT$HOME >&3", CHILD_OK, 0, 0, "yes\n", "" },
    };
    AUTO_ARENA *arena = arena_new(no_memory);

    (void) state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct child_spec spec = SHELL(rows[i].script);
        const struct child_result *result = child_run(arena, &spec, clock_us() + 10 * SECOND);

        assert_int_equal(result->end, rows[i].end);
        assert_int_equal(result->code, rows[i].code);
        assert_int_equal(result->signal, rows[i].signal);
        assert_true(str_eqz(result->answers, rows[i].answers));
        assert_true(str_eqz(result->complaints, rows[i].complaints));
        assert_false(result->truncated);
        assert_false(result->unreaped);
    }
}

static void test_child__is_late_at_the_deadline_and_keeps_what_it_said(void **state)
{
    static const char *const scripts[] = {
        "echo said >&3; while :; do sleep 100; done",
        "echo said >&3; trap '' TERM INT HUP; while :; do :; done",
        "echo said >&3; exec 3>&-; sleep 100",
        "echo said >&3; while :; do echo flood; done >&3",
    };
    AUTO_ARENA *arena = arena_new(no_memory);

    (void) state;
    for (size_t i = 0; i < sizeof(scripts) / sizeof(scripts[0]); i++) {
        struct child_spec spec = SHELL(scripts[i]);
        int64_t began = clock_us();
        const struct child_result *result = child_run(arena, &spec, began + SECOND / 2);

        assert_int_equal(result->end, CHILD_LATE);
        assert_false(result->unreaped);
        assert_true(str_starts(result->answers, STR("said\n")));
        assert_true(result->us >= SECOND / 2);
        assert_true(clock_us() - began < 10 * SECOND);
    }
}

/* Dead, though perhaps not yet reaped by whoever inherited it: "pid (name) Z". */
static bool is_gone(pid_t pid)
{
    char path[40], text[64] = { 0 };
    ssize_t size = -1;
    int fd;

    (void) snprintf(path, sizeof(path), "/proc/%d/stat", (int) pid);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return true;
    size = read(fd, text, sizeof(text) - 1);
    (void) close(fd);
    return size <= 0 || str_has(str_of(text), STR(") Z")) || str_has(str_of(text), STR(") X"));
}

static void test_child__is_over_when_dead_though_a_grandchild_holds_the_pipe(void **state)
{
    AUTO_ARENA *arena = arena_new(no_memory);
    struct child_spec spec = SHELL("sleep 100 & echo $! >&3");
    int64_t began = clock_us();
    const struct child_result *result = child_run(arena, &spec, began + 10 * SECOND);
    uint64_t grandchild = 0;

    (void) state;
    assert_int_equal(result->end, CHILD_OK);
    assert_true(clock_us() - began < 5 * SECOND);
    assert_int_equal(str_u64(str_trim(result->answers), 10, &grandchild), 0);
    for (int i = 0; i < 2000 && !is_gone((pid_t) grandchild); i++)
        (void) poll(NULL, 0, 1);
    assert_true(is_gone((pid_t) grandchild));
}

static void test_child__answers_are_bounded(void **state)
{
    AUTO_ARENA *arena = arena_new(no_memory);
    struct child_spec spec = SHELL("i=0; while [ $i -lt 3000 ]; do echo 0123456789; i=$((i+1)); "
                                   "done >&3");
    const struct child_result *result;

    (void) state;
    spec.answer_limit = 1000;
    result = child_run(arena, &spec, clock_us() + 10 * SECOND);
    assert_int_equal(result->end, CHILD_OK);
    assert_int_equal(result->answers.len, 1000);
    assert_true(result->truncated);
}

static void test_child__that_cannot_start_says_at_which_step(void **state)
{
    static const char *const argv[] = { "/proc/self/nothing/program", NULL };
    AUTO_ARENA *arena = arena_new(no_memory);
    const struct {
        struct child_spec spec;
        enum child_end end;
        int error;
        const char *step;
    } rows[] = {
        { { .argv = argv }, CHILD_EXEC, -ENOENT, "exec" },
        { { .argv = argv, .image = STR("no program") }, CHILD_EXEC, -ENOEXEC, "exec" },
        { { .argv = argv, .image = STR("no program"), .no_memfd = true },
          CHILD_EXEC,
          -ENOEXEC,
          "exec" },
        { { .argv = argv,
            .image = STR("x"),
            .no_memfd = true,
            .temporary_dir = "/proc/self/nothing" },
          CHILD_SYSTEM,
          -ENOENT,
          "temporary-file" },
    };

    (void) state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct child_result *result =
            child_run(arena, &rows[i].spec, clock_us() + 10 * SECOND);

        assert_int_equal(result->end, rows[i].end);
        assert_int_equal(result->error, rows[i].error);
        assert_string_equal(result->step, rows[i].step);
        assert_int_equal(result->from_file, rows[i].spec.no_memfd);
    }
}

static void test_child__several_run_at_once(void **state)
{
    AUTO_ARENA *arena = arena_new(no_memory);
    struct child_spec good = SHELL("echo good >&3"), slow = SHELL("sleep 1; echo slow >&3"),
                      stuck = SHELL("sleep 100");
    struct child *children[10];
    int64_t began = clock_us();

    (void) state;
    for (size_t i = 0; i < 8; i++)
        children[i] = child_start(arena, &slow);
    children[8] = child_start(arena, &good);
    children[9] = child_start(arena, &stuck);
    children_wait(children, 10, began + 5 * SECOND, NULL); /* eight seconds, one by one */
    assert_true(clock_us() - began < 10 * SECOND);
    for (size_t i = 0; i < 8; i++)
        assert_true(str_eqz(child_result(children[i])->answers, "slow\n"));
    assert_int_equal(child_result(children[8])->end, CHILD_OK);
    assert_int_equal(child_result(children[9])->end, CHILD_LATE);
}

static void count_tick(void *context, int64_t waited_us)
{
    int *ticks = context;

    assert_true(waited_us >= 20000);
    (*ticks)++;
}

static void test_child__waiting_ticks(void **state)
{
    AUTO_ARENA *arena = arena_new(no_memory);
    struct child_spec stuck = SHELL("sleep 100"), quick = SHELL("exit 0");
    int ticks = 0;
    struct child_watch watch = { 20000, 20000, count_tick, &ticks };
    struct child *child = child_start(arena, &stuck);

    (void) state;
    children_wait(&child, 1, clock_us() + SECOND, &watch);
    assert_in_range(ticks, 2, 50);
    ticks = 0;
    watch.after_us = 5 * SECOND;
    child = child_start(arena, &quick);
    children_wait(&child, 1, clock_us() + 10 * SECOND, &watch);
    assert_int_equal(ticks, 0);
}

static void test_child__inherits_no_descriptor(void **state)
{
    AUTO_ARENA *arena = arena_new(no_memory);
    struct child_spec spec = SHELL("(echo leaked >&9) 2>/dev/null || echo closed >&3");
    int fd = open("/dev/null", O_WRONLY);
    const struct child_result *result;

    (void) state;
    assert_int_equal(dup2(fd, 9), 9);
    result = child_run(arena, &spec, clock_us() + 10 * SECOND);
    assert_true(str_eqz(result->answers, "closed\n"));
    (void) close(9);
    (void) close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_child__tells_how_it_ended),
        cmocka_unit_test(test_child__is_late_at_the_deadline_and_keeps_what_it_said),
        cmocka_unit_test(test_child__is_over_when_dead_though_a_grandchild_holds_the_pipe),
        cmocka_unit_test(test_child__answers_are_bounded),
        cmocka_unit_test(test_child__that_cannot_start_says_at_which_step),
        cmocka_unit_test(test_child__several_run_at_once),
        cmocka_unit_test(test_child__waiting_ticks),
        cmocka_unit_test(test_child__inherits_no_descriptor),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
