#include "fuzz.h"

#include "format/fatbin.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str bytes = fuzz_bytes(data, size);
    struct window window = window_of(&bytes);
    struct fatbin fatbin = fatbin_in(&window, 0, size);
    struct fatbin_entry entry;

    while (fatbin_next(&fatbin, &entry) > 0)
        continue;
    return 0;
}
