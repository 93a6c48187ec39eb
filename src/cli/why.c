/* why: which file the loader picks for a library. */
#include "report/why.h"

#include "base/text.h"
#include "cli/subject.h"
#include "probe/libraries.h"
#include "probe/python.h"
#include "report/report.h"

#define REPORT_LIMIT (16u * 1024u * 1024u)

/* One run of the command. */
struct question {
    struct arena *arena;
    const struct options *options;
    struct subject subject;
    struct torch_import_wish wish;
    struct torch_import import;
    struct why_report report;
};

static int show(struct question *question)
{
    struct buf buf = buf_new(question->arena, REPORT_LIMIT);
    struct why_report *report = &question->report;

    if (question->options->quiet)
        return EXIT_GOOD;
    report->subject_kind = question->subject.kind;
    report->subject_name = question->subject.name;
    report->lang = question->options->lang;
    report->columns = terminal_columns();
    if (question->options->json)
        report_why_json(&buf, report);
    else
        report_why_text(&buf, report);
    return print(question->arena, question->options->lang, buf_str(&buf));
}

/* The prediction that the probe of libraries made, once more, for what stands behind its facts. */
static void predict(struct question *question)
{
    struct probe_ctx *ctx = &question->subject.looking.ctx;

    question->report.no_torch = libraries_predict(ctx, &question->wish, &question->import) < 0;
    if (question->report.no_torch)
        libraries_without_torch(ctx, &question->wish, &question->import);
    else if (ctx->python->failed) /* what lies on sys.path is not known for certain */
        link_map_doubt(&question->import.map, ctx->python->failed, ctx->facts->torch.path.from);
    if (!question->import.loaded)
        question->report.wanting = path_base(question->import.failure.name);
}

static enum exit_code code_of(const struct why *why)
{
    return why->doubt ? EXIT_UNDECIDED : why->winner.len ? EXIT_GOOD : EXIT_CAUSE;
}

/* --- a file -------------------------------------------------------------------------------- */

static struct str path_asked(struct question *question)
{
    struct str path = question->options->word;

    path = absolute_path(question->arena, path, question->subject.looking.eyes.working_directory);
    while (str_starts(path, STR("/")))
        path = str_from(path, 1);
    return path;
}

/* What is certainly not found outweighs what is open. */
static enum exit_code code_of_file(const struct why_file *file)
{
    enum exit_code worst = EXIT_GOOD;

    for (size_t i = 0; i < file->needed.count; i++) {
        enum exit_code code = code_of(&file->needed.items[i]);

        if (code == EXIT_CAUSE || worst == EXIT_GOOD)
            worst = code;
    }
    return worst;
}

static int answer_file(struct question *question)
{
    struct why_file file;
    int r = why_file(&question->import, &question->wish, path_asked(question), &file), code;

    if (r < 0)
        return cannot_read(question->arena, question->options, question->options->word,
                           report_look_result(r, question->options->lang));
    question->report.file = &file;
    code = show(question);
    return code == EXIT_GOOD ? (int) code_of_file(&file) : code;
}

/* --- a library ----------------------------------------------------------------------------- */

static int say_ambiguous(struct question *question, const struct names *names)
{
    struct buf list = buf_new(question->arena, REPORT_LIMIT), word = buf_new(question->arena, 4096);

    text_escape(&word, question->options->word);
    for (size_t i = 0; i < names->count; i++) {
        buf_addz(&list, i ? ", " : "");
        text_escape(&list, names->items[i]);
    }
    complain(report_fill(question->arena, text_of(TEXT_WHY_AMBIGUOUS, question->options->lang),
                         "name", buf_str(&word), "names", buf_str(&list), NULL));
    return EXIT_WRONG_USAGE;
}

static int answer_library(struct question *question)
{
    struct str word = question->options->word, meant;
    struct names names = why_candidates(&question->import, word);
    struct why_report *report = &question->report;
    struct why why;
    int code;

    if (names.count > 1)
        return say_ambiguous(question, &names);
    why = why_library(&question->import, word);
    report->why = &why;
    if (!why.winner.len && !why.by_torch)
        report->near = why_near(&question->import, word);
    if (why.winner.len && why.by_torch &&
        libraries_meant(&question->subject.looking.ctx, &question->import.map.search,
                        &question->wish, why.name, &meant) == 1 &&
        !str_eq(meant, why.winner))
        report->meant = meant;
    code = show(question);
    return code == EXIT_GOOD ? (int) code_of(&why) : code;
}

int command_why(struct arena *arena, const struct options *options)
{
    struct question *question = ARENA_NEW(arena, struct question);
    struct options files_alone = *options; /* the driver has no say in this */
    int code;

    files_alone.no_driver = true;
    question->arena = arena;
    question->options = options;
    code = subject_examine(arena, &files_alone, &question->subject);
    if (code != EXIT_GOOD)
        return code;
    predict(question);
    return str_find_char(options->word, '/') != STR_NONE ? answer_file(question)
                                                         : answer_library(question);
}
