/* progress: one line on the terminal while something takes its time. */
#include "cli/cli.h"

#include "base/text.h"
#include "report/verify.h"

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

/* The step of the last line that names one; the helper's lines are the child's, so it is escaped.
 */
static struct str newest_step(const struct progress *progress)
{
    static const struct str mark = STR_INIT("\"step\":\"");
    struct str answers = child_result(progress->newest)->answers, step = { NULL, 0 }, rest;
    struct buf shown = buf_new(progress->arena, 256);
    size_t at;

    while ((at = str_find(answers, mark)) != STR_NONE) {
        answers = str_from(answers, at + mark.len);
        (void) str_cut(answers, '"', &step, &rest);
    }
    text_escape(&shown, report_step_name(step, progress->lang));
    return buf_str(&shown);
}

static void tick(void *context, int64_t waited_us)
{
    struct progress *progress = context;
    struct str seconds = arena_printf(progress->arena, "%lld", (long long) (waited_us / SECOND_US));

    if (!isatty(STDERR_FILENO))
        return;
    progress_show(progress, report_fill(progress->arena, progress->text, "seconds", seconds, "step",
                                        progress->newest ? newest_step(progress) : seconds, NULL));
}

void progress_part(void *context, uint64_t done, uint64_t all)
{
    struct progress *progress = context;
    struct str percent = arena_printf(progress->arena, "%u",
                                      all ? (unsigned) ((double) done / (double) all * 100) : 0);

    if (isatty(STDERR_FILENO))
        progress_show(progress,
                      report_fill(progress->arena, progress->text, "percent", percent, NULL));
}

struct child_watch progress_watch(struct progress *progress)
{
    return (struct child_watch){
        .after_us = progress->newest ? SECOND_US / 5 : SECOND_US,
        .every_us = progress->newest ? SECOND_US / 5 : SECOND_US,
        .tick = tick,
        .context = progress,
    };
}
