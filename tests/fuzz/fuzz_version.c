/* Lines: versions and specifier sets, every set against the version before it. */
#include "fuzz.h"

#include "format/version.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str rest = fuzz_bytes(data, size), line;
    struct version last = { 0 }, version;
    bool matches;

    while (str_next_line(&rest, &line)) {
        if (version_parse(line, &version) == 0) {
            (void) version_compare(&version, &last);
            last = version;
        } else {
            (void) specifiers_match(line, &last, &matches);
        }
    }
    return 0;
}
