#include "fuzz.h"

#include "format/modinfo.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct module_signature signature;

    (void) modinfo_parse(fuzz_bytes(data, size));
    (void) modinfo_signature(fuzz_bytes(data, size), &signature);
    return 0;
}
