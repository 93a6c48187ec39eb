/*
 * told: facts that no look gives again: what an engine or an image's configuration said, and what
 * lies beneath a container or an image, its host. Each is kept whole, under its name; also one that
 * the telling made unknown. Names that a reader does not know are passed over.
 *
 *     seen = told_before(arena, facts);
 *     …                                     facts are told
 *     told_keep(arena, seen, facts, &told);
 *     told_apply(&told, other);             the same is told to others, from which they follow
 */
#ifndef GPUVET_SNAPSHOT_TOLD_H
#define GPUVET_SNAPSHOT_TOLD_H

#include "base/buf.h"
#include "base/bytes.h"
#include "facts/facts.h"

struct told {
    struct facts facts; /* those that are named; everything else is unknown */
    LIST(struct str) names;
};

/* A copy, which what is told later does not change. */
const struct facts *told_before(struct arena *arena, const struct facts *facts);
void told_keep(struct arena *arena, const struct facts *before, const struct facts *after,
               struct told *ret);
void told_apply(const struct told *told, struct facts *facts);

/* Every text in it is given to `change`, with its layer's name, and replaced by what that returns.
 */
void told_change(struct told *told,
                 struct str (*change)(void *context, struct str layer, struct str text),
                 void *context);

/* A part of a snapshot's body. A row that is cut short leaves the cursor failed. */
void told_pack(struct buf *to, const struct told *told);
void told_unpack(struct arena *arena, struct cursor *from, struct told *ret);

#endif
