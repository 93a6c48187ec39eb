/* device_nodes: the driver's nodes under dev, and whether this user may open them. */
#include "probe/look.h"

#include <errno.h>

#define NODES 65536       /* names in dev */
#define CAPABILITIES 4096 /* in dev/nvidia-caps */
#define GROUPS (1u << 20) /* bytes of etc/group */

struct scene {
    struct probe_ctx *ctx;
    struct str groups; /* etc/group */
    int groups_error;
};

static bool all_digits(struct str s)
{
    uint64_t number;

    return str_u64(s, 10, &number) == 0;
}

/* dev/nvidia0, of a GPU. */
static bool is_gpu_node(struct str name)
{
    return str_starts(name, STR("nvidia")) && all_digits(str_from(name, 6));
}

/* What lies in dev/nvidia-caps is listed by itself; dev/nvidia-caps-imex-channels is no node. */
static bool is_ours(struct str name)
{
    static const char *const others[] = { "dxg", "nvmap", "nvhost-ctrl-gpu", "nvhost-gpu" };

    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        if (str_eqz(name, others[i]))
            return true;
    return str_starts(name, STR("nvidia")) && !str_starts(name, STR("nvidia-caps"));
}

static void group_name(const struct scene *scene, uint32_t gid, struct fact_str *ret)
{
    struct str rest = scene->groups, line, name, password, number;
    struct str wanted = arena_printf(scene->ctx->arena, "%u", gid);

    FACT_FAILED(ret, scene->groups_error, STR("etc/group"));
    if (scene->groups_error < 0)
        return;
    ret->state = FACT_ABSENT;
    while (str_next_line(&rest, &line)) {
        (void) str_cut(line, ':', &name, &line);
        (void) str_cut(line, ':', &password, &line);
        (void) str_cut(line, ':', &number, &line);
        if (!str_eq(number, wanted))
            continue;
        fact_str(ret, name, STR("etc/group"));
        return;
    }
}

/* Opening the control and the memory node does nothing by itself, and is the only way to meet a
 * rule of the device cgroup; a GPU's node starts the GPU, so that is only asked about. */
static bool may_try(const struct probe_ctx *ctx, struct str name)
{
    return fact_true(&ctx->facts->driver.module_loaded) &&
           (str_eqz(name, "nvidiactl") || str_eqz(name, "nvidia-uvm"));
}

static void look_openable(struct probe_ctx *ctx, struct str path, struct device_node_facts *node)
{
    int r = root_may_open(ctx->root, path, may_try(ctx, path_base(path)));

    node->openable.from = node->refusal.from = path;
    if (r == 0) {
        fact_bool(&node->openable, true, path);
        node->refusal.state = FACT_ABSENT;
    } else if (r == -EACCES || r == -EPERM) {
        fact_bool(&node->openable, false, path);
        fact_str(&node->refusal, r == -EACCES ? STR("mode") : STR("device rule"), path);
    }
}

static void add_node(const struct scene *scene, struct str path)
{
    struct probe_ctx *ctx = scene->ctx;
    struct device_node_facts *node =
        fact_list_add(ctx->arena, &ctx->facts->driver.nodes, sizeof(struct device_node_facts));
    struct node seen;
    int r = root_stat(ctx->root, path, &seen);

    fact_str(&node->path, path, STR("dev"));
    FACT_FAILED(&node->mode, r, path);
    if (r < 0)
        return;
    fact_str(&node->mode, arena_printf(ctx->arena, "%04o", seen.mode), path);
    fact_int(&node->uid, seen.uid, path);
    fact_int(&node->gid, seen.gid, path);
    group_name(scene, seen.gid, &node->group);
    look_openable(ctx, path, node);
}

static void add_capabilities(const struct scene *scene)
{
    struct probe_ctx *ctx = scene->ctx;
    struct str folder = STR("dev/nvidia-caps");
    struct names names;
    int r = root_list(ctx->root, folder, CAPABILITIES, &names);

    if (r < 0) {
        ctx->facts->driver.nodes.partial = true;
        return;
    }
    for (size_t i = 0; i < names.count; i++)
        add_node(scene, arena_join(ctx->arena, folder, names.items[i]));
}

static void look_at_nodes(struct probe_ctx *ctx, const struct names *names)
{
    struct driver_facts *driver = &ctx->facts->driver;
    struct scene scene = { .ctx = ctx };
    bool control = false, gpus = false, memory = false;

    scene.groups_error = root_read(ctx->root, STR("etc/group"), GROUPS, &scene.groups);
    driver->nodes = (struct fact_list){ .state = FACT_KNOWN, .from = STR("dev") };
    for (size_t i = 0; i < names->count; i++) {
        struct str name = names->items[i];

        control |= str_eqz(name, "nvidiactl");
        memory |= str_eqz(name, "nvidia-uvm");
        gpus |= is_gpu_node(name) || str_eqz(name, "dxg") || str_eqz(name, "nvhost-gpu");
        if (str_eqz(name, "nvidia-caps"))
            add_capabilities(&scene);
        else if (is_ours(name))
            add_node(&scene, arena_join(ctx->arena, STR("dev"), name));
    }
    fact_bool(&driver->control_node, control, STR("dev"));
    fact_bool(&driver->gpu_nodes, gpus, STR("dev"));
    fact_bool(&driver->uvm_node, memory, STR("dev"));
}

/* A dev without its null is no dev that anything runs on: another machine's folder, or an image. */
static bool is_live(const struct names *names)
{
    for (size_t i = 0; i < names->count; i++)
        if (str_eqz(names->items[i], "null"))
            return true;
    return false;
}

static void run(struct probe_ctx *ctx)
{
    struct driver_facts *driver = &ctx->facts->driver;
    struct names names;
    int r = root_list(ctx->root, STR("dev"), NODES, &names);

    if (r == 0 && is_live(&names)) {
        look_at_nodes(ctx, &names);
        return;
    }
    if (r == 0 || fact_state_of_error(r) == FACT_ABSENT)
        r = -EIO;
    FACT_FAILED(&driver->nodes, r, STR("dev"));
    FACT_FAILED(&driver->control_node, r, STR("dev"));
    FACT_FAILED(&driver->gpu_nodes, r, STR("dev"));
    FACT_FAILED(&driver->uvm_node, r, STR("dev"));
}

const struct probe probe_device_nodes = {
    .name = "device-nodes",
    .cost = COST_FILES,
    .before_driver = true,
    .run = run,
};
