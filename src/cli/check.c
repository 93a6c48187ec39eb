/* check: is it healthy; if not, the one cause. */
#include "cli/subject.h"
#include "plan/plan.h"
#include "report/report.h"

#define REPORT_LIMIT (64u * 1024u * 1024u)

static int show(struct arena *arena, const struct options *options, const struct report *report)
{
    struct buf buf = buf_new(arena, REPORT_LIMIT);

    if (options->quiet)
        return EXIT_GOOD;
    if (options->json)
        report_json(&buf, report);
    else
        report_text(&buf, report);
    return print(arena, options->lang, buf_str(&buf));
}

int command_check(struct arena *arena, const struct options *options)
{
    struct subject subject = { 0 };
    struct judgement judgement;
    struct verdict verdict;
    int code = subject_examine(arena, options, &subject);

    if (code != EXIT_GOOD)
        return code;
    plan_build(arena, &subject.facts);
    rules_judge(arena, &subject.facts, &judgement);
    diagnose(arena, &subject.facts, &judgement, &verdict);
    plan_remedies(arena, &verdict);
    code = show(arena, options,
                &(struct report){
                    .verdict = &verdict,
                    .subject_kind = subject.kind,
                    .subject_name = subject.name,
                    .lang = options->lang,
                    .columns = terminal_columns(),
                    .colour = terminal_takes_colour(options->colour),
                    .verbose = options->verbose,
                });
    return code == EXIT_GOOD ? verdict_exit_code(&verdict) : code;
}
