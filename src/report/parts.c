#include "report/parts.h"

#include "base/text.h"
#include "facts/fill.h"

void report_paint(struct buf *buf, const struct report *report, enum paint how, struct str text)
{
    static const char *const codes[] = {
        [PAINT_GOOD] = "\x1b[32m",
        [PAINT_BAD] = "\x1b[31m",
        [PAINT_FAINT] = "\x1b[2m",
        [PAINT_STRONG] = "\x1b[1m",
    };

    if (report->colour)
        buf_addz(buf, codes[how]);
    buf_add(buf, text);
    if (report->colour)
        buf_addz(buf, "\x1b[0m");
}

struct str report_say(const struct report *report, enum text_id id)
{
    return text_of(id, report->lang);
}

struct str report_home(const struct report *report)
{
    const struct fact_str *home = &report->verdict->facts->process.home;

    return home->state == FACT_KNOWN ? home->value : (struct str){ NULL, 0 };
}

/* A sentence with facts in it, filled, escaped, and the home folder shortened to ~. */
struct str report_shown(struct arena *arena, const struct report *report, struct str template)
{
    struct buf filled = buf_new(arena, REPORT_PART_LIMIT), out = buf_new(arena, REPORT_PART_LIMIT);
    struct str text, home = report_home(report);

    (void) facts_fill(&filled, report->verdict->facts, template,
                      report_say(report, TEXT_REPORT_UNKNOWN));
    text = buf_str(&filled);
    while (home.len > 1 && str_has(text, home)) {
        size_t at = str_find(text, home);
        bool whole = at + home.len == text.len || text.data[at + home.len] == '/';

        text_escape(&out, str_slice(text, 0, at));
        text_escape(&out, whole ? STR("~") : home);
        text = str_from(text, at + home.len);
    }
    text_escape(&out, text);
    return buf_str(&out);
}

struct str report_escaped(struct arena *arena, struct str text)
{
    struct buf out = buf_new(arena, REPORT_PART_LIMIT);

    text_escape(&out, text);
    return buf_str(&out);
}

void report_pad(struct buf *buf, size_t at, size_t column)
{
    if (at < column)
        buf_repeat(buf, ' ', column - at);
}

struct str report_mark(enum link_state state, enum paint *ret_paint)
{
    static const struct {
        struct str mark;
        enum paint paint;
    } looks[] = {
        [LINK_OK] = { STR_INIT("✓"), PAINT_GOOD },
        [LINK_BROKEN] = { STR_INIT("✗"), PAINT_BAD },
        [LINK_NOT_REACHED] = { STR_INIT("·"), PAINT_FAINT },
        [LINK_UNKNOWN] = { STR_INIT("?"), PAINT_FAINT },
        [LINK_ABSENT] = { STR_INIT("–"), PAINT_FAINT },
    };

    *ret_paint = looks[state].paint;
    return looks[state].mark;
}

/* Sentences that say themselves whose value they give. */
static bool names_fact(enum text_id id)
{
    return id != TEXT_REPORT_SAYS && id != TEXT_REPORT_SAYS_NOTHING;
}

/* "/sys/module/nvidia/version says 470.57.02", as the fact's state and kind have it. */
struct str report_evidence(struct arena *arena, const struct report *report, struct str name,
                           const struct fact_ref *ref)
{
    struct str from = fact_ref_from(ref), value = fact_ref_text(arena, ref);
    enum fact_state state = fact_ref_state(ref);
    bool is_path = str_has(from, STR("/")) && !str_has(from, STR(": "));
    enum text_id id = TEXT_REPORT_SAYS;

    if (is_path)
        from = arena_printf(arena, "/%.*s", STR_ARG(from));
    if (state == FACT_ABSENT)
        id = TEXT_REPORT_NOT_THERE;
    else if (state == FACT_DENIED)
        id = TEXT_REPORT_NOT_OURS;
    else if (ref->kind == FIELD_BOOL)
        id = ((const struct fact_bool *) ref->fact)->value ? TEXT_REPORT_YES : TEXT_REPORT_NO;
    else if (ref->kind == FIELD_INT || ref->kind == FIELD_LIST)
        id = TEXT_REPORT_COUNTS;
    else if (value.len == 0)
        id = TEXT_REPORT_SAYS_NOTHING;
    if (!is_path && !names_fact(id))
        from = arena_printf(arena, "%.*s (%.*s)", STR_ARG(name), STR_ARG(from));
    return report_fill(arena, report_say(report, id), "from", from, "value", value, "name", name,
                       NULL);
}
