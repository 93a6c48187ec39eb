/* A project's file, read as each kind. */
#include "fuzz.h"

#include "format/dependencies.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct str names[] = { STR_INIT("requirements.txt"), STR_INIT("pyproject.toml"),
                                        STR_INIT("uv.lock"), STR_INIT("environment.yml") };
    struct str text = fuzz_bytes(data, size);

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        AUTO_ARENA *arena = arena_new(fuzz_no_memory);
        struct dependencies found;

        (void) dependencies_read(names[i], text, arena, &found);
    }
    return 0;
}
