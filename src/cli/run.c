/*
 * run: starts an image as it must be started for the engine found, after checking that it will
 * work; then tests the door that it opened. With a door it runs behind us, for we knock; without
 * one, we become the engine's client, whose terminal and exit code are then the container's.
 */
#include "cli/run.h"

#include "facts/join.h"
#include "transcript/transcript.h"

#include <errno.h>
#include <sys/random.h>

#define START_US 120000000
#define TOKEN 32

/* Where the user's own words for the engine say how large /dev/shm is. */
static bool sizes_shm(const struct word_list *options)
{
    for (size_t i = 0; i < options->count; i++)
        if (str_starts(options->items[i], STR("--shm-size")) ||
            str_starts(options->items[i], STR("--ipc")))
            return true;
    return false;
}

static void read_options(struct run *run)
{
    const struct options *options = run->options;
    struct start *start = &run->start;

    start->image = options->words.items[0];
    start->command = options->words.items + 1;
    start->command_count = options->words.count - 1;
    start->shm_size = options->shm_size.len          ? options->shm_size
                      : sizes_shm(&options->options) ? (struct str){ NULL, 0 }
                                                     : STR("8g");
    start->gpus = options->gpus.count ? options->gpus.items[0] : STR("all");
    start->options = options->options.items;
    start->option_count = options->options.count;
    start->detached = options->ssh || options->jupyter;
    start->terminal = isatty(STDIN_FILENO);
    if (options->jupyter)
        start->token = STR("JUPYTER_TOKEN");
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

/* --- the start ----------------------------------------------------------------------------- */

static bool is_broken(struct run *run)
{
    struct judgement judgement;
    struct verdict verdict;

    rules_judge(run->arena, &run->subject->facts, &judgement);
    diagnose(run->arena, &run->subject->facts, &judgement, &verdict);
    return verdict_exit_code(&verdict) == EXIT_CAUSE;
}

/* As `explain` reads it, with what is known of the machine: where that names a cause, it is
 * reported. The exit code is the client's. */
static int explain_failure(struct run *run, const struct child_result *result)
{
    struct facts machine = run->subject->facts;

    complain(engine_complaint(run->arena, result));
    run->subject->facts = (struct facts){ .start = machine.start };
    transcript_read_text(run->arena, result->complaints, &run->subject->facts);
    facts_join(&run->subject->facts, &machine);
    probe_all(&(struct probe_ctx){ .arena = run->arena, .facts = &run->subject->facts },
              COST_NOTHING);
    if (is_broken(run))
        (void) conclude(run->arena, run->options, run->subject, NULL);
    return result->end == CHILD_EXIT ? result->code : EXIT_CAUSE;
}

static int start_behind(struct run *run, const char *const *words)
{
    const char *const *environ = environment(run, new_token(run));
    const struct child_result *result = engine_run(&run->user, words, environ, START_US);

    if (!result) {
        complain(STR("?"));
        return EXIT_CAUSE;
    }
    return result->end == CHILD_OK ? run_test_doors(run, environ) : explain_failure(run, result);
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

int command_run(struct arena *arena, const struct options *options)
{
    struct run run = { .arena = arena, .options = options, .user = engine_user(arena, options) };
    const char *const *words;
    int code;

    if (options->words.count == 0)
        return wrong_usage(arena, options->lang, text_of(TEXT_RUN_NEEDS_IMAGE, options->lang));
    run.subject = ARENA_NEW(arena, struct subject);
    run.subject->kind = STR("start");
    run.subject->name = options->words.items[0];
    read_options(&run);
    code = run_look(&run);
    if (code != EXIT_GOOD)
        return code;
    probe_all(&(struct probe_ctx){ .arena = arena, .facts = &run.subject->facts }, COST_NOTHING);
    if (is_broken(&run))
        return conclude(arena, options, run.subject, NULL);
    look_at_limits(&run);
    if (start_words(arena, &run.start, &words) < 0)
        return wrong_usage(arena, options->lang, text_of(TEXT_RUN_TOO_LONG, options->lang));
    if (options->dry_run || (!options->quiet && !options->json))
        code = print(arena, options->lang,
                     arena_printf(arena, "%.*s\n", STR_ARG(start_line(arena, words))));
    if (options->dry_run || code != EXIT_GOOD)
        return code;
    return run.start.detached ? start_behind(&run, words) : start_before(&run, words);
}
