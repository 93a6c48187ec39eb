#include "fuzz.h"

#include "format/record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO_ARENA *arena = arena_new(fuzz_no_memory);
    struct str rest = fuzz_bytes(data, size);
    struct record record;

    while (record_next(&rest, arena, &record))
        continue;
    return 0;
}
