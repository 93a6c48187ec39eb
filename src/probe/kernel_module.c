/* kernel_module: the nvidia module that is loaded, and who else may hold a GPU. */
#include "probe/look.h"

#include <errno.h>

#define SHORT 4096u

/* A module of this name is loaded, or built in. An unreadable sys/module says nothing. */
static void look_loaded(struct probe_ctx *ctx, struct str path, struct fact_bool *ret)
{
    struct node node;

    look_exists(ctx->root, path, ret);
    if (fact_false(ret) && root_stat(ctx->root, STR("sys/module"), &node) < 0)
        *ret = (struct fact_bool){ .from = STR("sys/module") };
}

/*
 * "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  550.54.14  Release Build …", and
 * without "Open" for the proprietary one, whose words are "NVIDIA UNIX x86_64 Kernel Module"
 * (https://github.com/NVIDIA/open-gpu-kernel-modules, kernel-open/nvidia/nv-procfs.c).
 */
static void look_at_flavour(struct probe_ctx *ctx, struct driver_facts *driver)
{
    struct str from = STR("proc/driver/nvidia/version"), text, line;
    int r = look_start(ctx, from, SHORT, &text);

    FACT_FAILED(&driver->module_flavour, r, from);
    if (r < 0)
        return;
    driver->module_flavour.state = FACT_UNKNOWN;
    (void) str_next_line(&text, &line);
    if (str_has(line, STR("Open Kernel Module")))
        fact_str(&driver->module_flavour, STR("open"), from);
    else if (str_has(line, STR("Kernel Module")))
        fact_str(&driver->module_flavour, STR("proprietary"), from);
}

/* The driver's helper that loads modules and makes device nodes for users, where it runs as root:
 * https://man.archlinux.org/man/nvidia-modprobe.1 */
static void look_at_modprobe(struct probe_ctx *ctx, struct fact_bool *ret)
{
    struct str path = STR("usr/bin/nvidia-modprobe");
    struct node node;
    int r = root_stat(ctx->root, path, &node);

    if (r < 0 && fact_state_of_error(r) != FACT_ABSENT)
        FACT_FAILED(ret, r, path);
    else
        fact_bool(ret, r == 0 && (node.mode & 04000) && node.uid == 0, path);
}

static void run(struct probe_ctx *ctx)
{
    struct driver_facts *driver = &ctx->facts->driver;

    look_loaded(ctx, STR("sys/module/nvidia"), &driver->module_loaded);
    look_loaded(ctx, STR("sys/module/nouveau"), &driver->nouveau_loaded);
    look_loaded(ctx, STR("sys/module/nvidia_uvm"), &driver->uvm_loaded);
    look_at_modprobe(ctx, &driver->modprobe);
    if (fact_false(&driver->module_loaded)) {
        driver->module_version =
            (struct fact_str){ .state = FACT_ABSENT, .from = driver->module_loaded.from };
        driver->module_flavour = driver->module_version;
        return;
    }
    root_line(ctx->root, "sys/module/nvidia/version", &driver->module_version);
    look_at_flavour(ctx, driver);
    if (driver->module_version.state == FACT_ABSENT && !fact_true(&driver->module_loaded))
        driver->module_version.state = FACT_UNKNOWN; /* no sys at all */
}

const struct probe probe_kernel_module = {
    .name = "kernel-module",
    .cost = COST_FILES,
    .before_driver = true,
    .run = run,
};
