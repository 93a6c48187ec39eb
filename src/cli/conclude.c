/* conclude: from facts to a verdict, printed; what every command that examines ends with. */
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

int conclude(struct arena *arena, const struct options *options, struct subject *subject,
             const struct verification *verification)
{
    struct judgement judgement;
    struct verdict verdict;
    struct walk walk = { 0 };
    int code;

    plan_build(arena, &subject->facts);
    rules_judge(arena, &subject->facts, &judgement);
    diagnose(arena, &subject->facts, &judgement, &verdict);
    plan_remedies(arena, &verdict);
    if (options->steps)
        plan_steps(arena, &verdict, &walk);
    code = show(arena, options,
                &(struct report){
                    .verdict = &verdict,
                    .verification = verification,
                    .walk = options->steps ? &walk : NULL,
                    .quotes = subject->quotes,
                    .subject_kind = subject->kind,
                    .subject_name = subject->name,
                    .lang = options->lang,
                    .columns = terminal_columns(),
                    .colour = terminal_takes_colour(options->colour),
                    .verbose = options->verbose,
                });
    return code == EXIT_GOOD ? verdict_exit_code(&verdict) : code;
}
