/* How container engines are set up on a machine: read where it is asked for, and only there. */
#include "probed.h"

#define SPEC \
    "cdiVersion: 0.5.0\ncontainerEdits:\n  deviceNodes:\n  - path: %s\n  mounts:\n" \
    "  - hostPath: /usr/lib/libcuda.so.535.161.08\nkind: %s\n"

static void add_spec(struct machine *m, const char *path, const char *node, const char *kind)
{
    machine_file(m, path, arena_printf(m->arena, SPEC, node, kind).data);
}

static void run(struct machine *m)
{
    m->wishes.engines = true;
    machine_run(m, COST_FILES);
}

static void test_engines__are_not_looked_at_unless_asked(void **state)
{
    struct machine m = machine_new();

    (void) state;
    machine_file(&m, "usr/bin/nvidia-ctk", "");
    machine_run(&m, COST_FILES);
    expect(&m, "engines.toolkit_installed", "<unknown>");
    machine_free(&m);
}

static void test_engines__a_machine_without_any_says_so(void **state)
{
    struct machine m = machine_new();

    (void) state;
    run(&m);
    expect(&m, "engines.toolkit_installed", "false");
    expect(&m, "engines.cdi", "false");
    expect(&m, "engines.no_cgroups", "<absent>");
    expect(&m, "engines.docker_runtime", "<absent>");
    machine_free(&m);
}

static void test_engines__the_toolkits_settings_are_read(void **state)
{
    struct machine m = machine_new();

    (void) state;
    machine_file(&m, "usr/bin/nvidia-ctk", "");
    machine_file(&m, "var/lib/dpkg/status",
                 "Package: a\nVersion: 1\n\nPackage: nvidia-container-toolkit\nStatus: install ok "
                 "installed\nVersion: 1.17.4-1\n\nPackage: z\nVersion: 2\n");
    machine_file(&m, "etc/nvidia-container-runtime/config.toml",
                 "[nvidia-container-cli]\nno-cgroups = true\n[nvidia-container-runtime]\nmode = "
                 "\"cdi\"\n");
    machine_file(&m, "etc/docker/daemon.json",
                 "{\"default-runtime\": \"nvidia\", \"runtimes\": {\"nvidia\": {\"path\": "
                 "\"nvidia-container-runtime\"}}}");
    run(&m);
    expect(&m, "engines.toolkit_installed", "true");
    expect(&m, "engines.toolkit_version", "1.17.4-1");
    expect(&m, "engines.no_cgroups", "true");
    expect(&m, "engines.toolkit_mode", "cdi");
    expect(&m, "engines.docker_runtime", "true");
    expect(&m, "engines.docker_default", "nvidia");
    expect(&m, "engines.docker_cdi", "false");
    machine_free(&m);
}

static void test_engines__a_spec_that_names_lost_files_is_stale(void **state)
{
    static const struct {
        const char *library, *node, *kind;
        const char *cdi, *missing, *uvm;
    } rows[] = {
        { "usr/lib/libcuda.so.535.161.08", "/dev/nvidia-uvm", "nvidia.com/gpu", "true", "<absent>",
          "true" },
        { "usr/lib/libcuda.so.550.54.14", "/dev/nvidia-uvm", "nvidia.com/gpu", "true",
          "/usr/lib/libcuda.so.535.161.08", "true" },
        { "usr/lib/libcuda.so.535.161.08", "/dev/nvidia0", "nvidia.com/gpu", "true", "/dev/nvidia0",
          "false" },
        { "usr/lib/libcuda.so.535.161.08", "/dev/nvidia-uvm", "vendor.com/net", "false",
          "<unknown>", "<unknown>" },
    };

    (void) state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct machine m = machine_new();

        machine_file(&m, "dev/nvidia-uvm", "");
        machine_file(&m, rows[i].library, "");
        add_spec(&m, "etc/cdi/nvidia.yaml", rows[i].node, rows[i].kind);
        run(&m);
        expect(&m, "engines.cdi", rows[i].cdi);
        expect(&m, "engines.cdi_missing", rows[i].missing);
        expect(&m, "engines.cdi_uvm", rows[i].uvm);
        machine_free(&m);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_engines__are_not_looked_at_unless_asked),
        cmocka_unit_test(test_engines__a_machine_without_any_says_so),
        cmocka_unit_test(test_engines__the_toolkits_settings_are_read),
        cmocka_unit_test(test_engines__a_spec_that_names_lost_files_is_stale),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
