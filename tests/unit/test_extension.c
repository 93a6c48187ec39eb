/* What is compiled against torch: names, exported symbols, and what the loader would miss. */
#include "base/buf.h"
#include "format/demangle.h"
#include "format/elf_exports.h"
#include "lib/make_elf.h"

#include <errno.h>

#include <setjmp.h>
#include <cmocka.h>

static void no_memory(void)
{
    fail_msg("out of memory");
}

static void test_demangle__gives_the_name_that_cxxfilt_gives(void **state)
{
    static const struct {
        const char *symbol, *function, *whole;
    } rows[] = {
        { "_ZN3c104cuda9SetDeviceEa", "c10::cuda::SetDevice", "c10::cuda::SetDevice(signed char)" },
        { "_ZN3c105ErrorC1ENS_14SourceLocationESs", "c10::Error::Error",
          "c10::Error::Error(c10::SourceLocation, std::string)" },
        { "_ZTVN3c1010TensorImplE", "vtable for c10::TensorImpl", "vtable for c10::TensorImpl" },
        { "aoti_torch_get_dim", "aoti_torch_get_dim", "aoti_torch_get_dim" },
        { "_ZN3c10", "_ZN3c10", "_ZN3c10" },
        { "_Z", "_Z", "_Z" },
        { "", "", "" },
    };
    AUTO_ARENA *arena = arena_new(no_memory);

    (void) state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct str symbol = str_of(rows[i].symbol);

        assert_string_equal(arena_copy(arena, demangle(arena, symbol, DEMANGLE_FUNCTION)).data,
                            rows[i].function);
        assert_string_equal(arena_copy(arena, demangle(arena, symbol, DEMANGLE_PARAMETERS)).data,
                            rows[i].whole);
    }
}

/* Each parameter is a pair of the one before it, twice: the name doubles with each. */
static void test_demangle__ends_where_a_name_does_not(void **state)
{
    AUTO_ARENA *arena = arena_new(no_memory);
    struct buf symbol = buf_new(arena, DEMANGLE_SYMBOL);
    static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

    (void) state;
    buf_addz(&symbol, "_Z1f1AIiE1PIS0_S0_E");
    for (size_t i = 2; i < 32; i++)
        buf_addf(&symbol, "S1_IS%c_S%c_E", digits[i], digits[i]);
    assert_true(str_eq(demangle(arena, buf_str(&symbol), DEMANGLE_PARAMETERS), buf_str(&symbol)));
}

static void test_demangle__leaves_a_symbol_over_the_limit_as_it_is(void **state)
{
    AUTO_ARENA *arena = arena_new(no_memory);
    struct buf symbol = buf_new(arena, 4096);

    (void) state;
    buf_addz(&symbol, "_Z1f");
    buf_repeat(&symbol, 'P', DEMANGLE_SYMBOL);
    buf_addz(&symbol, "i");
    assert_true(str_eq(demangle(arena, buf_str(&symbol), DEMANGLE_PARAMETERS), buf_str(&symbol)));
}

static int exports_of(struct arena *arena, struct str bytes, struct elf_exports *ret)
{
    struct window *window = ARENA_NEW(arena, struct window);
    struct str *held = ARENA_NEW(arena, struct str);
    struct elf_dynamic dynamic;
    struct elf elf;

    *held = bytes;
    *window = window_of(held);
    assert_int_equal(elf_open(window, arena, &elf), 0);
    assert_int_equal(elf_dynamic(&elf, &dynamic), 0);
    return elf_exports(&elf, &dynamic, ret);
}

static bool exports(const struct elf_exports *table, const char *name)
{
    return elf_exports_has(table, elf_symbol_hash(str_of(name)));
}

static void test_elf_exports__has_what_is_defined_and_nothing_that_is_only_asked_for(void **state)
{
    AUTO_ARENA *arena = arena_new(no_memory);
    struct elf_shape shape = { .machine = ELF_X86_64,
                               .soname = STR("liba.so"),
                               .imports = STR("wanted,also_wanted"),
                               .exports = STR("first,second,third") };
    struct elf_exports table;

    (void) state;
    assert_int_equal(exports_of(arena, make_elf(arena, &shape), &table), 0);
    assert_true(exports(&table, "first") && exports(&table, "second") && exports(&table, "third"));
    assert_false(exports(&table, "wanted") || exports(&table, "also_wanted"));
    assert_false(exports(&table, "") || exports(&table, "fourth"));
}

static void test_elf_exports__are_read_by_name_where_the_table_holds_no_hashes(void **state)
{
    AUTO_ARENA *arena = arena_new(no_memory);
    struct elf_shape shape = { .machine = ELF_X86_64,
                               .imports = STR("wanted"),
                               .exports = STR("first,second,third"),
                               .old_hashes = true };
    struct elf_exports table;

    (void) state;
    assert_int_equal(exports_of(arena, make_elf(arena, &shape), &table), 0);
    assert_true(exports(&table, "first") && exports(&table, "second") && exports(&table, "third"));
    assert_false(exports(&table, "wanted") || exports(&table, "fourth"));
    shape.exports = STR("");
    assert_int_equal(exports_of(arena, make_elf(arena, &shape), &table), 0);
    assert_false(exports(&table, "wanted"));
}

static void test_elf_exports__of_a_library_without_symbols_are_none(void **state)
{
    AUTO_ARENA *arena = arena_new(no_memory);
    struct elf_shape shape = { .machine = ELF_X86_64, .soname = STR("liba.so") };
    struct elf_exports table;

    (void) state;
    assert_int_equal(exports_of(arena, make_elf(arena, &shape), &table), 0);
    assert_false(exports(&table, "first"));
    shape.imports = STR("wanted");
    assert_int_equal(exports_of(arena, make_elf(arena, &shape), &table), 0);
    assert_false(exports(&table, "wanted"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_demangle__gives_the_name_that_cxxfilt_gives),
        cmocka_unit_test(test_demangle__ends_where_a_name_does_not),
        cmocka_unit_test(test_demangle__leaves_a_symbol_over_the_limit_as_it_is),
        cmocka_unit_test(test_elf_exports__has_what_is_defined_and_nothing_that_is_only_asked_for),
        cmocka_unit_test(test_elf_exports__are_read_by_name_where_the_table_holds_no_hashes),
        cmocka_unit_test(test_elf_exports__of_a_library_without_symbols_are_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
