/* plan: which build of PyTorch fits, how to install it, or why none does and what would help. */
#include "report/plan.h"

#include "cli/plan_question.h"

#define REPORT_LIMIT (16u * 1024u * 1024u)

static int show(struct arena *arena, const struct options *options,
                const struct plan_report *report)
{
    struct buf buf = buf_new(arena, REPORT_LIMIT);

    if (options->quiet)
        return EXIT_GOOD;
    if (options->json)
        report_plan_json(&buf, report);
    else if (options->matrix)
        report_plan_matrix(&buf, report);
    else
        report_plan_text(&buf, report);
    return print(arena, options->lang, buf_str(&buf));
}

int command_plan(struct arena *arena, const struct options *options)
{
    static const int codes[] = {
        [PLAN_FOUND] = EXIT_GOOD, [PLAN_NONE] = EXIT_CAUSE, [PLAN_UNDECIDED] = EXIT_UNDECIDED
    };
    struct plan_question *question = ARENA_NEW(arena, struct plan_question);
    int code = plan_ask(arena, options, &options->words, question);

    if (code != EXIT_GOOD)
        return code;
    code = show(arena, options,
                &(struct plan_report){
                    .problem = &question->problem,
                    .plan = &question->plan,
                    .tool = install_suggested(&question->subject.facts),
                    .subject_kind = question->subject.kind,
                    .subject_name = question->subject.name,
                    .lang = options->lang,
                    .columns = terminal_columns(),
                    .verbose = options->verbose,
                    .matrix = options->matrix,
                });
    return code == EXIT_GOOD ? codes[question->plan.state] : code;
}
