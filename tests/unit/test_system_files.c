/* Files of the system: the loader's cache, kernel modules, maps, mounts, os-release. */
#include "base/buf.h"
#include "format/ld_cache.h"
#include "format/maps.h"
#include "format/modinfo.h"
#include "format/mounts.h"
#include "format/os_release.h"

#include <errno.h>

#include <setjmp.h>
#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

static void no_memory(void)
{
    fail_msg("out of memory");
}

static void put(struct buf *buf, uint64_t value, unsigned size)
{
    for (unsigned i = 0; i < size; i++)
        buf_add_char(buf, (char) (value >> 8 * i & 255));
}

/* A cache in the new format with two entries, the second for x86-64-v3 only; it stands in its file
 * behind `before` other bytes. */
static struct str new_cache(struct arena *arena, unsigned endianness, uint32_t before)
{
    static const struct str strings = STR_INIT("libz.so.1\0/lib/libz.so.1\0/v3/libz.so.1\0"
                                               "x86-64-v3\0");
    const uint32_t at = 48 + 2 * 24, extension = 48 + 2 * 24 + 52;
    struct buf buf = buf_new(arena, 1000);

    buf_addz(&buf, "glibc-ld.so.cache1.1");
    put(&buf, 2, 4);
    put(&buf, strings.len, 4);
    put(&buf, endianness, 4);
    put(&buf, before + extension, 4);
    buf_repeat(&buf, '\0', 12);
    for (unsigned i = 0; i < 2; i++) {
        put(&buf, 0x303, 4);
        put(&buf, at, 4);
        put(&buf, at + (i ? 25 : 10), 4);
        put(&buf, 0, 4);
        put(&buf, i ? UINT64_C(3) << 32 | UINT64_C(1) << 62 : 0, 8);
    }
    buf_add(&buf, strings);
    buf_repeat(&buf, '\0', extension - buf_str(&buf).len);
    put(&buf, 0xeaa42174, 4);
    put(&buf, 1, 4);
    put(&buf, 1, 4); /* hwcaps */
    put(&buf, 0, 4);
    put(&buf, before + extension + 24, 4);
    put(&buf, 4, 4);
    put(&buf, at + 39, 4);
    return buf_str(&buf);
}

static struct str old_cache(struct arena *arena, struct str behind)
{
    struct buf buf = buf_new(arena, 1000);

    buf_add(&buf, STR("ld.so-1.7.0\0"));
    put(&buf, 1, 4);
    put(&buf, 3, 4);
    put(&buf, 0, 4);
    put(&buf, 7, 4);
    buf_repeat(&buf, '\0', behind.len ? 4 : 0);
    buf_add(&buf, behind);
    buf_add(&buf, STR("libc.6\0/lib/libc.6\0"));
    return buf_str(&buf);
}

static void check_new(struct str bytes)
{
    struct ld_cache cache;
    struct ld_cache_entry entry;

    assert_int_equal(ld_cache_open(bytes, &cache), 0);
    assert_int_equal(cache.count, 2);
    assert_int_equal(ld_cache_entry(&cache, 0, &entry), 0);
    assert_true(str_eqz(entry.soname, "libz.so.1"));
    assert_true(str_eqz(entry.path, "/lib/libz.so.1"));
    assert_int_equal(entry.flags, LD_CACHE_LIBC6 | LD_CACHE_X86_64);
    assert_int_equal(entry.subdir.len, 0);
    assert_int_equal(ld_cache_entry(&cache, 1, &entry), 0);
    assert_true(str_eqz(entry.path, "/v3/libz.so.1"));
    assert_true(str_eqz(entry.subdir, "x86-64-v3"));
    assert_int_equal(ld_cache_entry(&cache, 2, &entry), -ENODATA);
}

static void test_ld_cache__reads_both_formats_and_one_in_the_other(void **state)
{
    AUTO_ARENA *arena = arena_new(no_memory);
    struct ld_cache cache;
    struct ld_cache_entry entry;

    (void) state;
    check_new(new_cache(arena, 2, 0));
    check_new(new_cache(arena, 0, 0)); /* written before the endianness was */
    check_new(old_cache(arena, new_cache(arena, 2, 32)));
    assert_int_equal(ld_cache_open(old_cache(arena, STR("")), &cache), 0);
    assert_int_equal(cache.count, 1);
    assert_int_equal(ld_cache_entry(&cache, 0, &entry), 0);
    assert_true(str_eqz(entry.soname, "libc.6"));
    assert_true(str_eqz(entry.path, "/lib/libc.6"));
}

static void test_ld_cache__refuses_what_is_none(void **state)
{
    AUTO_ARENA *arena = arena_new(no_memory);
    struct str whole = new_cache(arena, 2, 0);
    struct ld_cache cache;

    (void) state;
    assert_int_equal(ld_cache_open(STR(""), &cache), -ENODATA);
    assert_int_equal(ld_cache_open(STR("glibc-ld.so.cache2.0"), &cache), -EBADMSG);
    assert_int_equal(ld_cache_open(new_cache(arena, 3, 0), &cache), -ENOTSUP);
    assert_int_equal(ld_cache_open(str_slice(whole, 0, 90), &cache), -ENODATA);
    assert_int_equal(ld_cache_open(str_slice(whole, 0, whole.len - 1), &cache), -ENODATA);
    assert_int_equal(ld_cache_open(STR("ld.so-1.7.0\0\xff\xff\xff\xff"), &cache), -E2BIG);
}

static void test_ld_conf__tells_folders_from_includes(void **state)
{
    static const struct {
        enum ld_conf_kind kind;
        const char *text;
    } want[] = {
        { LD_CONF_INCLUDE, "/etc/ld.so.conf.d/*.conf more/*" },
        { LD_CONF_DIRECTORY, "/usr/local/cuda/lib64" },
        { LD_CONF_HWCAP, "0 nosegneg" },
        { LD_CONF_DIRECTORY, "/includes" },
    };
    struct str rest = STR("# comment\n\ninclude /etc/ld.so.conf.d/*.conf more/*\n"
                          "\t/usr/local/cuda/lib64 # why\nhwcap 0 nosegneg\n/includes");
    struct ld_conf_line line;

    (void) state;
    for (size_t i = 0; i < COUNT(want); i++) {
        assert_true(ld_conf_next(&rest, &line));
        assert_int_equal(line.kind, want[i].kind);
        assert_true(str_eqz(line.text, want[i].text));
    }
    assert_false(ld_conf_next(&rest, &line));
}

static void test_modinfo__reads_what_a_module_says(void **state)
{
    struct modinfo got = modinfo_parse(STR("firmware=nvidia/gsp.bin\0\0license=Dual MIT/GPL\0"
                                           "version=560.35.03\0junk\0name=nvidia\0"
                                           "vermagic=6.1.0-18-amd64 SMP preempt \0depends=\0"));

    (void) state;
    assert_true(str_eqz(got.name, "nvidia"));
    assert_true(str_eqz(got.version, "560.35.03"));
    assert_true(str_eqz(got.license, "Dual MIT/GPL"));
    assert_true(str_eqz(got.vermagic, "6.1.0-18-amd64 SMP preempt "));
    assert_true(str_eqz(got.kernel, "6.1.0-18-amd64"));
    assert_int_equal(got.depends.len, 0);
    assert_int_equal(modinfo_parse(STR("")).version.len, 0);
}

static void test_modinfo__sees_a_signature(void **state)
{
    static const struct {
        struct str tail;
        int code;
        unsigned kind;
        uint32_t size;
    } rows[] = {
        { STR_INIT("\0\0\2\0\0\0\0\0\0\0\2\x95~Module signature appended~\n"), 0, MODULE_PKCS7,
          0x295 },
        { STR_INIT("~Module signature appended~\n"), -ENODATA, 0, 0 },
        { STR_INIT("~Module signature appended~"), -ENOENT, 0, 0 },
        { STR_INIT(""), -ENOENT, 0, 0 },
    };

    (void) state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct module_signature got = { 0 };

        assert_int_equal(modinfo_signature(rows[i].tail, &got), rows[i].code);
        assert_int_equal(got.kind, rows[i].kind);
        assert_int_equal(got.size, rows[i].size);
    }
}

static void test_maps__reads_one_line(void **state)
{
    static const struct {
        const char *line;
        int code;
        uint64_t start, offset, inode;
        const char *path;
        bool executable, shared, deleted;
    } rows[] = {
        { "7f0c3a000000-7f0c3a021000 r-xp 00001000 103:02 1234                   /lib/a b.so\n", 1,
          0x7f0c3a000000, 0x1000, 1234, "/lib/a b.so", true, false, false },
        { "7f00-8000 rw-s 0 00:06 7   /dev/nvidiactl", 1, 0x7f00, 0, 7, "/dev/nvidiactl", false,
          true, false },
        { "ffff-1ffff r-xp 0 08:01 9  /usr/lib/libcuda.so.535 (deleted)\n", 1, 0xffff, 0, 9,
          "/usr/lib/libcuda.so.535", true, false, true },
        { "1-2 ---p 00000000 00:00 0 \n", 1, 1, 0, 0, "", false, false, false },
        { "", 0, 0, 0, 0, NULL, false, false, false },
        { "1-2 r-xp 0 08:01\n", -EBADMSG, 0, 0, 0, NULL, false, false, false },
        { "1 r-xp 0 08:01 1 /x\n", -EBADMSG, 0, 0, 0, NULL, false, false, false },
        { "1-2 r-x 0 08:01 1 /x\n", -EBADMSG, 0, 0, 0, NULL, false, false, false },
    };

    (void) state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct str rest = str_of(rows[i].line);
        struct mapping got;

        assert_int_equal(maps_next(&rest, &got), rows[i].code);
        assert_int_equal(rest.len, 0);
        if (rows[i].code != 1)
            continue;
        assert_int_equal(got.start, rows[i].start);
        assert_int_equal(got.offset, rows[i].offset);
        assert_int_equal(got.inode, rows[i].inode);
        assert_true(str_eqz(got.path, rows[i].path));
        assert_int_equal(got.executable, rows[i].executable);
        assert_int_equal(got.shared, rows[i].shared);
        assert_int_equal(got.deleted, rows[i].deleted);
    }
}

static void test_mounts__reads_one_line(void **state)
{
    AUTO_ARENA *arena = arena_new(no_memory);
    struct str rest =
        STR("36 35 98:0 /mnt1 /mnt\\0402 rw,noatime master:1 shared:2 - ext3 /dev/r\\134t "
            "rw,errors=continue\n"
            "1 0 0:2 / / rw - tmpfs  rw,size=64k\n"
            "2 1 0:3 / /m rw - overlay overlay rw,lowerdir=/a\\040b:/c,upperdir=/u\n"
            "3 1 0:3 / /broken rw\n");
    struct mount got;
    struct str value;

    (void) state;
    assert_int_equal(mounts_next(&rest, arena, &got), 1);
    assert_int_equal(got.id, 36);
    assert_int_equal(got.parent, 35);
    assert_int_equal(got.device_major, 98);
    assert_true(str_eqz(got.root, "/mnt1"));
    assert_true(str_eqz(got.point, "/mnt 2"));
    assert_true(str_eqz(got.options, "rw,noatime"));
    assert_true(str_eqz(got.type, "ext3"));
    assert_true(str_eqz(got.source, "/dev/r\\t"));
    assert_true(str_eqz(got.super_options, "rw,errors=continue"));
    assert_int_equal(mounts_next(&rest, arena, &got), 1);
    assert_int_equal(got.source.len, 0);
    assert_true(mount_option(got.super_options, "size", arena, &value));
    assert_true(str_eqz(value, "64k"));
    assert_int_equal(mounts_next(&rest, arena, &got), 1);
    assert_true(mount_option(got.super_options, "lowerdir", arena, &value));
    assert_true(str_eqz(value, "/a b:/c"));
    assert_false(mount_option(got.super_options, "workdir", arena, &value));
    assert_int_equal(mounts_next(&rest, arena, &got), -EBADMSG);
    assert_int_equal(mounts_next(&rest, arena, &got), 0);
}

static void test_os_release__reads_quoted_and_bare_values(void **state)
{
    AUTO_ARENA *arena = arena_new(no_memory);
    struct os_release got =
        os_release_parse(STR("# ID=no\nID=ubuntu\nPRETTY_NAME=\"A \\\"B\\\" 1\"\n"
                             "ID_LIKE='rhel fedora'\nVERSION_ID=\"22.04\nnonsense\n"),
                         arena);

    (void) state;
    assert_true(str_eqz(got.id, "ubuntu"));
    assert_true(str_eqz(got.name, "A \"B\" 1"));
    assert_true(str_eqz(got.id_like, "rhel fedora"));
    assert_true(str_eqz(got.version_id, "22.04"));
    assert_int_equal(got.codename.len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ld_cache__reads_both_formats_and_one_in_the_other),
        cmocka_unit_test(test_ld_cache__refuses_what_is_none),
        cmocka_unit_test(test_ld_conf__tells_folders_from_includes),
        cmocka_unit_test(test_modinfo__reads_what_a_module_says),
        cmocka_unit_test(test_modinfo__sees_a_signature),
        cmocka_unit_test(test_maps__reads_one_line),
        cmocka_unit_test(test_mounts__reads_one_line),
        cmocka_unit_test(test_os_release__reads_quoted_and_bare_values),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
