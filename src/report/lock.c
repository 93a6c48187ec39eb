#include "report/lock.h"

#include "facts/fill.h"
#include "report/layout.h"
#include "report/report.h"

#define SENTENCE 65536

static struct str say(const struct lock_report *report, enum text_id id)
{
    return text_of(id, report->lang);
}

static void line(struct buf *buf, const struct lock_report *report, const char *mark,
                 struct str text, size_t indent)
{
    layout_line(buf, mark, text, indent, report->columns);
}

/* --- one difference ------------------------------------------------------------------------ */

/* The facts as the row saw them. */
static struct str filled(struct arena *arena, const struct lock_report *report,
                         const struct lock_difference *difference, struct str text)
{
    struct facts *facts = ARENA_NEW(arena, struct facts);
    struct buf buf = buf_new(arena, SENTENCE);

    *facts = *report->comparison->facts;
    if (difference->row)
        facts->lock = difference->said;
    (void) facts_fill(&buf, facts, text, STR("?"));
    return buf_str(&buf);
}

static struct str why(struct arena *arena, const struct lock_report *report,
                      const struct lock_difference *difference)
{
    if (difference->rule)
        return filled(arena, report, difference, difference->rule->headline[report->lang]);
    if (!difference->row)
        return say(report,
                   difference->state == LOCK_UNDECIDED ? TEXT_LOCK_UNREAD : TEXT_LOCK_UNLISTED);
    if (difference->state == LOCK_UNDECIDED)
        return report_fill(
            arena, say(report, TEXT_LOCK_MISSING), "fact",
            difference->missing.names.count ? difference->missing.names.items[0] : STR("?"), NULL);
    return filled(arena, report, difference, difference->row->text[report->lang]);
}

static struct str value_of(const struct lock_report *report, const struct fact_str *fact)
{
    return fact->state == FACT_KNOWN ? fact->value : say(report, TEXT_LOCK_ABSENT);
}

static struct str subject_of(struct arena *arena, const struct lock_facts *said)
{
    if (said->key.state != FACT_KNOWN)
        return said->fact.value;
    if (said->member.state != FACT_KNOWN)
        return said->key.value;
    return arena_printf(arena, "%.*s, %.*s", STR_ARG(said->key.value), STR_ARG(said->member.value));
}

static struct str name_of(const struct lock_difference *difference)
{
    if (difference->rule)
        return difference->cause;
    return difference->row ? difference->row->name : STR("unlisted");
}

static struct str sentence(struct arena *arena, const struct lock_report *report,
                           const struct lock_difference *difference)
{
    const struct lock_facts *said = &difference->said;
    struct str because = why(arena, report, difference), change;

    if (difference->rule)
        return arena_printf(arena, "%.*s (%.*s)", STR_ARG(because), STR_ARG(difference->cause));
    change =
        report_fill(arena, say(report, TEXT_LOCK_CHANGE), "what", subject_of(arena, said), "was",
                    value_of(report, &said->was), "now", value_of(report, &said->now), NULL);
    if (report->verbose)
        return arena_printf(arena, "%.*s: %.*s (%.*s)", STR_ARG(change), STR_ARG(because),
                            STR_ARG(name_of(difference)));
    return arena_printf(arena, "%.*s: %.*s", STR_ARG(change), STR_ARG(because));
}

/* --- for people ---------------------------------------------------------------------------- */

static size_t count_of(const struct lock_comparison *comparison, enum lock_state state)
{
    size_t count = 0;

    for (size_t i = 0; i < comparison->differences.count; i++)
        count += comparison->differences.items[i].state == state;
    return count;
}

static const char *mark_of(enum lock_state state)
{
    static const char *const marks[] = { "✓ ", "✓ ", "? ", "✗ " };

    return marks[state];
}

static void write_headline(struct buf *buf, const struct lock_report *report)
{
    static const enum text_id texts[] = { TEXT_LOCK_SAME, TEXT_LOCK_COMPATIBLE, TEXT_LOCK_UNDECIDED,
                                          TEXT_LOCK_BROKEN };
    const struct lock_comparison *it = report->comparison;
    struct arena *arena = buf->arena;

    line(buf, report, mark_of(it->state),
         report_fill(arena, say(report, texts[it->state]), "count",
                     arena_printf(arena, "%zu", count_of(it, it->state)), "all",
                     arena_printf(arena, "%zu", it->differences.count), NULL),
         2);
}

static void write_unseen(struct buf *buf, const struct lock_report *report)
{
    const struct lock_comparison *it = report->comparison;
    struct buf names = buf_new(buf->arena, SENTENCE);

    for (size_t i = 0; i < it->unseen.count; i++)
        buf_addf(&names, "%s%s", i ? ", " : "", it->unseen.items[i]);
    if (it->unseen.count)
        line(buf, report, "  – ",
             report_fill(buf->arena, say(report, TEXT_LOCK_UNSEEN), "facts", buf_str(&names), NULL),
             4);
}

void report_lock_text(struct buf *buf, const struct lock_report *report)
{
    const struct lock_comparison *it = report->comparison;
    size_t allowed = count_of(it, LOCK_COMPATIBLE);

    write_headline(buf, report);
    for (size_t i = 0; i < it->differences.count; i++) {
        const struct lock_difference *difference = &it->differences.items[i];

        if (difference->state == LOCK_COMPATIBLE && !report->verbose)
            continue;
        buf_addz(buf, "  ");
        line(buf, report, mark_of(difference->state), sentence(buf->arena, report, difference), 4);
    }
    if (allowed && !report->verbose)
        line(buf, report, "  ✓ ",
             report_fill(buf->arena, say(report, TEXT_LOCK_ALLOWED), "count",
                         arena_printf(buf->arena, "%zu", allowed), NULL),
             4);
    write_unseen(buf, report);
}

/* --- for programs -------------------------------------------------------------------------- */

static void side_json(struct json *json, const char *key, const struct fact_str *fact)
{
    if (fact->state == FACT_KNOWN)
        json_put_str(json, key, fact->value);
    else
        json_put_null(json, key);
}

static void difference_json(struct json *json, const struct lock_report *report,
                            const struct lock_difference *difference)
{
    const struct lock_facts *said = &difference->said;
    struct str source = difference->rule  ? difference->rule->source
                        : difference->row ? difference->row->source
                                          : (struct str){ NULL, 0 };

    json_open(json, NULL, '{');
    json_put_str(json, "state", str_of(lock_state_name(difference->state)));
    json_put_str(json, "rule", name_of(difference));
    if (!difference->rule) {
        side_json(json, "fact", &said->fact);
        side_json(json, "item", &said->key);
        side_json(json, "member", &said->member);
        side_json(json, "from", &said->was);
        side_json(json, "to", &said->now);
    }
    json_put_str(json, "because", why(json->buf->arena, report, difference));
    if (source.len)
        json_put_str(json, "source", source);
    json_close(json, '}');
}

void report_lock_json(struct buf *buf, const struct lock_report *report)
{
    const struct lock_comparison *it = report->comparison;
    struct json json = json_to(buf);

    report_json_open(&json, report->subject_kind, report->subject_name);
    json_open(&json, "lock", '{');
    json_put_str(&json, "file", report->file);
    json_put_str(&json, "state", str_of(lock_state_name(it->state)));
    json_open(&json, "differences", '[');
    for (size_t i = 0; i < it->differences.count; i++)
        difference_json(&json, report, &it->differences.items[i]);
    json_close(&json, ']');
    json_open(&json, "unseen", '[');
    for (size_t i = 0; i < it->unseen.count; i++)
        json_put_str(&json, NULL, str_of(it->unseen.items[i]));
    json_close(&json, ']');
    json_close(&json, '}');
    json_close(&json, '}');
    buf_add_char(buf, '\n');
}
