/* What --facts is given: read, written, and read again. */
#include "fuzz.h"

#include "facts/facts.h"

#define WRITTEN_MAX (16u << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO_ARENA *arena = arena_new(fuzz_no_memory);
    struct facts *facts = ARENA_NEW(arena, struct facts), *again = ARENA_NEW(arena, struct facts);
    struct buf buf = buf_new(arena, WRITTEN_MAX);
    struct json json = json_to(&buf);
    struct str why;

    if (facts_read(arena, fuzz_bytes(data, size), facts, &why) < 0)
        return 0;
    json_open(&json, NULL, '{');
    facts_write(&json, "facts", facts);
    json_close(&json, '}');
    if (facts_read(arena, buf_str(&buf), again, &why) < 0)
        abort();
    return 0;
}
