/* Sentences that several reports need. */
#include "facts/fill.h"
#include "report/report.h"

#include <stdarg.h>

#define SENTENCE_LIMIT (64u * 1024u)

struct str report_fill(struct arena *arena, struct str text, ...)
{
    struct buf buf = buf_new(arena, SENTENCE_LIMIT);
    struct str before, name;

    while (str_cut(text, '{', &before, &text)) {
        const char *key;
        va_list pairs;

        buf_add(&buf, before);
        (void) str_cut(text, '}', &name, &text);
        va_start(pairs, text);
        while ((key = va_arg(pairs, const char *)) != NULL) {
            struct str value = va_arg(pairs, struct str);

            if (str_eqz(name, key))
                buf_add(&buf, value);
        }
        va_end(pairs);
    }
    buf_add(&buf, before);
    return buf_str(&buf);
}

/* Whether nothing in a text, and nothing besides it, points at anything. */
static bool says_nothing(const struct report *report)
{
    return report->quotes && report->quotes->lines.count == 0 &&
           report->verdict->undecided.count == 0;
}

static enum text_id undecided(const struct report *report)
{
    if (report->verdict->facts->access.door.state == FACT_KNOWN)
        return TEXT_REPORT_UNDECIDED_DOOR;
    return says_nothing(report) ? TEXT_REPORT_NOTHING_READ : TEXT_REPORT_UNDECIDED;
}

struct str report_headline(struct arena *arena, const struct report *report)
{
    const struct verdict *verdict = report->verdict;
    struct buf buf = buf_new(arena, SENTENCE_LIMIT);

    if (verdict->root)
        (void) facts_fill(&buf, verdict->facts,
                          verdict->root->finding->rule->headline[report->lang],
                          text_of(TEXT_REPORT_UNKNOWN, report->lang));
    else if (verdict->healthy)
        (void) facts_fill(&buf, verdict->facts, verdict->healthy->headline[report->lang],
                          text_of(TEXT_REPORT_UNKNOWN, report->lang));
    else
        buf_add(&buf, text_of(undecided(report), report->lang));
    return buf_str(&buf);
}

struct str report_needs(struct arena *arena, unsigned needs, enum lang lang)
{
    static const enum text_id names[] = { TEXT_REPORT_NEEDS_SAFE, TEXT_REPORT_NEEDS_ROOT,
                                          TEXT_REPORT_NEEDS_REBOOT, TEXT_REPORT_NEEDS_HARDWARE };
    struct buf buf = buf_new(arena, SENTENCE_LIMIT);

    for (unsigned bit = 0; bit < sizeof(names) / sizeof(names[0]); bit++)
        if (needs & 1u << bit) {
            buf_addz(&buf, buf.len ? ", " : "");
            buf_add(&buf, text_of(names[bit], lang));
        }
    return buf_str(&buf);
}

struct str report_why_missing(struct arena *arena, const struct report *report, struct str fact)
{
    struct fact_ref ref;
    struct str from;
    enum text_id why = TEXT_REPORT_BECAUSE_NOT_SEEN;

    if (facts_find(report->verdict->facts, fact, &ref) < 0)
        return text_of(why, report->lang);
    from = fact_ref_from(&ref);
    if (fact_ref_state(&ref) == FACT_DENIED)
        why = TEXT_REPORT_BECAUSE_DENIED;
    else if (from.len)
        why = TEXT_REPORT_BECAUSE_FAILED;
    return report_fill(arena, text_of(why, report->lang), "from", from, NULL);
}
