/* CUDA fat binaries: written here as nvcc 13.0 writes them, and by nvcc itself where there is one
 * (the argument is the file that it has made). */
#include "base/buf.h"
#include "format/fatbin.h"

#include <errno.h>
#include <stdio.h>

#include <setjmp.h>
#include <cmocka.h>

static void no_memory(void)
{
    fail_msg("out of memory");
}

static void put(struct buf *buf, uint64_t value, unsigned size)
{
    for (unsigned i = 0; i < size; i++)
        buf_add_char(buf, (char) (value >> 8 * i & 255));
}

static void put_container(struct buf *buf, uint64_t size)
{
    put(buf, 0xba55ed50, 4);
    put(buf, 1, 2);
    put(buf, 16, 2);
    put(buf, size, 8);
}

/* One entry as put_entry() writes it, and as it should be read. */
struct entry {
    unsigned kind, head_size, payload_size, version, capability;
    uint64_t flags, plain_size;
    enum fatbin_target target;
    unsigned major, minor;
};

static void put_entry(struct buf *buf, const struct entry *entry)
{
    put(buf, entry->kind, 2);
    put(buf, 0x101, 2);
    put(buf, entry->head_size, 4);
    put(buf, entry->payload_size, 8);
    put(buf, 0, 8);
    put(buf, entry->version, 4);
    put(buf, entry->capability, 4);
    put(buf, 0, 8);
    put(buf, entry->flags, 8);
    put(buf, 0, 8);
    put(buf, entry->plain_size, 8);
    buf_repeat(buf, '\xee', entry->head_size > 64 ? entry->head_size - 64 : 0);
    buf_repeat(buf, '\xdd', entry->payload_size);
}

/* Headers of nvcc 13.0, for -arch=sm_75 sm_90a sm_100 sm_100f sm_120a and their compute_ forms. */
static const struct entry entries[] = {
    { FATBIN_ELF, 64, 24, 0x10008, 75, 0x11, 0, FATBIN_PLAIN, 0, 0 },
    { FATBIN_PTX, 80, 8, 0x90000, 80, 0x8011, 0x322, FATBIN_PLAIN, 9, 0 },
    { FATBIN_ELF, 64, 8, 0x10008, 90, 0x100011, 0, FATBIN_EXACT, 0, 0 },
    { FATBIN_PTX, 80, 8, 0x70008, 90, 0x108011, 0x323, FATBIN_EXACT, 7, 8 },
    { FATBIN_ELF, 112, 8, 0x10008, 100, 0x1000011, 0, FATBIN_PLAIN, 0, 0 },
    { FATBIN_ELF, 112, 8, 0x10008, 100, 0x1200011, 0, FATBIN_FAMILY, 0, 0 },
    { FATBIN_PTX, 80, 0, 0x90000, 100, 0x208011, 0x33c, FATBIN_FAMILY, 9, 0 },
    { FATBIN_ELF, 112, 8, 0x10008, 120, 0x1100011, 0, FATBIN_EXACT, 0, 0 },
    { FATBIN_NVVM, 120, 8, 0x10041, 90, 0x18011, 0x950, FATBIN_PLAIN, 0, 0 },
};

static void test_fatbin__reads_the_target_of_every_entry(void **state)
{
    AUTO_ARENA *arena = arena_new(no_memory);
    struct buf buf = buf_new(arena, 10000), body = buf_new(arena, 10000);
    struct str bytes;
    struct window window;
    struct fatbin fatbin;
    struct fatbin_entry got;

    (void) state;
    for (size_t i = 0; i < sizeof(entries) / sizeof(entries[0]); i++)
        put_entry(&body, &entries[i]);
    buf_addz(&buf, "something ahead ");
    put_container(&buf, 0); /* an empty one, and padding, are passed over */
    put(&buf, 0, 8);
    put_container(&buf, buf_str(&body).len);
    buf_add(&buf, buf_str(&body));
    buf_repeat(&buf, '\0', 16);
    bytes = buf_str(&buf);
    window = window_of(&bytes);
    fatbin = fatbin_in(&window, 16, bytes.len - 16);
    for (size_t i = 0; i < sizeof(entries) / sizeof(entries[0]); i++) {
        assert_int_equal(fatbin_next(&fatbin, &got), 1);
        assert_int_equal(got.kind, entries[i].kind);
        assert_int_equal(got.capability, entries[i].capability);
        assert_int_equal(got.target, entries[i].target);
        assert_int_equal(got.ptx_major, entries[i].major);
        assert_int_equal(got.ptx_minor, entries[i].minor);
        assert_int_equal(got.compressed, entries[i].plain_size != 0);
        assert_int_equal(got.payload_size, entries[i].payload_size);
        assert_int_equal(got.container_at, 40);
        if (got.payload_size)
            assert_int_equal(bytes.data[got.payload_at], '\xdd');
    }
    assert_int_equal(fatbin_next(&fatbin, &got), 0);
    assert_int_equal(fatbin_next(&fatbin, &got), 0);
}

static void test_fatbin__passes_over_the_rest_of_a_container(void **state)
{
    AUTO_ARENA *arena = arena_new(no_memory);
    struct buf buf = buf_new(arena, 10000);
    struct str bytes;
    struct window window;
    struct fatbin fatbin;
    struct fatbin_entry got;

    (void) state;
    for (unsigned i = 0; i < 3; i++) {
        put_container(&buf, i < 2 ? 144 : 72);
        for (unsigned j = 0; j < (i < 2 ? 2 : 1); j++)
            put_entry(&buf, &(struct entry){ FATBIN_ELF, 64, 8, 0, 10 * i + j, .flags = 0 });
        buf_repeat(&buf, '\0', 8 * i);
    }
    bytes = buf_str(&buf);
    window = window_of(&bytes);
    fatbin = fatbin_in(&window, 0, bytes.len);
    fatbin_skip_container(&fatbin); /* in none yet */
    assert_int_equal(fatbin_next(&fatbin, &got), 1);
    assert_int_equal(got.capability, 0);
    fatbin_skip_container(&fatbin);
    fatbin_skip_container(&fatbin);
    assert_int_equal(fatbin_next(&fatbin, &got), 1);
    assert_int_equal(got.capability, 10);
    assert_int_equal(fatbin_next(&fatbin, &got), 1);
    fatbin_skip_container(&fatbin); /* at its end */
    assert_int_equal(fatbin_next(&fatbin, &got), 1);
    assert_int_equal(got.capability, 20);
    fatbin_skip_container(&fatbin);
    assert_int_equal(fatbin_next(&fatbin, &got), 0);
    assert_int_equal(fatbin.containers, 3);
}

static void test_fatbin__refuses_what_is_not_an_entry(void **state)
{
    static const struct {
        unsigned container_size, kind, head_size, payload_size;
        int code;
    } rows[] = {
        { 72, FATBIN_ELF, 64, 8, 1 },         { 63, FATBIN_ELF, 64, 0, -ENODATA },
        { 71, FATBIN_ELF, 64, 8, -ENODATA },  { 73, FATBIN_ELF, 64, 8, -ENODATA },
        { 72, FATBIN_ELF, 32, 40, -EBADMSG }, { 72, FATBIN_ELF, 80, 0, -ENODATA },
        { 72, 0, 64, 8, -EBADMSG },
    };

    (void) state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        AUTO_ARENA *arena = arena_new(no_memory);
        struct buf buf = buf_new(arena, 1000);
        struct str bytes;
        struct window window;
        struct fatbin fatbin;
        struct fatbin_entry got;

        put_container(&buf, rows[i].container_size);
        put_entry(&buf, &(struct entry){ .kind = rows[i].kind,
                                         .head_size = rows[i].head_size,
                                         .payload_size = rows[i].payload_size });
        bytes = str_slice(buf_str(&buf), 0, 88);
        window = window_of(&bytes);
        fatbin = fatbin_in(&window, 0, bytes.len);
        assert_int_equal(fatbin_next(&fatbin, &got), rows[i].code);
    }
}

static void test_fatbin__refuses_what_is_not_a_container(void **state)
{
    static const struct {
        struct str bytes;
        uint64_t size;
        int code;
    } rows[] = {
        { STR_INIT("\x50\xed\x55\xba\x02\0\x10\0\0\0\0\0\0\0\0\0"), 16, -EBADMSG },
        { STR_INIT("\x50\xed\x55\xba\x01\0\x08\0\0\0\0\0\0\0\0\0"), 16, -EBADMSG },
        { STR_INIT("\x51\xed\x55\xba\x01\0\x10\0\0\0\0\0\0\0\0\0"), 16, -EBADMSG },
        { STR_INIT("\x50\xed\x55\xba\x01\0\x10\0\x01\0\0\0\0\0\0\0"), 16, -ENODATA },
        { STR_INIT("\x50\xed\x55\xba\x01\0\x10\0"), 16, -ENODATA },
        { STR_INIT("\0\0\0\0\0\0\0\0"), UINT64_MAX, -ENODATA },
        { STR_INIT(""), 0, 0 },
    };

    (void) state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct str bytes = rows[i].bytes;
        struct window window = window_of(&bytes);
        struct fatbin fatbin = fatbin_in(&window, 0, rows[i].size);
        struct fatbin_entry got;

        assert_int_equal(fatbin_next(&fatbin, &got), rows[i].code);
    }
}

static void test_fatbin__agrees_with_nvcc(void **state)
{
    static const struct {
        unsigned kind, capability;
        enum fatbin_target target;
    } want[] = {
        { FATBIN_ELF, 80, FATBIN_PLAIN },   { FATBIN_PTX, 80, FATBIN_PLAIN },
        { FATBIN_ELF, 90, FATBIN_EXACT },   { FATBIN_ELF, 120, FATBIN_PLAIN },
        { FATBIN_ELF, 100, FATBIN_FAMILY }, { FATBIN_PTX, 100, FATBIN_FAMILY },
    };
    static char data[1 << 16];
    FILE *file = *state ? fopen(*state, "rb") : NULL;
    struct str bytes = { data, 0 };
    struct window window;
    struct fatbin fatbin;
    struct fatbin_entry got;
    size_t seen = 0;
    int code;

    if (!file)
        skip(); /* not asked for, or no nvcc here */
    bytes.len = fread(data, 1, sizeof(data), file);
    (void) fclose(file);
    window = window_of(&bytes);
    fatbin = fatbin_in(&window, 0, bytes.len);
    while ((code = fatbin_next(&fatbin, &got)) > 0)
        for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++)
            if (got.kind == want[i].kind && got.capability == want[i].capability &&
                got.target == want[i].target)
                seen |= (size_t) 1 << i;
    assert_int_equal(code, 0);
    assert_int_equal(seen, 63);
    assert_int_equal(fatbin.entries, sizeof(want) / sizeof(want[0]));
}

int main(int argc, char **argv)
{
    void *made_by_nvcc = argc > 1 ? argv[1] : NULL;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fatbin__reads_the_target_of_every_entry),
        cmocka_unit_test(test_fatbin__passes_over_the_rest_of_a_container),
        cmocka_unit_test(test_fatbin__refuses_what_is_not_an_entry),
        cmocka_unit_test(test_fatbin__refuses_what_is_not_a_container),
        cmocka_unit_test_prestate(test_fatbin__agrees_with_nvcc, made_by_nvcc),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
