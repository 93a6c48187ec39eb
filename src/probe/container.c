/* container: does the process run in one, whose, and was the GPU put into it. */
#include "probe/look.h"

#include "format/mounts.h"

#include <errno.h>

#define MOUNTS_LIMIT (8u << 20)
#define SHORT 4096u
#define TEXT_LIMIT (64u << 10)

/* What the mounts tell. */
struct scene {
    struct probe_ctx *ctx;
    struct doubt doubt;     /* looks that failed and could have shown a container */
    struct str engine;      /* empty: not known */
    struct str from;        /* the first sign of a container; empty: none so far */
    bool mounts_known;      /* the mounts were read */
    bool mounts_failed;     /* they are there, but could not be read */
    bool host_root;         /* neither an image's layers for a root, nor a dev of its own */
    bool nodes_mounted;     /* device nodes of the host were put in, one by one */
    bool libraries_mounted; /* files of the host's driver were put in */
    struct fact_int shm;
};

static void sign(struct scene *scene, const char *engine, struct str from)
{
    if (scene->from.len == 0)
        scene->from = from;
    if (scene->engine.len == 0)
        scene->engine = str_of(engine);
}

/* --- mounts -------------------------------------------------------------------------------- */

/* Where engines keep the layers of which they make a root. */
static const struct {
    const char *words, *engine;
} stores[] = {
    { "/docker/", "docker" },         { "/containers/storage/", "podman" },
    { "/containerd/", "containerd" }, { "/apptainer/", "apptainer" },
    { "/singularity/", "apptainer" },
};

static void look_at_root_mount(struct scene *scene, const struct mount *mount, struct str from)
{
    for (size_t i = 0; i < sizeof(stores) / sizeof(stores[0]); i++)
        if (str_has(mount->super_options, str_of(stores[i].words)) ||
            str_has(mount->root, str_of(stores[i].words)))
            sign(scene, stores[i].engine, from);
}

static void look_at_driver_mount(struct scene *scene, struct str point)
{
    struct str name = path_base(point);

    scene->nodes_mounted |= str_starts(point, STR("/dev/nvidia"));
    scene->libraries_mounted |=
        str_starts(point, STR("/proc/driver/nvidia")) || str_starts(name, STR("libcuda.so")) ||
        str_starts(name, STR("libnvidia-ml.so")) || str_eqz(name, "nvidia-smi");
}

/* "65536k" and the like (tmpfs(5)). */
static void look_at_shm(struct scene *scene, const struct mount *mount, struct str from)
{
    static const char units[] = "kmg";
    struct str size;
    const char *unit;
    uint64_t number;
    unsigned shift = 0;

    scene->shm = (struct fact_int){ .from = from };
    if (!mount_option(mount->super_options, "size", scene->ctx->arena, &size) || size.len == 0)
        return;
    unit = strchr(units, size.data[size.len - 1]);
    if (unit && *unit) {
        shift = 10 * (unsigned) (unit - units + 1);
        size = str_slice(size, 0, size.len - 1);
    }
    if (str_u64(size, 10, &number) == 0 && number <= (uint64_t) INT64_MAX >> shift)
        fact_int(&scene->shm, (int64_t) (number << shift), from);
}

static void look_at_mounts(struct scene *scene)
{
    struct probe_ctx *ctx = scene->ctx;
    struct str from = ctx->eyes->pid ? arena_printf(ctx->arena, "proc/%d/mountinfo", ctx->eyes->pid)
                                     : STR("proc/self/mountinfo");
    struct str text;
    struct mount mount;
    bool layered = false, own_dev = true;
    int r = root_read(ctx->root, from, MOUNTS_LIMIT, &text);

    FACT_FAILED(&scene->shm, r == -ENOENT ? -EIO : r, from);
    if (doubt_add(&scene->doubt, r, from) < 0) {
        scene->mounts_failed = scene->doubt.error != 0;
        return;
    }
    scene->mounts_known = true;
    scene->shm.state = FACT_ABSENT;
    while ((r = mounts_next(&text, ctx->arena, &mount)) != 0) {
        if (r < 0)
            continue;
        if (str_eqz(mount.point, "/")) {
            layered = str_eqz(mount.type, "overlay") || str_eqz(mount.type, "fuse.fuse-overlayfs");
            look_at_root_mount(scene, &mount, from);
        } else if (str_eqz(mount.point, "/dev")) {
            own_dev = !str_eqz(mount.type, "devtmpfs");
        } else if (str_eqz(mount.point, "/dev/shm")) {
            look_at_shm(scene, &mount, from);
        }
        look_at_driver_mount(scene, mount.point);
    }
    scene->host_root = !layered && !own_dev;
}

/* --- other signs --------------------------------------------------------------------------- */

static bool there(struct scene *scene, struct str path)
{
    struct node node;

    return doubt_add(&scene->doubt, root_stat(scene->ctx->root, path, &node), path) == 0;
}

/* Names that engines give themselves in `container` and in run/systemd/container. */
static const char *engine_named(struct str name)
{
    static const struct {
        const char *name, *engine;
    } names[] = {
        { "docker", "docker" },   { "podman", "podman" }, { "lxc", "lxc" },
        { "lxc-libvirt", "lxc" }, { "oci", "" },          { "systemd-nspawn", "systemd-nspawn" },
        { "kube", "kubernetes" },
    };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (str_eqz(name, names[i].name))
            return names[i].engine;
    return NULL; /* "wsl" among them: that is no container */
}

static void look_at_declared(struct scene *scene)
{
    static const struct str from = STR_INIT("run/systemd/container");
    struct str value;
    const char *engine;

    if (eyes_variable(scene->ctx->eyes, "container", &value)) {
        engine = engine_named(value);
        if (engine)
            sign(scene, engine, STR("environment"));
    }
    if (doubt_add(&scene->doubt, root_read(scene->ctx->root, from, SHORT, &value), from) == 0) {
        engine = engine_named(str_trim(value));
        if (engine)
            sign(scene, engine, from);
    }
}

/* Control groups' names: not where a group namespace hides them behind "0::/". */
static void look_at_cgroup(struct scene *scene)
{
    static const struct {
        const char *words, *engine;
    } groups[] = {
        { "kubepods", "kubernetes" }, { "/docker", "docker" }, { "libpod-", "podman" },
        { "/lxc.payload", "lxc" },    { "/lxc/", "lxc" },      { "cri-containerd", "containerd" },
    };
    struct probe_ctx *ctx = scene->ctx;
    struct str from = ctx->eyes->pid ? arena_printf(ctx->arena, "proc/%d/cgroup", ctx->eyes->pid)
                                     : STR("proc/self/cgroup");
    struct str text;

    if (doubt_add(&scene->doubt, root_read(ctx->root, from, TEXT_LIMIT, &text), from) < 0)
        return;
    for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++)
        if (str_has(text, str_of(groups[i].words)) && !str_has(text, STR("docker.service")))
            sign(scene, groups[i].engine, from);
}

/* Files that engines leave. The first can be a leftover, of an image that was made into a machine:
 * then the root is no image's, and the kernel's own dev is mounted. */
static void look_at_files(struct scene *scene)
{
    struct str value;

    if (there(scene, STR(".dockerenv")) && !scene->host_root && !scene->mounts_failed)
        sign(scene, "docker", STR(".dockerenv"));
    if (there(scene, STR("run/.containerenv")))
        sign(scene, "podman", STR("run/.containerenv"));
    if (eyes_variable(scene->ctx->eyes, "APPTAINER_CONTAINER", &value) ||
        eyes_variable(scene->ctx->eyes, "SINGULARITY_CONTAINER", &value))
        sign(scene, "apptainer", STR("environment"));
}

/* Kubernetes runs its containers by containerd or others: where it is there, it is the one to name.
 */
static void prefer_kubernetes(struct scene *scene)
{
    struct str value;

    if (scene->from.len == 0)
        return;
    if (eyes_variable(scene->ctx->eyes, "KUBERNETES_SERVICE_HOST", &value) ||
        there(scene, STR("run/secrets/kubernetes.io")))
        scene->engine = STR("kubernetes");
}

/* One part of the driver: seen, or surely not. */
static void settle_part(struct scene *scene, bool seen, struct str from, struct fact_bool *ret)
{
    if (seen)
        fact_bool(ret, true, from);
    else
        settle_bool(ret, false, STR("proc/self/mountinfo"), &scene->doubt);
}

static void settle_injected(struct scene *scene, struct container_facts *container)
{
    static const struct str mounts = STR_INIT("proc/self/mountinfo");
    struct fact_bool *parts[] = { &container->gpu_injected, &container->nodes_injected,
                                  &container->libraries_injected };
    bool node;

    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        parts[i]->from = container->inside.from;
        if (fact_false(&container->inside))
            parts[i]->state = FACT_ABSENT;
    }
    if (!fact_true(&container->inside))
        return;
    node = there(scene, STR("dev/nvidiactl")) || there(scene, STR("dev/dxg"));
    settle_part(scene, node || scene->nodes_mounted, node ? STR("dev") : mounts,
                &container->nodes_injected);
    settle_part(scene, scene->libraries_mounted, mounts, &container->libraries_injected);
    settle_part(scene, node || scene->nodes_mounted || scene->libraries_mounted,
                node ? STR("dev") : mounts, &container->gpu_injected);
}

static void run(struct probe_ctx *ctx)
{
    struct container_facts *container = &ctx->facts->container;
    struct scene scene = { .ctx = ctx };

    look_at_mounts(&scene);
    look_at_declared(&scene);
    look_at_cgroup(&scene);
    look_at_files(&scene);
    prefer_kubernetes(&scene);
    container->shm_bytes = scene.shm;

    container->engine.from = scene.from;
    if (scene.from.len) {
        fact_bool(&container->inside, true, scene.from);
        if (scene.engine.len)
            settle_str(&container->engine, scene.engine, scene.from, &scene.doubt);
    } else if (!scene.mounts_known && ctx->facts->machine.kernel.state != FACT_KNOWN) {
        container->inside.from = STR("proc/self/mountinfo"); /* nothing runs in this root */
    } else {
        settle_bool(&container->inside, false, STR("proc/self/mountinfo"), &scene.doubt);
        settle_absent(&container->engine, STR("proc/self/mountinfo"), &scene.doubt);
    }
    settle_injected(&scene, container);
}

const struct probe probe_container = {
    .name = "container",
    .cost = COST_FILES,
    .before_driver = true,
    .run = run,
};
