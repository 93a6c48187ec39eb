/* snapshot --restore-plan: the commands that rebuild what a snapshot or a lock records. */
#include "report/restore.h"

#include "cli/subject.h"

#define REPORT_LIMIT ((size_t) 4 << 20)

static int examine(struct arena *arena, const struct options *options, struct subject *ret)
{
    struct options given = *options;
    struct str bytes;
    int r = root_read_given(arena, options->restore, SNAPSHOT_FILE_MAX * 2, &bytes);

    if (r < 0)
        return cannot_read(arena, options, options->restore, error_text(r));
    if (snapshot_is(bytes) || armour_is(bytes))
        given.snapshot = options->restore;
    else
        given.facts = options->restore;
    return subject_examine(arena, &given, ret);
}

int print_restore_plan(struct arena *arena, const struct options *options)
{
    struct subject *subject = ARENA_NEW(arena, struct subject);
    struct restore *restore = ARENA_NEW(arena, struct restore);
    struct buf buf = buf_new(arena, REPORT_LIMIT);
    struct restore_report report = { .restore = restore,
                                     .lang = options->lang,
                                     .columns = terminal_columns() };
    int code = examine(arena, options, subject);

    if (code != EXIT_GOOD)
        return code;
    restore_plan(arena, &subject->facts,
                 str_eqz(subject->kind, "lock") ? options->restore : (struct str){ NULL, 0 },
                 restore);
    report.subject_kind = subject->kind;
    report.subject_name = options->restore;
    if (options->json)
        report_restore_json(&buf, &report);
    else
        report_restore_text(&buf, &report);
    code = options->quiet ? EXIT_GOOD : print(arena, options->lang, buf_str(&buf));
    if (code != EXIT_GOOD)
        return code;
    return restore->steps.count ? EXIT_GOOD : EXIT_UNDECIDED;
}
