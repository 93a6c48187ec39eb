/* policy: what a policy says, for people. */
#include "report/policy.h"

#include "base/text.h"
#include "facts/fill.h"
#include "report/layout.h"
#include "report/report.h"

/* Columns: a place and its rule at 2, what is said of it at 4. */
#define PLACE_AT 2
#define SAYS_AT 4
#define PART_LIMIT (64u * 1024u)

static const struct str nothing = { NULL, 0 };

static struct str say(const struct policy_report *report, enum text_id id)
{
    return text_of(id, report->lang);
}

/* --- what the three reports share ---------------------------------------------------------- */

size_t report_policy_faults(const struct policy_report *report)
{
    return policy_count(report->results, POLICY_BROKEN) +
           policy_count(report->results, POLICY_EXPIRED);
}

size_t report_policy_open(const struct policy_report *report)
{
    return policy_count(report->results, POLICY_OPEN);
}

struct str report_policy_headline(struct arena *arena, const struct policy_report *report)
{
    size_t faults = report_policy_faults(report), open = report_policy_open(report);
    enum text_id id = faults == 1 ? TEXT_POLICY_BROKEN_ONE
                      : faults    ? TEXT_POLICY_BROKEN
                      : open      ? TEXT_POLICY_OPEN
                                  : TEXT_POLICY_ALLOWED;
    size_t count = faults ? faults : open ? open : report->results->judged;

    return report_fill(arena, say(report, id), "name", report->name, "file", report->file, "count",
                       arena_printf(arena, "%zu", count), NULL);
}

/* A sentence with the facts in it of that which was judged. */
static struct str filled(struct arena *arena, const struct policy_report *report,
                         const struct policy_result *result, const struct str *sentence)
{
    struct facts *facts = ARENA_NEW(arena, struct facts);
    struct buf out = buf_new(arena, PART_LIMIT);

    if (result->subject->facts)
        *facts = *result->subject->facts;
    if (result->statement)
        facts->recipe = *result->statement;
    (void) facts_fill(&out, facts, sentence[report->lang], say(report, TEXT_REPORT_UNKNOWN));
    return buf_str(&out);
}

static struct str dated(struct arena *arena, const struct policy_report *report, enum text_id id,
                        const struct policy_exception *exception)
{
    return report_fill(arena, say(report, id), "date", exception->until, "reason",
                       exception->reason, NULL);
}

struct str report_policy_says(struct arena *arena, const struct policy_report *report,
                              const struct policy_result *result)
{
    if (result->kind == POLICY_EXPIRED || result->kind == POLICY_ENDS)
        return dated(arena, report,
                     result->kind == POLICY_ENDS ? TEXT_POLICY_ENDS : TEXT_POLICY_EXPIRED,
                     result->exception);
    if (result->kind == POLICY_OPEN && !result->scope_open)
        return result->cause                             ? result->cause->slug
               : result->check                           ? result->check->slug
               : result->look && result->look->state.len ? result->look->state
                                                         : result->rule->key->name;
    if (result->cause)
        return filled(arena, report, result, result->cause->headline);
    if (result->check)
        return filled(arena, report, result, result->check->headline);
    return filled(arena, report, result, result->look->says);
}

struct str report_policy_missing(struct arena *arena, const struct policy_report *report,
                                 const struct policy_result *result)
{
    struct buf names = buf_new(arena, PART_LIMIT);

    if (result->kind != POLICY_OPEN)
        return nothing;
    if (result->scope_open)
        return say(report, TEXT_POLICY_SCOPE_OPEN);
    for (size_t i = 0; i < result->missing.names.count; i++)
        buf_addf(&names, "%s%.*s", i ? ", " : "", STR_ARG(result->missing.names.items[i]));
    if (names.len == 0)
        return say(report, TEXT_POLICY_NOT_READABLE);
    return report_fill(arena, say(report, TEXT_POLICY_MISSING), "facts", buf_str(&names), NULL);
}

struct str report_policy_allowed(struct arena *arena, const struct policy_result *result)
{
    const struct policy_words *items = &result->rule->items;
    struct buf buf = buf_new(arena, PART_LIMIT);

    if (!result->look || result->rule->key->form == POLICY_STATES)
        return nothing;
    for (size_t i = 0; i < items->count; i++)
        buf_addf(&buf, "%s%.*s", i ? "  " : "", STR_ARG(items->items[i]));
    return buf_str(&buf);
}

struct str report_policy_reason(const struct policy_result *result)
{
    return result->exception ? result->exception->reason : result->rule->reason;
}

unsigned report_policy_line(const struct policy_result *result)
{
    return result->exception ? result->exception->line : result->rule->line;
}

/* --- for people ---------------------------------------------------------------------------- */

static void write_part(struct buf *buf, const struct policy_report *report, size_t at,
                       struct str text)
{
    struct buf shown = buf_new(buf->arena, PART_LIMIT);

    if (text.len == 0)
        return;
    text_escape(&shown, text);
    buf_repeat(buf, ' ', at);
    (void) layout_wrap(buf, buf_str(&shown), at, at, report->columns);
    buf_add_char(buf, '\n');
}

/* Where, by which rule, and what kind of result it is where it is no finding. */
static void write_place(struct buf *buf, const struct policy_report *report,
                        const struct policy_result *result)
{
    bool is_finding = result->kind == POLICY_BROKEN || result->kind == POLICY_EXPIRED;
    struct str place = result->from.len && !result->exception ? result->from
                       : result->exception                    ? report->file
                                                              : result->subject->name;
    struct str label =
        say(report, result->kind == POLICY_OPEN ? TEXT_POLICY_CANNOT_SAY : TEXT_POLICY_NOTE);

    if (result->exception)
        place = arena_printf(buf->arena, "%.*s:%u", STR_ARG(place), result->exception->line);
    write_part(buf, report, PLACE_AT,
               arena_printf(buf->arena,
                            is_finding ? "%.*s: policy/%.*s" : "%.*s: policy/%.*s (%.*s)",
                            STR_ARG(place), STR_ARG(result->rule->name), STR_ARG(label)));
}

static void write_result(struct buf *buf, const struct policy_report *report,
                         const struct policy_result *result)
{
    struct arena *arena = buf->arena;
    struct str allowed = report_policy_allowed(arena, result);

    buf_add_char(buf, '\n');
    write_place(buf, report, result);
    write_part(buf, report, SAYS_AT, report_policy_says(arena, report, result));
    write_part(buf, report, SAYS_AT, report_policy_missing(arena, report, result));
    if (allowed.len)
        write_part(
            buf, report, SAYS_AT,
            report_fill(arena, say(report, TEXT_POLICY_ALLOWED_VALUES), "values", allowed, NULL));
    if (result->kind == POLICY_EXCEPTED)
        write_part(buf, report, SAYS_AT,
                   dated(arena, report, TEXT_POLICY_EXCEPTED, result->exception));
    else
        write_part(buf, report, SAYS_AT,
                   report_fill(arena, say(report, TEXT_POLICY_BECAUSE), "reason",
                               report_policy_reason(result), NULL));
    if (!result->exception)
        write_part(
            buf, report, SAYS_AT,
            arena_printf(arena, "→ %.*s:%u", STR_ARG(report->file), report_policy_line(result)));
}

static void write_kind(struct buf *buf, const struct policy_report *report, enum policy_kind kind)
{
    for (size_t i = 0; i < report->results->count; i++)
        if (report->results->items[i].kind == kind)
            write_result(buf, report, &report->results->items[i]);
}

void report_policy_text(struct buf *buf, const struct policy_report *report)
{
    struct buf shown = buf_new(buf->arena, PART_LIMIT);

    buf_addz(buf, report_policy_faults(report) ? "✗ " : report_policy_open(report) ? "? " : "✓ ");
    text_escape(&shown, report_policy_headline(buf->arena, report));
    (void) layout_wrap(buf, buf_str(&shown), 2, 2, report->columns);
    buf_add_char(buf, '\n');
    write_kind(buf, report, POLICY_BROKEN);
    write_kind(buf, report, POLICY_EXPIRED);
    write_kind(buf, report, POLICY_OPEN);
    write_kind(buf, report, POLICY_ENDS);
    if (report->verbose)
        write_kind(buf, report, POLICY_EXCEPTED);
}
