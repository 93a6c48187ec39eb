#include "report/layout.h"
#include "report/parts.h"
#include "report/steps.h"
#include "report/verify.h"

/* Columns: mark at 2, a link's title at 4, its words at 16. */
#define TITLE_AT 4
#define WORDS_AT 16
#define QUOTES_SHOWN 8

/* The first line is the whole answer; the slug stands at the right edge, or below. */
static void write_headline(struct buf *buf, const struct report *report)
{
    const struct verdict *verdict = report->verdict;
    bool good = verdict->state == STATE_HEALTHY || verdict->state == STATE_NOT_ENVIRONMENT;
    bool open = verdict->state == STATE_UNDECIDED;
    struct str headline = report_escaped(buf->arena, report_headline(buf->arena, report));
    struct buf wrapped = buf_new(buf->arena, REPORT_PART_LIMIT);
    size_t at = layout_wrap(&wrapped, headline, 2, 2, report->columns);
    size_t slug = verdict->cause.len;

    report_paint(buf, report,
                 good   ? PAINT_GOOD
                 : open ? PAINT_FAINT
                        : PAINT_BAD,
                 good   ? STR("✓")
                 : open ? STR("?")
                        : STR("✗"));
    buf_add_char(buf, ' ');
    report_paint(buf, report, PAINT_STRONG, buf_str(&wrapped));
    if (slug && at + 2 + slug > report->columns) {
        buf_add_char(buf, '\n');
        at = 0;
    }
    if (slug) {
        report_pad(buf, at, report->columns > slug ? report->columns - slug : 0);
        report_paint(buf, report, PAINT_FAINT, verdict->cause);
    }
    buf_add_char(buf, '\n');
}

static void write_link(struct buf *buf, const struct report *report, const struct chain_link *link)
{
    struct str title = link->link->title[report->lang];
    struct str words = link->text ? report_shown(buf->arena, report, link->text->text[report->lang])
                                  : report_say(report, TEXT_REPORT_UNKNOWN_LINK);
    struct str note = report_say(report, TEXT_REPORT_NOT_REACHED);
    enum paint how;
    struct str mark = report_mark(link->state, &how);
    size_t at;

    buf_addz(buf, "  ");
    report_paint(buf, report, how, mark);
    buf_add_char(buf, ' ');
    buf_add(buf, title);
    report_pad(buf, TITLE_AT + text_width(title), WORDS_AT);
    at = layout_wrap(buf, words, WORDS_AT, WORDS_AT, report->columns);
    if (link->state == LINK_NOT_REACHED && at + 3 + text_width(note) <= report->columns) {
        report_pad(buf, at, report->columns - text_width(note));
        report_paint(buf, report, PAINT_FAINT, note);
    }
    buf_add_char(buf, '\n');
}

static void write_command(struct buf *buf, const struct report *report,
                          const struct command *command, size_t at, size_t indent)
{
    (void) layout_command(buf, command->words, command->count, report_home(report), at, indent,
                          report->columns);
    buf_add_char(buf, '\n');
}

static void write_remedy(struct buf *buf, const struct report *report,
                         const struct remedy_offer *offer, size_t number)
{
    struct str title = report_shown(buf->arena, report, offer->way->title[report->lang]);
    struct str needs = report_needs(buf->arena, offer->way->needs, report->lang);
    size_t width = text_width(needs), at;

    buf_addf(buf, "  %zu  ", number);
    at = layout_wrap(buf, title, 5, 5, report->columns);
    if (at + 2 + width > report->columns) {
        buf_add_char(buf, '\n');
        at = 0;
    }
    report_pad(buf, at, report->columns > width ? report->columns - width : 0);
    report_paint(buf, report, PAINT_FAINT, needs);
    buf_add_char(buf, '\n');
    for (size_t i = 0; i < offer->commands.count; i++) {
        buf_repeat(buf, ' ', 7);
        write_command(buf, report, &offer->commands.items[i], 7, 9);
    }
}

static bool same_command(const struct command *a, const struct command *b)
{
    for (size_t i = 0; i < a->count && a->count == b->count; i++)
        if (!str_eq(a->words[i], b->words[i]))
            return false;
    return a->count == b->count;
}

/* How to see whether it worked; said once for remedies in a row that share it. */
static void write_check(struct buf *buf, const struct report *report,
                        const struct remedy_offers *offers, size_t at)
{
    const struct command *check = &offers->items[at].check;
    struct str title = report_say(report, TEXT_REPORT_CHECK);

    if (check->count == 0 ||
        (at + 1 < offers->count && same_command(check, &offers->items[at + 1].check)))
        return;
    buf_repeat(buf, ' ', 5);
    report_paint(buf, report, PAINT_FAINT, title);
    write_command(buf, report, check, 5 + text_width(title), 7);
}

static void write_offers(struct buf *buf, const struct report *report,
                         const struct remedy_offers *offers)
{
    for (size_t i = 0; i < offers->count; i++) {
        write_remedy(buf, report, &offers->items[i], i + 1);
        write_check(buf, report, offers, i);
    }
}

static void write_remedies(struct buf *buf, const struct report *report,
                           const struct remedy_offers *offers)
{
    if (offers->count == 0)
        return;
    buf_add_char(buf, '\n');
    report_paint(buf, report, PAINT_STRONG,
                 report_say(report, offers->count == 1 ? TEXT_REPORT_DO_THIS : TEXT_REPORT_DO_ONE));
    buf_add_char(buf, '\n');
    write_offers(buf, report, offers);
}

/* What people usually do about this cause, and should not. */
static void write_warning(struct buf *buf, const struct report *report)
{
    const struct advice *advice = advice_for(report->verdict->cause);
    struct str title = report_say(report, TEXT_REPORT_AVOID);
    size_t indent = text_width(title) + 2;

    if (!advice || !advice->warn)
        return;
    buf_add_char(buf, '\n');
    report_paint(buf, report, PAINT_STRONG, title);
    buf_addz(buf, "  ");
    (void) layout_wrap(buf, advice->avoid[report->lang], indent, indent, report->columns);
    buf_add_char(buf, '\n');
}

/* What a fact says, or the line of a text that says it. */
static struct str evidence(struct arena *arena, const struct report *report, struct str name,
                           const struct fact_ref *ref, const struct quoted_line *line)
{
    if (!line)
        return report_evidence(arena, report, name, ref);
    return arena_printf(arena, "%.*s  %.*s", STR_ARG(fact_ref_from(ref)), STR_ARG(line->text));
}

static void write_evidence(struct buf *buf, const struct report *report,
                           const struct finding *finding)
{
    const struct quoted_line *shown_line = NULL;
    struct str title = report_say(report, TEXT_REPORT_BECAUSE);
    size_t indent = text_width(title) + 2;
    bool first = true;

    for (size_t i = 0; i < finding->evidence.count; i++) {
        struct str name = finding->evidence.items[i];
        const struct quoted_line *line;
        struct fact_ref ref;

        if (facts_find(report->verdict->facts, name, &ref) < 0 ||
            fact_ref_state(&ref) == FACT_UNKNOWN)
            continue;
        line = report->quotes ? quotes_find(report->quotes, fact_ref_from(&ref)) : NULL;
        if (line && line == shown_line)
            continue;
        shown_line = line ? line : shown_line;
        if (first) {
            buf_add_char(buf, '\n');
            report_paint(buf, report, PAINT_STRONG, title);
            buf_addz(buf, "  ");
        } else {
            buf_repeat(buf, ' ', indent);
        }
        (void) layout_wrap(
            buf, report_escaped(buf->arena, evidence(buf->arena, report, name, &ref, line)), indent,
            indent, report->columns);
        buf_add_char(buf, '\n');
        first = false;
    }
}

/* Something else that was found; a consequence needs no remedy of its own. */
static void write_other(struct buf *buf, const struct report *report, const struct diagnosed *other)
{
    bool explained = other->role == ROLE_CONSEQUENCE;
    struct str title = report_say(report, explained ? TEXT_REPORT_CONSEQUENCE : TEXT_REPORT_ALSO);
    struct str slug = other->finding->rule->slug;
    size_t at = text_width(title) + 2;

    buf_add_char(buf, '\n');
    report_paint(buf, report, PAINT_STRONG, title);
    buf_addz(buf, "  ");
    at = layout_wrap(buf,
                     report_shown(buf->arena, report, other->finding->rule->headline[report->lang]),
                     at, at, report->columns);
    buf_addz(buf, at + 2 + slug.len > report->columns ? "\n  " : "  ");
    report_paint(buf, report, PAINT_FAINT, slug);
    buf_add_char(buf, '\n');
    if (!explained)
        write_offers(buf, report, &other->remedies);
}

/* The first cause that explains a consequence: there it is shown. */
static const struct diagnosed *shown_under(const struct verdict *verdict,
                                           const struct diagnosed *consequence)
{
    for (size_t i = 0; i < verdict->findings.count; i++)
        for (size_t e = 0; e < verdict->findings.items[i].explains.count; e++)
            if (verdict->findings.items[i].explains.items[e] == consequence)
                return &verdict->findings.items[i];
    return NULL;
}

/* Every cause but the headline's, each followed by what it explains. */
static void write_others(struct buf *buf, const struct report *report)
{
    const struct verdict *verdict = report->verdict;

    for (size_t i = 0; i < verdict->findings.count; i++) {
        const struct diagnosed *cause = &verdict->findings.items[i];

        if (cause != verdict->root && cause->role != ROLE_CONSEQUENCE)
            write_other(buf, report, cause);
        for (size_t e = 0; e < cause->explains.count; e++)
            if (shown_under(verdict, cause->explains.items[e]) == cause)
                write_other(buf, report, cause->explains.items[e]);
    }
}

/* The first fact that would decide a candidate. */
static struct str first_missing(const struct open_question *question)
{
    return question->missing.names.count ? question->missing.names.items[0]
                                         : (struct str){ NULL, 0 };
}

/* Whether a candidate before it is the same cause, open for the same fact. */
static bool is_said(const struct verdict *verdict, size_t at)
{
    const struct open_question *question = verdict->undecided.items[at];

    for (size_t i = 0; i < at; i++)
        if (str_eq(verdict->undecided.items[i]->rule->slug, question->rule->slug) &&
            str_eq(first_missing(verdict->undecided.items[i]), first_missing(question)))
            return true;
    return false;
}

/* The few candidates that are worth a look, each with the first fact that would decide it. */
static void write_candidates(struct buf *buf, const struct report *report)
{
    const struct verdict *verdict = report->verdict;
    size_t shown_count = verdict->undecided.count < 5 ? verdict->undecided.count : 5;

    if (verdict->state != STATE_UNDECIDED || shown_count == 0)
        return;
    buf_add_char(buf, '\n');
    report_paint(buf, report, PAINT_STRONG, report_say(report, TEXT_REPORT_WOULD_DECIDE));
    buf_add_char(buf, '\n');
    for (size_t i = 0; i < shown_count; i++) {
        const struct open_question *question = verdict->undecided.items[i];
        struct str name = first_missing(question);
        struct str why =
            report_fill(buf->arena, STR("{slug}: {name} ({why})"), "slug", question->rule->slug,
                        "name", name, "why", report_why_missing(buf->arena, report, name), NULL);

        if (is_said(verdict, i))
            continue;
        buf_addz(buf, "  ");
        (void) layout_wrap(buf, report_escaped(buf->arena, why), 2, 4, report->columns);
        buf_add_char(buf, '\n');
    }
}

/* Of a text that does not decide, the first lines that say anything: so much was understood. */
static void write_quotes(struct buf *buf, const struct report *report)
{
    const struct quotes *quotes = report->quotes;

    if (report->verdict->state != STATE_UNDECIDED || !quotes || quotes->lines.count == 0)
        return;
    buf_add_char(buf, '\n');
    report_paint(buf, report, PAINT_STRONG, report_say(report, TEXT_REPORT_READ_IN_TEXT));
    buf_add_char(buf, '\n');
    for (size_t i = 0; i < quotes->lines.count && i < QUOTES_SHOWN; i++) {
        const struct quoted_line *line = &quotes->lines.items[i];

        if (i && line->number == line[-1].number)
            continue;
        buf_addz(buf, "  ");
        (void) layout_wrap(
            buf,
            report_escaped(buf->arena, arena_printf(buf->arena, "%.*s  %.*s", STR_ARG(line->place),
                                                    STR_ARG(line->text))),
            2, 4, report->columns);
        buf_add_char(buf, '\n');
    }
}

static void write_refusals(struct buf *buf, const struct report *report)
{
    const struct fact_list *refusals = &report->verdict->facts->machine.refusals;
    const struct refusal_facts *items = LIST_OF(refusal, refusals);
    struct str title = report_say(report, TEXT_REPORT_REFUSED);
    size_t indent = text_width(title) + 2;

    if (refusals->count == 0)
        return;
    buf_add_char(buf, '\n');
    report_paint(buf, report, PAINT_STRONG, title);
    for (size_t i = 0; i < refusals->count; i++) {
        struct str line = arena_printf(buf->arena, "/%.*s: %.*s", STR_ARG(items[i].path.value),
                                       STR_ARG(items[i].reason.value));

        buf_repeat(buf, ' ', i ? indent : 2);
        (void) layout_wrap(buf, report_escaped(buf->arena, line), indent, indent, report->columns);
        buf_add_char(buf, '\n');
    }
}

/* Where the cause is told about at length. */
static void write_more(struct buf *buf, const struct report *report)
{
    struct str title = report_say(report, TEXT_REPORT_MORE);
    size_t column = text_width(report_say(report, TEXT_REPORT_BECAUSE)) + 2;

    buf_add_char(buf, '\n');
    report_paint(buf, report, PAINT_STRONG, title);
    report_pad(buf, text_width(title), column);
    (void) layout_wrap(
        buf,
        report_fill(buf->arena, STR("gpuvet explain {slug}"), "slug", report->verdict->cause, NULL),
        column, column, report->columns);
    buf_add_char(buf, '\n');
}

static void write_fact_line(struct buf *buf, struct str name, const struct fact_ref *ref)
{
    enum fact_state state = fact_ref_state(ref);
    struct str from = fact_ref_from(ref);

    if (state == FACT_UNKNOWN && from.len == 0)
        return;
    buf_addz(buf, "  ");
    buf_add(buf, name);
    buf_addz(buf, state == FACT_KNOWN ? " = " : ": ");
    if (state == FACT_KNOWN)
        text_escape(buf, fact_ref_text(buf->arena, ref));
    else
        buf_addz(buf, fact_state_name(state));
    if (from.len) {
        buf_addz(buf, "  (");
        text_escape(buf, from);
        buf_add_char(buf, ')');
    }
    buf_add_char(buf, '\n');
}

static void write_list_facts(struct buf *buf, struct str name, const struct fact_ref *ref)
{
    const struct fact_list *list = ref->fact;
    const struct item_type *type = ref->field->items;

    write_fact_line(buf, name, ref);
    for (size_t i = 0; i < list->count; i++)
        for (size_t f = 0; f < type->field_count; f++) {
            const struct field *field = &type->fields[f];
            const char *item = (const char *) list->items + type->size * i;
            struct fact_ref member = { field->kind, field_of(field, item), field };

            write_fact_line(buf,
                            arena_printf(buf->arena, "%.*s.%zu.%s", STR_ARG(name), i, field->name),
                            &member);
        }
}

static void write_facts(struct buf *buf, const struct report *report)
{
    buf_add_char(buf, '\n');
    report_paint(buf, report, PAINT_STRONG, report_say(report, TEXT_REPORT_FACTS));
    buf_add_char(buf, '\n');
    for (size_t i = 0; i < facts_layer_count; i++) {
        const struct layer *layer = &facts_layers[i];

        for (size_t f = 0; f < layer->field_count; f++) {
            const struct field *field = &layer->fields[f];
            struct fact_ref ref = {
                field->kind, field_of(field, (const char *) report->verdict->facts + layer->offset),
                field
            };
            struct str name = arena_printf(buf->arena, "%s.%s", layer->name, field->name);

            if (field->kind == FIELD_LIST)
                write_list_facts(buf, name, &ref);
            else
                write_fact_line(buf, name, &ref);
        }
    }
}

void report_text(struct buf *buf, const struct report *report)
{
    const struct verdict *verdict = report->verdict;

    write_headline(buf, report);
    buf_add_char(buf, '\n');
    if (report->verification)
        report_verify_text(buf, report);
    if (report->walk)
        report_steps_text(buf, report);
    for (size_t i = 0; !report->walk && i < verdict->chain.count; i++)
        write_link(buf, report, &verdict->chain.items[i]);
    write_remedies(buf, report, verdict->root ? &verdict->root->remedies : &verdict->next);
    write_warning(buf, report);
    if (verdict->root)
        write_evidence(buf, report, verdict->root->finding);
    write_others(buf, report);
    write_quotes(buf, report);
    write_candidates(buf, report);
    write_refusals(buf, report);
    if (verdict->root)
        write_more(buf, report);
    if (report->verbose)
        write_facts(buf, report);
}
