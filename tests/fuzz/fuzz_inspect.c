#include "fuzz.h"

#include "format/cdi.h"
#include "format/pod.h"
#include "format/require.h"
#include "format/skopeo.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO_ARENA *arena = arena_new(fuzz_no_memory);
    struct str bytes = fuzz_bytes(data, size), rest = bytes, value;
    const struct require_host host = { STR("12.2"), STR("535.161.08"), STR("8.6"), STR("geforce") };
    struct daemon_config config;
    enum cdi_member member;
    struct inspect said;
    struct yaml_error error;
    struct skopeo_image image;

    for (enum inspect_form form = INSPECT_DOCKER; form <= INSPECT_APPTAINER; form++)
        (void) inspect_read(arena, bytes, form, STR("trainer"), &said);
    (void) pod_read(arena, bytes, &said, &error);
    (void) skopeo_read(arena, bytes, &image);
    (void) daemon_config(arena, bytes, &config);
    while (cdi_next(&rest, &member, &value))
        ;
    (void) require_holds(bytes, &host);
    return 0;
}
