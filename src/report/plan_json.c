#include "report/plan.h"

#include "knowledge/newer.h"
#include "plan/driver_advice.h"

#include "report/report.h"

static void write_command(struct json *json, const struct command *command)
{
    json_open(json, NULL, '[');
    for (size_t w = 0; w < command->count; w++)
        json_put_str(json, NULL, command->words[w]);
    json_close(json, ']');
}

static void write_install(struct json *json, const struct plan_report *report, const char *key,
                          enum install_tool tool)
{
    struct commands commands;

    install_commands(report->problem, report->plan, tool, &commands);
    json_open(json, key, '[');
    for (size_t i = 0; i < commands.count; i++)
        write_command(json, &commands.items[i]);
    json_close(json, ']');
}

static void write_build(struct json *json, const struct torch_build *build)
{
    json_put_str(json, "torch", build->version);
    json_put_str(json, "tag", build->tag);
}

static void write_because(struct json *json, const struct plan_report *report,
                          const struct becauses *list, const struct torch_build *build)
{
    static const char *const holds[] = { "no", "unknown", "yes" };

    for (size_t i = 0; i < list->count; i++) {
        const struct reason *reason = &list->items[i].reason;

        if (!reason->fact.len) /* nothing of this was asked */
            continue;
        json_open(json, NULL, '{');
        json_put_str(json, "constraint", str_of(constraints[list->items[i].id].name));
        json_put_str(json, "holds", str_of(holds[reason->holds]));
        json_put_str(json, "fact", reason->fact);
        if (reason->have.len)
            json_put_str(json, "value", reason->have);
        if (reason->need.len)
            json_put_str(json, "needs", reason->need);
        json_put_str(json, "from", reason->from);
        json_put_str(
            json, "says",
            report_reason(json->buf->arena, report->lang, list->items[i].id, reason, build));
        json_close(json, '}');
    }
}

static void write_set(struct json *json, const char *key, unsigned set)
{
    json_open(json, key, '[');
    for (enum constraint_id id = 0; id < CONSTRAINT_COUNT; id++)
        if (set & CONSTRAINT_BIT(id))
            json_put_str(json, NULL, str_of(constraints[id].name));
    json_close(json, ']');
}

static void write_found(struct json *json, const struct plan_report *report)
{
    const struct plan *plan = report->plan;

    write_build(json, &plan->build);
    json_put_str(json, "cuda", plan->build.cuda);
    json_put_str(json, "basis",
                 basis_name(plan->basis < BASIS_DERIVED ? BASIS_DERIVED : plan->basis));
    json_put_bool(json, "minor_version_compatibility", !plan->native && plan->build.cuda.len);
    write_install(json, report, "install", report->tool);
    json_open(json, "install_with", '{');
    for (enum install_tool tool = 0; tool < INSTALL_TOOLS; tool++)
        write_install(json, report, install_tool_name(tool), tool);
    json_close(json, '}');
    json_open(json, "companions", '[');
    for (size_t i = 0; i < plan->pinned.count; i++) {
        json_open(json, NULL, '{');
        json_put_str(json, "name", plan->pinned.items[i].wanted->name);
        if (plan->pinned.items[i].version.len)
            json_put_str(json, "version", plan->pinned.items[i].version);
        else
            json_put_null(json, "version");
        json_close(json, '}');
    }
    json_close(json, ']');
    write_set(json, "assumed", plan->assumed);
}

static void write_conflicts(struct json *json, const struct plan *plan)
{
    json_open(json, "conflicts", '[');
    for (size_t i = 0; i < plan->conflict_count; i++) {
        json_open(json, NULL, '{');
        write_set(json, "constraints", plan->conflicts[i]);
        json_close(json, '}');
    }
    if (plan->no_builds) {
        json_open(json, NULL, '{');
        json_open(json, "constraints", '[');
        json_put_str(json, NULL, STR("platform"));
        json_close(json, ']');
        json_close(json, '}');
    }
    json_close(json, ']');
}

static void write_alternatives(struct json *json, const struct plan_report *report)
{
    const struct plan *plan = report->plan;

    json_open(json, "alternatives", '[');
    for (size_t i = 0; i < plan->ways.count; i++) {
        const struct way *way = &plan->ways.items[i];

        json_open(json, NULL, '{');
        json_put_str(json, "change", str_of(way_name(way->id)));
        json_put_str(json, "to", way->what);
        if (way->has_build)
            write_build(json, &way->build);
        json_put_str(json, "says", report_way(json->buf->arena, report->lang, way));
        json_close(json, '}');
    }
    json_close(json, ']');
}

static void write_suppositions(struct json *json, const struct plan_report *report)
{
    const struct plan *plan = report->plan;

    json_open(json, "assuming", '[');
    for (size_t i = 0; i < plan->suppositions.count; i++) {
        json_open(json, NULL, '{');
        write_build(json, &plan->suppositions.items[i].build);
        json_open(json, "if", '[');
        write_because(json, report, &plan->suppositions.items[i].open,
                      &plan->suppositions.items[i].build);
        json_close(json, ']');
        json_close(json, '}');
    }
    json_close(json, ']');
}

static void write_matrix(struct json *json, const struct plan_report *report)
{
    const struct candidates *candidates = &report->plan->candidates;

    json_open(json, "matrix", '[');
    for (size_t i = candidates->count; i-- > 0;) {
        const struct candidate *candidate = &candidates->items[i];

        json_open(json, NULL, '{');
        write_build(json, &candidate->build);
        json_put_bool(json, "fits", !candidate->refused && !open_decisive(candidate->open));
        write_set(json, "refused", candidate->refused);
        write_set(json, "open", candidate->open);
        json_close(json, '}');
    }
    json_close(json, ']');
}

static void write_driver(struct json *json, const struct problem *problem)
{
    struct driver_advice advice;

    if (problem->windows || problem_in_wsl(problem) || !driver_advise(problem, &advice))
        return;
    json_open(json, "driver", '{');
    json_put_int(json, "branch", advice.branch);
    json_put_bool(json, "legacy", advice.last_for.len > 0);
    json_put_str(json, "flavour", advice.flavour);
    if (advice.package.len) {
        json_put_str(json, "package", advice.package);
        json_put_str(json, "source", advice.source);
    }
    json_close(json, '}');
}

static struct str platform_name(const struct problem *problem)
{
    return problem->windows ? STR("win_amd64") : problem->platform;
}

void report_plan_json(struct buf *buf, const struct plan_report *report)
{
    static const char *const states[] = { "found", "none", "undecided" };
    const struct plan *plan = report->plan;
    struct json json = json_to(buf);

    report_json_open(&json, report->subject_kind, report->subject_name);
    json_open(&json, "plan", '{');
    json_put_str(&json, "knowledge_date", knowledge_date(report->problem->knowledge));
    json_put_bool(&json, "knowledge_suffices", plan->beyond.len == 0);
    json_put_str(&json, "state", str_of(states[plan->state]));
    if (report->problem->python.len)
        json_put_str(&json, "python", report->problem->python);
    else
        json_put_null(&json, "python");
    json_put_str(&json, "platform", platform_name(report->problem));
    if (plan->state == PLAN_FOUND)
        write_found(&json, report);
    json_open(&json, "because", '[');
    write_because(&json, report, &plan->because, &plan->build);
    json_close(&json, ']');
    write_conflicts(&json, plan);
    write_alternatives(&json, report);
    write_driver(&json, report->problem);
    if (plan->state == PLAN_UNDECIDED)
        write_suppositions(&json, report);
    if (report->matrix)
        write_matrix(&json, report);
    json_close(&json, '}');
    facts_write(&json, "facts", report->problem->facts);
    json_close(&json, '}');
    buf_add_char(buf, '\n');
}
