#include "report/restore.h"

#include "report/layout.h"
#include "report/report.h"

#define SENTENCE 65536
#define COMMAND_AT 4

static struct str filled(struct arena *arena, const struct restore_report *report, enum text_id id)
{
    const struct restore *it = report->restore;
    struct buf shown = buf_new(arena, SENTENCE);
    struct str version = id == TEXT_RESTORE_PYTHON ? it->torch : it->driver;

    text_escape(&shown, report_fill(arena, text_of(id, report->lang), "name", report->subject_name,
                                    "version", version, "os", it->os, NULL));
    return buf_str(&shown);
}

static void write_step(struct buf *buf, const struct restore_report *report,
                       const struct restore_step *step)
{
    static const enum text_id titles[RESTORE_IDS] = { TEXT_RESTORE_IMAGE, TEXT_RESTORE_DRIVER,
                                                      TEXT_RESTORE_PYTHON, TEXT_RESTORE_CHECK };
    struct str title = filled(buf->arena, report, titles[step->id]);

    buf_addz(buf, "\n  ");
    if (step->needs != NEEDS_SAFE)
        title = arena_printf(buf->arena, "%.*s (%.*s)", STR_ARG(title),
                             STR_ARG(report_needs(buf->arena, step->needs, report->lang)));
    (void) layout_wrap(buf, title, 2, 2, report->columns);
    for (size_t i = 0; i < step->commands.count; i++) {
        buf_addz(buf, "\n    ");
        (void) layout_command(buf, step->commands.items[i].words, step->commands.items[i].count,
                              (struct str){ NULL, 0 }, COMMAND_AT, COMMAND_AT + 2, report->columns);
    }
    buf_add_char(buf, '\n');
}

static void write_gaps(struct buf *buf, const struct restore_report *report)
{
    static const enum text_id texts[RESTORE_GAPS] = {
        TEXT_RESTORE_GAP_DIGEST,  TEXT_RESTORE_GAP_CHANGES, TEXT_RESTORE_GAP_DRIVER,
        TEXT_RESTORE_GAP_HOST,    TEXT_RESTORE_GAP_PACKAGE, TEXT_RESTORE_GAP_FLAVOUR,
        TEXT_RESTORE_GAP_PYTHON,  TEXT_RESTORE_GAP_TORCH,   TEXT_RESTORE_GAP_WHEELS,
        TEXT_RESTORE_GAP_CHANNEL, TEXT_RESTORE_GAP_OTHERS
    };

    if (!report->restore->gaps)
        return;
    buf_add_char(buf, '\n');
    buf_add(buf, text_of(TEXT_RESTORE_GAPS, report->lang));
    buf_add_char(buf, '\n');
    for (size_t gap = 0; gap < RESTORE_GAPS; gap++)
        if (report->restore->gaps & 1u << gap) {
            buf_addz(buf, "  – ");
            (void) layout_wrap(buf, filled(buf->arena, report, texts[gap]), 4, 4, report->columns);
            buf_add_char(buf, '\n');
        }
}

void report_restore_text(struct buf *buf, const struct restore_report *report)
{
    bool any = report->restore->steps.count;

    (void) layout_wrap(
        buf, filled(buf->arena, report, any ? TEXT_RESTORE_HEADLINE : TEXT_RESTORE_NOTHING), 0, 0,
        report->columns);
    buf_add_char(buf, '\n');
    for (size_t i = 0; i < report->restore->steps.count; i++)
        write_step(buf, report, &report->restore->steps.items[i]);
    write_gaps(buf, report);
}

void report_restore_json(struct buf *buf, const struct restore_report *report)
{
    struct json json = json_to(buf);

    report_json_open(&json, report->subject_kind, report->subject_name);
    json_open(&json, "restore", '{');
    json_open(&json, "steps", '[');
    for (size_t i = 0; i < report->restore->steps.count; i++) {
        const struct restore_step *step = &report->restore->steps.items[i];

        json_open(&json, NULL, '{');
        json_put_str(&json, "name", str_of(restore_name(step->id)));
        json_open(&json, "commands", '[');
        for (size_t c = 0; c < step->commands.count; c++)
            report_command_json(&json, NULL, &step->commands.items[c]);
        json_close(&json, ']');
        report_needs_json(&json, step->needs);
        json_close(&json, '}');
    }
    json_close(&json, ']');
    json_open(&json, "not_recorded", '[');
    for (enum restore_gap gap = 0; gap < RESTORE_GAPS; gap++)
        if (report->restore->gaps & 1u << gap)
            json_put_str(&json, NULL, str_of(restore_gap_name(gap)));
    json_close(&json, ']');
    json_close(&json, '}');
    json_close(&json, '}');
    buf_add_char(buf, '\n');
}
