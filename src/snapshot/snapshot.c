#include "snapshot/snapshot.h"

#include "base/hash.h"

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
    told_apply(&snapshot->told, ctx->facts);
    probe_all(ctx, COST_NOTHING);
}

static struct str without_hashes(struct arena *arena, struct str record)
{
    static const struct str mark = STR_INIT(",sha256=");
    struct str copy = arena_copy(arena, record), rest = copy;
    size_t at;

    while ((at = str_find(rest, mark)) != STR_NONE) {
        rest = str_from(rest, at + mark.len);
        if (rest.len > HASH_TEXT && rest.data[HASH_TEXT] == ',')
            memset((char *) (uintptr_t) rest.data, '*', HASH_TEXT); /* ours, not given out yet */
    }
    return copy;
}

void snapshot_forget_hashes(struct arena *arena, struct snapshot *snapshot)
{
    for (size_t i = 0; i < snapshot->files->answers.count; i++) {
        struct kept_answer *answer = &snapshot->files->answers.items[i];

        for (size_t p = 0; p < answer->pieces.count && str_ends(answer->path, STR("/RECORD")); p++)
            answer->pieces.items[p].bytes = without_hashes(arena, answer->pieces.items[p].bytes);
    }
}
