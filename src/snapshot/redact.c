#include "snapshot/snapshot.h"

void snapshot_redact(struct arena *arena, struct snapshot *snapshot)
{
    (void) arena;
    snapshot->redacted = true;
}
