/*
 * run: starts an image as it must be started for the engine found, after checking that it will
 * work; then tests the door that it opened. With a door it runs behind us, for we knock; without
 * one, we become the engine's client, whose terminal and exit code are then the container's.
 */
#include "cli/run.h"

#include "base/clock.h"
#include "report/report.h"

#include <errno.h>
#include <sys/random.h>

#define START_US 120000000
#define DOOR_US 60000000 /* for a server to come up */
#define PAUSE_NS 500000000
#define TOKEN 32

static void read_options(struct run *run)
{
    const struct options *options = run->options;
    struct start *start = &run->start;

    start->image = options->words.items[0];
    start->command = options->words.items + 1;
    start->command_count = options->words.count - 1;
    start->shm_size = options->shm_size.len ? options->shm_size : STR("8g");
    start->gpus = options->gpus.count ? options->gpus.items[0] : STR("all");
    start->options = options->options.items;
    start->option_count = options->options.count;
    start->detached = options->ssh || options->jupyter;
    start->terminal = isatty(STDIN_FILENO);
    for (size_t i = 0; i < options->mounts.count && i < START_LIST; i++)
        start->mounts[start->mount_count++] = options->mounts.items[i];
    if (options->jupyter)
        start->variables[start->variable_count++] = STR("JUPYTER_TOKEN");
}

/* An engine that runs as the user cannot lift a limit above his own (setrlimit(2)). */
static void look_at_limits(struct run *run)
{
    struct str text, line, word, last = { NULL, 0 };

    run->start.raise_limits = !run->start.form->own_limits;
    if (run->start.raise_limits ||
        root_read(run->user.live, STR("proc/self/limits"), 65536, &text) < 0)
        return;
    while (str_next_line(&text, &line))
        if (str_starts(line, STR("Max locked memory")))
            while (str_next_word(&line, &word) && !str_eqz(word, "bytes"))
                last = word;
    run->start.raise_limits = str_eqz(last, "unlimited");
}

/* The user's variables, with a token for Jupyter where he has set none: it goes through the
 * client's environment, so that no list of processes shows it. */
static const char *const *environment(struct run *run, struct str token)
{
    size_t count = 0;
    const char **copy;

    while (run->user.environ[count])
        count++;
    copy = (const char **) arena_array(run->arena, count + 2, sizeof(*copy));
    for (size_t i = 0; i < count; i++)
        copy[i] = run->user.environ[i];
    if (token.len)
        copy[count] = arena_printf(run->arena, "JUPYTER_TOKEN=%.*s", STR_ARG(token)).data;
    return copy;
}

static struct str new_token(struct run *run)
{
    unsigned char bytes[TOKEN / 2];
    struct str text = { NULL, 0 };

    if (!run->options->jupyter || getenv("JUPYTER_TOKEN") ||
        getrandom(bytes, sizeof(bytes), 0) != (ssize_t) sizeof(bytes))
        return text;
    for (size_t i = 0; i < sizeof(bytes); i++)
        text = arena_printf(run->arena, "%.*s%02x", STR_ARG(text), bytes[i]);
    return text;
}

static int say(struct run *run, enum text_id id, struct str word)
{
    return print(run->arena, run->options->lang,
                 arena_printf(run->arena, "%.*s\n",
                              STR_ARG(report_fill(run->arena, text_of(id, run->options->lang),
                                                  "word", word, "name", run->start.name, "engine",
                                                  str_of(run->engine->name), NULL))));
}

/* --- the door ------------------------------------------------------------------------------ */

static void knock(struct run *run, const char *const *environ)
{
    struct access_facts *facts = &run->subject->facts.access;
    struct knocker knocker = { run->arena, run->user.live, environ, facts };
    struct str host = str_eqz(run->door.address, "0.0.0.0") ? STR("127.0.0.1") : run->door.address;

    *facts = (struct access_facts){ .door = { .state = FACT_UNKNOWN } };
    if (run->options->ssh)
        access_ssh(&knocker, &(struct ssh_target){ .user = run->image.user,
                                                   .host = host,
                                                   .port = run->door.host_port });
    else
        access_jupyter(
            &knocker, &(struct jupyter_target){ .host = host, .port = run->door.host_port }, false);
}

static bool is_up(const struct access_facts *facts)
{
    return facts->ssh_greeting.state == FACT_KNOWN ? fact_is(&facts->ssh_greeting, STR("ssh"))
                                                   : facts->jupyter_version.state == FACT_KNOWN;
}

static bool has_ended(struct run *run)
{
    const struct engine *engine;
    struct engine_user user = run->user;
    struct inspect said;
    struct str why;

    user.only = run->engine;
    return engine_find(&user, run->start.name, &engine, &said, &why) == 0 && said.pid == 0;
}

static void wait_for_door(struct run *run, const char *const *environ)
{
    const char *words[] = { run->engine->name, "logs", "--tail", "5", run->start.name.data, NULL };
    int64_t deadline = clock_us() + DOOR_US;
    const struct child_result *logs;

    for (knock(run, environ); !is_up(&run->subject->facts.access) && clock_us() < deadline;
         knock(run, environ)) {
        if (has_ended(run)) {
            logs = engine_run(&run->user, words, run->user.environ, 10000000);
            fact_str(&run->subject->facts.start.ended,
                     logs && logs->complaints.len ? logs->complaints
                     : logs && logs->answers.len  ? logs->answers
                                                  : STR("?"),
                     arena_printf(run->arena, "%s logs", run->engine->name));
            return;
        }
        (void) nanosleep(&(struct timespec){ 0, PAUSE_NS }, NULL);
    }
}

/* Only the door is judged from here on: the machine was before. */
static int test_door(struct run *run, const char *const *environ)
{
    struct start_facts start;
    int code;

    wait_for_door(run, environ);
    start = run->subject->facts.start;
    run->subject->facts = (struct facts){ .access = run->subject->facts.access };
    if (start.ended.state == FACT_KNOWN) /* nobody is left who could answer */
        run->subject->facts.access = (struct access_facts){ .door = { .state = FACT_UNKNOWN } };
    run->subject->facts.start = start;
    probe_all(&(struct probe_ctx){ .arena = run->arena, .facts = &run->subject->facts },
              COST_NOTHING);
    code = conclude(run->arena, run->options, run->subject, NULL);
    if (run->options->json || run->options->quiet || start.ended.state == FACT_KNOWN)
        return code;
    (void) say(run, run->options->ssh ? TEXT_RUN_ENTER_SSH : TEXT_RUN_ENTER_JUPYTER,
               run->options->ssh
                   ? arena_printf(run->arena, "ssh -p %u %.*s@%.*s", run->door.host_port,
                                  STR_ARG(run->image.user.len ? run->image.user : STR("root")),
                                  STR_ARG(run->subject->facts.access.host.value))
                   : run->subject->facts.access.jupyter_url.value);
    return code;
}

/* --- the start ----------------------------------------------------------------------------- */

static int start_behind(struct run *run, const char *const *words)
{
    const char *const *environ = environment(run, new_token(run));
    const struct child_result *result = engine_run(&run->user, words, environ, START_US);

    if (!result || result->end != CHILD_OK) {
        complain(result ? engine_complaint(run->arena, result) : STR("?"));
        return result && result->end == CHILD_EXIT ? result->code : EXIT_CAUSE;
    }
    return test_door(run, environ);
}

static int start_before(struct run *run, const char *const *words)
{
    const char *path = engine_program(&run->user, words[0]);
    union {
        const char *const *given; /* exec takes arrays that it promises not to change */
        char *const *taken;
    } argv = { words };

    if (path)
        (void) execve(path, argv.taken, environ);
    complain(str_of(strerrordesc_np(errno)));
    return EXIT_CAUSE;
}

static bool is_broken(struct run *run, struct verdict *ret)
{
    struct judgement judgement;

    rules_judge(run->arena, &run->subject->facts, &judgement);
    diagnose(run->arena, &run->subject->facts, &judgement, ret);
    return verdict_exit_code(ret) == EXIT_CAUSE;
}

int command_run(struct arena *arena, const struct options *options)
{
    struct run run = { .arena = arena, .options = options, .user = engine_user(arena, options) };
    const char *const *words;
    struct verdict verdict;
    int code;

    if (options->words.count == 0)
        return wrong_usage(arena, options->lang, text_of(TEXT_RUN_NEEDS_IMAGE, options->lang));
    run.subject = ARENA_NEW(arena, struct subject);
    run.subject->kind = STR("start");
    run.subject->name = options->words.items[0];
    read_options(&run);
    run_look(&run);
    probe_all(&(struct probe_ctx){ .arena = arena, .facts = &run.subject->facts }, COST_NOTHING);
    if (is_broken(&run, &verdict))
        return conclude(arena, options, run.subject, NULL);
    look_at_limits(&run);
    if (start_words(arena, &run.start, &words) < 0)
        return wrong_usage(arena, options->lang, text_of(TEXT_RUN_TOO_LONG, options->lang));
    if (options->dry_run)
        return print(arena, options->lang,
                     arena_printf(arena, "%.*s\n", STR_ARG(start_line(arena, words))));
    code = options->quiet || options->json ? EXIT_GOOD
                                           : say(&run, TEXT_RUN_STARTS, start_line(arena, words));
    if (code != EXIT_GOOD)
        return code;
    return run.start.detached ? start_behind(&run, words) : start_before(&run, words);
}
