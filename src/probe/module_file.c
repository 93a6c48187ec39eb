/* module_file: is there an nvidia module for the running kernel, and if not, why: DKMS, headers. */
#include "probe/look.h"

#include "format/modinfo.h"
#include "loader/object.h"

#include <errno.h>

#define LIST_LIMIT (16u << 20) /* modules.dep; a distribution's has under 1 MiB */
#define KERNELS 256            /* in lib/modules */
#define OTHERS 16              /* kernels that are looked into, newest names first */
#define NAMES 1024             /* in a folder of DKMS */
#define INFO_LIMIT (256u << 10)

/*
 * "nvidia.ko", with ".xz", ".zst" or ".gz" behind; Debian says "nvidia-current.ko", and
 * "nvidia-tesla-470.ko" or "nvidia-legacy-390xx.ko" for older branches. Not its helpers, nor the
 * kernel's own modules for other NVIDIA parts.
 */
static bool is_nvidia(struct str file)
{
    static const char *const helpers[] = { "-uvm", "-drm", "-modeset", "-peermem" };
    size_t end = str_find(file, STR(".ko"));
    struct str stem = str_slice(file, 0, end);

    if (end == STR_NONE)
        return false;
    for (size_t i = 0; i < sizeof(helpers) / sizeof(helpers[0]); i++)
        if (str_ends(stem, str_of(helpers[i])))
            return false;
    return str_eqz(stem, "nvidia") || str_starts(stem, STR("nvidia-current")) ||
           str_starts(stem, STR("nvidia-tesla")) || str_starts(stem, STR("nvidia-legacy-"));
}

/* modules.dep has a line "path: what it needs" for each module. -ENOENT: none is nvidia's. */
static int find_module(struct probe_ctx *ctx, struct str folder, struct str *ret)
{
    struct str list, line, module;
    int r =
        root_read(ctx->root, arena_join(ctx->arena, folder, STR("modules.dep")), LIST_LIMIT, &list);

    if (r < 0)
        return r;
    while (str_next_line(&list, &line)) {
        (void) str_cut(line, ':', &module, &line);
        if (!is_nvidia(path_base(module)))
            continue;
        *ret = module.data[0] == '/' ? str_from(module, 1) : arena_join(ctx->arena, folder, module);
        return 0;
    }
    return -ENOENT;
}

/* --- what the file says -------------------------------------------------------------------- */

static int read_modinfo(struct object *object, struct arena *arena, struct modinfo *ret)
{
    struct elf_section *sections;
    const struct elf_section *info;
    struct str bytes;
    size_t count;
    int r = elf_sections(&object->elf, &sections, &count);

    if (r < 0)
        return r;
    info = elf_section(sections, count, ".modinfo");
    if (!info || info->size > INFO_LIMIT)
        return -EBADMSG;
    r = window_read(&object->window, arena, info->offset, info->size, &bytes);
    if (r == 0)
        *ret = modinfo_parse(bytes);
    return r;
}

/* A compressed module is no ELF file: what it says stays unknown. */
static void describe(struct probe_ctx *ctx, struct driver_facts *driver, struct str path)
{
    struct object object;
    struct modinfo info;
    int r = object_open(ctx->root, path, ctx->arena, &object);

    driver->module_file_version.from = driver->module_file_flavour.from = path;
    if (r < 0)
        return;
    r = read_modinfo(&object, ctx->arena, &info);
    object_close(&object);
    if (r < 0)
        return;
    if (info.version.len)
        fact_str(&driver->module_file_version, info.version, path);
    if (str_eqz(info.license, "NVIDIA")) /* the open one says "Dual MIT/GPL" */
        fact_str(&driver->module_file_flavour, STR("proprietary"), path);
    else if (info.license.len)
        fact_str(&driver->module_file_flavour, STR("open"), path);
}

static void look_for_module(struct probe_ctx *ctx, struct driver_facts *driver, struct str folder)
{
    struct str path = folder, from = arena_join(ctx->arena, folder, STR("modules.dep"));
    struct doubt doubt = { 0, { NULL, 0 } };
    struct node node;
    int r = doubt_add(&doubt, find_module(ctx, folder, &path), from);

    if (r == 0) {
        from = path;
        r = doubt_add(&doubt, root_stat(ctx->root, path, &node), path);
    }
    settle_bool(&driver->module_file, r == 0, from, &doubt);
    if (r == 0) {
        fact_str(&driver->module_file_path, path, from);
        describe(ctx, driver, path);
        return;
    }
    settle_absent(&driver->module_file_path, from, &doubt);
    driver->module_file_version = driver->module_file_flavour = driver->module_file_path;
}

static void look_at_other_kernels(struct probe_ctx *ctx, struct driver_facts *driver,
                                  struct str running)
{
    struct fact_str *other = &driver->module_other_kernel;
    struct str from = STR("lib/modules"), path;
    struct doubt doubt = { 0, { NULL, 0 } };
    struct names kernels = { NULL, 0 };
    unsigned looked = 0;

    (void) doubt_add(&doubt, root_list(ctx->root, from, KERNELS, &kernels), from);
    for (size_t i = kernels.count; i-- > 0 && looked < OTHERS;) {
        struct str folder = arena_join(ctx->arena, from, kernels.items[i]);

        if (str_eq(kernels.items[i], running))
            continue;
        looked++;
        if (doubt_add(&doubt, find_module(ctx, folder, &path), folder) == 0) {
            settle_str(other, kernels.items[i], path, &doubt);
            return;
        }
    }
    settle_absent(other, from, &doubt);
}

/* --- DKMS ---------------------------------------------------------------------------------- */

/* How far a version got for this kernel. */
enum progress { NOT_HELD, ADDED, BUILT };

/* var/lib/dkms/nvidia/535.183.01/KERNEL/ARCHITECTURE/module/ is there once it is built
 * (https://github.com/dell/dkms, dkms.8). */
static enum progress progress_of(struct probe_ctx *ctx, struct str version, struct str kernel,
                                 struct doubt *doubt)
{
    struct str built = arena_join(ctx->arena, version, kernel);
    struct names architectures;

    if (doubt_add(doubt, root_list(ctx->root, built, NAMES, &architectures), built) < 0)
        return ADDED;
    for (size_t i = 0; i < architectures.count; i++) {
        struct str folder = arena_join(ctx->arena, built, architectures.items[i]);
        struct node node;

        folder = arena_join(ctx->arena, folder, STR("module"));
        if (doubt_add(doubt, root_stat(ctx->root, folder, &node), folder) == 0)
            return BUILT;
    }
    return ADDED;
}

/* The furthest, and of those the newest, version of one package ("nvidia", "nvidia-current"). */
static void look_at_package(struct probe_ctx *ctx, struct str package, struct str kernel,
                            enum progress *furthest, struct str *version, struct doubt *doubt)
{
    struct names versions;

    if (doubt_add(doubt, root_list(ctx->root, package, NAMES, &versions), package) < 0)
        return;
    for (size_t i = 0; i < versions.count; i++) {
        struct str name = versions.items[i];
        enum progress progress;

        if (name.len == 0 || name.data[0] < '0' || name.data[0] > '9')
            continue; /* "kernel-6.1.0-x86_64", a link to what is installed */
        progress = progress_of(ctx, arena_join(ctx->arena, package, name), kernel, doubt);
        if (progress >= *furthest) {
            *furthest = progress;
            *version = name;
        }
    }
}

static void look_at_dkms(struct probe_ctx *ctx, struct driver_facts *driver, struct str kernel)
{
    static const struct str from = STR_INIT("var/lib/dkms");
    struct doubt doubt = { 0, { NULL, 0 } };
    struct names packages = { NULL, 0 };
    enum progress furthest = NOT_HELD;
    struct str version = { NULL, 0 };

    (void) doubt_add(&doubt, root_list(ctx->root, from, NAMES, &packages), from);
    for (size_t i = 0; i < packages.count; i++)
        if (str_starts(packages.items[i], STR("nvidia")))
            look_at_package(ctx, arena_join(ctx->arena, from, packages.items[i]), kernel, &furthest,
                            &version, &doubt);
    if (furthest == NOT_HELD) {
        settle_absent(&driver->dkms, from, &doubt);
        settle_absent(&driver->dkms_version, from, &doubt);
        return;
    }
    settle_str(&driver->dkms_version, version, from, &doubt);
    if (furthest == ADDED)
        settle_str(&driver->dkms, STR("added"), from, &doubt);
    else if (driver->module_file.state == FACT_KNOWN)
        settle_str(&driver->dkms, driver->module_file.value ? STR("installed") : STR("built"), from,
                   &doubt);
    else
        driver->dkms.from = driver->module_file.from;
}

/* A container sees neither its host's modules nor its headers. */
static void run(struct probe_ctx *ctx)
{
    struct driver_facts *driver = &ctx->facts->driver;
    const struct fact_str *kernel = &ctx->facts->machine.kernel;
    struct str folder;

    if (kernel->state != FACT_KNOWN || !fact_false(&ctx->facts->container.inside)) {
        struct str from =
            kernel->state != FACT_KNOWN ? kernel->from : ctx->facts->container.inside.from;

        driver->module_file.from = driver->dkms.from = driver->headers.from = from;
        return;
    }
    folder = arena_join(ctx->arena, STR("lib/modules"), kernel->value);
    look_for_module(ctx, driver, folder);
    if (fact_false(&driver->module_file))
        look_at_other_kernels(ctx, driver, kernel->value);
    look_at_dkms(ctx, driver, kernel->value);
    look_exists(ctx->root, arena_join(ctx->arena, folder, STR("build")), &driver->headers);
}

const struct probe probe_module_file = {
    .name = "module-file",
    .cost = COST_FILES,
    .before_driver = true,
    .run = run,
};
