#include "report/diff.h"

#include "base/text.h"
#include "report/layout.h"
#include "report/report.h"

#define LIST_AT 4

static struct str say(const struct diff_report *report, enum text_id id)
{
    return text_of(id, report->lang);
}

static void line(struct buf *buf, const struct diff_report *report, const char *mark,
                 struct str text, size_t indent)
{
    struct buf shown = buf_new(buf->arena, 64u * 1024u);

    text_escape(&shown, text);
    buf_addz(buf, mark);
    (void) layout_wrap(buf, buf_str(&shown), indent, indent, report->columns);
    buf_add_char(buf, '\n');
}

static struct str name_of(const struct diff_report *report, const struct verdict *verdict)
{
    return verdict->cause.len ? verdict->cause : say(report, TEXT_DIFF_UNDECIDED);
}

static struct str change_text(struct arena *arena, const struct change *change)
{
    return arena_printf(arena, "%.*s: %.*s → %.*s", STR_ARG(change->fact), STR_ARG(change->from),
                        STR_ARG(change->to));
}

static void write_set(struct buf *buf, const struct diff_report *report,
                      const struct change_set *set)
{
    for (size_t i = 0; i < set->changes.count; i++)
        line(buf, report, "    ",
             change_text(buf->arena, &report->diff->changes.items[set->changes.items[i]]), LIST_AT);
}

static void write_explanation(struct buf *buf, const struct diff_report *report)
{
    const struct diff *diff = report->diff;
    const struct change_set *set = &diff->explained;

    if (set->changes.count == 0) {
        line(buf, report, "  ", say(report, TEXT_DIFF_UNEXPLAINED), 2);
    } else if (set->changes.count == 1) {
        struct str change = change_text(buf->arena, &diff->changes.items[set->changes.items[0]]);

        line(buf, report, "  ",
             report_fill(buf->arena, say(report, TEXT_DIFF_BECAUSE), "change", change, NULL), 2);
    } else {
        line(buf, report, "  ", say(report, TEXT_DIFF_BECAUSE_ALL), 2);
        write_set(buf, report, set);
    }
    if (diff->others.count == 0)
        return;
    line(buf, report, "  ",
         report_fill(buf->arena, say(report, TEXT_DIFF_OTHERS), "count",
                     arena_printf(buf->arena, "%zu", diff->others.count), NULL),
         2);
    for (size_t i = 0; report->verbose && i < diff->others.count; i++)
        write_set(buf, report, &diff->others.items[i]);
}

/* A line a layer, how many; or a line a change. */
static void write_changes(struct buf *buf, const struct diff_report *report)
{
    const struct diff *diff = report->diff;
    size_t next;

    buf_add_char(buf, '\n');
    if (diff->changes.count == 0) {
        line(buf, report, "", say(report, TEXT_DIFF_NONE), 0);
        return;
    }
    line(buf, report, "",
         report_fill(buf->arena, say(report, TEXT_DIFF_COUNT), "count",
                     arena_printf(buf->arena, "%zu", diff->changes.count), NULL),
         0);
    for (size_t at = 0; at < diff->changes.count; at = next) {
        const char *layer = diff->changes.items[at].layer;

        for (next = at; next < diff->changes.count; next++)
            if (strcmp(diff->changes.items[next].layer, layer) != 0)
                break;
        line(buf, report, "  ", arena_printf(buf->arena, "%-12s%zu", layer, next - at), 2);
        for (size_t i = at; report->verbose && i < next; i++)
            line(buf, report, "    ", change_text(buf->arena, &diff->changes.items[i]), LIST_AT);
    }
    if (!report->verbose)
        line(buf, report, "  ", say(report, TEXT_DIFF_MORE), 2);
}

void report_diff_text(struct buf *buf, const struct diff_report *report)
{
    const struct diff *diff = report->diff;
    struct str was = name_of(report, &diff->a.verdict), now = name_of(report, &diff->b.verdict);
    bool bad = verdict_exit_code(&diff->b.verdict) == 1;

    line(buf, report,
         diff->same_verdict          ? "· "
         : bad                       ? "✗ "
         : diff->b.verdict.cause.len ? "✓ "
                                     : "? ",
         report_fill(buf->arena,
                     say(report, diff->same_verdict ? TEXT_DIFF_SAME : TEXT_DIFF_CHANGED), "was",
                     was, "now", now, NULL),
         2);
    if (!diff->same_verdict)
        write_explanation(buf, report);
    write_changes(buf, report);
}

/* --- for programs -------------------------------------------------------------------------- */

static void verdict_json(struct json *json, const struct verdict *verdict)
{
    json_open(json, NULL, '{');
    json_put_str(json, "state", str_of(verdict_state_name(verdict->state)));
    if (verdict->cause.len)
        json_put_str(json, "cause", verdict->cause);
    else
        json_put_null(json, "cause");
    json_put_str(json, "certainty", str_of(certainty_name(verdict->certainty)));
    json_close(json, '}');
}

static void set_json(struct json *json, const char *key, const struct diff *diff,
                     const struct change_set *set)
{
    json_open(json, key, '[');
    for (size_t i = 0; i < set->changes.count; i++)
        json_put_str(json, NULL, diff->changes.items[set->changes.items[i]].fact);
    json_close(json, ']');
}

static void changes_json(struct json *json, const struct diff *diff)
{
    json_open(json, "changes", '[');
    for (size_t i = 0; i < diff->changes.count; i++) {
        const struct change *change = &diff->changes.items[i];

        json_open(json, NULL, '{');
        json_put_str(json, "layer", str_of(change->layer));
        json_put_str(json, "fact", change->fact);
        json_put_str(json, "from", change->from);
        json_put_str(json, "to", change->to);
        json_close(json, '}');
    }
    json_close(json, ']');
}

void report_diff_json(struct buf *buf, const struct diff_report *report)
{
    const struct diff *diff = report->diff;
    struct json json = json_to(buf);

    report_json_open(&json, report->subject_kind, report->subject_name);
    json_open(&json, "diff", '{');
    json_open(&json, "verdicts", '[');
    verdict_json(&json, &diff->a.verdict);
    verdict_json(&json, &diff->b.verdict);
    json_close(&json, ']');
    set_json(&json, "explained_by", diff, &diff->explained);
    json_open(&json, "others", '[');
    for (size_t i = 0; i < diff->others.count; i++)
        set_json(&json, NULL, diff, &diff->others.items[i]);
    json_close(&json, ']');
    changes_json(&json, diff);
    json_close(&json, '}');
    json_close(&json, '}');
    buf_add_char(buf, '\n');
}
