/* Which version a CUDA library states in its own bytes. */
#include "loader/library_version.h"

#include "lib/make_elf.h"
#include "probed.h"

#include <errno.h>

#define AT "opt/lib.so"

static int read_version(struct machine *m, const char *soname, unsigned processor,
                        const char *symbol, struct str body, struct str *ret)
{
    struct elf_shape shape = {
        .machine = processor, .soname = str_of(soname), .symbol = str_of(symbol), .text = body
    };

    tree_add(m->tree, STR(AT), (struct node){ .kind = NODE_FILE, .mode = 0644 },
             make_elf(m->arena, &shape));
    return library_version_read(m->root, m->arena, STR(AT), str_of(soname), ret);
}

/* Bodies as they stand in the wheels of torch 2.1.2, 2.6.0 and 2.15.0. */
static void test_library_version__reads_what_the_library_would_answer(void **state)
{
    const struct {
        const char *soname, *symbol, *want;
        struct str body;
    } rows[] = {
        { "libcudnn_graph.so.9", "cudnn_graph_version", "9.1.0", STR("\x00\x01\x09\x00") },
        { "libcudnn_graph.so.9", "cudnn_graph_version", "9.26.0", STR("\x00\x1a\x09\x00") },
        { "libcudnn_ops_infer.so.8", "cudnn_ops_infer_version", "8.9.2", STR("\x02\x09\x08\x00") },
        { "libnccl.so.2", "ncclGetVersion", "2.18.1",
          STR("\x48\x85\xff\x74\x09\xc7\x07\x29\x55\x00\x00\x31\xc0\xc3\xb8\x04\x00\x00\x00\xc3") },
        { "libcufft.so.11", "cufftGetVersion", "11.2.1",
          STR("\x48\x85\xff\x74\x06\xc7\x07\xc1\x2b\x00\x00\x31\xc0\xc3") },
        { "libcurand.so.10", "curandGetVersion", "10.3.2",
          STR("\xc7\x07\x3e\x28\x00\x00\x31\xc0\xc3") },
        { "libnvJitLink.so.12", "nvJitLinkVersion", "12.9",
          STR("\x48\x85\xf6\x74\x16\xc7\x07\x0c\x00\x00\x00\x31\xc0\xc7\x06\x09\x00\x00\x00\xc3") },
    };

    (void) state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct machine m = machine_new();
        struct str version;

        assert_int_equal(
            read_version(&m, rows[i].soname, ELF_X86_64, rows[i].symbol, rows[i].body, &version),
            0);
        if (!str_eqz(version, rows[i].want))
            fail_msg("%s: %.*s, not %s", rows[i].soname, STR_ARG(version), rows[i].want);
        machine_free(&m);
    }
}

static void test_library_version__says_nothing_of_what_it_does_not_know(void **state)
{
    static const struct str store = STR_INIT("\xc7\x07\x3e\x28\x00\x00\xc3");
    const struct {
        const char *soname, *symbol;
        struct str body;
        unsigned machine;
        int want;
    } rows[] = {
        { "libcudart.so.12", "cudaRuntimeGetVersion", store, ELF_X86_64, -ENOENT },
        { "libcurand.so.10", "curandGetProperty", store, ELF_X86_64, -ENOENT },
        { "libcurand.so.10", "curandGetVersion", store, ELF_AARCH64, -ENOTSUP },
        { "libcurand.so.10", "curandGetVersion", STR("\x31\xc0\xc3"), ELF_X86_64, -ENOENT },
        { "libcurand.so.10", "curandGetVersion", STR("\xc7\x07\x3e"), ELF_X86_64, -ENOENT },
        { "libcurand.so.10", "curandGetVersion", /* two constants: which? */
          STR("\xc7\x07\x3e\x28\x00\x00\xc7\x07\x3e\x28\x00\x00"), ELF_X86_64, -ENOENT },
        { "libcudnn_graph.so.9", "cudnn_graph_version", STR("\x00\x01"), ELF_X86_64, -EBADMSG },
    };

    (void) state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct machine m = machine_new();
        struct str version;

        if (read_version(&m, rows[i].soname, rows[i].machine, rows[i].symbol, rows[i].body,
                         &version) != rows[i].want)
            fail_msg("row %zu", i);
        machine_free(&m);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_library_version__reads_what_the_library_would_answer),
        cmocka_unit_test(test_library_version__says_nothing_of_what_it_does_not_know),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
