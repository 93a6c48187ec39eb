/* Knowledge that is read at run time, and a walk over what came of it. */
#include "fuzz.h"

#include "knowledge/newer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO_ARENA *arena = arena_new(fuzz_no_memory);
    struct knowledge knowledge;
    struct torch_build build;
    struct str why;

    if (knowledge_read(arena, fuzz_bytes(data, size), &knowledge, &why) < 0)
        return 0;
    for (size_t at = 0; torch_build_at(&knowledge, at, &build); at++) {
        struct torch_arch arch;
        size_t first;

        while (torch_arch_next(&build.archs, &arch))
            ;
        (void) torch_pins_by_build(&knowledge, build.version, build.tag, &first);
    }
    return 0;
}
