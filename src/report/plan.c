#include "report/plan.h"

#include "base/text.h"
#include "knowledge/newer.h"
#include "plan/driver_advice.h"
#include "report/layout.h"
#include "report/report.h"

/* Columns: a title at 4, its words at 16. */
#define TITLE_AT 4
#define WORDS_AT 16
#define LIMIT (1024u * 1024u)

static struct str say(const struct plan_report *report, enum text_id id)
{
    return text_of(id, report->lang);
}

static struct str escaped(struct arena *arena, struct str text)
{
    struct buf out = buf_new(arena, LIMIT);

    text_escape(&out, text);
    return buf_str(&out);
}

struct str report_build(struct arena *arena, const struct torch_build *build)
{
    return arena_printf(arena, "torch %.*s+%.*s", STR_ARG(build->version), STR_ARG(build->local));
}

struct str report_reason(struct arena *arena, enum lang lang, enum constraint_id id,
                         const struct reason *reason, const struct torch_build *build)
{
    const struct constraint *row = &constraints[id];
    enum text_id text = reason->holds == TRUTH_TRUE    ? row->yes
                        : reason->holds == TRUTH_FALSE ? row->no
                                                       : row->open;

    return report_fill(
        arena, text_of(text, lang), "need", reason->need, "have", reason->have, "what",
        reason->what, "build",
        arena_printf(arena, "torch==%.*s+%.*s", STR_ARG(build->version), STR_ARG(build->local)),
        NULL);
}

struct str report_way(struct arena *arena, enum lang lang, const struct way *way)
{
    static const enum text_id says[WAY_COUNT] = {
        [WAY_OTHER_TAG] = TEXT_PLAN_WAY_CUDA_TAG,
        [WAY_OTHER_TORCH] = TEXT_PLAN_WAY_TORCH,
        [WAY_OTHER_COMPANIONS] = TEXT_PLAN_WAY_COMPANIONS,
        [WAY_WITHOUT_GPU] = TEXT_PLAN_WAY_WITHOUT_GPU,
        [WAY_PYTHON] = TEXT_PLAN_WAY_PYTHON,
        [WAY_COMPAT] = TEXT_PLAN_WAY_COMPAT_PACKAGE,
        [WAY_DRIVER] = TEXT_PLAN_WAY_DRIVER,
        [WAY_IMAGE] = TEXT_PLAN_WAY_IMAGE,
        [WAY_JETSON] = TEXT_PLAN_WAY_JETSON,
        [WAY_SOURCE] = TEXT_PLAN_WAY_SOURCE,
    };

    return report_fill(arena, text_of(says[way->id], lang), "what", way->what, "build",
                       way->has_build ? report_build(arena, &way->build) : way->what, NULL);
}

/* --- rows ----------------------------------------------------------------------------------- */

static void write_title(struct buf *buf, const struct plan_report *report, enum text_id id)
{
    buf_add_char(buf, '\n');
    buf_add(buf, say(report, id));
    buf_add_char(buf, '\n');
}

static void write_row(struct buf *buf, const struct plan_report *report, const char *mark,
                      struct str title, struct str words)
{
    size_t at = TITLE_AT + text_width(title);

    buf_addz(buf, "  ");
    buf_addz(buf, mark);
    buf_add_char(buf, ' ');
    buf_add(buf, title);
    buf_repeat(buf, ' ', at + 1 < WORDS_AT ? WORDS_AT - at : 2);
    (void) layout_wrap(buf, escaped(buf->arena, words), WORDS_AT, WORDS_AT, report->columns);
    buf_add_char(buf, '\n');
}

static void write_reason(struct buf *buf, const struct plan_report *report,
                         const struct because *because, const struct torch_build *build)
{
    static const char *const marks[] = { "✗", "?", "✓" };
    bool advice = constraints[because->id].advises && because->reason.holds == TRUTH_UNKNOWN;

    write_row(buf, report, advice ? "!" : marks[because->reason.holds],
              say(report, constraints[because->id].title),
              report_reason(buf->arena, report->lang, because->id, &because->reason, build));
}

static void write_because(struct buf *buf, const struct plan_report *report)
{
    const struct plan *plan = report->plan;

    buf_add_char(buf, '\n');
    for (size_t i = 0; i < plan->because.count; i++) {
        const struct because *because = &plan->because.items[i];
        const struct reason *reason = &because->reason;
        bool empty = !reason->need.len && !reason->have.len;

        if (reason->holds == TRUTH_TRUE &&
            (empty || (constraints[because->id].silent && !report->verbose)))
            continue;
        write_reason(buf, report, because, &plan->build);
    }
}

static void write_ways(struct buf *buf, const struct plan_report *report)
{
    const struct plan *plan = report->plan;

    if (plan->ways.count == 0)
        return;
    write_title(buf, report,
                plan->state == PLAN_FOUND ? TEXT_PLAN_HEAD_CHANGES : TEXT_PLAN_HEAD_WAYS);
    for (size_t i = 0; i < plan->ways.count; i++) {
        buf_addf(buf, "  %zu ", i + 1);
        (void) layout_wrap(
            buf, escaped(buf->arena, report_way(buf->arena, report->lang, &plan->ways.items[i])),
            TITLE_AT, TITLE_AT, report->columns);
        buf_add_char(buf, '\n');
    }
}

/* --- a build was found ---------------------------------------------------------------------- */

static void write_commands(struct buf *buf, const struct plan_report *report,
                           enum install_tool tool)
{
    const struct fact_str *home = &report->problem->facts->process.home;
    struct commands commands;

    install_commands(report->problem, report->plan, tool, &commands);
    for (size_t i = 0; i < commands.count; i++) {
        buf_repeat(buf, ' ', TITLE_AT);
        (void) layout_command(buf, commands.items[i].words, commands.items[i].count,
                              home->state == FACT_KNOWN ? home->value : (struct str){ NULL, 0 },
                              TITLE_AT, TITLE_AT + 2, report->columns);
        buf_add_char(buf, '\n');
    }
}

static void write_install(struct buf *buf, const struct plan_report *report)
{
    write_title(buf, report, TEXT_PLAN_HEAD_INSTALL);
    if (!report->verbose) {
        write_commands(buf, report, report->tool);
        return;
    }
    for (enum install_tool tool = 0; tool < INSTALL_TOOLS; tool++) {
        buf_addf(buf, "  %s\n", install_tool_name(tool));
        write_commands(buf, report, tool);
    }
}

static void write_note(struct buf *buf, const struct plan_report *report, struct str words)
{
    write_row(buf, report, "!", say(report, TEXT_PLAN_HEAD_NOTE), words);
}

/* What the plan rests on beside what its constraints say. */
static void write_minor(struct buf *buf, const struct plan_report *report)
{
    const struct torch_build *build = &report->plan->build;
    struct str newest;

    if (report->plan->native || !build->cuda.len || !problem_max_cuda(report->problem, &newest))
        return;
    write_note(buf, report,
               report_fill(buf->arena,
                           say(report, build->arch_basis == BASIS_MEASURED ? TEXT_PLAN_MINOR
                                                                           : TEXT_PLAN_MINOR_READ),
                           "cuda", build->cuda, "have", newest, NULL));
}

static void write_notes(struct buf *buf, const struct plan_report *report)
{
    static const enum text_id basis[] = {
        [BASIS_UNVERIFIED] = TEXT_PLAN_BASIS_DERIVED,
        [BASIS_DERIVED] = TEXT_PLAN_BASIS_DERIVED,
        [BASIS_READ] = TEXT_PLAN_BASIS_READ,
        [BASIS_MEASURED] = TEXT_PLAN_BASIS_MEASURED,
    };
    const struct plan *plan = report->plan;

    buf_add_char(buf, '\n');
    if (report->problem->windows && plan->build.cuda.len)
        write_note(buf, report, say(report, TEXT_PLAN_CPU_DEFAULT));
    write_minor(buf, report);
    if (report->verbose || report->tool == INSTALL_CONDA || report->tool == INSTALL_PIXI)
        write_note(buf, report, say(report, TEXT_PLAN_CONDA));
    for (size_t i = 0; i < plan->pinned.count; i++)
        if (!plan->pinned.items[i].version.len)
            write_note(buf, report,
                       report_fill(buf->arena, say(report, TEXT_PLAN_NO_VERSION), "name",
                                   plan->pinned.items[i].wanted->name, NULL));
    write_row(buf, report, " ", say(report, TEXT_PLAN_BASIS), say(report, basis[plan->basis]));
}

/* --- none was found ------------------------------------------------------------------------- */

/* What a constraint says where it refuses, of the newest build that nothing else of the set does.
 */
static void write_refusal(struct buf *buf, const struct plan_report *report, unsigned set,
                          enum constraint_id id)
{
    const struct candidates *candidates = &report->plan->candidates;

    for (size_t i = candidates->count; i-- > 0;)
        if ((candidates->items[i].refused & set) == CONSTRAINT_BIT(id)) {
            const struct torch_build *build = &candidates->items[i].build;
            struct because because = { id, constraints[id].judge(report->problem, build) };

            write_reason(buf, report, &because, build);
            return;
        }
}

static void write_conflicts(struct buf *buf, const struct plan_report *report)
{
    const struct plan *plan = report->plan;

    write_title(buf, report, TEXT_PLAN_HEAD_CONFLICTS);
    for (size_t i = 0; i < plan->conflict_count; i++) {
        if (i)
            buf_add_char(buf, '\n');
        for (enum constraint_id id = 0; id < CONSTRAINT_COUNT; id++)
            if (plan->conflicts[i] & CONSTRAINT_BIT(id))
                write_refusal(buf, report, plan->conflicts[i], id);
    }
}

static void write_suppositions(struct buf *buf, const struct plan_report *report)
{
    const struct plan *plan = report->plan;

    write_title(buf, report, TEXT_PLAN_HEAD_SUPPOSE);
    for (size_t i = 0; i < plan->suppositions.count; i++) {
        const struct supposition *supposition = &plan->suppositions.items[i];

        buf_addf(buf, "  %.*s\n", STR_ARG(report_build(buf->arena, &supposition->build)));
        for (size_t n = 0; n < supposition->open.count; n++)
            if (supposition->open.items[n].reason.need.len)
                write_reason(buf, report, &supposition->open.items[n], &supposition->build);
    }
}

/* Where the driver is a question: it refuses, is not known, or a newer one would help. */
static bool driver_matters(const struct plan *plan)
{
    for (size_t i = 0; i < plan->ways.count; i++)
        if (plan->ways.items[i].id == WAY_DRIVER)
            return true;
    for (size_t i = 0; i < plan->conflict_count; i++)
        if (plan->conflicts[i] &
            (CONSTRAINT_BIT(CONSTRAINT_DRIVER) | CONSTRAINT_BIT(CONSTRAINT_GPU_DRIVER)))
            return true;
    return plan->state == PLAN_UNDECIDED;
}

static void write_driver(struct buf *buf, const struct plan_report *report)
{
    struct driver_advice advice;
    enum text_id id = TEXT_PLAN_DRIVER_NEWEST;
    struct str head = say(report, TEXT_PLAN_HEAD_DRIVER);

    if (report->problem->windows || !driver_matters(report->plan))
        return;
    if (problem_in_wsl(report->problem)) {
        buf_add_char(buf, '\n');
        write_row(buf, report, " ", head, say(report, TEXT_PLAN_DRIVER_WSL));
        return;
    }
    if (!driver_advise(report->problem, &advice))
        return;
    if (!advice.flavour.len)
        id = TEXT_PLAN_DRIVER_NO_MODULE;
    else if (advice.last_for.len)
        id = TEXT_PLAN_DRIVER_LEGACY;
    buf_add_char(buf, '\n');
    write_row(buf, report, " ", head,
              report_fill(buf->arena, say(report, id), "branch",
                          arena_printf(buf->arena, "%u", advice.branch), "flavour", advice.flavour,
                          "gpu", advice.last_for, NULL));
    if (advice.package.len)
        write_row(buf, report, " ", STR(""),
                  report_fill(buf->arena, say(report, TEXT_PLAN_DRIVER_PACKAGE), "package",
                              advice.package, NULL));
}

/* "driver, GPU code": the titles of what is open in the best build, and decide. */
static struct str missing(const struct plan_report *report)
{
    struct buf buf = buf_new(report->problem->arena, 4096);
    const struct supposition *best = report->plan->suppositions.items;

    for (size_t i = 0; best && i < best->open.count; i++) {
        if (constraints[best->open.items[i].id].may_assume)
            continue;
        buf_addz(&buf, buf.len ? ", " : "");
        buf_add(&buf, say(report, constraints[best->open.items[i].id].title));
    }
    return buf_str(&buf);
}

static void write_headline(struct buf *buf, const struct plan_report *report)
{
    static const char *const marks[] = {
        [PLAN_FOUND] = "✓ ", [PLAN_NONE] = "✗ ", [PLAN_UNDECIDED] = "? "
    };
    const struct plan *plan = report->plan;
    struct arena *arena = buf->arena;
    struct str text;

    if (plan->state == PLAN_FOUND)
        text = report_fill(arena,
                           say(report, plan->assumed ? TEXT_PLAN_FOUND_ASSUMING : TEXT_PLAN_FOUND),
                           "build", report_build(arena, &plan->build), NULL);
    else if (plan->state == PLAN_UNDECIDED)
        text =
            report_fill(arena, say(report, TEXT_PLAN_UNDECIDED), "missing", missing(report), NULL);
    else if (plan->no_builds)
        text = report_fill(arena, say(report, TEXT_PLAN_NO_BUILDS), "platform",
                           report->problem->platform, NULL);
    else
        text = say(report, TEXT_PLAN_NONE);
    buf_addz(buf, marks[plan->state]);
    (void) layout_wrap(buf, escaped(arena, text), 2, 2, report->columns);
    buf_add_char(buf, '\n');
}

/* What came after the tables they cannot know. */
static void write_age(struct buf *buf, const struct plan_report *report)
{
    if (!report->plan->beyond.len)
        return;
    buf_add_char(buf, '\n');
    write_note(buf, report,
               report_fill(buf->arena, say(report, TEXT_PLAN_BEYOND), "what", report->plan->beyond,
                           "date", knowledge_date(report->problem->knowledge), NULL));
}

void report_plan_text(struct buf *buf, const struct plan_report *report)
{
    const struct plan *plan = report->plan;

    write_headline(buf, report);
    switch (plan->state) {
    case PLAN_FOUND:
        write_because(buf, report);
        write_install(buf, report);
        write_notes(buf, report);
        break;
    case PLAN_NONE:
        if (plan->conflict_count)
            write_conflicts(buf, report);
        break;
    case PLAN_UNDECIDED:
        write_suppositions(buf, report);
        break;
    }
    write_ways(buf, report);
    write_driver(buf, report);
    write_age(buf, report);
}
