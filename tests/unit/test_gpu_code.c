/* For which GPUs a library has code: read in full and by sample, from a library made here. */
#include "loader/gpu_code.h"

#include "base/buf.h"
#include "root/tree.h"

#include <errno.h>

#include <setjmp.h>
#include <cmocka.h>

#define LIBRARY STR("lib/libkernels.so")

static void no_memory(void)
{
    fail_msg("out of memory");
}

static void put(struct buf *buf, uint64_t value, unsigned size)
{
    for (unsigned i = 0; i < size; i++)
        buf_add_char(buf, (char) (i < 8 ? value >> 8 * i & 255 : 0));
}

/* A cubin without code: its size differs, so that headers fall on every place of a page. */
static void put_entry(struct buf *buf, unsigned capability, unsigned payload_size)
{
    put(buf, 2, 2);
    put(buf, 0x101, 2);
    put(buf, 64, 4);
    put(buf, payload_size, 8);
    put(buf, 0, 12);
    put(buf, capability, 4);
    put(buf, 0, 32);
    buf_repeat(buf, '\xdd', payload_size);
}

/* `containers` of them, each with code for sm_80 and sm_90; every `stray`th has sm_89, too. */
static void put_code(struct buf *buf, struct arena *arena, unsigned containers, unsigned stray)
{
    for (unsigned i = 0; i < containers; i++) {
        struct buf body = buf_new(arena, 1 << 16);

        put_entry(&body, 80, i * 56 % 9000);
        if (i % stray == stray - 1)
            put_entry(&body, 89, 8);
        put_entry(&body, 90, i * 104 % 700);
        put(buf, 0xba55ed50, 4);
        put(buf, 1, 2);
        put(buf, 16, 2);
        put(buf, buf_str(&body).len, 8);
        buf_add(buf, buf_str(&body));
        buf_repeat(buf, '\0', i % 3 * 8);
    }
}

static void put_section(struct buf *buf, unsigned name, uint64_t offset, uint64_t size)
{
    put(buf, name, 4);
    put(buf, 1, 4);
    put(buf, 0, 16);
    put(buf, offset, 8);
    put(buf, size, 8);
    put(buf, 0, 24);
}

/* An ELF file of sections alone. */
static struct root *library_of(struct arena *arena, unsigned containers, unsigned stray)
{
    enum { HEAD = 64 };
    struct str names = STR("\0.nv_fatbin\0.shstrtab\0");
    struct buf code = buf_new(arena, 16 << 20), file = buf_new(arena, 16 << 20);
    struct tree *tree = tree_new(arena);
    uint64_t code_size;

    put_code(&code, arena, containers, stray);
    code_size = buf_str(&code).len;
    buf_add(&file, STR("\177ELF\2\1\1\0\0\0\0\0\0\0\0\0"));
    put(&file, 3, 2);
    put(&file, 62, 2);
    put(&file, 0, 20);
    put(&file, HEAD + code_size + names.len, 8);
    put(&file, 0, 10);
    put(&file, 64, 2);
    put(&file, 3, 2);
    put(&file, 2, 2);
    assert_int_equal(buf_str(&file).len, HEAD);
    buf_add(&file, buf_str(&code));
    buf_add(&file, names);
    put_section(&file, 0, 0, 0);
    put_section(&file, 1, HEAD, code_size);
    put_section(&file, 12, HEAD + code_size, names.len);
    tree_add(tree, LIBRARY, (struct node){ .kind = NODE_FILE, .mode = 0644 }, buf_str(&file));
    return tree_root(tree);
}

static void test_gpu_code__names_the_same_targets_from_a_sample(void **state)
{
    static const struct {
        unsigned containers, stray;
        const char *targets;
    } rows[] = {
        { 1, 1, "sm_80 sm_89 sm_90" },   { 32, 32, "sm_80 sm_90" },   { 33, 5, "sm_80 sm_90" },
        { 40, 2, "sm_80 sm_89 sm_90" },  { 476, 9, "sm_80 sm_90" },   { 476, 7, "sm_80 sm_90" },
        { 476, 2, "sm_80 sm_89 sm_90" }, { 900, 900, "sm_80 sm_90" },
    };

    (void) state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        AUTO_ARENA *arena = arena_new(no_memory);
        struct root *root = library_of(arena, rows[i].containers, rows[i].stray);
        struct gpu_code exact, sample;

        assert_int_equal(gpu_code_read(root, arena, LIBRARY, GPU_CODE_EXACT, &exact), 0);
        assert_int_equal(gpu_code_read(root, arena, LIBRARY, GPU_CODE_SAMPLE, &sample), 0);
        assert_string_equal(gpu_code_text(arena, &exact).data, rows[i].targets);
        assert_string_equal(gpu_code_text(arena, &sample).data, rows[i].targets);
    }
}

static void test_gpu_code__counts_every_entry_unless_it_samples(void **state)
{
    AUTO_ARENA *arena = arena_new(no_memory);
    struct root *root = library_of(arena, 476, 476);
    struct gpu_code code;

    (void) state;
    assert_int_equal(gpu_code_read(root, arena, LIBRARY, GPU_CODE_EXACT, &code), 0);
    assert_int_equal(code.most, 476);
    assert_int_equal(code.count, 3);
    assert_int_equal(code.targets[1].entries, 1);
    assert_false(code.sampled);
    assert_int_equal(gpu_code_read(root, arena, LIBRARY, GPU_CODE_SAMPLE, &code), 0);
    assert_int_equal(code.most, 16 + 28);
    assert_int_equal(code.count, 2); /* the stray one is in none of those */
    assert_true(code.sampled);
}

static void test_gpu_code__reads_a_small_library_whole(void **state)
{
    AUTO_ARENA *arena = arena_new(no_memory);
    struct gpu_code code;

    (void) state;
    assert_int_equal(
        gpu_code_read(library_of(arena, 16, 16), arena, LIBRARY, GPU_CODE_SAMPLE, &code), 0);
    assert_int_equal(code.most, 16);
    assert_int_equal(code.count, 3);
    assert_false(code.sampled);
    assert_int_equal(gpu_code_read(library_of(arena, 0, 1), arena, LIBRARY, GPU_CODE_SAMPLE, &code),
                     -ENOENT);
}

/* Of what lies between the headers nearly nothing. */
static void test_gpu_code__asks_for_little_more_than_the_headers(void **state)
{
    enum { ENTRIES = 2 * 900, HEADERS = 900 * 16 + ENTRIES * 64 };
    AUTO_ARENA *arena = arena_new(no_memory);
    struct root *root = library_of(arena, 900, 900);
    struct observations log;
    struct gpu_code code;

    (void) state;
    assert_int_equal(gpu_code_read(root, arena, LIBRARY, GPU_CODE_EXACT, &code), 0);
    log = root_log(root);
    assert_in_range(log.items[log.count - 1].bytes, HEADERS, 4 * HEADERS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gpu_code__names_the_same_targets_from_a_sample),
        cmocka_unit_test(test_gpu_code__counts_every_entry_unless_it_samples),
        cmocka_unit_test(test_gpu_code__reads_a_small_library_whole),
        cmocka_unit_test(test_gpu_code__asks_for_little_more_than_the_headers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
