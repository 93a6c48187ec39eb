#include "fuzz.h"

#include "format/toml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO_ARENA *arena = arena_new(fuzz_no_memory);
    struct toml *top;

    if (toml_parse(fuzz_bytes(data, size), arena, &top) == 0)
        (void) toml_text(top, "package.name");
    return 0;
}
