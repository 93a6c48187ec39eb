/* policy: what a policy says, for code review and CI. */
#include "report/policy.h"

#define SARIF_SCHEMA \
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
#define PART_LIMIT (64u * 1024u)

static void text_json(struct json *json, const char *key, struct str text)
{
    json_open(json, key, '{');
    json_put_str(json, "text", text);
    json_close(json, '}');
}

/* A path as a URI (RFC 3986): absolute ones with their scheme, others relative to whatever the
 * reader takes for the folder that was judged. */
static struct str uri_of(struct arena *arena, struct str path)
{
    struct buf buf = buf_new(arena, PART_LIMIT);

    if (str_starts(path, STR("/")))
        buf_addz(&buf, "file://");
    for (size_t i = 0; i < path.len; i++) {
        unsigned char c = (unsigned char) path.data[i];
        bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                        (c >= '0' && c <= '9') || (c && strchr("-._~/", c));

        if (is_plain)
            buf_add_char(&buf, (char) c);
        else
            buf_addf(&buf, "%%%02X", c);
    }
    return buf_str(&buf);
}

static void location_json(struct json *json, struct str file, uint64_t line, struct str message)
{
    json_open(json, NULL, '{');
    json_open(json, "physicalLocation", '{');
    json_open(json, "artifactLocation", '{');
    json_put_str(json, "uri", uri_of(json->buf->arena, file));
    json_close(json, '}');
    json_open(json, "region", '{');
    json_put_int(json, "startLine", (int64_t) line);
    json_close(json, '}');
    json_close(json, '}');
    if (message.len)
        text_json(json, "message", message);
    json_close(json, '}');
}

/* "Dockerfile:12" in its parts. */
static bool file_and_line(struct str from, struct str *ret_file, uint64_t *ret_line)
{
    size_t colon = str_rfind_char(from, ':');

    *ret_file = str_slice(from, 0, colon == STR_NONE ? from.len : colon);
    return colon != STR_NONE && str_u64(str_from(from, colon + 1), 10, ret_line) == 0 &&
           *ret_line > 0 && *ret_line <= INT32_MAX;
}

static void locations_json(struct json *json, const struct policy_report *report,
                           const struct policy_result *result)
{
    uint64_t line, rule_line = report_policy_line(result);
    bool in_file = result->statement && !result->exception;
    struct str file;

    json_open(json, "locations", '[');
    in_file = in_file && file_and_line(result->from, &file, &line);
    if (in_file)
        location_json(json, file, line, (struct str){ NULL, 0 });
    else
        location_json(json, report->file, rule_line, (struct str){ NULL, 0 });
    json_close(json, ']');
    if (!in_file)
        return;
    json_open(json, "relatedLocations", '[');
    location_json(json, report->file, rule_line, report_policy_reason(result));
    json_close(json, ']');
}

/* All that the text report says of it, but for its places. */
static struct str message_of(struct arena *arena, const struct policy_report *report,
                             const struct policy_result *result)
{
    struct str parts[] = {
        report_policy_says(arena, report, result),
        report_policy_missing(arena, report, result),
        report_policy_allowed(arena, result),
        report_policy_reason(result),
        result->statement || result->from.len == 0 ? result->subject->name : result->from,
    };
    struct buf buf = buf_new(arena, PART_LIMIT);

    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
        if (parts[i].len)
            buf_addf(&buf, "%s%.*s", buf.len ? " · " : "", STR_ARG(parts[i]));
    return buf_str(&buf);
}

/* Of every kind but "fail" the level is "none" (section 3.27.10 of the specification). */
static void result_json(struct json *json, const struct policy_report *report,
                        const struct policy_result *result)
{
    static const struct {
        const char *kind, *level;
    } rows[] = {
        [POLICY_BROKEN] = { "fail", "error" },
        [POLICY_EXPIRED] = { "fail", "error" },
        [POLICY_OPEN] = { "open", "none" },
        [POLICY_ENDS] = { "fail", "note" },
        [POLICY_EXCEPTED] = { "informational", "none" },
    };
    struct arena *arena = json->buf->arena;

    json_open(json, NULL, '{');
    json_put_str(json, "ruleId", arena_printf(arena, "policy/%.*s", STR_ARG(result->rule->name)));
    json_put_int(json, "ruleIndex", result->rule - report->policy->rules.items);
    json_put_str(json, "kind", str_of(rows[result->kind].kind));
    json_put_str(json, "level", str_of(rows[result->kind].level));
    text_json(json, "message", message_of(arena, report, result));
    locations_json(json, report, result);
    json_close(json, '}');
}

static void tool_json(struct json *json, const struct policy_report *report)
{
    json_open(json, "tool", '{');
    json_open(json, "driver", '{');
    json_put_str(json, "name", STR("gpuvet"));
    json_put_str(json, "version", STR(GPUVET_VERSION));
    json_open(json, "rules", '[');
    for (size_t i = 0; i < report->policy->rules.count; i++) {
        const struct policy_rule *rule = &report->policy->rules.items[i];

        json_open(json, NULL, '{');
        json_put_str(json, "id",
                     arena_printf(json->buf->arena, "policy/%.*s", STR_ARG(rule->name)));
        text_json(json, "shortDescription", rule->reason);
        json_close(json, '}');
    }
    json_close(json, ']');
    json_close(json, '}');
    json_close(json, '}');
}

void report_policy_sarif(struct buf *buf, const struct policy_report *report)
{
    struct json json = json_to(buf);

    json_open(&json, NULL, '{');
    json_put_str(&json, "$schema", STR(SARIF_SCHEMA));
    json_put_str(&json, "version", STR("2.1.0"));
    json_open(&json, "runs", '[');
    json_open(&json, NULL, '{');
    tool_json(&json, report);
    json_open(&json, "results", '[');
    for (size_t i = 0; i < report->results->count; i++)
        result_json(&json, report, &report->results->items[i]);
    json_close(&json, ']');
    json_close(&json, '}');
    json_close(&json, ']');
    json_close(&json, '}');
    buf_add_char(buf, '\n');
}
