/* Fake machines: what a description says is what a root shows. */
#include "lib/case.h"
#include "lib/faulty.h"
#include "lib/machine.h"

#include <errno.h>

#include <setjmp.h>
#include <cmocka.h>

static void no_memory(void)
{
    fail_msg("out of memory");
}

static int read_text(struct arena *arena, const char *text, struct machine *ret,
                     struct str *ret_why)
{
    const struct overlay overlay = { str_of(text), STR_INIT("test"), 0 };
    struct root *library;

    assert_int_equal(root_directory(arena, STR(TESTS_FOLDER "/roots"), &library), 0);
    return machine_read(arena, library, STR("base/empty.root"), &overlay, ret, ret_why);
}

static struct machine make(struct arena *arena, const char *text)
{
    struct machine machine = { 0 };
    struct str why = { NULL, 0 };

    if (read_text(arena, text, &machine, &why) < 0)
        fail_msg("%.*s", STR_ARG(why));
    return machine;
}

static void test_machine__shows_the_files_that_it_describes(void **state)
{
    static const struct {
        const char *text, *path, *content;
    } rows[] = {
        { "file /etc/a = one line", "etc/a", "one line\n" },
        { "file /etc/a\n    one\n\n      two\n\nfile /b = x", "etc/a", "one\n\n  two\n" },
        { "file /a mode=0600 repeat=3\n    x\n", "a", "x\nx\nx\n" },
        { "file /a escapes=yes = \\e[31m\\xff\\\\", "a", "\033[31m\xff\\\n" },
        { "file /a\\x20b = x", "a b", "x\n" },
        { "file /a = old\nfile /a = new", "a", "new\n" },
        { "link /lib -> usr/lib\nfile /lib/x = y", "usr/lib/x", "y\n" },
        { "link /lib -> usr/lib\nfile /usr/lib/x = y", "lib/x", "y\n" },
        { "bytes /a = 00ff41", "a", "\0\377A" },
        { "pci 0000:01:00.0 030000 10de:2504 1462:3976 driver=nvidia",
          "sys/bus/pci/devices/0000:01:00.0/vendor", "0x10de\n" },
        { "pci 0000:01:00.0 030000 10de:2504 1462:3976",
          "sys/bus/pci/devices/0000:01:00.0/modalias",
          "pci:v000010DEd00002504sv00001462sd00003976bc03sc00i00\n" },
        { "pci 0000:01:00.0 030200 10de:2504 1462:3976 driver=nvidia",
          "sys/bus/pci/drivers/nvidia/0000:01:00.0/class", "0x030200\n" },
        { "pci 0000:01:00.0 030000 10de:2504 1462:3976 driver=nvidia",
          "sys/bus/pci/devices/0000:01:00.0/uevent",
          "DRIVER=nvidia\nPCI_CLASS=30000\nPCI_ID=10DE:2504\nPCI_SUBSYS_ID=1462:3976\n"
          "PCI_SLOT_NAME=0000:01:00.0\n"
          "MODALIAS=pci:v000010DEd00002504sv00001462sd00003976bc03sc00i00\n" },
        { "wheel nvidia-nccl-cu12 2.20.5\n    Requires-Dist: x\n    record nvidia/__init__.py",
          "nvidia_nccl_cu12-2.20.5.dist-info/METADATA",
          "Metadata-Version: 2.1\nName: nvidia-nccl-cu12\nVersion: 2.20.5\nRequires-Dist: x\n" },
        { "wheel a 1\n    record a/b.py", "a-1.dist-info/RECORD",
          "a-1.dist-info/INSTALLER,,\na-1.dist-info/METADATA,,\na-1.dist-info/RECORD,,\n"
          "a-1.dist-info/WHEEL,,\na/b.py,,\n" },
    };

    (void) state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        AUTO_ARENA *arena = arena_new(no_memory);
        struct machine machine = make(arena, rows[i].text);
        size_t len = rows[i].content[0] ? strlen(rows[i].content) : 3;
        struct str bytes;

        assert_int_equal(root_read(machine.root, str_of(rows[i].path), 1000, &bytes), 0);
        if (!str_eq(bytes, (struct str){ rows[i].content, len }))
            fail_msg("%s: \"%.*s\"", rows[i].path, STR_ARG(bytes));
    }
}

static void test_machine__shows_nodes_with_their_owners(void **state)
{
    AUTO_ARENA *arena = arena_new(no_memory);
    struct machine machine = make(arena, "user 1000 groups 1000 44\n"
                                         "node /dev/nvidia0 c 195:0 mode=0660 uid=0 gid=44\n"
                                         "node /dev/nvidiactl c 195:255 mode=0600\n"
                                         "fifo /tmp/fifo\n"
                                         "dir /tmp/closed mode=0700 uid=7\n"
                                         "file /tmp/huge size=10G = x\n");
    struct node node;
    struct str bytes;

    (void) state;
    assert_int_equal(root_stat(machine.root, STR("dev/nvidia0"), &node), 0);
    assert_int_equal(node.kind, NODE_CHAR);
    assert_int_equal(node.major, 195);
    assert_int_equal(node.mode, 0660);
    assert_int_equal(node.gid, 44);
    assert_int_equal(root_may_open(machine.root, STR("dev/nvidia0"), false), 0);
    assert_int_equal(root_may_open(machine.root, STR("dev/nvidiactl"), false), -EACCES);
    assert_int_equal(root_read(machine.root, STR("tmp/fifo"), 100, &bytes), -ENXIO);
    assert_int_equal(root_read(machine.root, STR("tmp/huge"), 100, &bytes), -E2BIG);
    assert_int_equal(root_stat(machine.root, STR("tmp/closed"), &node), 0);
    assert_int_equal(node.uid, 7);
}

static void test_machine__binds_a_device_to_its_last_driver(void **state)
{
    AUTO_ARENA *arena = arena_new(no_memory);
    struct machine machine = make(arena, "pci 0000:01:00.0 030000 10de:1 2:3 driver=nvidia\n"
                                         "pci 0000:01:00.0 030000 10de:1 2:3 driver=nouveau\n"
                                         "pci 0000:02:00.0 030000 10de:1 2:3 driver=nvidia\n"
                                         "pci 0000:02:00.0 030000 10de:1 2:3\n");
    struct node node;
    struct str link;

    (void) state;
    assert_int_equal(root_link(machine.root, STR("sys/bus/pci/devices/0000:01:00.0/driver"), &link),
                     0);
    assert_true(str_eqz(path_base(link), "nouveau"));
    assert_int_equal(root_link(machine.root, STR("sys/bus/pci/devices/0000:02:00.0/driver"), &link),
                     -ENOENT);
    assert_int_equal(
        root_lstat(machine.root, STR("sys/bus/pci/drivers/nvidia/0000:01:00.0"), &node), -ENOENT);
}

static void test_machine__takes_away_and_refuses(void **state)
{
    AUTO_ARENA *arena = arena_new(no_memory);
    struct machine machine = make(arena, "file /a/b = x\nfile /a/c = y\nremove /a/b\n"
                                         "file /d = z\nrefuse /d EIO\nrefuse /e EPERM\n"
                                         "link /loop -> loop");
    struct names names;
    struct str bytes;

    (void) state;
    assert_int_equal(root_list(machine.root, STR("a"), 10, &names), 0);
    assert_int_equal(names.count, 1);
    assert_true(str_eqz(names.items[0], "c"));
    assert_int_equal(root_read(machine.root, STR("d"), 10, &bytes), -EIO);
    assert_int_equal(root_may_open(machine.root, STR("e"), false), -EPERM);
    assert_int_equal(root_read(machine.root, STR("loop"), 10, &bytes), -ELOOP);
}

static void test_machine__has_the_eyes_that_it_names(void **state)
{
    AUTO_ARENA *arena = arena_new(no_memory);
    struct machine machine = make(arena, "user 7\nenv A=1\nenv B=x y\nenv A=2 \\e\nenv C=\n"
                                         "unset B\ncwd /home/ada");
    struct str value;

    (void) state;
    assert_int_equal(machine.eyes.uid, 7);
    assert_true(eyes_variable(&machine.eyes, "A", &value));
    assert_true(str_eqz(value, "2 \033"));
    assert_false(eyes_variable(&machine.eyes, "B", &value));
    assert_true(eyes_variable(&machine.eyes, "C", &value));
    assert_int_equal(value.len, 0);
    assert_true(str_eqz(machine.eyes.working_directory, "/home/ada"));
    assert_false(make(arena, "env none").eyes.known);
}

static void test_machine__makes_elf_files_and_caches(void **state)
{
    AUTO_ARENA *arena = arena_new(no_memory);
    struct machine machine =
        make(arena, "elf /lib/libcuda.so.1 soname=libcuda.so.1 needed=libc.so.6,libm.so.6 "
                    "runpath=$ORIGIN verdef=A_1,A_2\n    banner\n"
                    "module /lib/nvidia.ko\n    license=NVIDIA\n    version=535.1\n"
                    "cache\n    libcuda.so.1 => /lib/libcuda.so.1\n    libz.so.10 => /lib/z\n");
    struct str bytes;

    (void) state;
    assert_int_equal(root_read(machine.root, STR("lib/libcuda.so.1"), 9999, &bytes), 0);
    assert_true(str_starts(bytes, STR("\177ELF\2\1\1")));
    assert_true(
        str_has(bytes, STR("\0libm.so.6\0libcuda.so.1\0$ORIGIN\0A_1\0A_2\0")) ||
        str_has(bytes, STR("\0libm.so.6\0libcuda.so.1\0$ORIGIN\0libcuda.so.1\0A_1\0A_2\0")));
    assert_true(str_has(bytes, STR("banner\n")));
    assert_int_equal(root_read(machine.root, STR("lib/nvidia.ko"), 9999, &bytes), 0);
    assert_true(str_has(bytes, STR("license=NVIDIA\0version=535.1\0")));
    assert_int_equal(root_read(machine.root, STR("etc/ld.so.cache"), 9999, &bytes), 0);
    assert_true(str_starts(bytes, STR("glibc-ld.so.cache1.1\2\0\0\0")));
    assert_true(str_ends(bytes, STR("libz.so.10\0/lib/z\0libcuda.so.1\0/lib/libcuda.so.1\0")));
}

static void test_machine__refuses_a_bad_line_with_its_number(void **state)
{
    static const struct {
        const char *text, *why;
    } rows[] = {
        { "file /a = x\nfil /b = y", "test:2: unknown line \"fil /b = y\"" },
        { "    indented", "test:1: unknown line \"    indented\"" },
        { "file /a\n    x\n\n    y\nnode /b c 1", "test:5: \"\" is no number" },
        { "file", "test:1: the path is missing" },
        { "file /a mode=9", "test:1: \"9\" is no number" },
        { "file /a colour=red", "test:1: unknown attribute \"colour=red\"" },
        { "link /a b", "test:1: the target is missing" },
        { "refuse /a EWHAT", "test:1: unknown error \"EWHAT\"" },
        { "bytes /a = 0", "test:1: not pairs of hex digits" },
        { "env X", "test:1: not of the form NAME=value" },
        { "pci 0000:01:00.0 0300 10de 1:2", "test:1: \"10de\" is not of the form VENDOR:DEVICE" },
        { "include none.root", "test:1: cannot include none.root: ENOENT" },
        { "cache\n    libz", "test:1: \"libz\" is not of the form soname => /path" },
    };

    (void) state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        AUTO_ARENA *arena = arena_new(no_memory);
        struct machine machine;
        struct str why;

        assert_int_equal(read_text(arena, rows[i].text, &machine, &why), -EBADMSG);
        if (!str_eqz(why, rows[i].why))
            fail_msg("\"%.*s\" instead of \"%s\"", STR_ARG(why), rows[i].why);
    }
}

static void test_faulty__fails_the_call_that_it_is_told(void **state)
{
    AUTO_ARENA *arena = arena_new(no_memory);
    struct machine machine = make(arena, "file /a = x");

    (void) state;
    for (size_t n = 0; n <= 3; n++) { /* opening, reading; then status */
        struct faulty faulty = { .arena = arena, .inner = machine.root, .failing = n };
        struct root *root = faulty_root(&faulty);
        struct str bytes;
        struct node node;

        assert_int_equal(root_read(root, STR("a"), 10, &bytes), n == 1 || n == 2 ? -EIO : 0);
        assert_int_equal(root_stat(root, STR("a"), &node), n == 3 ? -EIO : 0);
    }
}

static void test_descriptions__can_all_be_read(void **state)
{
    AUTO_ARENA *arena = arena_new(no_memory);
    struct root *roots, *cases;
    struct names names;

    (void) state;
    assert_int_equal(root_directory(arena, STR(TESTS_FOLDER "/roots"), &roots), 0);
    assert_int_equal(root_directory(arena, STR(TESTS_FOLDER "/cases"), &cases), 0);
    assert_int_equal(find_descriptions(arena, cases, STR(""), ".case", &names), 0);
    assert_true(names.count > 0);
    for (size_t i = 0; i < names.count; i++) {
        AUTO_ARENA *scratch = arena_new(no_memory);
        struct str why = names.items[i];
        struct machine machine;
        struct test_case it;

        if (case_read(scratch, cases, names.items[i], &it, &why) < 0 ||
            machine_read(scratch, roots, arena_printf(scratch, "%.*s.root", STR_ARG(it.root)),
                         &it.overlay, &machine, &why) < 0)
            fail_msg("%.*s", STR_ARG(why));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_machine__shows_the_files_that_it_describes),
        cmocka_unit_test(test_machine__shows_nodes_with_their_owners),
        cmocka_unit_test(test_machine__binds_a_device_to_its_last_driver),
        cmocka_unit_test(test_machine__takes_away_and_refuses),
        cmocka_unit_test(test_machine__has_the_eyes_that_it_names),
        cmocka_unit_test(test_machine__makes_elf_files_and_caches),
        cmocka_unit_test(test_machine__refuses_a_bad_line_with_its_number),
        cmocka_unit_test(test_faulty__fails_the_call_that_it_is_told),
        cmocka_unit_test(test_descriptions__can_all_be_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
