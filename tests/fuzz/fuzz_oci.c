#include "fuzz.h"

#include "format/oci.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO_ARENA *arena = arena_new(fuzz_no_memory);
    struct str bytes = fuzz_bytes(data, size), path;
    struct oci_manifest manifest;
    struct oci_choice choice;
    struct oci_config config;

    if (oci_manifest(arena, bytes, &manifest) == 0)
        (void) oci_blob_path(arena, manifest.config, &path);
    (void) oci_docker_manifest(arena, bytes, &manifest);
    (void) oci_index(arena, bytes, STR("amd64"), &choice);
    (void) oci_config(arena, bytes, &config);
    return 0;
}
