/* hardware: the GPUs on the PCI bus, and what their driver says of them. */
#include "probe/gpu.h"
#include "probe/look.h"

#include "knowledge/gpus.h"

#include <errno.h>

#define BUS "sys/bus/pci/devices"
#define DEVICES 4096 /* on one bus; the largest machines have some hundreds */
#define SHORT 4096u

#define NVIDIA 0x10deu
#define CLASS_BRIDGE_OTHER 0x0680u /* what an NVSwitch calls itself */

struct pci_device {
    struct str address, from;
    unsigned class; /* 24 bits */
    unsigned vendor, device, subvendor, subdevice;
    bool has_subsystem;
    struct str driver; /* empty: none is bound */
};

/* --- the bus ------------------------------------------------------------------------------- */

static int number(struct str text, uint64_t limit, unsigned *ret)
{
    uint64_t value;

    if (str_u64(text, 16, &value) < 0 || value > limit)
        return -EBADMSG;
    *ret = (unsigned) value;
    return 0;
}

static int id_pair(struct str text, unsigned *ret_vendor, unsigned *ret_device)
{
    struct str vendor, device;

    (void) str_cut(text, ':', &vendor, &device);
    if (number(vendor, 0xffff, ret_vendor) < 0)
        return -EBADMSG;
    return number(device, 0xffff, ret_device);
}

/* One file tells everything: DRIVER, PCI_CLASS=30000, PCI_ID=10DE:2504, PCI_SUBSYS_ID
 * (drivers/pci/pci-driver.c, pci_uevent()). */
static int read_uevent(struct str text, struct pci_device *ret)
{
    struct str class, id, subsystem;

    if (!look_value(text, "PCI_CLASS", '=', &class) || !look_value(text, "PCI_ID", '=', &id))
        return -ENODATA;
    if (number(class, 0xffffff, &ret->class) < 0 || id_pair(id, &ret->vendor, &ret->device) < 0)
        return -EBADMSG;
    ret->has_subsystem = look_value(text, "PCI_SUBSYS_ID", '=', &subsystem) &&
                         id_pair(subsystem, &ret->subvendor, &ret->subdevice) == 0;
    (void) look_value(text, "DRIVER", '=', &ret->driver);
    return 0;
}

static int attribute(struct probe_ctx *ctx, struct str folder, const char *name, uint64_t limit,
                     unsigned *ret)
{
    struct str text;
    int r = look_start(ctx, arena_join(ctx->arena, folder, str_of(name)), SHORT, &text);

    return r < 0 ? r : number(str_trim(text), limit, ret);
}

/* The same from the files beside it, which copies of a /sys may hold alone. */
static int read_attributes(struct probe_ctx *ctx, struct str folder, struct pci_device *ret)
{
    struct str target;
    int r = attribute(ctx, folder, "class", 0xffffff, &ret->class);

    if (r == 0)
        r = attribute(ctx, folder, "vendor", 0xffff, &ret->vendor);
    if (r == 0)
        r = attribute(ctx, folder, "device", 0xffff, &ret->device);
    if (r < 0)
        return r;
    r = attribute(ctx, folder, "subsystem_vendor", 0xffff, &ret->subvendor);
    if (r == 0)
        r = attribute(ctx, folder, "subsystem_device", 0xffff, &ret->subdevice);
    if (r < 0 && r != -ENOENT) /* boards of one device differ: half of it would name another */
        return r;
    ret->has_subsystem = r == 0;
    r = root_link(ctx->root, arena_join(ctx->arena, folder, STR("driver")), &target);
    if (r == 0)
        ret->driver = path_base(target);
    return fact_state_of_error(r) == FACT_ABSENT || r == 0 ? 0 : r;
}

static int read_device(struct probe_ctx *ctx, struct str address, struct pci_device *ret)
{
    struct str folder = arena_join(ctx->arena, STR(BUS), address), text;
    int r;

    *ret = (struct pci_device){ .address = address };
    ret->from = arena_join(ctx->arena, folder, STR("uevent"));
    r = look_start(ctx, ret->from, SHORT, &text);
    if (r == 0)
        r = read_uevent(text, ret);
    if (r != -ENOENT && r != -ENODATA)
        return r;
    ret->from = arena_join(ctx->arena, folder, STR("class"));
    r = read_attributes(ctx, folder, ret);
    return r == -ENOENT ? -EBADMSG : r; /* a device without ids is there all the same */
}

/* --- GPUs ---------------------------------------------------------------------------------- */

static void add_gpu(struct probe_ctx *ctx, const struct pci_device *device)
{
    struct gpu_facts *gpu =
        fact_list_add(ctx->arena, &ctx->facts->hardware.gpus, sizeof(struct gpu_facts));
    struct gpu_info info;

    fact_str(&gpu->address, device->address, STR(BUS));
    fact_str(&gpu->device_id, arena_printf(ctx->arena, "%04x:%04x", device->vendor, device->device),
             device->from);
    gpu->subsystem_id.from = device->from;
    if (device->has_subsystem)
        fact_str(&gpu->subsystem_id,
                 arena_printf(ctx->arena, "%04x:%04x", device->subvendor, device->subdevice),
                 device->from);
    gpu->holder = (struct fact_str){ device->driver.len ? FACT_KNOWN : FACT_ABSENT, device->driver,
                                     device->from };
    if (gpu_by_pci(device->device, device->subvendor, device->subdevice, &info))
        gpu_describe(ctx->arena, &info, gpu->device_id.value, gpu);
}

static void add_other(struct probe_ctx *ctx, const struct pci_device *device)
{
    static const struct {
        unsigned id;
        const char *name;
    } vendors[] = { { 0x1002, "AMD" },       { 0x1022, "AMD" },          { 0x8086, "Intel" },
                    { 0x1a03, "ASPEED" },    { 0x102b, "Matrox" },       { 0x1234, "QEMU" },
                    { 0x1b36, "Red Hat" },   { 0x1af4, "virtio" },       { 0x15ad, "VMware" },
                    { 0x1414, "Microsoft" }, { 0x1ed5, "Moore Threads" } };
    struct display_facts *other =
        fact_list_add(ctx->arena, &ctx->facts->hardware.others, sizeof(struct display_facts));

    fact_str(&other->address, device->address, STR(BUS));
    fact_str(&other->device_id,
             arena_printf(ctx->arena, "%04x:%04x", device->vendor, device->device), device->from);
    fact_str(&other->vendor, arena_printf(ctx->arena, "%04x", device->vendor), device->from);
    for (size_t i = 0; i < sizeof(vendors) / sizeof(vendors[0]); i++)
        if (vendors[i].id == device->vendor)
            other->vendor.value = str_of(vendors[i].name);
}

/* The bus was seen: so far, as many GPUs as are in the list. */
static void look_at_bus(struct probe_ctx *ctx, const struct names *devices)
{
    struct hardware_facts *hardware = &ctx->facts->hardware;
    struct doubt doubt = { 0, { NULL, 0 } };
    int64_t switches = 0;

    hardware->gpus = (struct fact_list){ .state = FACT_KNOWN, .from = STR(BUS) };
    hardware->others = hardware->gpus;
    for (size_t i = 0; i < devices->count; i++) {
        struct pci_device device;
        int r = read_device(ctx, devices->items[i], &device);

        if (doubt_add(&doubt, r, device.from) < 0)
            continue;
        if (device.vendor == NVIDIA && device.class >> 8 == CLASS_BRIDGE_OTHER)
            switches++;
        if (!pci_class_is_gpu(device.class))
            continue;
        if (device.vendor == NVIDIA)
            add_gpu(ctx, &device);
        else
            add_other(ctx, &device);
    }
    hardware->gpus.partial = hardware->others.partial = doubt.error != 0;
    settle_int(&hardware->gpu_count, (int64_t) hardware->gpus.count, STR(BUS), &doubt);
    settle_int(&hardware->nvswitches, switches, STR(BUS), &doubt);
}

static void bus_unseen(struct hardware_facts *hardware, enum fact_state state, struct str from)
{
    hardware->gpus = (struct fact_list){ .state = state, .from = from };
    hardware->others = hardware->gpus;
    hardware->gpu_count = (struct fact_int){ .state = state, .from = from };
    hardware->nvswitches = hardware->gpu_count;
}

/* --- a Tegra's own GPU --------------------------------------------------------------------- */

/* Lies on no bus. The board's name ("NVIDIA Jetson AGX Orin Developer Kit") tells which it is. */
static void add_tegra(struct probe_ctx *ctx)
{
    static const struct str model = STR_INIT("proc/device-tree/model");
    struct hardware_facts *hardware = &ctx->facts->hardware;
    struct gpu_facts *gpu = fact_list_add(ctx->arena, &hardware->gpus, sizeof(struct gpu_facts));
    struct gpu_info info, best;
    struct str text;
    size_t longest = 0;
    int r = root_read(ctx->root, model, SHORT, &text);

    hardware->gpus.from = model;
    fact_str(&gpu->address, STR("soc"), ctx->facts->machine.jetson.from);
    fact_int(&hardware->gpu_count, (int64_t) hardware->gpus.count, ctx->facts->machine.jetson.from);
    FACT_FAILED(&gpu->name, r, model);
    if (r < 0)
        return;
    text = look_printable(ctx->arena, text);
    fact_str(&gpu->name, text, model);
    for (size_t at = 0; gpu_at(at, &info) && info.tegra; at++)
        if (info.name.len > longest && str_has(text, info.name)) {
            longest = info.name.len;
            best = info;
        }
    if (longest == 0)
        return;
    gpu_describe(ctx->arena, &best, best.name, gpu);
    fact_str(&gpu->name, text, model);
}

/* Windows keeps the GPU of its WSL: what it lends has no PCI device of NVIDIA's. */
static bool may_be_wsl(struct probe_ctx *ctx)
{
    const struct fact_int *wsl = &ctx->facts->machine.wsl;
    struct node node;

    if (wsl->state == FACT_KNOWN)
        return wsl->value > 0;
    return fact_state_of_error(root_stat(ctx->root, STR("dev/dxg"), &node)) != FACT_ABSENT;
}

static void run(struct probe_ctx *ctx)
{
    struct hardware_facts *hardware = &ctx->facts->hardware;
    const struct fact_bool *jetson = &ctx->facts->machine.jetson;
    struct names devices;
    int r;

    if (may_be_wsl(ctx)) {
        bus_unseen(hardware, FACT_UNKNOWN, STR("dev/dxg"));
        return;
    }
    r = root_list(ctx->root, STR(BUS), DEVICES, &devices);
    if (r == 0)
        look_at_bus(ctx, &devices);
    else /* no bus in sight, as where sys is not mounted, is no bus without GPUs */
        bus_unseen(hardware, r == -ENOENT ? FACT_UNKNOWN : fact_state_of_error(r), STR(BUS));
    if (hardware->gpus.count > 0 || hardware->gpus.partial || (r < 0 && r != -ENOENT))
        return;
    if (fact_true(jetson))
        add_tegra(ctx);
    else if (jetson->state != FACT_KNOWN)
        bus_unseen(hardware, FACT_UNKNOWN, jetson->from);
}

const struct probe probe_hardware = {
    .name = "hardware",
    .cost = COST_FILES,
    .before_driver = true,
    .run = run,
};
