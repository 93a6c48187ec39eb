#include "cli/subject.h"

int command_diff(struct arena *arena, const struct options *options)
{
    (void) arena;
    (void) options;
    return 0;
}
