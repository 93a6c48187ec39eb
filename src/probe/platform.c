/* platform: the processor, a hypervisor beneath, the firmware, WSL, Jetson. */
#include "probe/look.h"

#include <errno.h>

#define CPU_TEXT (8u << 10) /* the first processor's paragraph: the others are alike */
#define SHORT 4096u

/* --- processor ----------------------------------------------------------------------------- */

/*
 * What the levels of x86-64 ask for, in the kernel's words
 * (https://gitlab.com/x86-psABIs/x86-64-ABI, "Micro-Architecture Levels"; abm holds LZCNT, and the
 * kernel shows xsave only where it has switched it on, which is OSXSAVE).
 */
static const char *const level_flags[] = {
    [2] = "cx16 lahf_lm popcnt pni sse4_1 sse4_2 ssse3",
    [3] = "avx avx2 bmi1 bmi2 f16c fma abm movbe xsave",
    [4] = "avx512f avx512bw avx512cd avx512dq avx512vl",
};

static bool has_flags(struct str flags, const char *wanted)
{
    struct str rest = str_of(wanted), flag;

    while (str_next_word(&rest, &flag))
        if (!look_word(flags, flag))
            return false;
    return true;
}

static void look_at_level(struct str flags, struct str from, struct fact_int *level)
{
    int64_t reached = 1;

    while (reached < 4 && has_flags(flags, level_flags[reached + 1]))
        reached++;
    fact_int(level, reached, from);
}

/* --- hypervisor ---------------------------------------------------------------------------- */

/* What firmware tables call the machine: sys_vendor, product_name, hypervisor. An empty text fits
 * everything. Clouds also rent out whole machines under their own name, so those stand last and
 * say what, but never that. The words: systemd's src/basic/virt.c knows the same. */
static const struct {
    const char *vendor, *product, *name;
    bool decides;
} guests[] = {
    { "QEMU", "", "kvm", true },
    { "", "KVM", "kvm", true },
    { "VMware", "", "vmware", true },
    { "VMW", "", "vmware", true },
    { "innotek GmbH", "", "virtualbox", true },
    { "", "VirtualBox", "virtualbox", true },
    { "Xen", "", "xen", true },
    { "Parallels", "", "parallels", true },
    { "Microsoft Corporation", "Virtual Machine", "hyperv", true },
    { "OpenStack", "", "kvm", true },
    { "Google", "Google Compute Engine", "kvm", false },
    { "Amazon EC2", "", "kvm", false },
};

/* The row that fits, or -1. */
static int guest_row(struct str vendor, struct str product)
{
    for (size_t i = 0; i < sizeof(guests) / sizeof(guests[0]); i++)
        if (str_starts(vendor, str_of(guests[i].vendor)) &&
            str_starts(product, str_of(guests[i].product)))
            return (int) i;
    return -1;
}

static struct str dmi_line(struct probe_ctx *ctx, const char *path, struct doubt *doubt)
{
    struct str text, line = { NULL, 0 };

    if (doubt_add(doubt, look_start(ctx, str_of(path), SHORT, &text), str_of(path)) == 0)
        (void) str_next_line(&text, &line);
    return str_trim(line);
}

/* `flag`: does the processor say that a hypervisor is there (only x86 says)? */
static void look_at_hypervisor(struct probe_ctx *ctx, bool flag, bool flag_says,
                               const struct doubt *cpu_doubt)
{
    static const struct str dmi = STR_INIT("sys/class/dmi/id/sys_vendor");
    struct machine_facts *machine = &ctx->facts->machine;
    struct doubt doubt = *cpu_doubt;
    struct str vendor = dmi_line(ctx, "sys/class/dmi/id/sys_vendor", &doubt);
    struct str product = dmi_line(ctx, "sys/class/dmi/id/product_name", &doubt);
    int row = guest_row(vendor, product);
    bool guest = flag || (row >= 0 && guests[row].decides);
    struct str from = flag ? STR("proc/cpuinfo") : dmi;

    if (guest)
        fact_bool(&machine->virtual_guest, true, from);
    else if (flag_says || vendor.len)
        settle_bool(&machine->virtual_guest, false, from, &doubt);
    else
        FACT_FAILED(&machine->virtual_guest, doubt.error ? doubt.error : -EIO, from);

    if (guest && row >= 0)
        settle_str(&machine->hypervisor, str_of(guests[row].name), dmi, &doubt);
    else if (guest)
        machine->hypervisor.from = doubt.error ? doubt.from : dmi;
    else if (fact_false(&machine->virtual_guest))
        settle_absent(&machine->hypervisor, from, &doubt);
    else
        machine->hypervisor.from = machine->virtual_guest.from;
}

static void look_at_cpu(struct probe_ctx *ctx)
{
    struct machine_facts *machine = &ctx->facts->machine;
    struct doubt doubt = { 0, { NULL, 0 } };
    struct str from = STR("proc/cpuinfo"), text = { NULL, 0 }, flags;
    int r = doubt_add(&doubt, look_start(ctx, from, CPU_TEXT, &text), from);
    bool x86 = r == 0 && look_value(text, "flags", ':', &flags);

    FACT_FAILED(&machine->cpu_level, r, from);
    if (x86 && look_word(flags, STR("lm")))
        look_at_level(flags, from, &machine->cpu_level);
    else if (r == 0)
        machine->cpu_level.state = FACT_ABSENT; /* no x86-64 */
    look_at_hypervisor(ctx, x86 && look_word(flags, STR("hypervisor")), x86, &doubt);
}

/* --- firmware ------------------------------------------------------------------------------ */

#define SECURE_BOOT "SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"

/* A folder that holds nothing is a mask (containers hide sys/firmware so), or not mounted. */
static bool holds(struct probe_ctx *ctx, struct str path, const char *name, bool *ret_there,
                  struct doubt *doubt)
{
    struct names names;

    if (doubt_add(doubt, root_list(ctx->root, path, 1024, &names), path) < 0 || names.count == 0)
        return false;
    *ret_there = false;
    for (size_t i = 0; i < names.count; i++)
        if (str_eqz(names.items[i], name))
            *ret_there = true;
    return true;
}

/*
 * The variable has four bytes of attributes, then 1 or 0 (UEFI 2.10, 3.3 "Globally Defined
 * Variables"; Documentation/filesystems/efivarfs.rst). No sys/firmware/efi: not started by EFI, so
 * nothing demands signatures.
 */
static void look_at_secure_boot(struct probe_ctx *ctx)
{
    static const struct str from = STR_INIT("sys/firmware/efi/efivars/" SECURE_BOOT);
    static const struct str efivars = STR_INIT("sys/firmware/efi/efivars");
    static const struct str firmware = STR_INIT("sys/firmware");
    struct fact_bool *secure = &ctx->facts->machine.secure_boot;
    struct doubt doubt = { 0, { NULL, 0 } };
    bool there;
    struct str bytes;
    int r = root_read(ctx->root, from, SHORT, &bytes);

    if (r == 0) {
        secure->from = from;
        if (bytes.len == 5)
            fact_bool(secure, bytes.data[4] == 1, from);
    } else if (fact_state_of_error(r) != FACT_ABSENT) {
        FACT_FAILED(secure, r, from);
    } else if (!holds(ctx, firmware, "efi", &there, &doubt)) {
        FACT_FAILED(secure, doubt.error ? doubt.error : -EIO, firmware);
    } else if (!there) {
        fact_bool(secure, false, firmware);
    } else if (holds(ctx, efivars, SECURE_BOOT, &there, &doubt) && !there) {
        fact_bool(secure, false, efivars); /* firmware without the feature */
    } else {
        FACT_FAILED(secure, doubt.error ? doubt.error : -EIO, efivars);
    }
}

/* --- WSL and Jetson ------------------------------------------------------------------------ */

/* WSL 2 runs on Hyper-V, whatever the processor's flags say; so while WSL is in doubt, that it runs
 * on nothing is, too. */
static void settle_windows(struct machine_facts *machine)
{
    bool known = machine->wsl.state == FACT_KNOWN;

    if (known && machine->wsl.value == 2) {
        fact_bool(&machine->virtual_guest, true, machine->wsl.from);
        fact_str(&machine->hypervisor, STR("hyperv"), machine->wsl.from);
    } else if (!known && machine->wsl.from.len && machine->hypervisor.state == FACT_ABSENT) {
        machine->virtual_guest = (struct fact_bool){ .from = machine->wsl.from };
        machine->hypervisor = (struct fact_str){ .from = machine->wsl.from };
    }
}

/* WSL 1 calls its kernel "4.4.0-19041-Microsoft", WSL 2 "5.15.90.1-microsoft-standard-WSL2". A
 * kernel of the user's own may be called anything: then Windows's two gifts tell. */
static void look_at_wsl(struct probe_ctx *ctx)
{
    struct machine_facts *machine = &ctx->facts->machine;
    const struct fact_str *kernel = &machine->kernel;
    struct doubt doubt = { 0, { NULL, 0 } };
    struct node node;

    if (kernel->state != FACT_KNOWN) {
        machine->wsl.state = kernel->state == FACT_ABSENT ? FACT_UNKNOWN : kernel->state;
        machine->wsl.from = kernel->from;
    } else if (str_ends(kernel->value, STR("-Microsoft"))) {
        fact_int(&machine->wsl, 1, kernel->from);
    } else if (str_has(kernel->value, STR("microsoft")) || str_has(kernel->value, STR("WSL2"))) {
        fact_int(&machine->wsl, 2, kernel->from);
    } else if (doubt_add(&doubt, root_stat(ctx->root, STR("dev/dxg"), &node), STR("dev/dxg")) ==
                   0 &&
               doubt_add(&doubt, root_stat(ctx->root, STR("usr/lib/wsl"), &node),
                         STR("usr/lib/wsl")) == 0) {
        fact_int(&machine->wsl, 2, STR("dev/dxg"));
    } else {
        settle_int(&machine->wsl, 0, kernel->from, &doubt);
    }
    settle_windows(machine);
}

/* "# R36 (release), REVISION: 4.0, GCID: …" is release 36.4.0. */
static void look_at_release(struct probe_ctx *ctx, struct str text, struct str from)
{
    struct fact_str *release = &ctx->facts->machine.jetson_release;
    struct str mark = STR("REVISION: "), major, revision;
    uint64_t number;
    size_t at = str_find(text, mark);

    release->from = from;
    if (!str_starts(text, STR("# R")) || at == STR_NONE)
        return;
    (void) str_cut(str_from(text, 3), ' ', &major, &revision);
    (void) str_cut(str_from(text, at + mark.len), ',', &revision, &text);
    if (str_u64(major, 10, &number) == 0)
        fact_str(release, arena_printf(ctx->arena, "%.*s.%.*s", STR_ARG(major), STR_ARG(revision)),
                 from);
}

/* Jetson Linux leaves its release in etc; the device tree names the chip ("nvidia,tegra234"). */
static void look_at_jetson(struct probe_ctx *ctx)
{
    static const struct str release = STR_INIT("etc/nv_tegra_release");
    static const struct str compatible = STR_INIT("proc/device-tree/compatible");
    static const struct str tree = STR_INIT("proc/device-tree");
    struct machine_facts *machine = &ctx->facts->machine;
    struct doubt doubt = { 0, { NULL, 0 } };
    struct str text;
    struct node node;
    int r = root_read(ctx->root, release, SHORT, &text);

    FACT_FAILED(&machine->jetson_release, r, release);
    if (r == 0) {
        fact_bool(&machine->jetson, true, release);
        look_at_release(ctx, text, release);
        return;
    }
    (void) doubt_add(&doubt, r, release);
    r = doubt_add(&doubt, root_read(ctx->root, compatible, SHORT, &text), compatible);
    if (r == 0 && str_has(text, STR("nvidia,tegra")))
        fact_bool(&machine->jetson, true, compatible);
    else if (r < 0 && doubt_add(&doubt, root_lstat(ctx->root, tree, &node), tree) == 0)
        FACT_FAILED(&machine->jetson, -EIO, compatible); /* hidden, as containers hide it */
    else
        settle_bool(&machine->jetson, false, compatible, &doubt);
}

static void run(struct probe_ctx *ctx)
{
    look_at_cpu(ctx);
    look_at_secure_boot(ctx);
    look_at_wsl(ctx);
    look_at_jetson(ctx);
}

const struct probe probe_platform = {
    .name = "platform",
    .cost = COST_FILES,
    .before_driver = true,
    .run = run,
};
