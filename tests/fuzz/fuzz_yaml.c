#include "fuzz.h"

#include "format/yaml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO_ARENA *arena = arena_new(fuzz_no_memory);
    const struct yaml *top;
    struct yaml_error error;

    for (int comments = 0; comments < 2; comments++)
        if (yaml_parse(fuzz_bytes(data, size), comments, arena, &top, &error) == 0)
            (void) yaml_text(top, "services.train.image");
    return 0;
}
