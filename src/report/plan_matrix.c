/* The whole table: torch versions down, CUDA tags across. */
#include "report/plan.h"

#include "base/text.h"
#include "knowledge/dotted.h"
#include "report/layout.h"
#include "report/report.h"

#define VERSION_WIDTH 9
#define CELL_WIDTH 8
#define TAGS_MAX 64
#define OLDEST "2.0" /* older versions are shown with -v, or where nothing newer is there */

struct tags {
    struct str items[TAGS_MAX], cuda[TAGS_MAX];
    size_t count;
};

static bool is_shown(const struct plan_report *report, const struct candidate *candidate)
{
    return report->verbose || dotted_compare(candidate->build.version, STR(OLDEST)) >= 0;
}

/* By rising CUDA version. */
static void add_tag(struct tags *tags, const struct torch_build *build)
{
    size_t at = 0;

    for (size_t i = 0; i < tags->count; i++)
        if (str_eq(tags->items[i], build->tag))
            return;
    if (tags->count == TAGS_MAX)
        return;
    while (at < tags->count && dotted_compare(tags->cuda[at], build->cuda) < 0)
        at++;
    for (size_t i = tags->count++; i > at; i--) {
        tags->items[i] = tags->items[i - 1];
        tags->cuda[i] = tags->cuda[i - 1];
    }
    tags->items[at] = build->tag;
    tags->cuda[at] = build->cuda;
}

static const struct candidate *find(const struct plan_report *report, struct str version,
                                    struct str tag)
{
    const struct candidates *candidates = &report->plan->candidates;

    for (size_t i = 0; i < candidates->count; i++)
        if (str_eq(candidates->items[i].build.version, version) &&
            str_eq(candidates->items[i].build.tag, tag))
            return &candidates->items[i];
    return NULL;
}

static enum constraint_id first_of(unsigned set)
{
    return (enum constraint_id) __builtin_ctz(set);
}

static struct str cell(const struct plan_report *report, const struct candidate *candidate)
{
    if (!candidate)
        return STR("");
    if (candidate->refused)
        return text_of(constraints[first_of(candidate->refused)].word, report->lang);
    return open_decisive(candidate->open) ? STR("?") : STR("✓");
}

static void pad(struct buf *buf, struct str text, size_t width)
{
    buf_add(buf, text);
    if (text_width(text) < width)
        buf_repeat(buf, ' ', width - text_width(text));
}

static bool has_cells(const struct plan_report *report, struct str version, const struct tags *tags,
                      size_t from, size_t to)
{
    for (size_t t = from; t < to; t++)
        if (find(report, version, tags->items[t]))
            return true;
    return false;
}

/* The tags [from, to), newest torch first. */
static void write_block(struct buf *buf, const struct plan_report *report, const struct tags *tags,
                        size_t from, size_t to)
{
    const struct candidates *candidates = &report->plan->candidates;

    buf_add_char(buf, '\n');
    pad(buf, STR("torch"), VERSION_WIDTH);
    for (size_t t = from; t < to; t++)
        pad(buf, tags->items[t], t + 1 < to ? CELL_WIDTH : 0);
    buf_add_char(buf, '\n');
    for (size_t i = candidates->count; i-- > 0;) {
        struct str version = candidates->items[i].build.version;

        if ((i && str_eq(candidates->items[i - 1].build.version, version)) ||
            !is_shown(report, &candidates->items[i]) || !has_cells(report, version, tags, from, to))
            continue;
        pad(buf, version, VERSION_WIDTH);
        for (size_t t = from; t < to; t++)
            pad(buf, cell(report, find(report, version, tags->items[t])),
                t + 1 < to ? CELL_WIDTH : 0);
        while (buf->len && buf->data[buf->len - 1] == ' ')
            buf->len--;
        buf_add_char(buf, '\n');
    }
}

/* What each word in the table means, by the newest build that has it. */
static void write_legend(struct buf *buf, const struct plan_report *report)
{
    const struct candidates *candidates = &report->plan->candidates;

    buf_add_char(buf, '\n');
    for (enum constraint_id id = 0; id < CONSTRAINT_COUNT; id++)
        for (size_t i = candidates->count; i-- > 0;) {
            const struct candidate *candidate = &candidates->items[i];
            struct reason reason;
            struct buf text = buf_new(buf->arena, 64u * 1024u);

            if (!candidate->refused || first_of(candidate->refused) != id ||
                !is_shown(report, candidate))
                continue;
            reason = constraints[id].judge(report->problem, &candidate->build);
            text_escape(&text, report_build(buf->arena, &candidate->build));
            buf_addz(&text, ": ");
            text_escape(&text,
                        report_reason(buf->arena, report->lang, id, &reason, &candidate->build));
            pad(buf, text_of(constraints[id].word, report->lang), CELL_WIDTH);
            (void) layout_wrap(buf, buf_str(&text), CELL_WIDTH, CELL_WIDTH, report->columns);
            buf_add_char(buf, '\n');
            break;
        }
}

/* -v: every cell in full. */
static void write_all(struct buf *buf, const struct plan_report *report)
{
    const struct candidates *candidates = &report->plan->candidates;

    buf_add_char(buf, '\n');
    for (size_t i = candidates->count; i-- > 0;) {
        const struct candidate *candidate = &candidates->items[i];
        struct buf text = buf_new(buf->arena, 64u * 1024u);

        text_escape(&text, report_build(buf->arena, &candidate->build));
        buf_addz(&text, ": ");
        for (enum constraint_id id = 0; id < CONSTRAINT_COUNT; id++) {
            struct reason reason;

            if (!((candidate->refused | candidate->open) & CONSTRAINT_BIT(id)))
                continue;
            reason = constraints[id].judge(report->problem, &candidate->build);
            text_escape(&text,
                        report_reason(buf->arena, report->lang, id, &reason, &candidate->build));
            buf_addz(&text, " · ");
        }
        if (str_ends(buf_str(&text), STR(" · ")))
            text.len -= STR(" · ").len;
        if (!candidate->refused && !candidate->open)
            buf_add(&text, text_of(TEXT_PLAN_MATRIX_FITS, report->lang));
        (void) layout_wrap(buf, buf_str(&text), 0, 4, report->columns);
        buf_add_char(buf, '\n');
    }
}

void report_plan_matrix(struct buf *buf, const struct plan_report *report)
{
    const struct candidates *candidates = &report->plan->candidates;
    size_t across = (report->columns - VERSION_WIDTH) / CELL_WIDTH;
    struct tags tags = { .count = 0 };

    for (size_t i = 0; i < candidates->count; i++)
        if (is_shown(report, &candidates->items[i]))
            add_tag(&tags, &candidates->items[i].build);
    (void) layout_wrap(buf, text_of(TEXT_PLAN_MATRIX_HEAD, report->lang), 0, 0, report->columns);
    buf_add_char(buf, '\n');
    for (size_t to = tags.count; to > 0;) { /* the newest tags first */
        size_t from = to > across ? to - across : 0;

        write_block(buf, report, &tags, from, to);
        to = from;
    }
    if (report->verbose)
        write_all(buf, report);
    else
        write_legend(buf, report);
}
