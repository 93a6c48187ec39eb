/* machine: the system underneath. */
#include "probe/probe.h"

static void run(struct probe_ctx *ctx)
{
    struct machine_facts *machine = &ctx->facts->machine;

    root_line(ctx->root, "etc/hostname", &machine->name);
    root_line(ctx->root, "proc/sys/kernel/osrelease", &machine->kernel);
}

const struct probe probe_machine = {
    .name = "machine",
    .cost = COST_FILES,
    .run = run,
};
