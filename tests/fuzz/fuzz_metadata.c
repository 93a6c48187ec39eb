/* METADATA or WHEEL, whole and as the start of a file. */
#include "fuzz.h"

#include "format/metadata.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str text = fuzz_bytes(data, size), rest, requirement;
    struct metadata metadata;
    struct wheel_tag tag;
    bool pure;

    (void) metadata_parse(text, true, &metadata);
    if (metadata_parse(text, false, &metadata) == 0) {
        rest = metadata.headers;
        while (metadata_requires(&rest, &requirement))
            continue;
    }
    rest = text;
    while (wheel_tag_next(&rest, &tag))
        continue;
    (void) wheel_is_pure(text, &pure);
    return 0;
}
