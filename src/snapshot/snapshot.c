#include "snapshot/snapshot.h"

struct snapshot *snapshot_new(struct arena *arena)
{
    struct snapshot *snapshot = ARENA_NEW(arena, struct snapshot);

    snapshot->files = recording_new(arena);
    snapshot->proc = recording_new(arena);
    return snapshot;
}

void snapshot_look(struct snapshot *snapshot, struct probe_ctx *ctx, struct eyes *eyes,
                   struct wishes *wishes)
{
    *eyes = snapshot->eyes;
    if (snapshot->proc->answers.count)
        eyes->proc = replay_root(snapshot->proc);
    if (!wishes->python.len && !wishes->environment.len) {
        wishes->python = snapshot->python;
        wishes->environment = snapshot->environment;
    }
    ctx->root = replay_root(snapshot->files);
    ctx->eyes = eyes;
    ctx->wishes = wishes;
    probe_before_driver(ctx);
    probe_beside_driver(ctx);
    driver_heard_facts(ctx->arena, &snapshot->heard, ctx->facts);
    probe_all(ctx, COST_NOTHING);
}
