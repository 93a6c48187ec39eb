/* check: is it healthy; if not, the one cause. */
#include "cli/subject.h"

int command_check(struct arena *arena, const struct options *options)
{
    struct subject subject = { 0 };
    int code = subject_examine(arena, options, &subject);

    return code == EXIT_GOOD ? conclude(arena, options, &subject, NULL) : code;
}
