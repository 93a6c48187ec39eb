/* ELF: a library that the build has just linked (its path is the argument), and broken copies. */
#include "format/elf.h"

#include <errno.h>
#include <stdio.h>

#include <setjmp.h>
#include <cmocka.h>

static void no_memory(void)
{
    fail_msg("out of memory");
}

/* What every test starts from: the library's bytes, and the library opened. */
struct sample {
    struct arena *arena;
    struct str bytes;
    struct window window;
    struct elf elf;
    struct elf_dynamic dynamic;
};

static int set_up(void **state)
{
    const char *path = *state;
    struct arena *arena = arena_new(no_memory);
    struct sample *sample = ARENA_NEW(arena, struct sample);
    char *data = arena_alloc(arena, 1 << 20);
    FILE *file = fopen(path, "rb");

    assert_non_null(file);
    sample->arena = arena;
    sample->bytes = (struct str){ data, fread(data, 1, 1 << 20, file) };
    (void) fclose(file);
    sample->window = window_of(&sample->bytes);
    assert_int_equal(elf_open(&sample->window, arena, &sample->elf), 0);
    assert_int_equal(elf_dynamic(&sample->elf, &sample->dynamic), 0);
    *state = sample;
    return 0;
}

static int tear_down(void **state)
{
    struct sample *sample = *state;

    arena_free(sample->arena);
    return 0;
}

static void test_elf__says_what_the_file_is(void **state)
{
    const struct elf *elf = &((struct sample *) *state)->elf;

    assert_int_equal(elf->bits, 64);
    assert_false(elf->big_endian);
    assert_int_equal(elf->type, 3);
#if defined(__x86_64__)
    assert_int_equal(elf->machine, 62);
#elif defined(__aarch64__)
    assert_int_equal(elf->machine, 183);
#endif
    assert_int_equal(elf->interp.len, 0);
}

static void test_elf__lists_what_the_loader_reads(void **state)
{
    const struct elf_dynamic *dynamic = &((struct sample *) *state)->dynamic;
    bool libm = false, libc = false;

    for (size_t i = 0; i < dynamic->needed_count; i++) {
        libm = libm || str_eqz(dynamic->needed[i], "libm.so.6");
        libc = libc || str_eqz(dynamic->needed[i], "libc.so.6");
    }
    assert_true(libm && libc);
    assert_true(str_eqz(dynamic->soname, "libsample.so.2"));
    assert_true(str_eqz(dynamic->runpath, "$ORIGIN/../nvidia/lib:/opt/lib"));
    assert_null(dynamic->rpath.data);
}

static void test_elf__lists_versions_needed_and_defined(void **state)
{
    struct sample *sample = *state;
    struct elf_version *versions;
    size_t count;
    bool found = false;

    assert_int_equal(elf_version_needs(&sample->elf, &sample->dynamic, &versions, &count), 0);
    for (size_t i = 0; i < count; i++)
        found = found || (str_eqz(versions[i].library, "libm.so.6") &&
                          str_starts(versions[i].name, STR("GLIBC_2.")));
    assert_true(found);
    assert_int_equal(elf_version_definitions(&sample->elf, &sample->dynamic, &versions, &count), 0);
    assert_int_equal(count, 3);
    assert_true(versions[0].base);
    assert_true(str_eqz(versions[0].name, "libsample.so.2"));
    assert_true(str_eqz(versions[1].name, "SAMPLE_1.0"));
    assert_true(str_eqz(versions[2].name, "SAMPLE_2.0"));
}

static void test_elf__finds_addresses_only_within_segments(void **state)
{
    struct sample *sample = *state;
    const struct elf_segment *segment = sample->elf.segments;
    uint64_t offset, room;

    while (segment->type != 1) /* PT_LOAD: every library has one */
        segment++;
    assert_int_equal(elf_offset(&sample->elf, segment->address + 8, &offset, &room), 0);
    assert_int_equal(offset, segment->offset + 8);
    assert_int_equal(room, segment->file_size - 8);
    assert_int_equal(
        elf_offset(&sample->elf, segment->address + segment->file_size, &offset, &room), -EBADMSG);
    assert_int_equal(elf_offset(&sample->elf, UINT64_MAX, &offset, &room), -EBADMSG);
}

/* One row: a symbol, and what must be said of it. */
struct expected {
    const char *name, *version, *library; /* NULL: no version */
    bool defined;
    unsigned binding;
    bool seen;
};

static void compare(struct expected *want, const struct elf_symbol *got)
{
    if (!str_eqz(got->name, want->name))
        return;
    want->seen = true;
    assert_int_equal(got->defined, want->defined);
    assert_int_equal(got->binding, want->binding);
    assert_int_equal(got->version != NULL, want->version != NULL);
    if (!want->version)
        return;
    assert_true(str_starts(got->version->name, str_of(want->version)));
    assert_true(str_eqz(got->version->library, want->library));
}

static void test_elf__lists_dynamic_symbols_with_their_versions(void **state)
{
    struct sample *sample = *state;
    struct expected rows[] = {
        { "sample_data", "SAMPLE_1.0", "", true, ELF_GLOBAL, false },
        { "sample_new", "SAMPLE_2.0", "", true, ELF_GLOBAL, false },
        { "sample_absent", NULL, NULL, false, ELF_WEAK, false },
        { "cos", "GLIBC_2.", "libm.so.6", false, ELF_GLOBAL, false },
    };
    struct elf_symbols symbols;
    struct elf_symbol symbol;
    uint32_t count = 1; /* the empty one */
    int got;

    assert_int_equal(elf_symbols(&sample->elf, &sample->dynamic, &symbols), 0);
    while ((got = elf_symbol_next(&symbols, &symbol)) > 0) {
        count++;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
            compare(&rows[i], &symbol);
    }
    assert_int_equal(got, 0);
    assert_int_equal(count, symbols.count);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_true(rows[i].seen);
}

static void test_elf__finds_by_name_each_symbol_that_it_lists(void **state)
{
    struct sample *sample = *state;
    struct elf_symbols symbols;
    struct elf_symbol symbol, found;
    unsigned defined = 0;

    assert_int_equal(elf_symbols(&sample->elf, &sample->dynamic, &symbols), 0);
    while (elf_symbol_next(&symbols, &symbol) > 0) {
        int r = elf_symbol_find(&sample->elf, &sample->dynamic, symbol.name, &found);

        if (!symbol.defined) {
            assert_int_equal(r, -ENOENT);
            continue;
        }
        defined++;
        assert_int_equal(r, 0);
        assert_true(str_eq(found.name, symbol.name) && found.defined);
        assert_int_equal(found.type, symbol.type);
    }
    assert_true(defined > 0);
    assert_int_equal(elf_symbol_find(&sample->elf, &sample->dynamic, STR("no such symbol"), &found),
                     -ENOENT);
}

static void test_elf__counts_symbols_as_the_section_headers_do(void **state)
{
    struct sample *sample = *state;
    const struct elf_section *dynsym;
    struct elf_section *sections;
    size_t section_count;
    uint32_t count;

    assert_int_equal(elf_sections(&sample->elf, &sections, &section_count), 0);
    dynsym = elf_section(sections, section_count, ".dynsym");
    assert_non_null(dynsym);
    assert_null(elf_section(sections, section_count, ".nv_fatbin"));
    for (unsigned i = 0; i < 2; i++) { /* by the old hash table, then by the GNU one */
        struct elf_dynamic dynamic = sample->dynamic;

        assert_true(dynamic.hash && dynamic.gnu_hash);
        if (i)
            dynamic.hash = 0;
        assert_int_equal(elf_symbol_count(&sample->elf, &dynamic, &count), 0);
        assert_int_equal(count, dynsym->size / 24);
    }
}

static void test_elf__finds_the_build_id(void **state)
{
    struct sample *sample = *state;
    struct str id;
    struct elf_abi_tag tag;

    assert_int_equal(elf_build_id(&sample->elf, &id), 0);
    assert_int_equal(id.len, 4);
    assert_true(str_eq(id, STR("\xca\xfe\xf0\x0d")));
    assert_int_equal(elf_abi_tag(&sample->elf, &tag), -ENOENT); /* programs have one */
}

/* A copy of the library with one byte changed. */
static int reopen(struct sample *sample, size_t at, char value, struct elf *ret)
{
    char *data = arena_alloc(sample->arena, sample->bytes.len);
    struct str *bytes = ARENA_NEW(sample->arena, struct str);
    struct window *window = ARENA_NEW(sample->arena, struct window);

    memcpy(data, sample->bytes.data, sample->bytes.len);
    data[at] = value;
    *bytes = (struct str){ data, sample->bytes.len };
    *window = window_of(bytes);
    return elf_open(window, sample->arena, ret);
}

static void test_elf__of_other_architectures_only_the_identity_is_read(void **state)
{
    static const struct {
        size_t at;
        char value;
        unsigned bits;
        bool big_endian;
    } rows[] = {
        { 4, 1, 32, false },
        { 5, 2, 64, true },
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct elf elf;
        struct elf_dynamic dynamic;
        struct elf_section *sections;
        struct str id;
        size_t count;

        assert_int_equal(reopen(*state, rows[i].at, rows[i].value, &elf), 0);
        assert_int_equal(elf.bits, rows[i].bits);
        assert_int_equal(elf.big_endian, rows[i].big_endian);
        assert_int_equal(elf_dynamic(&elf, &dynamic), -ENOTSUP);
        assert_int_equal(elf_sections(&elf, &sections, &count), -ENOTSUP);
        assert_int_equal(elf_build_id(&elf, &id), -ENOTSUP);
    }
}

static void test_elf__refuses_what_is_not_an_elf_file(void **state)
{
    static const struct {
        size_t at;
        char value;
    } rows[] = { { 0, 'x' }, { 4, 3 }, { 5, 0 }, { 54, 1 } };
    struct sample *sample = *state;
    struct str nothing = STR("\177ELF"), *bytes = &nothing;
    struct window window = window_of(bytes);
    struct elf elf;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_int_equal(reopen(sample, rows[i].at, rows[i].value, &elf), -EBADMSG);
    assert_int_equal(elf_open(&window, sample->arena, &elf), -ENODATA);
}

/* A file whose n-th read fails. */
struct failing {
    struct window window;
    unsigned left;
};

static int read_or_fail(void *ctx, uint64_t offset, void *buf, size_t size)
{
    struct failing *failing = ctx;

    if (failing->left == 0)
        return -EIO;
    failing->left--;
    return failing->window.read(failing->window.ctx, offset, buf, size);
}

static int read_all(const struct window *window, struct arena *arena)
{
    struct elf elf;
    struct elf_dynamic dynamic;
    struct elf_symbols symbols;
    struct elf_symbol symbol;
    struct elf_section *sections;
    struct str id;
    size_t count;
    int err = elf_open(window, arena, &elf);

    if (err == 0)
        err = elf_sections(&elf, &sections, &count);
    if (err == 0)
        err = elf_build_id(&elf, &id);
    if (err == 0)
        err = elf_dynamic(&elf, &dynamic);
    if (err == 0)
        err = elf_symbols(&elf, &dynamic, &symbols);
    while (err == 0 && (err = elf_symbol_next(&symbols, &symbol)) > 0)
        err = 0;
    return err;
}

static void test_elf__hands_on_the_error_of_every_read(void **state)
{
    struct sample *sample = *state;
    unsigned n = 0;
    int err = -EIO;

    for (; err == -EIO; n++) {
        struct failing failing = { sample->window, n };
        struct window window = { read_or_fail, &failing, sample->window.size };

        err = read_all(&window, sample->arena);
    }
    assert_int_equal(err, 0);
    assert_true(n > 10);
}

int main(int argc, char **argv)
{
#define WITH_SAMPLE(test) cmocka_unit_test_prestate_setup_teardown(test, set_up, tear_down, path)
    char *path = argc > 1 ? argv[1] : NULL;
    const struct CMUnitTest tests[] = {
        WITH_SAMPLE(test_elf__says_what_the_file_is),
        WITH_SAMPLE(test_elf__lists_what_the_loader_reads),
        WITH_SAMPLE(test_elf__lists_versions_needed_and_defined),
        WITH_SAMPLE(test_elf__lists_dynamic_symbols_with_their_versions),
        WITH_SAMPLE(test_elf__finds_by_name_each_symbol_that_it_lists),
        WITH_SAMPLE(test_elf__counts_symbols_as_the_section_headers_do),
        WITH_SAMPLE(test_elf__finds_addresses_only_within_segments),
        WITH_SAMPLE(test_elf__finds_the_build_id),
        WITH_SAMPLE(test_elf__of_other_architectures_only_the_identity_is_read),
        WITH_SAMPLE(test_elf__refuses_what_is_not_an_elf_file),
        WITH_SAMPLE(test_elf__hands_on_the_error_of_every_read),
    };

    return path ? cmocka_run_group_tests(tests, NULL, NULL) : 77;
}
