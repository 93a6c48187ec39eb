/* progress: one line on the terminal while something takes its time. */
#include "cli/cli.h"

#include "report/report.h"

#define SECOND_US 1000000

void progress_show(struct progress *progress, struct str line)
{
    if (!isatty(STDERR_FILENO))
        return;
    (void) fprintf(stderr, "\r\033[K%.*s", STR_ARG(line));
    progress->shown = true;
}

void progress_end(struct progress *progress)
{
    if (progress->shown)
        (void) fprintf(stderr, "\r\033[K");
    progress->shown = false;
}

static void tick(void *context, int64_t waited_us)
{
    struct progress *progress = context;

    progress_show(progress, report_fill(progress->arena, progress->text, "seconds",
                                        arena_printf(progress->arena, "%lld",
                                                     (long long) (waited_us / SECOND_US)),
                                        NULL));
}

struct child_watch progress_watch(struct progress *progress)
{
    return (struct child_watch){
        .after_us = SECOND_US, .every_us = SECOND_US, .tick = tick, .context = progress
    };
}
