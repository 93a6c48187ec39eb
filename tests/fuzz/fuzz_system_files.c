/* maps, mountinfo, os-release: each reader gets the whole input. */
#include "fuzz.h"

#include "format/maps.h"
#include "format/mounts.h"
#include "format/os_release.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO_ARENA *arena = arena_new(fuzz_no_memory);
    struct str text = fuzz_bytes(data, size), rest = text, value;
    struct mapping mapping;
    struct mount mount;

    while (maps_next(&rest, &mapping))
        continue;
    rest = text;
    while (mounts_next(&rest, arena, &mount))
        (void) mount_option(text, "lowerdir", arena, &value);
    (void) os_release_parse(text, arena);
    return 0;
}
