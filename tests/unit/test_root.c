/*
 * Folders as roots: nothing leads out of them. Every test runs twice: with the kernel resolving
 * (openat2), and with that call refused as a seccomp filter or an old kernel does, so that our own
 * walk must say the same.
 */
#include "base/buf.h"
#include "root/backend.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <setjmp.h>
#include <cmocka.h>

#define LIMIT 4096

struct fixture {
    struct arena *arena;
    char folder[64]; /* holds "top" and, beside it, "outside" */
    struct root *root;
};

static void no_memory(void)
{
    fail_msg("out of memory");
}

static void put_file(const char *path, const char *content)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0644);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, content, strlen(content)), strlen(content));
    assert_int_equal(close(fd), 0);
}

static void put_chain(const char *start, int count)
{
    char name[32], target[32];

    for (int i = 0; i < count; i++) {
        (void) snprintf(name, sizeof(name), "top/%s%d", start, i);
        (void) snprintf(target, sizeof(target), "%s%d", start, i + 1);
        assert_int_equal(symlink(i + 1 < count ? target : "etc/hostname", name), 0);
    }
}

static void put_links(const char *folder)
{
    static const char *const links[][2] = {
        { "/etc/hostname", "top/absolute" },
        { "../../../../../../etc/hostname", "top/upwards" },
        { "../etc/hostname", "top/dir/relative" },
        { "/dir", "top/dirlink" },
        { "/", "top/dir/all" },
        { "loop", "top/loop" },
        { "pong", "top/ping" },
        { "ping", "top/pong" },
        { "../outside", "top/beside" },
        { "/proc/self/root/etc/passwd", "top/magic" },
        { "nowhere", "top/dangling" },
    };
    char outside[128];

    for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++)
        assert_int_equal(symlink(links[i][0], links[i][1]), 0);
    (void) snprintf(outside, sizeof(outside), "%s/outside/secret", folder);
    assert_int_equal(symlink(outside, "top/secret"), 0);
    put_chain("forty", 40);
    put_chain("more", 41);
}

static int make_folder(void **state)
{
    static struct fixture fixture;

    fixture = (struct fixture){ .arena = arena_new(no_memory), .folder = "/tmp/gpuvet-XXXXXX" };
    assert_non_null(mkdtemp(fixture.folder));
    assert_int_equal(chdir(fixture.folder), 0);
    assert_int_equal(mkdir("top", 0755) | mkdir("outside", 0755) | mkdir("top/etc", 0755) |
                         mkdir("top/dir", 0755) | mkfifo("top/fifo", 0644),
                     0);
    put_file("top/etc/hostname", "inside\n");
    put_file("outside/secret", "secret\n");
    put_links(fixture.folder);
    assert_int_equal(root_directory(fixture.arena, STR("top"), &fixture.root), 0);
    *state = &fixture;
    return 0;
}

static int remove_node(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
    (void) st;
    (void) kind;
    (void) ftw;
    return remove(path);
}

static int remove_folder(void **state)
{
    struct fixture *fixture = *state;

    arena_free(fixture->arena);
    return nftw(fixture->folder, remove_node, 16, FTW_DEPTH | FTW_PHYS);
}

/* From here on openat2() is unknown to this process, as before Linux 5.6. */
static int refuse_openat2(void **state)
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat2, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = { sizeof(code) / sizeof(code[0]), code };

    /* Where no filter can be had (an emulator), there is no openat2 either, or both groups use it.
     */
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0)
        print_message("no seccomp here: openat2 stays as it is\n");
    return make_folder(state);
}

static void test_root__reads_what_lies_inside_and_nothing_else(void **state)
{
    static const struct {
        const char *path;
        int error;
    } rows[] = {
        { "etc/hostname", 0 },
        { "/etc/hostname", 0 },
        { "//etc/./hostname", 0 },
        { "dir/../etc/hostname", 0 },
        { "../../../etc/hostname", 0 },
        { "absolute", 0 },
        { "upwards", 0 },
        { "dir/relative", 0 },
        { "dirlink/relative", 0 },
        { "dirlink/../etc/hostname", 0 },
        { "dir/all/dir/all/etc/hostname", 0 },
        { "forty0", 0 },
        { "more0", -ELOOP },
        { "loop", -ELOOP },
        { "ping", -ELOOP },
        { "loop/etc", -ELOOP },
        { "secret", -ENOENT },
        { "beside/secret", -ENOENT },
        { "../outside/secret", -ENOENT },
        { "dir/all/../outside/secret", -ENOENT },
        { "magic", -ENOENT },
        { "dangling", -ENOENT },
        { "missing", -ENOENT },
        { "missing/../etc/hostname", -ENOENT },
        { "etc/hostname/x", -ENOTDIR },
        { "etc/hostname/..", -ENOTDIR },
        { "absolute/x", -ENOTDIR },
        { "etc", -EISDIR },
        { "dirlink", -EISDIR },
        { "/", -EISDIR },
        { "fifo", -ENXIO },
    };
    struct fixture *fixture = *state;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct str got = { NULL, 0 };
        int r = root_read(fixture->root, str_of(rows[i].path), LIMIT, &got);

        if (r != rows[i].error || (r == 0 && !str_eqz(got, "inside\n")))
            fail_msg("%s: %d, \"%.*s\"", rows[i].path, r, STR_ARG(got));
    }
}

static void test_root__refuses_names_that_are_too_long(void **state)
{
    struct fixture *fixture = *state;
    struct buf name = buf_new(fixture->arena, 16384);
    struct str got;

    buf_repeat(&name, 'n', 256);
    assert_int_equal(root_read(fixture->root, buf_str(&name), LIMIT, &got), -ENAMETOOLONG);
    for (int i = 0; i < 4096; i++)
        buf_addz(&name, "/x");
    assert_int_equal(root_read(fixture->root, buf_str(&name), LIMIT, &got), -ENAMETOOLONG);
}

static void test_root__follows_a_last_link_only_when_asked(void **state)
{
    static const struct {
        const char *path;
        enum node_kind plain, followed;
        const char *target;
    } rows[] = {
        { "absolute", NODE_LINK, NODE_FILE, "/etc/hostname" },
        { "dirlink/relative", NODE_LINK, NODE_FILE, "../etc/hostname" },
        { "dir/all", NODE_LINK, NODE_DIRECTORY, "/" },
        { "etc/hostname", NODE_FILE, NODE_FILE, NULL },
        { "fifo", NODE_OTHER, NODE_OTHER, NULL },
        { "dirlink/..", NODE_DIRECTORY, NODE_DIRECTORY, NULL },
    };
    struct fixture *fixture = *state;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct str path = str_of(rows[i].path), target;
        struct node node;

        assert_int_equal(root_lstat(fixture->root, path, &node), 0);
        assert_int_equal(node.kind, rows[i].plain);
        assert_int_equal(root_stat(fixture->root, path, &node), 0);
        assert_int_equal(node.kind, rows[i].followed);
        assert_int_equal(root_link(fixture->root, path, &target), rows[i].target ? 0 : -EINVAL);
        if (rows[i].target)
            assert_true(str_eqz(target, rows[i].target));
    }
}

static void test_root__lists_a_folder_in_order_up_to_a_limit(void **state)
{
    struct fixture *fixture = *state;
    struct names names;

    assert_int_equal(root_list(fixture->root, STR("dirlink"), 2, &names), 0);
    assert_int_equal(names.count, 2);
    assert_true(str_eqz(names.items[0], "all"));
    assert_true(str_eqz(names.items[1], "relative"));
    assert_int_equal(root_list(fixture->root, STR("dir"), 1, &names), -E2BIG);
    assert_int_equal(root_list(fixture->root, STR("etc/hostname"), 9, &names), -ENOTDIR);
    assert_int_equal(root_list(fixture->root, STR("beside"), 9, &names), -ENOENT);
}

static void test_root__refuses_what_is_over_the_limit(void **state)
{
    struct fixture *fixture = *state;
    struct str got;

    assert_int_equal(root_read(fixture->root, STR("etc/hostname"), 7, &got), 0);
    assert_int_equal(root_read(fixture->root, STR("etc/hostname"), 6, &got), -E2BIG);
}

/* The walk alone, every link looked at anew. */
static int link_of(void *self, struct str path, struct arena *arena, struct str *ret)
{
    (void) arena;
    return root_link(self, path, ret);
}

static void assert_resolves_as_the_walk(struct fixture *fixture, struct root *root, struct str path)
{
    struct str want = STR(""), got = STR("");
    int error = resolve_links(fixture->arena, link_of, root, path, true, &want);
    int r = root_resolve(root, path, &got);

    if (r != error || !str_eq(got, want))
        fail_msg("%.*s: %d, \"%.*s\"", STR_ARG(path), r, STR_ARG(got));
}

static void test_root__resolves_what_it_has_seen_as_what_it_has_not(void **state)
{
    static const char *const rows[] = {
        "etc/hostname",
        "absolute",
        "upwards",
        "dir/relative",
        "dirlink/relative",
        "dirlink/../etc/hostname",
        "dir/all/dir/all/etc/hostname",
        "dir//./../dirlink/all",
        "..",
        ".",
        "../outside/secret",
        "secret",
        "beside/secret",
        "magic",
        "dangling",
        "missing/../etc",
        "etc/hostname/x",
        "forty0",
        "more0",
        "more1",
        "loop",
        "ping",
        "ping/x",
    };
    struct fixture *fixture = *state;
    struct root *live = root_live(fixture->arena);

    for (int again = 0; again < 2; again++)
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
            struct str path = str_of(rows[i]);
            struct str whole =
                arena_printf(fixture->arena, "%s/top/%s", fixture->folder + 1, rows[i]);

            assert_resolves_as_the_walk(fixture, fixture->root, path);
            assert_resolves_as_the_walk(fixture, live, whole);
        }
}

static int count_looks(void *self, struct str path, struct arena *arena, struct str *ret)
{
    (void) path;
    (void) arena;
    (void) ret;
    ++*(int *) self;
    return -EINVAL;
}

static void test_root__looks_at_each_link_once(void **state)
{
    static const struct root_backend backend = { .link = count_looks };
    struct fixture *fixture = *state;
    int looks = 0;
    struct root *root = root_new(fixture->arena, &backend, &looks);
    struct str got;

    assert_int_equal(root_resolve(root, STR("a/b/c"), &got), 0);
    assert_int_equal(root_resolve(root, STR("a/b/d"), &got), 0);
    assert_int_equal(root_resolve(root, STR("a/b/c"), &got), 0);
    assert_int_equal(looks, 4);
}

static void test_root__looks_again_where_a_look_failed(void **state)
{
    struct fixture *fixture = *state;
    struct str got;

    assert_int_equal(root_resolve(fixture->root, STR("dir/later"), &got), -ENOENT);
    assert_int_equal(symlink("../etc/hostname", "top/dir/later"), 0);
    assert_int_equal(root_resolve(fixture->root, STR("dir/later"), &got), 0);
    assert_true(str_eqz(got, "etc/hostname"));
}

/* What one opening has kept, the next one is given without a look at the file. */
static void test_root__keeps_pieces_for_the_next_opening(void **state)
{
    struct fixture *fixture = *state;
    struct root_file file, again;
    struct str piece;

    assert_int_equal(root_open(fixture->root, STR("etc/hostname"), &file), 0);
    assert_false(root_file_recall(&file, 0, 2, &piece));
    assert_int_equal(root_file_keep(&file, 0, 4, &piece), 0);
    assert_int_equal(root_open(fixture->root, STR("etc/hostname"), &again), 0);
    assert_false(root_file_recall(&again, 0, 2, &piece)); /* another file, for all we know */
    root_file_close(&again);
    root_file_close(&file);

    assert_int_equal(root_open(fixture->root, STR("/etc/hostname"), &file), 0);
    assert_true(root_file_recall(&file, 1, 3, &piece));
    assert_string_equal(arena_copy(fixture->arena, piece).data, "nsi");
    assert_false(root_file_recall(&file, 1, 4, &piece));
    assert_int_equal(root_file_keep(&file, 0, 100, &piece), -ENODATA);
    assert_int_equal(root_log(fixture->root).items[root_log(fixture->root).count - 1].bytes, 7);
    root_file_close(&file);
}

static void test_root__logs_each_path_that_is_resolved(void **state)
{
    struct fixture *fixture = *state;
    size_t before = root_log(fixture->root).count;
    struct observation last;
    struct str got;

    assert_int_equal(root_resolve(fixture->root, STR("/dirlink/relative"), &got), 0);
    assert_int_equal(root_resolve(fixture->root, STR("/dirlink/relative"), &got), 0);
    assert_int_equal(root_log(fixture->root).count, before + 2);
    last = root_log(fixture->root).items[before + 1];
    assert_int_equal(last.verb, ROOT_LINKED);
    assert_true(str_eqz(last.path, "dirlink/relative"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_root__reads_what_lies_inside_and_nothing_else),
        cmocka_unit_test(test_root__refuses_names_that_are_too_long),
        cmocka_unit_test(test_root__follows_a_last_link_only_when_asked),
        cmocka_unit_test(test_root__lists_a_folder_in_order_up_to_a_limit),
        cmocka_unit_test(test_root__refuses_what_is_over_the_limit),
        cmocka_unit_test(test_root__resolves_what_it_has_seen_as_what_it_has_not),
        cmocka_unit_test(test_root__looks_at_each_link_once),
        cmocka_unit_test(test_root__looks_again_where_a_look_failed),
        cmocka_unit_test(test_root__keeps_pieces_for_the_next_opening),
        cmocka_unit_test(test_root__logs_each_path_that_is_resolved),
    };
    int failed = cmocka_run_group_tests_name("by the kernel", tests, make_folder, remove_folder);

    return failed +
           cmocka_run_group_tests_name("by our own walk", tests, refuse_openat2, remove_folder);
}
