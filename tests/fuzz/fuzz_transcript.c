#include "fuzz.h"

#include "transcript/transcript.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO_ARENA *arena = arena_new(fuzz_no_memory);
    struct facts *facts = ARENA_NEW(arena, struct facts);

    transcript_read_text(arena, fuzz_bytes(data, size), facts);
    return 0;
}
