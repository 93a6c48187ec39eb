#include "facts/fill.h"
#include "report/steps.h"
#include "report/verify.h"

void report_evidence_json(struct json *json, const struct report *report, struct str name)
{
    const struct quoted_line *line;
    enum fact_state state;
    struct fact_ref ref;

    if (facts_find(report->verdict->facts, name, &ref) < 0)
        return;
    state = fact_ref_state(&ref);
    if (state == FACT_UNKNOWN)
        return;
    json_open(json, NULL, '{');
    json_put_str(json, "fact", name);
    json_put_str(json, "state", str_of(fact_state_name(state)));
    if (state == FACT_KNOWN && ref.kind == FIELD_INT)
        json_put_int(json, "value", ((const struct fact_int *) ref.fact)->value);
    else if (state == FACT_KNOWN && ref.kind == FIELD_BOOL)
        json_put_bool(json, "value", ((const struct fact_bool *) ref.fact)->value);
    else if (state == FACT_KNOWN)
        json_put_str(json, "value", fact_ref_text(json->buf->arena, &ref));
    json_put_str(json, "from", fact_ref_from(&ref));
    line = report->quotes ? quotes_find(report->quotes, fact_ref_from(&ref)) : NULL;
    if (line)
        json_put_str(json, "line", line->text);
    json_close(json, '}');
}

static void write_evidence(struct json *json, const struct report *report,
                           const struct finding *finding)
{
    json_open(json, "evidence", '[');
    for (size_t i = 0; i < finding->evidence.count; i++)
        report_evidence_json(json, report, finding->evidence.items[i]);
    json_close(json, ']');
}

void report_needs_json(struct json *json, unsigned needs)
{
    static const char *const names[] = { "safe", "root", "reboot", "hardware" };

    json_open(json, "needs", '[');
    for (unsigned bit = 0; bit < sizeof(names) / sizeof(names[0]); bit++)
        if (needs & 1u << bit)
            json_put_str(json, NULL, str_of(names[bit]));
    json_close(json, ']');
}

void report_command_json(struct json *json, const char *key, const struct command *command)
{
    json_open(json, key, '[');
    for (size_t w = 0; w < command->count; w++)
        json_put_str(json, NULL, command->words[w]);
    json_close(json, ']');
}

static void write_remedy(struct json *json, const struct report *report,
                         const struct remedy_offer *offer)
{
    struct buf title = buf_new(json->buf->arena, 64u * 1024u);

    (void) facts_fill(&title, report->verdict->facts, offer->way->title[report->lang],
                      text_of(TEXT_REPORT_UNKNOWN, report->lang));
    json_open(json, NULL, '{');
    json_put_str(json, "title", buf_str(&title));
    json_open(json, "commands", '[');
    for (size_t i = 0; i < offer->commands.count; i++)
        report_command_json(json, NULL, &offer->commands.items[i]);
    json_close(json, ']');
    report_command_json(json, "check", &offer->check);
    report_needs_json(json, offer->way->needs);
    json_put_str(json, "source", offer->way->source);
    json_close(json, '}');
}

static void write_remedies(struct json *json, const struct report *report, const char *key,
                           const struct remedy_offers *offers)
{
    json_open(json, key, '[');
    for (size_t i = 0; i < offers->count; i++)
        write_remedy(json, report, &offers->items[i]);
    json_close(json, ']');
}

static void write_finding(struct json *json, const struct report *report,
                          const struct diagnosed *cause)
{
    const struct advice *advice = advice_for(cause->finding->rule->slug);

    json_open(json, NULL, '{');
    json_put_str(json, "cause", cause->finding->rule->slug);
    json_put_str(json, "role", str_of(role_name(cause->role)));
    json_put_str(json, "certainty", str_of(certainty_name(cause->certainty)));
    json_open(json, "explains", '[');
    for (size_t i = 0; i < cause->explains.count; i++)
        json_put_str(json, NULL, cause->explains.items[i]->finding->rule->slug);
    json_close(json, ']');
    write_evidence(json, report, cause->finding);
    write_remedies(json, report, "remedies", &cause->remedies);
    if (advice)
        json_put_str(json, "avoid", advice->avoid[report->lang]);
    json_put_str(json, "source", cause->finding->rule->source);
    json_close(json, '}');
}

static void write_undecided(struct json *json, const struct report *report,
                            const struct open_question *question)
{
    const struct missing *missing = &question->missing;

    json_open(json, NULL, '{');
    json_put_str(json, "cause", question->rule->slug);
    json_open(json, "missing", '[');
    for (size_t i = 0; i < missing->names.count; i++)
        json_put_str(json, NULL, missing->names.items[i]);
    json_close(json, ']');
    json_put_str(json, "because",
                 missing->names.count
                     ? report_why_missing(json->buf->arena, report, missing->names.items[0])
                     : (struct str){ NULL, 0 });
    json_close(json, '}');
}

static void write_link(struct json *json, const struct report *report,
                       const struct chain_link *link)
{
    struct buf text = buf_new(json->buf->arena, 64u * 1024u);

    if (link->text)
        (void) facts_fill(&text, report->verdict->facts, link->text->text[report->lang],
                          text_of(TEXT_REPORT_UNKNOWN, report->lang));
    else
        buf_add(&text, text_of(TEXT_REPORT_UNKNOWN_LINK, report->lang));
    json_open(json, NULL, '{');
    json_put_str(json, "layer", link->link->layer);
    json_put_str(json, "state", str_of(link_state_name(link->state)));
    json_put_str(json, "summary", buf_str(&text));
    json_close(json, '}');
}

static void write_verdict(struct json *json, const struct report *report)
{
    const struct verdict *verdict = report->verdict;

    json_open(json, "verdict", '{');
    json_put_str(json, "state", str_of(verdict_state_name(verdict->state)));
    if (verdict->cause.len)
        json_put_str(json, "cause", verdict->cause);
    else
        json_put_null(json, "cause");
    json_put_str(json, "certainty", str_of(certainty_name(verdict->certainty)));
    json_put_str(json, "headline", report_headline(json->buf->arena, report));
    json_close(json, '}');
}

void report_json_open(struct json *json, struct str subject_kind, struct str subject_name)
{
    json_open(json, NULL, '{');
    json_put_str(json, "schema", STR("gpuvet/1"));
    json_open(json, "program", '{');
    json_put_str(json, "name", STR("gpuvet"));
    json_put_str(json, "version", STR(GPUVET_VERSION));
    json_close(json, '}');
    json_open(json, "subject", '{');
    json_put_str(json, "kind", subject_kind);
    json_put_str(json, "name", subject_name);
    json_close(json, '}');
}

void report_json(struct buf *buf, const struct report *report)
{
    const struct verdict *verdict = report->verdict;
    struct json json = json_to(buf);

    report_json_open(&json, report->subject_kind, report->subject_name);
    write_verdict(&json, report);
    json_open(&json, "findings", '[');
    for (size_t i = 0; i < verdict->findings.count; i++)
        write_finding(&json, report, &verdict->findings.items[i]);
    json_close(&json, ']');
    write_remedies(&json, report, "next", &verdict->next);
    json_open(&json, "undecided", '[');
    for (size_t i = 0; i < verdict->undecided.count; i++)
        write_undecided(&json, report, verdict->undecided.items[i]);
    json_close(&json, ']');
    json_open(&json, "chain", '[');
    for (size_t i = 0; i < verdict->chain.count; i++)
        write_link(&json, report, &verdict->chain.items[i]);
    json_close(&json, ']');
    if (report->walk)
        report_steps_json(&json, report);
    if (report->verification)
        report_verify_json(&json, report->verification);
    facts_write(&json, "facts", verdict->facts);
    json_close(&json, '}');
    buf_add_char(buf, '\n');
}
