#include "fuzz.h"

#include "snapshot/snapshot.h"

/* The input as a file, as text, and as what is packed: behind the hash a fuzzer comes by no chance.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO_ARENA *arena = arena_new(fuzz_no_memory);
    struct str bytes = fuzz_bytes(data, size), body, file;
    struct snapshot *snapshot = ARENA_NEW(arena, struct snapshot);
    struct facts *facts = ARENA_NEW(arena, struct facts);
    struct probe_ctx ctx = { .arena = arena, .facts = facts };
    struct eyes eyes = { 0 };
    struct wishes wishes = { 0 };

    (void) snapshot_open(arena, bytes, &body);
    (void) armour_read(arena, bytes, &file);
    if (snapshot_unpack(arena, bytes, snapshot) == 0) {
        snapshot_look(snapshot, &ctx, &eyes, &wishes);
        snapshot_redact(arena, snapshot);
    }
    return 0;
}
