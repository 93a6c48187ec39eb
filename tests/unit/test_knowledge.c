/* What the program knows: tables are whole, look-ups find what they promise. */
#include "knowledge/causes.h"
#include "knowledge/cuda.h"
#include "knowledge/dotted.h"
#include "knowledge/errors.h"
#include "knowledge/gpu_speed.h"
#include "knowledge/gpus.h"
#include "knowledge/sonames.h"

#include <errno.h>
#include <stdlib.h>

#include <setjmp.h>
#include <cmocka.h>

#define COUNT_OF(rows) (sizeof(rows) / sizeof((rows)[0]))
#define assert_str(s, want) \
    do { \
        struct str got_ = (s); \
        if (!str_eqz(got_, (want))) \
            fail_msg("\"%.*s\" is not \"%s\"", STR_ARG(got_), (want)); \
    } while (0)

static void test_gpus__every_row_is_whole_and_found_by_its_key(void **state)
{
    struct gpu_info gpu, found;
    unsigned device, subvendor, subdevice;
    size_t at = 0;

    (void) state;
    for (; gpu_at(at, &gpu); at++) {
        assert_true(gpu.source.len && gpu.name.len && gpu.chip.len && gpu.architecture.len);
        assert_true(gpu.capability.major <= 12 && gpu.capability.minor <= 9);
        if (gpu.capability.major == 0)
            assert_int_equal(gpu.capability_basis, BASIS_UNVERIFIED);
        if (gpu.last_driver_branch)
            assert_true(gpu.last_driver_branch_basis >= BASIS_DERIVED);
        assert_true(gpu_pci_at(at, &device, &subvendor, &subdevice));
        if (device == 0)
            continue;
        assert_true(gpu_by_pci(device, subvendor, subdevice, &found));
        assert_true(str_eq(found.name, gpu.name) && str_eq(found.source, gpu.source));
    }
    assert_true(at > 2000);
}

static void test_gpus__pci_numbers_name_the_gpu(void **state)
{
    static const struct {
        unsigned device, subvendor, subdevice;
        const char *name;
        unsigned major, minor;
    } rows[] = {
        { 0x2504, 0, 0, "NVIDIA GeForce RTX 3060", 8, 6 },
        { 0x2504, 0x1458, 0xffff, "NVIDIA GeForce RTX 3060", 8, 6 },
        { 0x2e12, 0x10de, 0x21ec, "NVIDIA GB10", 12, 1 },
        { 0x2e12, 0, 0, "GB10", 12, 1 },
        { 0x2b00, 0, 0, "Jetson AGX Thor", 11, 0 },
        { 0x102d, 0, 0, "Tesla K80", 3, 7 },
    };
    struct gpu_info gpu;

    (void) state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        assert_true(gpu_by_pci(rows[i].device, rows[i].subvendor, rows[i].subdevice, &gpu));
        assert_str(gpu.name, rows[i].name);
        assert_int_equal(gpu.capability.major, rows[i].major);
        assert_int_equal(gpu.capability.minor, rows[i].minor);
        assert_int_equal(gpu.tegra, rows[i].major == 11);
    }
}

static void test_gpus__an_unknown_gpu_differs_from_no_gpu(void **state)
{
    struct gpu_info gpu;

    (void) state;
    assert_true(pci_class_is_gpu(0x030000));
    assert_true(pci_class_is_gpu(0x030200));
    assert_false(pci_class_is_gpu(0x040300)); /* audio */
    assert_false(pci_class_is_gpu(0x0c0330)); /* USB-C */
    assert_false(pci_class_is_gpu(0x068000)); /* NVSwitch */
    assert_false(gpu_by_pci(0xfffe, 0, 0, &gpu));
    assert_false(gpu_by_pci(0, 0, 0, &gpu));
}

static void test_gpus__dropped_ones_say_after_which_branch(void **state)
{
    struct gpu_info gpu;

    (void) state;
    assert_true(gpu_by_pci(0x102d, 0, 0, &gpu));
    assert_int_equal(gpu.last_driver_branch, 470);
    assert_int_equal(gpu.open_module, ANSWER_NO);
    assert_true(gpu_by_pci(0x2504, 0, 0, &gpu));
    assert_int_equal(gpu.last_driver_branch, 0);
    assert_int_equal(gpu.open_module, ANSWER_YES);
    assert_int_equal(gpu.capability_basis, BASIS_DERIVED);
}

static void test_gpus__names_as_people_and_drivers_write_them(void **state)
{
    static const struct {
        const char *name;
        size_t capabilities; /* 0: not found */
        unsigned major, minor;
    } rows[] = {
        { "RTX 4060 Ti", 1, 8, 9 },
        { "4060ti", 1, 8, 9 },
        { "nvidia geforce rtx-4060-ti", 1, 8, 9 },
        { "A100", 1, 8, 0 },
        { "NVIDIA A100-SXM4-40GB", 1, 8, 0 },
        { "NVIDIA A100-SXM4-40GB MIG 1g.5gb", 1, 8, 0 },
        { "NVIDIA A100 80GB PCIe", 1, 8, 0 },
        { "NVIDIA H100 80GB HBM3", 1, 9, 0 },
        { "NVIDIA H200 NVL", 1, 9, 0 },
        { "NVIDIA GH200 480GB", 1, 9, 0 },
        { "NVIDIA GB200", 1, 10, 0 },
        { "NVIDIA GB10", 1, 12, 1 },
        { "NVIDIA RTX PRO 6000 Blackwell Server Edition", 1, 12, 0 },
        { "NVIDIA GeForce RTX 5090", 1, 12, 0 },
        { "Tesla T4", 1, 7, 5 },
        { "T4", 1, 7, 5 },
        { "GRID T4-16Q", 1, 7, 5 },
        { "NVIDIA A40-48Q", 1, 8, 6 },
        { "L4", 1, 8, 9 },
        { "Tesla V100-SXM2-32GB", 1, 7, 0 },
        { "Tesla P100-PCIE-16GB", 1, 6, 0 },
        { "GTX 1080", 1, 6, 1 },
        { "Jetson AGX Orin", 1, 8, 7 },
        { "Orin (nvgpu)", 1, 8, 7 },
        { "RTX 3060", 1, 8, 6 },
        { "GeForce GT 730", 3, 0, 0 },
        { "Titan X", 2, 0, 0 },
        { "RTX 6000", 3, 0, 0 },
        { "RTX 9999 Ti", 0, 0, 0 },
        { "A10000", 0, 0, 0 },
        { "NVIDIA", 0, 0, 0 },
        { "", 0, 0, 0 },
        { "Radeon RX 7900", 0, 0, 0 },
    };

    (void) state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct gpu_matches matches = { .rows = 0 };

        (void) gpu_by_name(str_of(rows[i].name), &matches);
        if (matches.capability_count != rows[i].capabilities)
            fail_msg("%s: %zu capabilities", rows[i].name, matches.capability_count);
        assert_int_equal(matches.rows != 0, rows[i].capabilities != 0);
        if (rows[i].capabilities != 1)
            continue;
        assert_int_equal(matches.capabilities[0].major, rows[i].major);
        assert_int_equal(matches.capabilities[0].minor, rows[i].minor);
    }
}

static void test_gpus__just_this_name_goes_before_longer_ones(void **state)
{
    struct gpu_search search;
    struct gpu_info gpu;
    size_t rows = 0;

    (void) state;
    assert_true(gpu_search(STR("rtx 3060"), &search));
    for (; gpu_search_next(&search, &gpu); rows++)
        assert_true(str_ends(gpu.name, STR("GeForce RTX 3060")));
    assert_true(rows > 1);
    assert_true(gpu_search(STR("RTX 3060 Laptop"), &search));
    assert_true(gpu_search_next(&search, &gpu));
    assert_true(str_has(gpu.name, STR("Laptop")));
    assert_false(gpu_search(STR("RTX 30600"), &search));
}

static void test_gpus__capabilities_name_their_architecture(void **state)
{
    static const struct {
        struct gpu_capability capability;
        const char *architecture;
    } rows[] = {
        { { 3, 5 }, "Kepler" },     { { 7, 0 }, "Volta" },      { { 7, 5 }, "Turing" },
        { { 8, 6 }, "Ampere" },     { { 8, 9 }, "Ada" },        { { 9, 0 }, "Hopper" },
        { { 10, 0 }, "Blackwell" }, { { 12, 0 }, "Blackwell" }, { { 0, 0 }, "" },
        { { 99, 0 }, "" },
    };

    (void) state;
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        assert_str(gpu_architecture(rows[i].capability), rows[i].architecture);
}

static void test_dotted__compares_number_by_number(void **state)
{
    static const struct {
        const char *a, *b;
        int order;
    } rows[] = {
        { "525.60.12", "525.60.13", -1 },
        { "525.60.13", "525.60.13", 0 },
        { "525.105.17", "525.60.13", 1 },
        { "450.36.06", "450.36.6", 0 },
        { "580", "580.65.06", -1 },
        { "580.65.06", "580", 1 },
        { "1.0.1", "1.0.1.post2", -1 },
        { "99.1", "450.1", -1 },
        { "", "1", -1 },
        { "", "", 0 },
        { "99999999999999999999999", "1", 1 },
    };

    (void) state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        int order = dotted_compare(str_of(rows[i].a), str_of(rows[i].b));

        assert_int_equal((order > 0) - (order < 0), rows[i].order);
    }
}

static void test_cuda__releases_rise_and_are_whole(void **state)
{
    struct cuda_release release, before = { .version = STR_INIT("") };
    size_t at = 0;

    (void) state;
    for (; cuda_release_at(NULL, at, &release); before = release, at++) {
        assert_true(dotted_compare(before.version, release.version) < 0);
        assert_true(release.source.len && release.cudart_soname.len);
        assert_int_equal(release.min_driver.len != 0, release.major >= 11);
        assert_int_equal(release.min_driver_windows.len != 0, release.major >= 11);
    }
    assert_true(at > 60);
    assert_true(cuda_release_find(NULL, 12, 4, &release));
    assert_str(release.version, "12.4.1");
    assert_str(release.cudart_soname, "libcudart.so.12");
    assert_false(cuda_release_find(NULL, 12, 7, &release));
}

static void test_cuda__a_runtime_needs_its_minimum_driver(void **state)
{
    static const struct {
        unsigned major, minor;
        const char *driver;
        enum basis basis;
        bool compatible;
        const char *enough, *too_old;
    } rows[] = {
        { 10, 0, "410.48", BASIS_READ, false, "410.48", "410.47" },
        { 10, 1, "418.39", BASIS_READ, false, "418.39", "410.129" },
        { 10, 2, "440.33", BASIS_READ, false, "440.33.01", "440.31" },
        { 11, 0, "450.36.06", BASIS_READ, true, "450.36.06", "450.36.05" },
        { 11, 1, "450.80.02", BASIS_READ, true, "450.80.02", "450.36.06" },
        { 11, 8, "450.80.02", BASIS_READ, true, "470.57.02", "450.80.01" },
        { 12, 0, "525.60.13", BASIS_READ, true, "525.60.13", "525.60.12" },
        { 12, 9, "525.60.13", BASIS_READ, true, "525.60.13", "525.60.12" },
        { 12, 7, "525.60.13", BASIS_DERIVED, true, "525.60.13", "525.60.12" },
        { 13, 0, "580", BASIS_READ, true, "580.65.06", "575.57.08" },
    };
    struct cuda_requirement need;

    (void) state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        assert_true(cuda_driver_needed(NULL, rows[i].major, rows[i].minor, &need));
        assert_str(need.driver, rows[i].driver);
        assert_int_equal(need.basis, rows[i].basis);
        assert_int_equal(need.minor_compatibility, rows[i].compatible);
        assert_true(need.source.len);
        assert_true(driver_version_compare(str_of(rows[i].enough), need.driver) >= 0);
        assert_true(driver_version_compare(str_of(rows[i].too_old), need.driver) < 0);
    }
    assert_false(cuda_driver_needed(NULL, 10, 9, &need));
    assert_false(cuda_driver_needed(NULL, 99, 0, &need));
    assert_true(cuda_driver_needed_by_major(NULL, 11, &need));
    assert_str(need.driver, "450.80.02");
    assert_false(cuda_driver_needed_by_major(NULL, 10, &need));
}

static void test_cuda__a_driver_knows_cuda_up_to_its_branch(void **state)
{
    static const struct {
        const char *driver;
        unsigned major, minor;
        bool same_branch;
    } rows[] = {
        { "535.183.01", 12, 2, true }, { "535.43.02", 12, 2, true },  { "470.57.02", 11, 4, true },
        { "450.36.06", 11, 0, true },  { "580.159.04", 13, 0, true }, { "550.54.14", 12, 4, true },
        { "565.57.01", 12, 6, false }, { "418.39", 10, 1, true },     { "384.111", 9, 0, true },
    };
    struct cuda_support support;

    (void) state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        assert_true(cuda_newest_for_driver(NULL, str_of(rows[i].driver), &support));
        assert_int_equal(support.major, rows[i].major);
        assert_int_equal(support.minor, rows[i].minor);
        assert_int_equal(support.same_branch, rows[i].same_branch);
        assert_int_equal(support.basis, BASIS_DERIVED);
    }
    assert_false(cuda_newest_for_driver(NULL, STR("340.108"), &support));
    assert_false(cuda_newest_for_driver(NULL, STR("N/A"), &support));
    assert_false(cuda_newest_for_driver(NULL, STR(""), &support));
    assert_false(cuda_newest_for_driver(NULL, STR("99999999999"), &support));
}

static void test_errors__rows_are_whole_and_causes_exist(void **state)
{
    struct error_info error, found;
    size_t at = 0;

    (void) state;
    for (; error_at(at, &error); at++) {
        assert_true(error.source.len && error.name.len);
        if (error.cause.len)
            assert_non_null(cause_by_slug(error.cause));
        assert_true(error_by_code(error.family, error.code, &found));
        assert_true(str_eq(found.name, error.name));
        assert_true(error_by_name(error.name, &found));
        assert_true(str_eq(found.name, error.name));
    }
    assert_true(at > 500);
}

static void test_errors__codes_and_names_lead_to_their_cause(void **state)
{
    static const struct {
        enum error_family family;
        unsigned code;
        const char *name, *cause;
    } rows[] = {
        { ERROR_CUDA_RUNTIME, 35, "cudaErrorInsufficientDriver", "driver/too-old" },
        { ERROR_CUDA_DRIVER, 34, "CUDA_ERROR_STUB_LIBRARY", "driver/stub-library" },
        { ERROR_CUDA_DRIVER, 999, "CUDA_ERROR_UNKNOWN", "driver/uvm" },
        { ERROR_NVML, 18, "NVML_ERROR_LIB_RM_VERSION_MISMATCH", "driver/version-mismatch" },
        { ERROR_CUDNN9, 1008, "CUDNN_STATUS_SUBLIBRARY_LOADING_FAILED", "cudnn/library-missing" },
        { ERROR_XID, 79, "ROBUST_CHANNEL_GPU_HAS_FALLEN_OFF_THE_BUS", "hardware/gpu-fault" },
        { ERROR_XID, 63, "INFOROM_PAGE_RETIREMENT_EVENT", "" },
    };
    struct error_info error;

    (void) state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        assert_true(error_by_code(rows[i].family, rows[i].code, &error));
        assert_str(error.name, rows[i].name);
        assert_str(error.cause, rows[i].cause);
    }
    assert_true(error_by_name(STR("CUDNN_STATUS_NOT_SUPPORTED"), &error));
    assert_int_equal(error.family, ERROR_CUDNN9);
    assert_false(error_by_code(ERROR_NVML, 12345, &error));
    assert_false(error_by_name(STR("CUDA_ERROR"), &error));
}

static void test_sonames__one_name_has_a_package_for_each_major(void **state)
{
    struct cuda_library library, before = { .soname = STR_INIT("") };
    size_t first = 0, at = 0;

    (void) state;
    for (; cuda_library_at(at, &library); before = library, at++) {
        int order = str_compare(before.soname, library.soname);

        assert_true(library.source.len && library.library.len);
        assert_true(order < 0 || (order == 0 && before.cuda_major < library.cuda_major));
        assert_int_equal(library.package.len != 0, library.folder.len != 0);
    }
    assert_true(at > 100);
    assert_int_equal(cuda_libraries_by_soname(STR("libcudnn.so.9"), &first), 3);
    assert_true(cuda_library_at(first + 1, &library));
    assert_str(library.package, "nvidia-cudnn-cu12");
    assert_true(cuda_library_find(STR("libcudart.so.12"), 12, &library));
    assert_str(library.folder, "nvidia/cuda_runtime/lib");
    assert_true(cuda_library_find(STR("libcuda.so.1"), 0, &library));
    assert_false(cuda_library_find(STR("libcudart.so.12"), 11, &library));
    assert_int_equal(cuda_libraries_by_soname(STR("libc.so.6"), &first), 0);
}

static void test_causes__stand_in_order_in_both_languages(void **state)
{
    (void) state;
    assert_int_equal(cause_count(), 64);
    for (size_t i = 0; i < cause_count(); i++) {
        const struct cause *cause = cause_at(i);
        struct str layer, problem;

        assert_int_equal(cause->order, i);
        assert_true(str_cut(cause->slug, '/', &layer, &problem) && problem.len);
        assert_true(str_eq(layer, cause->layer));
        assert_ptr_equal(cause_by_slug(cause->slug), cause);
        for (enum lang lang = 0; lang < LANG_COUNT; lang++) {
            assert_true(cause->title[lang].len != 0);
            assert_int_equal(cause->evidence[lang].len == 0, str_eqz(layer, "none"));
        }
        assert_false(str_eq(cause->title[LANG_EN], cause->title[LANG_ZH]));
    }
    assert_str(cause_at(0)->slug, "hardware/no-gpu");
    assert_null(cause_at(64));
    assert_null(cause_by_slug(STR("driver/too")));
    assert_null(cause_by_slug(STR("")));
}

static void test_table__bases_have_their_names(void **state)
{
    (void) state;
    assert_str(basis_name(BASIS_UNVERIFIED), "unverified");
    assert_str(basis_name(BASIS_MEASURED), "measured");
}

static void test_gpu_speed__knows_a_product_by_its_whole_name(void **state)
{
    struct gpu_speed speed;

    (void) state;
    assert_true(gpu_speed_by_name(STR("NVIDIA H100 80GB HBM3"), &speed));
    assert_int_equal(speed.bandwidth, 3350);
    assert_false(gpu_speed_by_name(STR("NVIDIA H100"), &speed));
    for (size_t i = 0; gpu_speed_at(i, &speed); i++) {
        assert_true(speed.source.len > 0);
        assert_true(speed.bandwidth >= 100 && speed.bandwidth < 20000);
        assert_true(gpu_speed_by_name(speed.name, &speed));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gpu_speed__knows_a_product_by_its_whole_name),
        cmocka_unit_test(test_gpus__every_row_is_whole_and_found_by_its_key),
        cmocka_unit_test(test_gpus__pci_numbers_name_the_gpu),
        cmocka_unit_test(test_gpus__an_unknown_gpu_differs_from_no_gpu),
        cmocka_unit_test(test_gpus__dropped_ones_say_after_which_branch),
        cmocka_unit_test(test_gpus__names_as_people_and_drivers_write_them),
        cmocka_unit_test(test_gpus__just_this_name_goes_before_longer_ones),
        cmocka_unit_test(test_gpus__capabilities_name_their_architecture),
        cmocka_unit_test(test_dotted__compares_number_by_number),
        cmocka_unit_test(test_cuda__releases_rise_and_are_whole),
        cmocka_unit_test(test_cuda__a_runtime_needs_its_minimum_driver),
        cmocka_unit_test(test_cuda__a_driver_knows_cuda_up_to_its_branch),
        cmocka_unit_test(test_errors__rows_are_whole_and_causes_exist),
        cmocka_unit_test(test_errors__codes_and_names_lead_to_their_cause),
        cmocka_unit_test(test_sonames__one_name_has_a_package_for_each_major),
        cmocka_unit_test(test_causes__stand_in_order_in_both_languages),
        cmocka_unit_test(test_table__bases_have_their_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
