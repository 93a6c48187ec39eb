#include "fuzz.h"

#include "image/recipe.h"
#include "rules/checks.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const names[] = { "Dockerfile", "compose.yaml", "devcontainer.json" };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        AUTO_ARENA *arena = arena_new(fuzz_no_memory);
        struct check_results found, open;
        struct recipe_error error;
        struct recipe recipe;

        if (recipe_read(arena, str_of(names[i]), fuzz_bytes(data, size), &recipe, &error) == 0)
            checks_judge(arena, recipe.items, recipe.count, &found, &open);
    }
    return 0;
}
