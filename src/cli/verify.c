/* verify: does the GPU really compute. */
#include "cli/cli.h"

int command_verify(struct arena *arena, const struct options *options)
{
    (void) arena;
    (void) options;
    return EXIT_INTERNAL;
}
