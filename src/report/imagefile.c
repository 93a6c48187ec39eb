#include "report/imagefile.h"

#include "base/text.h"
#include "diagnosis/diagnosis.h"
#include "facts/fill.h"
#include "knowledge/causes.h"
#include "report/layout.h"
#include "report/report.h"

/* Columns: a place and its cause at 2, what is said of it at 4. */
#define PLACE_AT 2
#define SAYS_AT 4
#define PART_LIMIT (64u * 1024u)

static struct str say(const struct imagefile_report *report, enum text_id id)
{
    return text_of(id, report->lang);
}

static struct str escaped(struct arena *arena, struct str text)
{
    struct buf out = buf_new(arena, PART_LIMIT);

    text_escape(&out, text);
    return buf_str(&out);
}

/* A sentence with the statement's facts in it; not escaped. */
static struct str filled(struct arena *arena, const struct imagefile_report *report,
                         const struct check_result *result, const struct str *sentence)
{
    struct facts *facts = ARENA_NEW(arena, struct facts);
    struct buf out = buf_new(arena, PART_LIMIT);

    facts->recipe = *result->statement;
    (void) facts_fill(&out, facts, sentence[report->lang], say(report, TEXT_REPORT_UNKNOWN));
    return buf_str(&out);
}

size_t imagefile_faults(const struct check_results *found)
{
    size_t count = 0;

    for (size_t i = 0; i < found->count; i++)
        count += !found->items[i].check->remark;
    return count;
}

/* The finding whose cause is the first on a request's way. NULL: there is none. */
static const struct check_result *headline(const struct check_results *found)
{
    const struct check_result *first = NULL;

    for (size_t i = 0; i < found->count; i++) {
        const struct check_result *result = &found->items[i];

        if (!result->check->remark && (!first || cause_by_slug(result->check->slug)->order <
                                                     cause_by_slug(first->check->slug)->order))
            first = result;
    }
    return first;
}

/* --- for people ---------------------------------------------------------------------------- */

static void write_first_line(struct buf *buf, const struct imagefile_report *report)
{
    size_t faults = imagefile_faults(report->found), remarks = report->found->count - faults;
    enum text_id id = faults == 1           ? TEXT_IMAGE_ONE_FINDING
                      : faults              ? TEXT_IMAGE_FINDINGS
                      : report->open->count ? TEXT_IMAGE_OPEN
                      : remarks             ? TEXT_IMAGE_ONLY_REMARKS
                                            : TEXT_IMAGE_NOTHING;
    struct str open =
        report->open->count ? report->open->items[0].statement->kind.from : (struct str){ NULL, 0 };
    struct str text = report_fill(buf->arena, say(report, id), "file", report->file, "count",
                                  arena_printf(buf->arena, "%zu", faults), "from", open, NULL);

    buf_addz(buf, faults ? "✗ " : report->open->count ? "? " : "✓ ");
    (void) layout_wrap(buf, escaped(buf->arena, text), 2, 2, report->columns);
    buf_add_char(buf, '\n');
}

static void write_part(struct buf *buf, const struct imagefile_report *report, const char *mark,
                       struct str text)
{
    size_t at = SAYS_AT + text_width(str_of(mark));

    buf_repeat(buf, ' ', SAYS_AT);
    buf_addz(buf, mark);
    (void) layout_wrap(buf, escaped(buf->arena, text), at, at, report->columns);
    buf_add_char(buf, '\n');
}

/* Where, and under which cause or as a remark, with how sure it is. */
static void write_place(struct buf *buf, const struct imagefile_report *report,
                        const struct check_result *result)
{
    const struct check *check = result->check;
    struct str what = check->remark ? say(report, TEXT_IMAGE_REMARK) : check->slug;
    struct str text = arena_printf(buf->arena, "%.*s: %.*s", STR_ARG(result->statement->kind.from),
                                   STR_ARG(what));

    if (!check->remark && check->certainty != CERTAINTY_CERTAIN)
        text = arena_printf(
            buf->arena, "%.*s (%.*s)", STR_ARG(text),
            STR_ARG(say(report, check->certainty == CERTAINTY_LIKELY ? TEXT_REPORT_LIKELY
                                                                     : TEXT_REPORT_POSSIBLE)));
    buf_repeat(buf, ' ', PLACE_AT);
    (void) layout_wrap(buf, escaped(buf->arena, text), PLACE_AT, PLACE_AT, report->columns);
    buf_add_char(buf, '\n');
}

static void write_result(struct buf *buf, const struct imagefile_report *report,
                         const struct check_result *result)
{
    struct arena *arena = buf->arena;

    buf_add_char(buf, '\n');
    write_place(buf, report, result);
    write_part(buf, report, "", filled(arena, report, result, result->check->headline));
    write_part(buf, report, "→ ", filled(arena, report, result, result->check->advice));
    if (report->verbose)
        write_part(buf, report, "", result->check->source);
}

static void write_all(struct buf *buf, const struct imagefile_report *report, bool remarks)
{
    for (size_t i = 0; i < report->found->count; i++)
        if (report->found->items[i].check->remark == remarks)
            write_result(buf, report, &report->found->items[i]);
}

void report_imagefile_text(struct buf *buf, const struct imagefile_report *report)
{
    write_first_line(buf, report);
    write_all(buf, report, false);
    write_all(buf, report, true);
}

/* --- for programs -------------------------------------------------------------------------- */

static void evidence_json(struct json *json, const struct check_result *result, struct str name)
{
    struct facts *facts = ARENA_NEW(json->buf->arena, struct facts);
    struct fact_ref ref;

    facts->recipe = *result->statement;
    if (facts_find(facts, name, &ref) < 0 || fact_ref_state(&ref) == FACT_UNKNOWN)
        return;
    json_open(json, NULL, '{');
    json_put_str(json, "fact", name);
    json_put_str(json, "state", str_of(fact_state_name(fact_ref_state(&ref))));
    if (fact_ref_state(&ref) == FACT_KNOWN)
        json_put_str(json, "value", fact_ref_text(json->buf->arena, &ref));
    json_put_str(json, "from", fact_ref_from(&ref));
    json_close(json, '}');
}

static void advice_json(struct json *json, const struct imagefile_report *report,
                        const struct check_result *result)
{
    json_open(json, "remedies", '[');
    json_open(json, NULL, '{');
    json_put_str(json, "title", filled(json->buf->arena, report, result, result->check->advice));
    json_open(json, "commands", '[');
    json_close(json, ']');
    report_needs_json(json, NEEDS_SAFE);
    json_close(json, '}');
    json_close(json, ']');
}

static void cause_json(struct json *json, const struct check *check)
{
    if (check && check->slug.len)
        json_put_str(json, "cause", check->slug);
    else
        json_put_null(json, "cause");
}

static void result_json(struct json *json, const struct imagefile_report *report,
                        const struct check_result *result, bool is_root)
{
    const struct check *check = result->check;

    json_open(json, NULL, '{');
    cause_json(json, check);
    json_put_str(json, "check", check->name);
    if (!check->remark) {
        json_put_str(json, "role", str_of(is_root ? "root" : "independent"));
        json_put_str(json, "certainty", str_of(certainty_name(check->certainty)));
        json_open(json, "explains", '[');
        json_close(json, ']');
    }
    json_put_str(json, "headline", filled(json->buf->arena, report, result, check->headline));
    json_open(json, "evidence", '[');
    for (unsigned i = 0; i < check->evidence.count; i++)
        evidence_json(json, result, rule_word(check->evidence, i));
    json_close(json, ']');
    advice_json(json, report, result);
    json_put_str(json, "source", check->source);
    json_close(json, '}');
}

static void results_json(struct json *json, const char *key, const struct imagefile_report *report,
                         bool remarks)
{
    const struct check_result *first = headline(report->found);

    json_open(json, key, '[');
    for (size_t i = 0; i < report->found->count; i++)
        if (report->found->items[i].check->remark == remarks)
            result_json(json, report, &report->found->items[i], &report->found->items[i] == first);
    json_close(json, ']');
}

static void open_json(struct json *json, const struct imagefile_report *report)
{
    json_open(json, "undecided", '[');
    for (size_t i = 0; i < report->open->count; i++) {
        const struct check_result *open = &report->open->items[i];

        json_open(json, NULL, '{');
        cause_json(json, open->check);
        json_open(json, "missing", '[');
        for (size_t n = 0; n < open->missing.names.count; n++)
            json_put_str(json, NULL, open->missing.names.items[n]);
        json_close(json, ']');
        json_put_str(json, "because",
                     report_fill(json->buf->arena, say(report, TEXT_IMAGE_GIVEN_AT_BUILD), "from",
                                 open->statement->kind.from, NULL));
        json_close(json, '}');
    }
    json_close(json, ']');
}

static void verdict_json(struct json *json, const struct imagefile_report *report)
{
    const struct check_result *first = headline(report->found);
    enum certainty certainty = first ? first->check->certainty : CERTAINTY_POSSIBLE;

    json_open(json, "verdict", '{');
    json_put_str(json, "state",
                 str_of(first                 ? "broken"
                        : report->open->count ? "undecided"
                                              : "healthy"));
    if (!first && report->open->count == 0)
        json_put_str(json, "cause", STR("none/healthy"));
    else
        cause_json(json, first ? first->check : NULL);
    json_put_str(json, "certainty", str_of(certainty_name(certainty)));
    json_put_str(
        json, "headline",
        first ? filled(json->buf->arena, report, first, first->check->headline)
              : report_fill(json->buf->arena,
                            say(report, report->open->count ? TEXT_IMAGE_OPEN : TEXT_IMAGE_NOTHING),
                            "file", report->file, NULL));
    json_close(json, '}');
}

void report_imagefile_json(struct buf *buf, const struct imagefile_report *report)
{
    struct json json = json_to(buf);

    report_json_open(&json, STR("file"), report->file);
    verdict_json(&json, report);
    results_json(&json, "findings", report, false);
    results_json(&json, "remarks", report, true);
    open_json(&json, report);
    json_close(&json, '}');
    buf_add_char(buf, '\n');
}
