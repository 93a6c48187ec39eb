/* Lines: requirements, and their markers against an environment with gaps. */
#include "fuzz.h"

#include "format/requirement.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct marker_variable variables[] = {
        { STR_INIT("python_version"), STR_INIT("3.11") },
        { STR_INIT("extra"), STR_INIT("") },
    };
    static const struct marker_env env = { variables, 2 };
    AUTO_ARENA *arena = arena_new(fuzz_no_memory);
    struct str rest = fuzz_bytes(data, size), line;

    while (str_next_line(&rest, &line)) {
        struct requirement requirement = { 0 };
        enum marker_value value;

        if (requirement_parse(line, &requirement) == 0)
            (void) package_normalise(arena, requirement.name);
        (void) marker_evaluate(requirement.marker, &env, &value);
    }
    return 0;
}
