#include "fuzz.h"

#include "format/dockerfile.h"
#include "format/image_reference.h"
#include "format/shell.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO_ARENA *arena = arena_new(fuzz_no_memory);
    struct docker_scope scope = { .arena = arena, .escape = '\\' };
    struct image_reference reference;
    struct docker_error error;
    struct shell_command command;
    struct dockerfile file;
    size_t at = 0;

    docker_scope_set(&scope, STR("A"), STR("${B:-x}"), true);
    docker_scope_set(&scope, STR("B"), STR("y"), false);
    (void) image_reference_parse(arena, fuzz_bytes(data, size), &reference);
    while (shell_next(&scope, fuzz_bytes(data, size), &at, &command))
        continue;
    if (dockerfile_parse(fuzz_bytes(data, size), arena, &file, &error) == 0)
        (void) docker_line_at(&file.items[0], size);
    return 0;
}
