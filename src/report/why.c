#include "report/why.h"

#include "report/layout.h"
#include "report/report.h"

#include <errno.h>

/* Columns: a title at 2, its words at 14; of what was tried the rule at 2, the path at 6. */
#define TITLE_AT 2
#define WORDS_AT 14
#define PATH_AT 6
#define LIMIT (1024u * 1024u)

static struct str say(const struct why_report *report, enum text_id id)
{
    return text_of(id, report->lang);
}

static struct str escaped(struct arena *arena, struct str text)
{
    struct buf out = buf_new(arena, LIMIT);

    text_escape(&out, text);
    return buf_str(&out);
}

static struct str shown(struct arena *arena, struct str path)
{
    return arena_printf(arena, "/%.*s", STR_ARG(path));
}

struct str report_look_result(int result, enum lang lang)
{
    static const struct {
        int result;
        enum text_id says;
    } rows[] = {
        { 0, TEXT_WHY_RESULT_FOUND },
        { -ENOENT, TEXT_WHY_RESULT_ABSENT },
        { -ENOTDIR, TEXT_WHY_RESULT_ABSENT },
        { -ENOEXEC, TEXT_WHY_RESULT_OTHER_MACHINE },
        { -EACCES, TEXT_WHY_RESULT_DENIED },
        { -ENOTSUP, TEXT_WHY_RESULT_OTHER_MACHINE },
        { -EPERM, TEXT_WHY_RESULT_DENIED },
        { -EBADMSG, TEXT_WHY_RESULT_NO_LIBRARY },
        { -ENODATA, TEXT_WHY_RESULT_CUT_SHORT },
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (rows[i].result == result)
            return text_of(rows[i].says, lang);
    return str_of(strerrordesc_np(-result));
}

static struct str rule_text(struct arena *arena, const struct why_report *report,
                            enum search_rule rule, struct str owner)
{
    static const enum text_id says[] = {
        [SEARCH_PROGRAM] = TEXT_WHY_RULE_PROGRAM,
        [SEARCH_PATH] = TEXT_WHY_RULE_PATH,
        [SEARCH_PRELOAD] = TEXT_WHY_RULE_PRELOAD,
        [SEARCH_PRELOAD_FILE] = TEXT_WHY_RULE_PRELOAD_FILE,
        [SEARCH_LOADED] = TEXT_WHY_RULE_LOADED,
        [SEARCH_RPATH] = TEXT_WHY_RULE_RPATH,
        [SEARCH_LIBRARY_PATH] = TEXT_WHY_RULE_LIBRARY_PATH,
        [SEARCH_RUNPATH] = TEXT_WHY_RULE_RUNPATH,
        [SEARCH_CACHE] = TEXT_WHY_RULE_CACHE,
        [SEARCH_DEFAULT] = TEXT_WHY_RULE_DEFAULT,
        [SEARCH_MAPPED] = TEXT_WHY_RULE_MAPPED,
    };

    return report_fill(arena, say(report, says[rule]), "owner", shown(arena, owner), NULL);
}

/* --- one library --------------------------------------------------------------------------- */

static const struct search_try *last_try(const struct why *why)
{
    return why->tries.count ? &why->tries.items[why->tries.count - 1] : NULL;
}

/* Something stands there that the loader would take, and cannot. */
static bool is_unusable(const struct why *why)
{
    const struct search_try *last = last_try(why);

    return why->winner.len == 0 && last &&
           (last->result == -EBADMSG || last->result == -ENODATA || last->result == -ENOTSUP);
}

static void write_headline(struct buf *buf, const struct why_report *report)
{
    const struct why *why = report->why;
    const struct search_try *last = last_try(why);
    bool good = why->winner.len && report->meant.len == 0;
    enum text_id id = is_unusable(why)  ? TEXT_WHY_NOT_LOADABLE
                      : good            ? TEXT_WHY_COMES_FROM
                      : why->winner.len ? TEXT_WHY_COMES_FROM_ELSEWHERE
                      : last            ? TEXT_WHY_NOT_FOUND
                                        : TEXT_WHY_NOT_KNOWN;
    struct str path = why->winner.len ? why->winner : last ? last->path : why->winner;
    struct str text =
        report_fill(buf->arena, say(report, id), "name", why->name, "path", shown(buf->arena, path),
                    "result", report_look_result(last ? last->result : 0, report->lang), NULL);

    buf_addz(buf, why->doubt ? "? " : good ? "✓ " : "✗ ");
    (void) layout_wrap(buf, escaped(buf->arena, text), 2, 2, report->columns);
    buf_add_char(buf, '\n');
}

static void write_row(struct buf *buf, const struct why_report *report, enum text_id title,
                      struct str words)
{
    struct str name = say(report, title);

    buf_repeat(buf, ' ', TITLE_AT);
    buf_add(buf, name);
    buf_repeat(buf, ' ', WORDS_AT - TITLE_AT - text_width(name));
    (void) layout_wrap(buf, escaped(buf->arena, words), WORDS_AT, WORDS_AT, report->columns);
    buf_add_char(buf, '\n');
}

static void write_rows(struct buf *buf, const struct why_report *report)
{
    const struct why *why = report->why;
    struct arena *arena = buf->arena;

    buf_add_char(buf, '\n');
    if (why->winner.len)
        write_row(buf, report, TEXT_WHY_FOUND_BY,
                  rule_text(arena, report, why->rule, last_try(why)->owner));
    if (why->asker.len)
        write_row(buf, report, TEXT_WHY_ASKED_BY, shown(arena, why->asker));
    if (why->predicted.len)
        write_row(buf, report, TEXT_WHY_PREDICTED, shown(arena, why->predicted));
    for (size_t i = 0; i < why->also.count; i++)
        write_row(buf, report, TEXT_WHY_ALSO, shown(arena, why->also.items[i]));
    if (report->meant.len)
        write_row(buf, report, TEXT_WHY_MEANT, shown(arena, report->meant));
    if (report->near.len)
        write_row(buf, report, TEXT_WHY_NOTE,
                  report_fill(arena, say(report, TEXT_WHY_NEAR), "near", report->near, NULL));
    if (!why->by_torch && why->tries.count)
        write_row(buf, report, TEXT_WHY_NOTE,
                  report_fill(arena,
                              say(report, report->no_torch      ? TEXT_WHY_NO_TORCH
                                          : report->wanting.len ? TEXT_WHY_NOT_IMPORTED
                                                                : TEXT_WHY_NOT_BY_TORCH),
                              "name", report->wanting, NULL));
    if (why->doubt)
        write_row(buf, report, TEXT_WHY_OPEN,
                  report_fill(arena, say(report, TEXT_WHY_OPEN_LOOK), "path",
                              shown(arena, why->doubt_from), "result",
                              report_look_result(why->doubt, report->lang), NULL));
}

/* A path, and how it ended: behind it where that fits, else beneath. */
static void write_try(struct buf *buf, const struct why_report *report,
                      const struct search_try *attempt)
{
    struct str path = escaped(buf->arena, shown(buf->arena, attempt->path));
    struct str result = report_look_result(attempt->result, report->lang);
    size_t at;

    buf_addz(buf, attempt->result == 0         ? "    ✓ "
                  : attempt->result == -ENOENT ? "    · "
                                               : "    ✗ ");
    at = layout_wrap(buf, path, PATH_AT, PATH_AT, report->columns);
    if (at + 2 + text_width(result) > report->columns) {
        buf_add_char(buf, '\n');
        buf_repeat(buf, ' ', PATH_AT);
    } else {
        buf_addz(buf, "  ");
    }
    buf_add(buf, result);
    buf_add_char(buf, '\n');
}

static bool is_same_group(const struct search_try *a, const struct search_try *b)
{
    return a->rule == b->rule && str_eq(a->owner, b->owner);
}

static void write_tries(struct buf *buf, const struct why_report *report)
{
    const struct search_tries *tries = &report->why->tries;

    if (tries->count == 0)
        return;
    buf_add_char(buf, '\n');
    buf_add(buf, say(report, TEXT_WHY_TRIED));
    buf_add_char(buf, '\n');
    for (size_t i = 0; i < tries->count; i++) {
        const struct search_try *attempt = &tries->items[i];

        if (i == 0 || !is_same_group(attempt, &tries->items[i - 1])) {
            buf_repeat(buf, ' ', TITLE_AT);
            (void) layout_wrap(
                buf,
                escaped(buf->arena, rule_text(buf->arena, report, attempt->rule, attempt->owner)),
                TITLE_AT, TITLE_AT, report->columns);
            buf_add_char(buf, '\n');
        }
        write_try(buf, report, attempt);
    }
}

/* --- what a file needs --------------------------------------------------------------------- */

static void write_needed(struct buf *buf, const struct why_report *report, const struct why *why)
{
    const struct search_try *last = last_try(why);
    struct str end = why->winner.len ? shown(buf->arena, why->winner)
                                     : report_look_result(is_unusable(why) ? last->result : -ENOENT,
                                                          report->lang);
    struct str line = arena_printf(buf->arena, "%.*s  ", STR_ARG(why->name));

    line = escaped(buf->arena, line);
    buf_addz(buf, why->doubt ? "  ? " : why->winner.len ? "  ✓ " : "  ✗ ");
    buf_add(buf, line);
    (void) layout_wrap(buf, escaped(buf->arena, end), 4 + text_width(line), PATH_AT,
                       report->columns);
    buf_add_char(buf, '\n');
}

static void write_file(struct buf *buf, const struct why_report *report)
{
    const struct why_file *file = report->file;
    enum text_id id = file->needed.count ? TEXT_WHY_NEEDS : TEXT_WHY_NEEDS_NOTHING;
    struct str text =
        report_fill(buf->arena, say(report, id), "path", shown(buf->arena, file->path), NULL);

    (void) layout_wrap(buf, escaped(buf->arena, text), 0, 0, report->columns);
    buf_add_char(buf, '\n');
    for (size_t i = 0; i < file->needed.count; i++)
        write_needed(buf, report, &file->needed.items[i]);
}

void report_why_text(struct buf *buf, const struct why_report *report)
{
    if (report->file) {
        write_file(buf, report);
        return;
    }
    write_headline(buf, report);
    write_rows(buf, report);
    write_tries(buf, report);
}

void report_why_json(struct buf *buf, const struct why_report *report)
{
    struct json json = json_to(buf);

    report_json_open(&json, report->subject_kind, report->subject_name);
    if (report->file)
        why_file_write(&json, "why", report->file);
    else
        why_write(&json, "why", report->why);
    json_close(&json, '}');
    buf_add_char(buf, '\n');
}
