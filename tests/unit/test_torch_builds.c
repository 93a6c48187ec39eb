/* Tables of PyTorch's builds, what they pin, and their companions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "knowledge/dotted.h"
#include "knowledge/newer.h"

#define COUNT_OF(rows) (sizeof(rows) / sizeof((rows)[0]))

static void assert_str(struct str got, const char *want)
{
    assert_int_equal(got.len, strlen(want));
    assert_memory_equal(got.data, want, got.len);
}

static void test_torch__builds_rise_and_are_whole(void **state)
{
    struct torch_build build, before = { .version = STR_INIT("") }, found;
    struct torch_arch arch;
    struct str rest;
    size_t at = 0;

    (void) state;
    for (; torch_build_at(NULL, at, &build); before = build, at++) {
        assert_true(dotted_compare(before.version, build.version) <= 0);
        assert_true(build.source.len && build.pythons.len && build.wheel_tags.len);
        assert_int_equal(build.cuda.len == 0, str_starts(build.tag, STR("cpu")));
        assert_true(torch_build_find(NULL, build.version, build.tag, build.platform, &found));
        assert_true(str_eq(found.tag, build.tag) && str_eq(found.source, build.source));
        for (rest = build.archs; torch_arch_next(&rest, &arch);)
            assert_true(arch.major >= 3 && arch.major <= 12);
    }
    assert_true(at > 400);
}

static void test_torch__the_measured_wheel_has_no_ptx(void **state)
{
    struct torch_build build;
    struct torch_arch arch;
    struct str rest;

    (void) state;
    assert_true(torch_build_find(NULL, STR("2.11.0"), STR("cu130"), STR("linux_x86_64"), &build));
    assert_str(build.archs, "sm_75 sm_80 sm_86 sm_90 sm_100 sm_120");
    assert_int_equal(build.arch_basis, BASIS_MEASURED);
    for (rest = build.archs; torch_arch_next(&rest, &arch);)
        assert_false(arch.ptx);
}

static void test_torch__what_a_wheel_holds_goes_before_what_was_written_down(void **state)
{
    struct torch_build build;

    (void) state;
    /* torch_builds.csv says: with PTX for 12.0, for Python 3.15 too, CUDA 13.0.2. */
    assert_true(torch_build_find(NULL, STR("2.13.0"), STR("cu130"), STR("linux_x86_64"), &build));
    assert_str(build.archs, "sm_75 sm_80 sm_86 sm_90 sm_100 sm_120");
    assert_int_equal(build.arch_basis, BASIS_MEASURED);
    assert_str(build.pythons, "3.10 3.11 3.12 3.13 3.14 3.14t");
    assert_str(build.cuda, "13.0.3");
    assert_str(build.status, "stable");
    assert_true(str_starts(build.source, STR("PyPI file torch-2.13.0-cp311-")));
}

static void test_torch__a_release_that_was_only_measured_is_known(void **state)
{
    struct torch_build build;

    (void) state;
    assert_true(torch_build_find(NULL, STR("2.15.0"), STR("cu132"), STR("linux_aarch64"), &build));
    assert_str(build.archs, "sm_80 sm_90 sm_100 sm_110 sm_120");
    assert_str(build.cuda, "13.2.2");
    assert_str(build.cudnn, "9.26.0.51");
    assert_str(build.min_glibc, "2.28");
    assert_int_equal(build.cxx11_abi, ANSWER_YES);
}

static void test_torch__one_build_at_most_is_the_default_of_a_platform(void **state)
{
    struct torch_build a, b;

    (void) state;
    for (size_t at = 0; torch_build_at(NULL, at, &a); at++)
        for (size_t next = at + 1; a.pypi_default == ANSWER_YES && torch_build_at(NULL, next, &b) &&
                                   str_eq(a.version, b.version);
             next++)
            assert_false(b.pypi_default == ANSWER_YES && str_eq(a.platform, b.platform));
}

static void test_companions__say_which_torch_they_need(void **state)
{
    struct companion companion;
    size_t first = 0, count = companions_by_package(NULL, STR("torchvision"), &first);
    bool found = false;

    (void) state;
    assert_true(count > 50);
    for (size_t at = first; at < first + count && companion_at(NULL, at, &companion); at++) {
        assert_str(companion.package, "torchvision");
        assert_int_equal(companion.basis, BASIS_MEASURED);
        if (!str_eqz(companion.version, "0.23.0") || !str_eqz(companion.platform, "linux_x86_64"))
            continue;
        found = true;
        assert_str(companion.torch, "==2.8.0");
        assert_str(companion.local, "cu128");
    }
    assert_true(found);
    assert_int_equal(companions_by_package(NULL, STR("numpy"), &first), 0);
}

static void test_knowledge__has_a_date(void **state)
{
    (void) state;
    assert_int_equal(knowledge_date(NULL).len, sizeof("2026-11-24") - 1);
    assert_true(str_compare(knowledge_date(NULL), STR("2026-11-24")) >= 0);
}

static void test_torch__builds_are_found_by_tag_and_local_version(void **state)
{
    struct torch_build build;

    (void) state;
    assert_true(torch_build_find(NULL, STR("2.4.1"), STR("cu121"), STR("linux_x86_64"), &build));
    assert_int_equal(build.pypi_default, ANSWER_YES);
    assert_true(
        torch_build_find(NULL, STR("2.0.1"), STR("cpu.cxx11.abi"), STR("linux_x86_64"), &build));
    assert_str(build.tag, "cpu-cxx11-abi");
    assert_false(torch_build_find(NULL, STR("2.4"), STR("cu121"), STR("linux_x86_64"), &build));
    assert_false(torch_build_find(NULL, STR("2.4.1"), STR("cu999"), STR("linux_x86_64"), &build));
    assert_false(torch_build_find(NULL, STR("2.1.0"), STR(""), STR("linux_x86_64"), &build));
}

static void test_torch__architectures_are_taken_apart(void **state)
{
    struct str rest = STR("sm_90a junk sm_ sm_9 compute_120f sm_103");
    static const struct torch_arch want[] = { { false, 9, 0, 'a' },
                                              { true, 12, 0, 'f' },
                                              { false, 10, 3, 0 } };
    struct torch_arch arch;
    size_t n = 0;

    (void) state;
    for (; torch_arch_next(&rest, &arch); n++) {
        assert_true(n < COUNT_OF(want));
        assert_int_equal(arch.ptx, want[n].ptx);
        assert_int_equal(arch.major, want[n].major);
        assert_int_equal(arch.minor, want[n].minor);
        assert_int_equal(arch.suffix, want[n].suffix);
    }
    assert_int_equal(n, COUNT_OF(want));
}

static void test_torch__pins_stand_together_by_build(void **state)
{
    struct torch_pin pin;
    size_t first = 0, count, at = 0;
    bool cudnn = false;

    (void) state;
    for (; torch_pin_at(NULL, at, &pin); at++) {
        assert_true(pin.source.len && pin.requirement.len && pin.version_spec.len);
        count = torch_pins_by_build(NULL, pin.version, pin.tag, &first);
        assert_true(at >= first && at < first + count);
    }
    assert_true(at > 500);
    count = torch_pins_by_build(NULL, STR("2.4.1"), STR("cu121"), &first);
    assert_int_equal(count, 12);
    for (at = first; at < first + count && torch_pin_at(NULL, at, &pin); at++)
        cudnn |= str_eqz(pin.requirement, "nvidia-cudnn-cu12") &&
                 str_eqz(pin.version_spec, "==9.1.0.70");
    assert_true(cudnn);
    assert_int_equal(torch_pins_by_build(NULL, STR("2.4.1"), STR("cpu"), &first), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_torch__builds_rise_and_are_whole),
        cmocka_unit_test(test_torch__the_measured_wheel_has_no_ptx),
        cmocka_unit_test(test_torch__what_a_wheel_holds_goes_before_what_was_written_down),
        cmocka_unit_test(test_torch__a_release_that_was_only_measured_is_known),
        cmocka_unit_test(test_torch__one_build_at_most_is_the_default_of_a_platform),
        cmocka_unit_test(test_companions__say_which_torch_they_need),
        cmocka_unit_test(test_knowledge__has_a_date),
        cmocka_unit_test(test_torch__builds_are_found_by_tag_and_local_version),
        cmocka_unit_test(test_torch__architectures_are_taken_apart),
        cmocka_unit_test(test_torch__pins_stand_together_by_build),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
