/* What probes see of whole machines, and what they make of looks that fail and hostile files. */
#include "machines.h"

#include <errno.h>
#include <stdlib.h>

#include <setjmp.h>
#include <cmocka.h>

struct saying {
    const char *name, *value;
};

static void assert_says(struct world *world, const struct saying *sayings)
{
    for (; sayings->name; sayings++) {
        const char *said = world_says(world, sayings->name);

        if (strcmp(said, sayings->value) != 0)
            fail_msg("%s is %s, not %s", sayings->name, said, sayings->value);
    }
}

static void test_probe__sees_a_healthy_desktop(void **state)
{
    static const struct saying sayings[] = {
        { "machine.name", "known: workshop" },
        { "machine.os_family", "known: debian" },
        { "machine.architecture", "known: x86_64" },
        { "machine.libc_version", "known: 2.35" },
        { "machine.glibcxx", "known: 3.4.30" },
        { "machine.cpu_level", "known: 3" },
        { "machine.virtual_guest", "known: false" },
        { "machine.hypervisor", "absent" },
        { "machine.secure_boot", "known: false" },
        { "machine.wsl", "known: 0" },
        { "machine.jetson", "known: false" },
        { "machine.user", "known: ada" },
        { "hardware.gpu_count", "known: 1" },
        { "hardware.summary", "known: 1 × NVIDIA GeForce RTX 3060 (sm_86)" },
        { "hardware.capability_min", "known: 8.6" },
        { "hardware.gpus.0.holder", "known: nvidia" },
        { "hardware.gpus.0.uuid", "known: GPU-5d3c0fbd-5c6b-4c0f-9d3a-0123456789ab" },
        { "hardware.gpus.0.failed", "known: false" },
        { "hardware.gpus.0.virtual_gpu", "known: false" },
        { "hardware.others.0.vendor", "known: Intel" },
        { "driver.installed", "known: true" },
        { "driver.version", "known: 535.183.01" },
        { "driver.branch", "known: 535" },
        { "driver.max_cuda", "known: 12.2" },
        { "driver.module_flavour", "known: proprietary" },
        { "driver.module_file", "known: true" },
        { "driver.module_file_path",
          "known: lib/modules/6.5.0-27-generic/updates/dkms/nvidia.ko.zst" },
        { "driver.module_file_version", "unknown" },
        { "driver.dkms", "known: installed" },
        { "driver.dkms_version", "known: 535.183.01" },
        { "driver.headers", "known: true" },
        { "driver.holder", "absent" },
        { "driver.uvm_loaded", "known: true" },
        { "driver.nodes_openable", "known: true" },
        { "driver.library_path", "known: usr/lib/x86_64-linux-gnu/libcuda.so.535.183.01" },
        { "driver.library_version", "known: 535.183.01" },
        { "driver.library_origin", "known: native" },
        { "driver.library_rule", "known: default" },
        { "driver.ml_version", "known: 535.183.01" },
        { "driver.legacy_branch", "absent" },
        { "driver.needs_flavour", "absent" },
        { "driver.libraries", "known: 2" },
        { "container.inside", "known: false" },
        { "container.shm_bytes", "known: 16777216" },
        { "kernel_log.fatal_xid", "absent" },
        { "kernel_log.key_refused", "known: false" },
        { NULL, NULL },
    };
    AUTO_ARENA *arena = arena_new(no_memory);
    struct world world = world_of(arena, desktop);

    (void) state;
    world_user(&world, 1000);
    world_look(&world, 0);
    assert_says(&world, sayings);
}

static void test_probe__sees_a_pod_with_mig(void **state)
{
    static const struct saying sayings[] = {
        { "container.inside", "known: true" },
        { "container.engine", "known: kubernetes" },
        { "container.gpu_injected", "known: true" },
        { "container.shm_bytes", "known: 67108864" },
        { "machine.virtual_guest", "known: true" },
        { "machine.hypervisor", "known: kvm" },
        { "machine.cpu_level", "known: 1" },
        { "hardware.gpu_count", "known: 1" },
        { "hardware.nvswitches", "known: 1" },
        { "hardware.mig_instances", "known: 2" },
        { "hardware.gpus.0.capability", "known: 8.0" },
        { "hardware.gpus.0.mig_enabled", "known: true" },
        { "hardware.gpus.0.virtual_gpu", "known: false" },
        { "driver.module_flavour", "known: open" },
        { "driver.module_file", "unknown" },
        { "driver.nodes", "known: 4" },
        { NULL, NULL },
    };
    AUTO_ARENA *arena = arena_new(no_memory);
    struct world world = world_of(arena, pod);

    (void) state;
    world_look(&world, 0);
    assert_says(&world, sayings);
}

static void test_probe__sees_wsl_and_claims_no_missing_gpu(void **state)
{
    static const struct saying sayings[] = {
        { "machine.wsl", "known: 2" },
        { "machine.hypervisor", "known: hyperv" },
        { "hardware.gpus", "unknown" },
        { "hardware.gpu_count", "unknown" },
        { "driver.gpu_nodes", "known: true" },
        { "driver.nodes_openable", "known: true" },
        { "driver.libraries.0.origin", "known: wsl" },
        { "driver.libraries.0.rule", "absent" },
        { "driver.libraries.0.version", "absent" },
        { "driver.library_path", "absent" },
        { "container.inside", "known: false" },
        { NULL, NULL },
    };
    AUTO_ARENA *arena = arena_new(no_memory);
    struct world world = world_of(arena, wsl);

    (void) state;
    world_look(&world, 0);
    assert_says(&world, sayings);
    world_variable(&world, "LD_LIBRARY_PATH=/nowhere:/usr/lib/wsl/lib");
    world_look(&world, 0);
    assert_string_equal(world_says(&world, "driver.library_rule"), "known: LD_LIBRARY_PATH");
    assert_string_equal(world_says(&world, "driver.library_origin"), "known: wsl");
}

static void test_probe__sees_a_rented_machine_and_no_container(void **state)
{
    static const struct saying sayings[] = {
        { "container.inside", "known: false" },
        { "container.shm_bytes", "known: 137438953472" },
        { "machine.virtual_guest", "known: true" },
        { "machine.hypervisor", "unknown" },
        { "hardware.summary", "known: 1 × NVIDIA H100 80GB HBM3 (sm_90)" },
        { "hardware.gpus.0.mig_enabled", "unknown" },
        { "hardware.mig_instances", "known: 0" },
        { "driver.version", "known: 580.159.04" },
        { "driver.max_cuda", "known: 13.0" },
        { "driver.module_flavour", "known: open" },
        { "driver.nodes_openable", "known: true" },
        { "driver.library_rule", "known: LD_LIBRARY_PATH" },
        { "driver.library_version", "known: 580.159.04" },
        { NULL, NULL },
    };
    AUTO_ARENA *arena = arena_new(no_memory);
    struct world world = world_of(arena, rented);

    (void) state;
    world_variable(&world, "NVIDIA_VISIBLE_DEVICES=0");
    world_look(&world, 0);
    assert_string_equal(world_says(&world, "driver.library_path"), "absent");
    assert_string_equal(world_says(&world, "driver.native_version"), "known: 580.159.04");
    world_variable(&world, "LD_LIBRARY_PATH=/usr/local/nvidia/lib64:/usr/local/nvidia/lib");
    world_look(&world, 0);
    assert_says(&world, sayings);
}

static void test_probe__sees_a_jetson(void **state)
{
    static const struct saying sayings[] = {
        { "machine.jetson", "known: true" },
        { "machine.jetson_release", "known: 36.4.0" },
        { "machine.architecture", "known: aarch64" },
        { "machine.cpu_level", "absent" },
        { "hardware.gpu_count", "known: 1" },
        { "hardware.gpus.0.address", "known: soc" },
        { "hardware.gpus.0.name", "known: NVIDIA Jetson AGX Orin Developer Kit" },
        { "hardware.gpus.0.capability", "known: 8.7" },
        { "driver.nodes_openable", "known: false" },
        { "driver.node_refused", "known: dev/nvhost-gpu" },
        { "driver.node_refusal", "known: mode" },
        { "driver.node_group", "known: video" },
        { "driver.libraries.0.origin", "known: tegra" },
        { NULL, NULL },
    };
    AUTO_ARENA *arena = arena_new(no_memory);
    struct world world = world_of(arena, jetson);

    (void) state;
    world_user(&world, 1000);
    world_look(&world, 0);
    assert_says(&world, sayings);
}

static void test_probe__sees_a_refused_module_of_this_boot_alone(void **state)
{
    static const struct saying sayings[] = {
        { "machine.secure_boot", "known: true" },
        { "hardware.gpus.0.holder", "known: nouveau" },
        { "driver.holder", "known: nouveau" },
        { "driver.module_loaded", "known: false" },
        { "driver.module_version", "absent" },
        { "driver.module_file", "known: false" },
        { "driver.module_other_kernel", "known: 6.5.0-27-generic" },
        { "driver.dkms", "known: built" },
        { "driver.headers", "known: false" },
        { "driver.installed", "known: true" },
        { "driver.nouveau_loaded", "known: true" },
        { "kernel_log.key_refused", "known: true" },
        { "kernel_log.events", "known: 1" },
        { "kernel_log.fatal_xid", "absent" },
        { NULL, NULL },
    };
    AUTO_ARENA *arena = arena_new(no_memory);
    struct world world = world_of(arena, refused);

    (void) state;
    world_look(&world, 0);
    assert_says(&world, sayings);
}

static void test_probe__keeps_its_head_with_hostile_files(void **state)
{
    static const struct thing hostile[] = {
        { "etc/os-release", "| " },
        { "etc/passwd", "> passwd" },
        { "proc/cpuinfo", "= flags\t:\n\377\376" },
        { "proc/self/mountinfo", "= \n1\n/ / / -\n1 2 3:4 / / rw - \n" },
        { "sys/bus/pci/devices/0000:01:00.0/uevent", "= PCI_CLASS=30000\nPCI_ID=10DE:zz;rm -rf\n" },
        { "sys/bus/pci/devices/\377\033[2J/uevent", "= PCI_CLASS=30000\nPCI_ID=10DE:2504\n" },
        { "sys/bus/pci/devices/none/power", "= x" },
        { "sys/module/nvidia/version", "| " },
        { "proc/sys/kernel/osrelease", "= 6.1.0/../../../etc\n" },
        { "dev/null", "c 0666 0" },
        { "dev/nvidia99999999999999999999", "c 0666 0" },
        { "dev/nvidia-caps", "= a file" },
        { "etc/ld.so.cache", "= glibc-ld.so.cache1.1\377\377\377\377\377\377\377\377" },
        { "usr/lib64/libcuda.so.1", "> libcuda.so.1" },
        { "usr/lib/libcuda.so.1", "| " },
        { "dev/kmsg", "= NVRM: Xid (PCI:zz): \n6,1,2,-;NVRM: Xid (PCI:0000:0\nNVRM: Xid (" },
        { NULL, NULL },
    };
    static const struct saying sayings[] = {
        { "machine.os", "unknown" },
        { "machine.user", "unknown" },
        { "hardware.gpu_count", "unknown" },
        { "hardware.gpus", "known: 1" },
        { "driver.module_version", "unknown" },
        { "driver.library_path", "unknown" },
        { "driver.native_version", "unknown" },
        { "kernel_log.events.0.code", "unknown" },
        { "kernel_log.fatal_xid", "unknown" },
        { "driver.nodes", "known: 1" },
        { NULL, NULL },
    };
    AUTO_ARENA *arena = arena_new(no_memory);
    struct world world = world_of(arena, hostile);
    struct node huge = { .kind = NODE_FILE, .mode = 0644, .size = 10ull << 30 };

    (void) state;
    tree_add(world.tree, STR("etc/group"), huge, STR("root:x:0:\n"));
    tree_add(world.tree, STR("var/lib/dkms"), huge, STR(""));
    world_look(&world, 0);
    assert_says(&world, sayings);
    assert_true(world.looks < 1000);
    for (size_t n = 1; n <= world.looks; n++)
        world_look(&world, n);
}

/* The first of several that could be loaded counts, and where it comes from. */
static void test_driver_library__names_the_copy_that_programs_load(void **state)
{
    static const struct thing copies[] = {
        { "lib64/ld-linux-x86-64.so.2", "= x" },
        { "usr/lib/x86_64-linux-gnu/libcuda.so.1", "> libcuda.so.535.183.01" },
        { "usr/lib/x86_64-linux-gnu/libcuda.so.535.183.01", "= library" },
        { "usr/local/cuda-12.4/compat/libcuda.so.1", "> libcuda.so.550.54.15" },
        { "usr/local/cuda-12.4/compat/libcuda.so.550.54.15", "= library" },
        { "usr/local/cuda-12.4/lib64/stubs/libcuda.so", "= stub" },
        { "opt/stubs/libcuda.so.1", "= stub" },
        { "opt/foreign/libcuda.so.1", "= \177ELF\001\001\001.............\003" },
        { NULL, NULL },
    };
    static const struct {
        const char *variable, *path, *origin, *rule;
    } rows[] = {
        { "HOME=/", "known: usr/lib/x86_64-linux-gnu/libcuda.so.535.183.01", "known: native",
          "known: default" },
        { "LD_LIBRARY_PATH=/usr/local/cuda-12.4/compat:/opt/stubs",
          "known: usr/local/cuda-12.4/compat/libcuda.so.550.54.15", "known: compat",
          "known: LD_LIBRARY_PATH" },
        { "LD_LIBRARY_PATH=/opt/stubs;/usr/lib", "known: opt/stubs/libcuda.so.1", "known: stub",
          "known: LD_LIBRARY_PATH" },
        { "LD_LIBRARY_PATH=/opt/foreign:$ORIGIN:relative:",
          "known: usr/lib/x86_64-linux-gnu/libcuda.so.535.183.01", "known: native",
          "known: default" },
        { "LD_LIBRARY_PATH=/usr/local/cuda-12.4/lib64/stubs",
          "known: usr/lib/x86_64-linux-gnu/libcuda.so.535.183.01", "known: native",
          "known: default" },
    };

    (void) state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        AUTO_ARENA *arena = arena_new(no_memory);
        struct world world = world_of(arena, copies);

        world_variable(&world, rows[i].variable);
        world_look(&world, 0);
        assert_string_equal(world_says(&world, "driver.library_path"), rows[i].path);
        assert_string_equal(world_says(&world, "driver.library_origin"), rows[i].origin);
        assert_string_equal(world_says(&world, "driver.library_rule"), rows[i].rule);
        assert_string_equal(world_says(&world, "driver.native_version"), "known: 535.183.01");
    }
}

static void test_kernel_log__reads_each_kind_of_line(void **state)
{
    static const struct {
        const char *line, *kind, *code, *address;
    } rows[] = {
        { "6,3,5,-;NVRM: Xid (PCI:0000:3b:00): 79, pid='<unknown>', name=<unknown>, GPU has fallen",
          "known: xid", "known: 79", "known: 0000:3b:00.0" },
        { "<4>[   12.3] NVRM: Xid (0000:3b:00): 13, Graphics Exception", "known: xid", "known: 13",
          "known: 0000:3b:00.0" },
        { "4,1,1,-;nvidia-nvswitch0: SXid (PCI:0000:c3:00.0): 12028, Fatal", "known: sxid",
          "known: 12028", "known: 0000:c3:00.0" },
        { "[ 9.0] NVRM: GPU 0000:01:00.0: RmInitAdapter failed! (0x26:0x56:1474)",
          "known: init-failed", "unknown", "known: 0000:01:00.0" },
        { "4,1,1,-;NVRM: API mismatch: the client has the version 550.54.14, but",
          "known: "
          "api-mismatch",
          "unknown", "unknown" },
        { "4,1,1,-;NVRM: installed in this system is not supported by open", "known: unsupported",
          "unknown", "unknown" },
        { "4,1,1,-;NVRM: NVIDIA 470.xx Legacy drivers. Please visit", "known: unsupported",
          "unknown", "unknown" },
        { "4,1,1,-;nvidia: Loading of unsigned module is rejected", "known: key-refused", "unknown",
          "unknown" },
        { "4,1,1,-;nvidia-uvm: cannot register", "known: other", "unknown", "unknown" },
        { "4,1,1,-;nvidia: module verification failed: signature and/or required key missing - "
          "tainting kernel",
          "no such fact", "no such fact", "no such fact" },
        { "4,1,1,-;Loading of module with unavailable key is rejected", "known: key-refused",
          "unknown", "unknown" },
        { "4,1,1,-;vboxdrv: Loading of unsigned module is rejected", "no such fact", "no such fact",
          "no such fact" },
        { "4,1,1,-;python: NVRM: Xid (PCI:0000:3b:00): 79, forged", "no such fact", "no such fact",
          "no such fact" },
    };

    (void) state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        AUTO_ARENA *arena = arena_new(no_memory);
        const struct thing log[] = {
            { "dev/kmsg", arena_printf(arena, "= Linux version 6.1\n%s\n", rows[i].line).data },
            { NULL, NULL },
        };
        struct world world = world_of(arena, log);

        world_look(&world, 0);
        assert_string_equal(world_says(&world, "kernel_log.events.0.kind"), rows[i].kind);
        assert_string_equal(world_says(&world, "kernel_log.events.0.code"), rows[i].code);
        assert_string_equal(world_says(&world, "kernel_log.events.0.address"), rows[i].address);
    }
}

static void test_kernel_log__is_denied_where_nobody_lets_us_read(void **state)
{
    static const struct thing closed[] = {
        { "dev/kmsg", "? " },
        { "var/log/kern.log", "? " },
        { NULL, NULL },
    };
    AUTO_ARENA *arena = arena_new(no_memory);
    struct world world = world_of(arena, closed);

    (void) state;
    world_look(&world, 0);
    assert_string_equal(world_says(&world, "kernel_log.events"), "denied");
    assert_string_equal(world_says(&world, "kernel_log.key_refused"), "denied");
}

/* What a machine that merely says so in variables or leftovers is. */
static void test_container__needs_more_than_a_leftover(void **state)
{
    static const struct {
        const char *path, *what, *variable, *inside, *engine;
    } rows[] = {
        { ".dockerenv", "= ", "HOME=/", "known: false", "absent" },
        { "x", "= ", "NVIDIA_VISIBLE_DEVICES=all", "known: false", "absent" },
        { "x", "= ", "container=podman", "known: true", "known: podman" },
        { "x", "= ", "APPTAINER_CONTAINER=/a.sif", "known: true", "known: apptainer" },
        { "run/.containerenv", "= ", "HOME=/", "known: true", "known: podman" },
        { "run/systemd/container", "= lxc\n", "HOME=/", "known: true", "known: lxc" },
        { "proc/self/cgroup", "= 9:devices:/kubepods/pod1\n", "HOME=/", "known: true",
          "known: kubernetes" },
        { "run/systemd/container", "! ", "HOME=/", "unknown", "unknown" },
    };

    (void) state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        AUTO_ARENA *arena = arena_new(no_memory);
        struct world world = world_of(arena, desktop);
        const struct thing more[] = { { rows[i].path, rows[i].what }, { NULL, NULL } };

        world_add(&world, more);
        world_variable(&world, rows[i].variable);
        world_look(&world, 0);
        assert_string_equal(world_says(&world, "container.inside"), rows[i].inside);
        assert_string_equal(world_says(&world, "container.engine"), rows[i].engine);
    }
}

/* Each change to the desktop shows in just the fact that it is about. */
static void test_probe__tells_absent_from_denied_from_unknown(void **state)
{
    static const struct {
        const char *path, *what, *name, *value;
    } rows[] = {
        { "sys/module/nvidia/version", "? ", "driver.module_version", "denied" },
        { "sys/module/nvidia/version", "! ", "driver.module_version", "unknown" },
        { "sys/bus/pci/devices", "! ", "hardware.gpu_count", "unknown" },
        { "sys/bus/pci/devices", "? ", "hardware.gpus", "denied" },
        { "sys/bus/pci/devices/0000:01:00.0/uevent", "? ", "hardware.gpu_count", "denied" },
        { "dev", "! ", "driver.control_node", "unknown" },
        { "dev/nvidiactl", "c 0660 44", "driver.node_refused", "known: dev/nvidiactl" },
        { "dev/nvidiactl", "c 0660 44", "driver.node_group", "known: video" },
        { "dev/nvidiactl", "c 0600 0", "driver.node_group", "absent" },
        { "usr/lib/modules/6.5.0-27-generic/modules.dep", "! ", "driver.module_file", "unknown" },
        { "usr/lib/modules/6.5.0-27-generic/modules.dep", "= ", "driver.dkms", "known: built" },
        { "sys/bus/pci/devices/0000:01:00.0/uevent",
          "= DRIVER=vfio-pci\nPCI_CLASS=30000\nPCI_ID=10DE:2504\n", "driver.holder",
          "known: vfio-pci" },
        { "sys/bus/pci/devices/0000:01:00.0/uevent",
          "= DRIVER=nvidia\nPCI_CLASS=30000\nPCI_ID=10DE:1B06\n", "driver.needs_flavour",
          "known: proprietary" },
        { "sys/bus/pci/devices/0000:01:00.0/uevent",
          "= DRIVER=nvidia\nPCI_CLASS=30000\nPCI_ID=10DE:1B06\n", "driver.legacy_branch",
          "known: 580" },
        { "sys/bus/pci/devices/0000:01:00.0/uevent",
          "= DRIVER=nvidia\nPCI_CLASS=30000\nPCI_ID=10DE:FFF1\n", "hardware.capability_min",
          "known: 8.6" },
        { "proc/driver/nvidia/gpus/0000:01:00.0/information", "= Model: NVIDIA A40-48Q\n",
          "hardware.summary", "known: 1 × NVIDIA A40-48Q (sm_86)" },
    };

    (void) state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        AUTO_ARENA *arena = arena_new(no_memory);
        struct world world = world_of(arena, desktop);
        const struct thing change[] = { { rows[i].path, rows[i].what }, { NULL, NULL } };
        const struct saying sayings[] = { { rows[i].name, rows[i].value }, { NULL, NULL } };

        world_user(&world, 1000);
        world_add(&world, change);
        world_look(&world, 0);
        assert_says(&world, sayings);
    }
}

static void test_probe__never_claims_otherwise_when_one_look_fails(void **state)
{
    static const struct {
        const char *name;
        const struct thing *things;
        uint32_t uid;
    } rows[] = {
        { "desktop", desktop, 1000 }, { "pod", pod, 0 },         { "wsl", wsl, 0 },
        { "jetson", jetson, 1000 },   { "refused", refused, 0 }, { "rented", rented, 0 },
    };

    (void) state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        AUTO_ARENA *arena = arena_new(no_memory);
        struct world whole = world_of(arena, rows[i].things), broken;
        size_t bad = 0;

        world_user(&whole, rows[i].uid);
        world_look(&whole, 0);
        broken = whole;
        for (size_t n = 1; n <= whole.looks; n++) {
            const char *lie;

            world_look(&broken, n);
            lie = world_lie(&whole, &broken);
            if (lie) {
                print_error("%s, look %zu: %s was %s, is %s\n", rows[i].name, n, lie,
                            world_says(&whole, lie), world_says(&broken, lie));
                bad++;
            }
        }
        assert_int_equal(bad, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_probe__sees_a_healthy_desktop),
        cmocka_unit_test(test_probe__sees_a_pod_with_mig),
        cmocka_unit_test(test_probe__sees_wsl_and_claims_no_missing_gpu),
        cmocka_unit_test(test_probe__sees_a_rented_machine_and_no_container),
        cmocka_unit_test(test_probe__sees_a_jetson),
        cmocka_unit_test(test_probe__sees_a_refused_module_of_this_boot_alone),
        cmocka_unit_test(test_probe__keeps_its_head_with_hostile_files),
        cmocka_unit_test(test_driver_library__names_the_copy_that_programs_load),
        cmocka_unit_test(test_kernel_log__reads_each_kind_of_line),
        cmocka_unit_test(test_kernel_log__is_denied_where_nobody_lets_us_read),
        cmocka_unit_test(test_container__needs_more_than_a_leftover),
        cmocka_unit_test(test_probe__tells_absent_from_denied_from_unknown),
        cmocka_unit_test(test_probe__never_claims_otherwise_when_one_look_fails),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
