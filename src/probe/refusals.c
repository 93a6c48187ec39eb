/* refusals: what the root refused while the other probes looked. Last in the registry. */
#include "probe/probe.h"

#include <errno.h>

/* A hostile root can refuse without end; the first ones tell the story. */
#define REFUSAL_LIMIT 16

static struct str reason_of(int error)
{
    switch (error) {
    case -E2BIG:
        return STR("too large");
    case -ENXIO:
        return STR("not a regular file");
    case -ELOOP:
        return STR("links without end");
    case -EISDIR:
        return STR("a directory");
    case -ENAMETOOLONG:
        return STR("name too long");
    default:
        return str_of(strerrorname_np(-error));
    }
}

static bool is_listed(const struct fact_list *list, struct str path)
{
    for (size_t i = 0; i < list->count; i++)
        if (str_eq(LIST_OF(refusal, list)[i].path.value, path))
            return true;
    return false;
}

static void run(struct probe_ctx *ctx)
{
    struct fact_list *list = &ctx->facts->machine.refusals;
    struct observations log = root_log(ctx->root);

    list->state = FACT_KNOWN;
    for (size_t i = 0; i < log.count && list->count < REFUSAL_LIMIT; i++) {
        const struct observation *seen = &log.items[i];
        struct refusal_facts *refusal;

        if (!observation_is_refusal(seen) || is_listed(list, seen->path))
            continue;
        refusal = fact_list_add(ctx->arena, list, sizeof(*refusal));
        fact_str(&refusal->path, seen->path, seen->path);
        fact_str(&refusal->reason, reason_of(seen->error), seen->path);
    }
    list->partial = list->count == REFUSAL_LIMIT;
}

const struct probe probe_refusals = {
    .name = "refusals",
    .cost = COST_FILES,
    .run = run,
};
