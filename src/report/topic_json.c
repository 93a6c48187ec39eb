#include "report/report.h"
#include "report/topic.h"

static void put_causes(struct json *json, const char *key, const struct cause *const *items,
                       size_t count)
{
    json_open(json, key, '[');
    for (size_t i = 0; i < count; i++)
        json_put_str(json, NULL, items[i]->slug);
    json_close(json, ']');
}

static void put_words(struct json *json, const char *key, const struct str *words, size_t count)
{
    json_open(json, key, '[');
    for (size_t i = 0; i < count; i++)
        json_put_str(json, NULL, words[i]);
    json_close(json, ']');
}

static void put_code(struct json *json, const struct topic_report *report,
                     const struct error_info *code)
{
    static const char *const families[] = { "cuda_driver", "cuda_runtime", "nvml",
                                            "cudnn8",      "cudnn9",       "xid" };
    struct causes_found found;

    topic_causes(json->buf->arena, code, 1, &found);
    json_open(json, NULL, '{');
    json_put_str(json, "family", str_of(families[code->family]));
    json_put_int(json, "code", code->code);
    json_put_str(json, "name", code->name);
    json_put_str(json, "message", code->message);
    json_put_str(json, "note", code->note[report->lang]);
    json_put_str(json, "since", code->since);
    json_put_str(json, "action", code->action);
    json_put_str(json, "source", code->source);
    put_causes(json, "causes", found.items, found.count);
    json_close(json, '}');
}

static void put_codes(struct json *json, const struct topic_report *report,
                      const struct error_info *codes, size_t count)
{
    json_open(json, "codes", '[');
    for (size_t i = 0; i < count; i++)
        put_code(json, report, &codes[i]);
    json_close(json, ']');
}

static void put_rules(struct json *json, const struct topic_report *report,
                      const struct topic_page *page)
{
    json_open(json, "rules", '[');
    for (size_t i = 0; i < page->rules.count; i++) {
        json_open(json, NULL, '{');
        json_put_str(json, "headline", page->rules.items[i]->headline[report->lang]);
        json_put_str(json, "certainty", str_of(certainty_name(page->rules.items[i]->certainty)));
        json_put_str(json, "source", page->rules.items[i]->source);
        json_close(json, '}');
    }
    json_close(json, ']');
}

static void put_range(struct json *json, const char *key, struct range words)
{
    json_open(json, key, '[');
    for (unsigned i = 0; i < words.count; i++)
        json_put_str(json, NULL, rule_word(words, i));
    json_close(json, ']');
}

static void put_remedies(struct json *json, const struct topic_report *report,
                         const struct topic_page *page)
{
    json_open(json, "remedies", '[');
    for (size_t i = 0; i < page->ways.count; i++) {
        const struct remedy_way *way = page->ways.items[i];

        json_open(json, NULL, '{');
        json_put_str(json, "title", way->title[report->lang]);
        json_put_str(json, "place", way->place[report->lang]);
        json_open(json, "commands", '[');
        for (unsigned c = 0; c < way->commands.count; c++)
            put_range(json, NULL, rule_command(way->commands, c));
        json_close(json, ']');
        put_range(json, "check", way->check);
        report_needs_json(json, way->needs);
        json_put_str(json, "source", way->source);
        json_close(json, '}');
    }
    json_close(json, ']');
}

static void put_advice(struct json *json, const struct topic_report *report,
                       const struct advice *advice)
{
    if (!advice)
        return;
    json_put_str(json, "arises", advice->arises[report->lang]);
    json_put_str(json, "apart", advice->apart[report->lang]);
    json_put_str(json, "avoid", advice->avoid[report->lang]);
}

static void put_cause(struct json *json, const struct topic_report *report,
                      const struct cause *cause)
{
    struct topic_page page;

    topic_page(json->buf->arena, cause, &page);
    json_open(json, "cause", '{');
    json_put_str(json, "slug", cause->slug);
    json_put_str(json, "layer", cause->layer);
    json_put_str(json, "title", cause->title[report->lang]);
    json_put_str(json, "evidence", cause->evidence[report->lang]);
    put_words(json, "facts", page.facts.items, page.facts.count);
    put_rules(json, report, &page);
    put_remedies(json, report, &page);
    put_advice(json, report, page.advice);
    put_causes(json, "explained_by", page.explained_by.items, page.explained_by.count);
    put_causes(json, "explains", page.explains.items, page.explains.count);
    put_causes(json, "alike", page.alike.items, page.alike.count);
    put_codes(json, report, page.codes.items, page.codes.count);
    put_words(json, "sources", page.sources.items, page.sources.count);
    json_close(json, '}');
}

static void put_list(struct json *json, enum lang lang)
{
    const struct cause *cause;

    json_open(json, "causes", '[');
    for (size_t i = 0; (cause = cause_at(i)) != NULL; i++) {
        json_open(json, NULL, '{');
        json_put_str(json, "slug", cause->slug);
        json_put_str(json, "layer", cause->layer);
        json_put_str(json, "title", cause->title[lang]);
        json_close(json, '}');
    }
    json_close(json, ']');
}

void topic_json(struct buf *buf, const struct topic_report *report)
{
    struct json json = json_to(buf);

    report_json_open(&json,
                     !report->topic         ? STR("causes")
                     : report->topic->cause ? STR("cause")
                                            : STR("code"),
                     report->asked);
    if (!report->topic)
        put_list(&json, report->lang);
    else if (report->topic->cause)
        put_cause(&json, report, report->topic->cause);
    else
        put_codes(&json, report, report->topic->codes, report->topic->code_count);
    json_close(&json, '}');
    buf_add_char(buf, '\n');
}
