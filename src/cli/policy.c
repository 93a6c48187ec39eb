/* policy: whether a team's file allows what is there, and a first such file. */
#include "base/text.h"
#include "cli/image.h"
#include "cli/subject.h"
#include "report/policy.h"
#include "report/report.h"

#include <time.h>

#define REPORT_LIMIT ((size_t) 64 << 20)
#define SECONDS_A_DAY 86400

static int refuse(struct arena *arena, const struct options *options, enum text_id id,
                  struct str word, struct str near)
{
    return wrong_usage(
        arena, options->lang,
        report_fill(arena, text_of(id, options->lang), "word", word, "near", near, NULL));
}

/* --- the policy ---------------------------------------------------------------------------- */

static int load(struct arena *arena, const struct options *options, struct str file,
                struct policy *ret)
{
    struct policy_error error;
    struct str text;
    int r = root_read_given(arena, file, POLICY_LEN, &text);
    struct buf why = buf_new(arena, 4096);

    if (r < 0)
        return cannot_read(arena, options, file, error_text(r));
    if (policy_read(arena, text, ret, &error) == 0)
        return EXIT_GOOD;
    text_escape(&why, report_fill(arena, text_of(error.says, options->lang), "word", error.word,
                                  "near", error.near, NULL));
    return cannot_read(arena, options,
                       arena_printf(arena, "%.*s:%u:%u", STR_ARG(file), error.line, error.column),
                       buf_str(&why));
}

/* --date, else the day by the clock, in UTC: nothing below asks for the time. */
static int read_today(struct arena *arena, const struct options *options, int32_t *ret)
{
    struct timespec now = { 0 };

    if (options->date.len && policy_day(options->date, ret) < 0)
        return refuse(arena, options, TEXT_POLICY_BAD_TODAY, options->date, options->date);
    if (options->date.len)
        return EXIT_GOOD;
    (void) clock_gettime(CLOCK_REALTIME, &now);
    *ret = (int32_t) (now.tv_sec / SECONDS_A_DAY);
    return EXIT_GOOD;
}

/* --- subjects ------------------------------------------------------------------------------ */

/* Where no container was asked about, rules about its image and ports have nothing to judge. */
static void settle_container(struct facts *facts)
{
    struct fact_bool *asked = &facts->container.asked;

    if (asked->state == FACT_UNKNOWN && asked->from.len == 0)
        *asked =
            (struct fact_bool){ .state = FACT_ABSENT, .from = STR("no container was asked about") };
}

static void judged_stack(struct arena *arena, struct facts *facts, struct policy_subject *ret)
{
    struct judgement *judgement = ARENA_NEW(arena, struct judgement);

    settle_container(facts);
    rules_judge(arena, facts, judgement);
    ret->facts = facts;
    ret->judgement = judgement;
}

static int read_recipe(struct arena *arena, const struct options *options, struct str file,
                       struct str text, struct policy_subject *ret)
{
    struct check_results *found = ARENA_NEW(arena, struct check_results);
    struct check_results *open = ARENA_NEW(arena, struct check_results);
    struct recipe *recipe = ARENA_NEW(arena, struct recipe);
    struct recipe_error error;

    if (recipe_read(arena, file, text, recipe, &error) < 0)
        return image_refuse_file(arena, options, file, &error);
    checks_judge(arena, recipe->items, recipe->count, found, open);
    ret->recipe = recipe;
    ret->found = found;
    ret->open = open;
    return EXIT_GOOD;
}

/* A lock, a report or facts: what else is JSON describes a container. */
static bool is_stack(struct arena *arena, struct str text)
{
    struct facts *facts = ARENA_NEW(arena, struct facts);
    struct str why;

    return str_starts(str_trim(text), STR("{")) &&
           (lock_is(text) || facts_read(arena, text, facts, &why) == 0);
}

/* A file that describes an image, or that tells of a stack. */
static int read_subject(struct arena *arena, const struct options *options, struct str file,
                        struct policy_subject *ret)
{
    struct subject *subject = ARENA_NEW(arena, struct subject);
    struct str text;
    int r = root_read_given(arena, file, FACTS_LIMIT, &text);

    if (r < 0)
        return cannot_read(arena, options, file, error_text(r));
    if (!is_stack(arena, text))
        return read_recipe(arena, options, file, text, ret);
    r = subject_of_bytes(arena, options, file, text, subject);
    if (r == EXIT_GOOD)
        judged_stack(arena, &subject->facts, ret);
    return r;
}

/* --- check --------------------------------------------------------------------------------- */

struct check_run {
    struct arena *arena;
    const struct options *options;
    struct str file;
    struct policy policy;
    const struct policy_group *group;
    int32_t today;
    struct policy_results results;
};

static int show(struct check_run *run, struct policy_report *report)
{
    const struct options *options = run->options;
    struct buf buf = buf_new(run->arena, REPORT_LIMIT);
    int code = EXIT_GOOD;

    report->policy = &run->policy;
    report->results = &run->results;
    report->file = run->file;
    report->date = policy_date(run->arena, run->today);
    report->lang = options->lang;
    report->columns = terminal_columns();
    report->verbose = options->verbose;
    if (options->sarif)
        report_policy_sarif(&buf, report);
    else if (options->json)
        report_policy_json(&buf, report);
    else
        report_policy_text(&buf, report);
    if (!options->quiet)
        code = print(run->arena, options->lang, buf_str(&buf));
    if (code != EXIT_GOOD)
        return code;
    return report_policy_faults(report) ? EXIT_CAUSE
           : report_policy_open(report) ? EXIT_UNDECIDED
                                        : EXIT_GOOD;
}

static int check_files(struct check_run *run, const struct str *files, size_t count)
{
    struct policy_report report = { .kind = STR("file"), .name = files[0] };

    for (size_t i = 0; i < count; i++) {
        struct policy_subject *subject = ARENA_NEW(run->arena, struct policy_subject);
        int r;

        subject->name = files[i];
        subject->group = run->group;
        r = read_subject(run->arena, run->options, files[i], subject);
        if (r != EXIT_GOOD)
            return r;
        policy_judge(run->arena, &run->policy, subject, run->today, &run->results);
    }
    if (count > 1)
        report.name = report_fill(run->arena, text_of(TEXT_POLICY_FILES, run->options->lang),
                                  "count", arena_printf(run->arena, "%zu", count), NULL);
    return show(run, &report);
}

static int check_stack(struct check_run *run)
{
    struct subject *subject = ARENA_NEW(run->arena, struct subject);
    struct policy_subject judged = { .group = run->group };
    int r;

    r = subject_examine(run->arena, run->options, subject);
    if (r != EXIT_GOOD)
        return r;
    judged.name = subject->name;
    judged_stack(run->arena, &subject->facts, &judged);
    policy_judge(run->arena, &run->policy, &judged, run->today, &run->results);
    return show(run, &(struct policy_report){
                         .kind = subject->kind, .name = subject->name, .facts = &subject->facts });
}

/* An option that says which machine is meant; NULL: none is given. */
static const char *machine_option(const struct options *options)
{
    return options->root.len          ? "--root"
           : options->facts.len       ? "--facts"
           : options->image.len       ? "--image"
           : options->container.len   ? "--container"
           : options->pod.len         ? "--pod"
           : options->snapshot.len    ? "--snapshot"
           : options->python.len      ? "--python"
           : options->environment.len ? "--env"
           : options->pid             ? "--pid"
                                      : NULL;
}

static int check(struct arena *arena, const struct options *options, const struct str *words,
                 size_t count)
{
    struct check_run run = { .arena = arena, .options = options };
    int code;

    if (count == 0)
        return refuse(arena, options, TEXT_POLICY_NEEDS_FILE, STR("POLICY"), STR("POLICY"));
    run.file = words[0];
    code = read_today(arena, options, &run.today);
    if (code == EXIT_GOOD)
        code = load(arena, options, run.file, &run.policy);
    if (code != EXIT_GOOD)
        return code;
    run.group = policy_group_named(&run.policy, options->group);
    if (count > 1 && machine_option(options))
        return refuse(arena, options, TEXT_POLICY_FILES_AND_MACHINE,
                      str_of(machine_option(options)), run.file);
    if (options->group.len && !run.group)
        return refuse(arena, options, TEXT_POLICY_GROUP_UNKNOWN, options->group, run.file);
    return count > 1 ? check_files(&run, words + 1, count - 1) : check_stack(&run);
}

static int refuse_output(struct arena *arena, const struct options *options, enum text_id id,
                         struct str word)
{
    struct buf shown = buf_new(arena, 64u * 1024u);

    text_escape(&shown, word);
    complain(report_fill(arena, text_of(id, options->lang), "word", buf_str(&shown), "why",
                         buf_str(&shown), NULL));
    return EXIT_NO_OUTPUT;
}

/* --- init ---------------------------------------------------------------------------------- */

static int init(struct arena *arena, const struct options *options, const struct str *words,
                size_t count)
{
    struct subject *subject = ARENA_NEW(arena, struct subject);
    struct policy_subject judged = { 0 };
    struct buf buf = buf_new(arena, POLICY_LEN);
    struct str file = options->output;
    int r;

    if (count)
        return refuse(arena, options, TEXT_POLICY_USAGE, words[0], words[0]);
    if (file.len && given_exists(arena, file))
        return refuse_output(arena, options, TEXT_POLICY_THERE, file);
    r = subject_examine(arena, options, subject);
    if (r != EXIT_GOOD)
        return r;
    judged.name = subject->name;
    judged_stack(arena, &subject->facts, &judged);
    policy_draft(&buf, &judged, options->lang);
    if (file.len == 0)
        return print(arena, options->lang, buf_str(&buf));
    r = given_write(arena, path_dir(file).len ? path_dir(file) : STR("."), path_base(file),
                    buf_str(&buf), 0644, false);
    return r < 0 ? refuse_output(arena, options, TEXT_CLI_CANNOT_WRITE, error_text(r)) : EXIT_GOOD;
}

/* "policy FILE" is short for "policy check FILE". */
int command_policy(struct arena *arena, const struct options *options)
{
    const struct word_list *words = &options->words;

    if (words->count && str_eqz(words->items[0], "init"))
        return init(arena, options, words->items + 1, words->count - 1);
    if (words->count && str_eqz(words->items[0], "check"))
        return check(arena, options, words->items + 1, words->count - 1);
    return check(arena, options, words->items, words->count);
}
