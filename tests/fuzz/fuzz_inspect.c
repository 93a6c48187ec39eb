#include "fuzz.h"

#include "format/cdi.h"
#include "format/image_inspect.h"
#include "format/json_path.h"
#include "format/pod.h"
#include "format/require.h"
#include "format/skopeo.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO_ARENA *arena = arena_new(fuzz_no_memory);
    struct str bytes = fuzz_bytes(data, size), rest = bytes, value;
    const struct require_host host = { STR("12.2"), STR("535.161.08"), STR("8.6"), STR("geforce") };
    struct image_inspect image;
    struct daemon_config config;
    struct oci_strings texts;
    json_t *json;
    enum cdi_member member;
    struct inspect said;
    struct yaml_error error;
    struct skopeo_image stored;

    for (enum inspect_form form = INSPECT_DOCKER; form <= INSPECT_APPTAINER; form++)
        (void) inspect_read(arena, bytes, form, STR("trainer"), &said);
    (void) pod_read(arena, bytes, &said, &error);
    (void) skopeo_read(arena, bytes, &stored);
    (void) image_inspect_read(arena, bytes, &image);
    (void) daemon_config(arena, bytes, &config);
    while (cdi_next(&rest, &member, &value))
        ;
    json = json_loadb(bytes.len ? bytes.data : "", bytes.len, 0, NULL);
    (void) json_text_at(arena, json, "State.Pid|Id");
    (void) json_number_at(json, "State.Pid|pid");
    (void) json_texts_at(arena, json, "Config.Env|Env", &texts);
    json_decref(json);
    (void) require_holds(bytes, &host);
    return 0;
}
