#include "fuzz.h"

#include "format/ld_cache.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str bytes = fuzz_bytes(data, size), rest = bytes;
    struct ld_cache cache;
    struct ld_cache_entry entry;
    struct ld_conf_line line;

    if (ld_cache_open(bytes, &cache) == 0)
        for (uint32_t i = 0; i < cache.count; i++)
            (void) ld_cache_entry(&cache, i, &entry);
    while (ld_conf_next(&rest, &line))
        continue;
    return 0;
}
