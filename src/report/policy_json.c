/* policy: what a policy says, for programs. */
#include "report/policy.h"

#include "diagnosis/diagnosis.h"
#include "report/report.h"

static struct str slug(struct arena *arena, const struct policy_result *result)
{
    return arena_printf(arena, "policy/%.*s", STR_ARG(result->rule->name));
}

static bool is_finding(const struct policy_result *result)
{
    return result->kind == POLICY_BROKEN || result->kind == POLICY_EXPIRED;
}

static const struct policy_result *first_finding(const struct policy_results *results)
{
    for (size_t i = 0; i < results->count; i++)
        if (is_finding(&results->items[i]))
            return &results->items[i];
    return NULL;
}

static enum certainty certainty_of(const struct policy_result *result)
{
    return result->cause   ? result->cause->certainty
           : result->check ? result->check->certainty
                           : CERTAINTY_CERTAIN;
}

static void evidence_json(struct json *json, const struct policy_result *result)
{
    struct facts *facts = ARENA_NEW(json->buf->arena, struct facts);
    struct fact_ref ref;

    json_open(json, "evidence", '[');
    if (result->subject->facts)
        *facts = *result->subject->facts;
    if (result->statement)
        facts->recipe = *result->statement;
    if (result->fact.len && facts_find(facts, result->fact, &ref) == 0) {
        json_open(json, NULL, '{');
        json_put_str(json, "fact", result->fact);
        if (fact_ref_state(&ref) == FACT_KNOWN && ref.kind != FIELD_LIST)
            json_put_str(json, "value", fact_ref_text(json->buf->arena, &ref));
        json_put_str(json, "from", result->from);
        json_close(json, '}');
    }
    json_close(json, ']');
}

/* Which rule of which file, and why it is there. */
static void rule_json(struct json *json, const struct policy_report *report,
                      const struct policy_result *result)
{
    json_put_str(json, "subject", result->subject->name);
    json_put_str(json, "reason", report_policy_reason(result));
    json_put_str(json, "from",
                 arena_printf(json->buf->arena, "%.*s:%u", STR_ARG(report->file),
                              report_policy_line(result)));
    if (result->exception)
        json_put_str(json, "until", result->exception->until);
}

static void finding_json(struct json *json, const struct policy_report *report,
                         const struct policy_result *result, bool is_root)
{
    struct arena *arena = json->buf->arena;

    json_open(json, NULL, '{');
    json_put_str(json, "cause", slug(arena, result));
    if (is_finding(result)) {
        json_put_str(json, "role", str_of(is_root ? "root" : "independent"));
        json_put_str(json, "certainty", str_of(certainty_name(certainty_of(result))));
        json_open(json, "explains", '[');
        json_close(json, ']');
    }
    json_put_str(json, "headline", report_policy_says(arena, report, result));
    if (result->look && result->rule->key->form != POLICY_STATES) {
        json_open(json, "allowed", '[');
        for (size_t i = 0; i < result->rule->items.count; i++)
            json_put_str(json, NULL, result->rule->items.items[i]);
        json_close(json, ']');
    }
    evidence_json(json, result);
    json_open(json, "remedies", '[');
    json_close(json, ']');
    rule_json(json, report, result);
    json_close(json, '}');
}

static void open_json(struct json *json, const struct policy_report *report,
                      const struct policy_result *result)
{
    struct arena *arena = json->buf->arena;

    json_open(json, NULL, '{');
    json_put_str(json, "cause", slug(arena, result));
    json_put_str(json, "about", report_policy_says(arena, report, result));
    json_open(json, "missing", '[');
    for (size_t i = 0; i < result->missing.names.count; i++)
        json_put_str(json, NULL, result->missing.names.items[i]);
    json_close(json, ']');
    json_put_str(json, "because", report_policy_missing(arena, report, result));
    rule_json(json, report, result);
    json_close(json, '}');
}

static void verdict_json(struct json *json, const struct policy_report *report)
{
    const struct policy_result *first = first_finding(report->results);
    bool open = report_policy_open(report) > 0;

    json_open(json, "verdict", '{');
    json_put_str(json, "state", str_of(first ? "broken" : open ? "undecided" : "healthy"));
    if (first)
        json_put_str(json, "cause", slug(json->buf->arena, first));
    else if (open)
        json_put_null(json, "cause");
    else
        json_put_str(json, "cause", STR("none/healthy"));
    json_put_str(json, "certainty",
                 str_of(certainty_name(first ? certainty_of(first) : CERTAINTY_POSSIBLE)));
    json_put_str(json, "headline", report_policy_headline(json->buf->arena, report));
    json_close(json, '}');
}

static void policy_json(struct json *json, const struct policy_report *report)
{
    json_open(json, "policy", '{');
    json_put_str(json, "file", report->file);
    json_put_str(json, "state",
                 str_of(report_policy_faults(report) ? "not-allowed"
                        : report_policy_open(report) ? "undecided"
                                                     : "allowed"));
    json_put_str(json, "date", report->date);
    json_put_int(json, "rules", (int64_t) report->policy->rules.count);
    json_put_int(json, "judged", (int64_t) report->results->judged);
    json_close(json, '}');
}

void report_policy_json(struct buf *buf, const struct policy_report *report)
{
    const struct policy_results *results = report->results;
    const struct policy_result *first = first_finding(results);
    struct json json = json_to(buf);

    report_json_open(&json, report->kind, report->name);
    verdict_json(&json, report);
    policy_json(&json, report);
    json_open(&json, "findings", '[');
    for (size_t i = 0; i < results->count; i++)
        if (is_finding(&results->items[i]))
            finding_json(&json, report, &results->items[i], &results->items[i] == first);
    json_close(&json, ']');
    json_open(&json, "notes", '[');
    for (size_t i = 0; i < results->count; i++)
        if (results->items[i].kind == POLICY_ENDS || results->items[i].kind == POLICY_EXCEPTED)
            finding_json(&json, report, &results->items[i], false);
    json_close(&json, ']');
    json_open(&json, "undecided", '[');
    for (size_t i = 0; i < results->count; i++)
        if (results->items[i].kind == POLICY_OPEN)
            open_json(&json, report, &results->items[i]);
    json_close(&json, ']');
    if (report->facts)
        facts_write(&json, "facts", report->facts);
    json_close(&json, '}');
    buf_add_char(buf, '\n');
}
