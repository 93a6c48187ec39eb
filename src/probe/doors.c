/* doors: what follows from the others: where the engine's ports lead, and which doors are meant.
 * Only `gpuvet access` asks about doors, only `gpuvet run` starts something, and only a lock names
 * an image; elsewhere the rules about them are decided. */
#include "probe/probe.h"

/* "8888/tcp" */
static bool is_port(struct str text, int64_t port)
{
    struct str number, protocol;
    uint64_t value;

    (void) str_cut(text, '/', &number, &protocol);
    return str_u64(number, 10, &value) == 0 && (int64_t) value == port &&
           (protocol.len == 0 || str_eqz(protocol, "tcp"));
}

/* Of a container with the host's network, no port needs to lead anywhere. */
static void derive_published(struct probe_ctx *ctx, const struct fact_int *port,
                             struct fact_str *ret)
{
    const struct container_facts *container = &ctx->facts->container;
    const struct port_facts *ports = LIST_OF(port, &container->ports);

    if (ret->state != FACT_UNKNOWN || port->state != FACT_KNOWN ||
        container->ports.state != FACT_KNOWN || fact_is(&container->network, STR("host")))
        return;
    *ret = (struct fact_str){ .state = FACT_ABSENT, .from = container->ports.from };
    for (size_t i = 0; i < container->ports.count; i++)
        if (is_port(ports[i].port.value, port->value) && ports[i].host_port.state == FACT_KNOWN)
            fact_str(ret,
                     arena_printf(ctx->arena, "%.*s:%.*s",
                                  STR_ARG(ports[i].address.value.len ? ports[i].address.value
                                                                     : STR("0.0.0.0")),
                                  STR_ARG(ports[i].host_port.value)),
                     container->ports.from);
}

/* Where nobody said which: those that run, else those that the container has. Where it is known of
 * one alone whether it runs, that is open. */
static void derive_meant(struct access_facts *facts)
{
    bool open =
        (facts->sshd_running.state == FACT_KNOWN) != (facts->lab_running.state == FACT_KNOWN);
    bool runs = fact_true(&facts->sshd_running) || fact_true(&facts->lab_running);
    bool ssh = fact_true(runs ? &facts->sshd_running : &facts->sshd_installed);
    bool lab = fact_true(runs ? &facts->lab_running : &facts->lab_installed);
    struct str from = runs ? STR("what runs") : STR("what is installed");

    if (facts->meant.state != FACT_UNKNOWN)
        return;
    facts->meant.from = from;
    if (open)
        return;
    if (ssh || lab)
        fact_str(&facts->meant, ssh && lab ? STR("both") : ssh ? STR("ssh") : STR("jupyter"), from);
    else if (fact_false(&facts->sshd_installed) && fact_false(&facts->lab_installed))
        facts->meant.state = FACT_ABSENT;
}

static void run(struct probe_ctx *ctx)
{
    struct access_facts *facts = &ctx->facts->access;

    if (facts->door.state == FACT_UNKNOWN)
        facts->door =
            (struct fact_str){ .state = FACT_ABSENT, .from = STR("no door was asked about") };
    if (ctx->facts->start.asked.state == FACT_UNKNOWN)
        ctx->facts->start.asked =
            (struct fact_bool){ .state = FACT_ABSENT, .from = STR("nothing is to be started") };
    if (ctx->facts->lock.image_name.state == FACT_UNKNOWN)
        ctx->facts->lock.image_name =
            (struct fact_str){ .state = FACT_ABSENT, .from = STR("no lock was given") };
    if (!fact_is(&facts->door, STR("container")))
        return;
    derive_published(ctx, &facts->sshd_port, &facts->sshd_published);
    derive_published(ctx, &facts->lab_port, &facts->lab_published);
    derive_meant(facts);
}

const struct probe probe_doors = {
    .name = "doors",
    .cost = COST_NOTHING,
    .run = run,
};
