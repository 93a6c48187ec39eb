/* engines: how the container engines of this machine are set up to give out the GPU. */
#include "probe/look.h"

#include "format/cdi.h"
#include "format/pod.h"
#include "format/toml.h"

#include <errno.h>

#define CONFIG_LIMIT (1u << 20)
#define STATUS_LIMIT (32u << 20)
#define SPECS 64        /* specs that are read */
#define SPEC_NAMES 4096 /* files that a spec may name */

/* --- NVIDIA Container Toolkit -------------------------------------------------------------- */

/* https://docs.nvidia.com/datacenter/cloud-native/container-toolkit/latest/arch-overview.html */
static void look_at_toolkit(struct probe_ctx *ctx, struct engines_facts *engines)
{
    static const char *const programs[] = { "usr/bin/nvidia-container-runtime-hook",
                                            "usr/bin/nvidia-ctk",
                                            "usr/local/nvidia/toolkit/nvidia-container-runtime" };
    struct doubt doubt = { 0 };
    struct node node;

    for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++) {
        struct str path = str_of(programs[i]);

        if (doubt_add(&doubt, root_stat(ctx->root, path, &node), path) == 0) {
            fact_bool(&engines->toolkit_installed, true, path);
            return;
        }
    }
    settle_bool(&engines->toolkit_installed, false, str_of(programs[0]), &doubt);
}

/* The paragraph of dpkg's list. Of other package managers the database is no text. */
static void look_at_version(struct probe_ctx *ctx, struct engines_facts *engines)
{
    static const struct str from = STR_INIT("var/lib/dpkg/status");
    static const struct str package = STR_INIT("\nPackage: nvidia-container-toolkit\n");
    struct str text, version;
    size_t at, end;

    if (!fact_true(&engines->toolkit_installed) ||
        root_read(ctx->root, from, STATUS_LIMIT, &text) < 0)
        return;
    at = str_find(text, package);
    text = at == STR_NONE ? (struct str){ NULL, 0 } : str_from(text, at + 1);
    end = str_find(text, STR("\n\n"));
    if (look_value(str_slice(text, 0, end), "Version", ':', &version))
        fact_str(&engines->toolkit_version, version, from);
}

static void look_at_toolkit_config(struct probe_ctx *ctx, struct engines_facts *engines)
{
    static const struct str from = STR_INIT("etc/nvidia-container-runtime/config.toml");
    struct toml *config = NULL;
    struct str text, mode;
    const struct toml *switched;
    int r = root_read(ctx->root, from, CONFIG_LIMIT, &text);

    if (r == 0)
        r = toml_parse(text, ctx->arena, &config);
    if (r < 0) {
        FACT_FAILED(&engines->no_cgroups, r, from);
        FACT_FAILED(&engines->toolkit_mode, r, from);
        return;
    }
    switched = toml_get(config, "nvidia-container-cli.no-cgroups");
    fact_bool(&engines->no_cgroups, switched && str_eqz(switched->text, "true"), from);
    mode = toml_text(config, "nvidia-container-runtime.mode");
    fact_str(&engines->toolkit_mode, mode.len ? mode : STR("auto"), from);
}

/* --- Docker and Podman --------------------------------------------------------------------- */

/* https://docs.docker.com/reference/cli/dockerd/#daemon-configuration-file. Rootless Docker has its
 * own below the user's home. */
static void look_at_docker(struct probe_ctx *ctx, struct engines_facts *engines)
{
    struct str home, from = STR("etc/docker/daemon.json"), text;
    struct daemon_config config;
    int r;

    if (eyes_variable(ctx->eyes, "HOME", &home)) {
        struct str own = arena_join(ctx->arena, home, STR(".config/docker/daemon.json"));
        struct node node;

        if (root_stat(ctx->root, own, &node) == 0)
            from = str_from(own, str_starts(own, STR("/")));
    }
    r = root_read(ctx->root, from, CONFIG_LIMIT, &text);
    if (r == 0)
        r = daemon_config(ctx->arena, text, &config);
    if (r < 0) {
        FACT_FAILED(&engines->docker_runtime, r, from);
        FACT_FAILED(&engines->docker_default, r, from);
        FACT_FAILED(&engines->docker_cdi, r, from);
        return;
    }
    fact_bool(&engines->docker_runtime, config.nvidia, from);
    fact_bool(&engines->docker_cdi, config.cdi, from);
    if (config.default_runtime.len)
        fact_str(&engines->docker_default, config.default_runtime, from);
    else
        FACT_FAILED(&engines->docker_default, -ENOENT, from);
}

static void look_at_podman(struct probe_ctx *ctx, struct engines_facts *engines)
{
    static const struct str from = STR_INIT("etc/containers/containers.conf");
    struct toml *config = NULL;
    struct str text, runtime;
    int r = root_read(ctx->root, from, CONFIG_LIMIT, &text);

    if (r == 0)
        r = toml_parse(text, ctx->arena, &config);
    runtime = r == 0 ? toml_text(config, "engine.runtime") : (struct str){ NULL, 0 };
    if (runtime.len)
        fact_str(&engines->podman_runtime, runtime, from);
    else
        FACT_FAILED(&engines->podman_runtime, r == 0 ? -ENOENT : r, from);
    look_exists(ctx->root, STR("usr/share/containers/oci/hooks.d/oci-nvidia-hook.json"),
                &engines->podman_hook);
}

/* --- CDI ----------------------------------------------------------------------------------- */

/* What one spec names; only those of NVIDIA's GPUs count. */
struct spec {
    bool nvidia, uvm;
    struct str missing, driver;
    struct doubt doubt;
};

static void look_at_named(struct probe_ctx *ctx, struct str path, struct spec *spec)
{
    struct str name = path_base(path);
    struct node node;
    int r;

    spec->uvm |= str_eqz(name, "nvidia-uvm");
    if (str_starts(name, STR("libcuda.so.")) && name.len > 13)
        spec->driver = arena_copy(ctx->arena, str_from(name, 11));
    if (spec->missing.len)
        return;
    path = arena_copy(ctx->arena, path);
    r = doubt_add(&spec->doubt, root_stat(ctx->root, path, &node), path);
    if (r == -ENOENT || r == -ENOTDIR)
        spec->missing = path;
}

static bool read_spec(struct probe_ctx *ctx, struct str from, struct spec *ret)
{
    enum cdi_member member;
    struct str text, value;

    *ret = (struct spec){ .nvidia = false };
    if (doubt_add(&ret->doubt, root_read(ctx->root, from, CDI_TEXT, &text), from) < 0)
        return false;
    for (struct str rest = text; cdi_next(&rest, &member, &value);)
        ret->nvidia |= member == CDI_KIND && str_eqz(value, "nvidia.com/gpu");
    for (size_t i = 0; i < SPEC_NAMES && ret->nvidia && cdi_next(&text, &member, &value); i++)
        if (member == CDI_HOST_PATH || (member == CDI_PATH && str_starts(value, STR("/dev/"))))
            look_at_named(ctx, value, ret);
    return ret->nvidia;
}

static void record_spec(const struct spec *spec, struct str from, struct engines_facts *engines)
{
    fact_bool(&engines->cdi, true, from);
    fact_str(&engines->cdi_path, from, from);
    fact_bool(&engines->cdi_uvm, spec->uvm, from);
    if (spec->driver.len)
        fact_str(&engines->cdi_driver, spec->driver, from);
    if (spec->missing.len)
        fact_str(&engines->cdi_missing, spec->missing, from);
    else
        settle_absent(&engines->cdi_missing, from, &spec->doubt);
}

/* The later folder wins, as the specification says: what the toolkit renews by itself. */
static void look_at_cdi(struct probe_ctx *ctx, struct engines_facts *engines)
{
    static const char *const folders[] = { "etc/cdi", "var/run/cdi" };
    struct doubt doubt = { 0 };
    struct names names;
    struct spec spec;

    for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
        struct str folder = str_of(folders[i]);

        if (doubt_add(&doubt, root_list(ctx->root, folder, SPECS, &names), folder) < 0)
            continue;
        for (size_t n = 0; n < names.count; n++) {
            struct str from = arena_join(ctx->arena, folder, names.items[n]);

            if (read_spec(ctx, from, &spec))
                record_spec(&spec, from, engines);
            else
                doubt_merge(&doubt, &spec.doubt);
        }
    }
    if (engines->cdi.state != FACT_KNOWN)
        settle_bool(&engines->cdi, false, STR("etc/cdi"), &doubt);
}

/* --- security modules ---------------------------------------------------------------------- */

static void look_at_security(struct probe_ctx *ctx, struct engines_facts *engines)
{
    struct fact_str line = { .state = FACT_UNKNOWN };

    root_line(ctx->root, "sys/fs/selinux/enforce", &engines->selinux);
    if (engines->selinux.state == FACT_KNOWN)
        engines->selinux.value =
            str_eqz(engines->selinux.value, "1") ? STR("enforcing") : STR("permissive");
    root_line(ctx->root, "sys/module/apparmor/parameters/enabled", &line);
    if (line.state == FACT_KNOWN || line.state == FACT_ABSENT)
        fact_bool(&engines->apparmor, fact_is(&line, STR("Y")), line.from);
}

static void run(struct probe_ctx *ctx)
{
    struct engines_facts *engines = &ctx->facts->engines;

    if (!ctx->wishes || !ctx->wishes->engines)
        return;
    look_at_toolkit(ctx, engines);
    look_at_version(ctx, engines);
    look_at_toolkit_config(ctx, engines);
    look_at_docker(ctx, engines);
    look_at_podman(ctx, engines);
    look_at_cdi(ctx, engines);
    look_at_security(ctx, engines);
}

const struct probe probe_engines = {
    .name = "engines",
    .cost = COST_FILES,
    .run = run,
};
