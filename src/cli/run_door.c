/* run_door: knocks at the doors of a container that was started, as its user will. */
#include "cli/run.h"

#include "base/clock.h"
#include "report/report.h"

#define DOOR_US 60000000 /* for a server to come up */
#define LOGS_US 10000000
#define PAUSE_NS 500000000

static bool is_ssh(const struct start_door *door)
{
    return str_eqz(STR("ssh"), door->kind);
}

static void knock(struct run *run, const struct start_door *door, const char *const *environ)
{
    struct access_facts *facts = &run->subject->facts.access;
    struct knocker knocker = { run->arena, run->user.live, environ, facts };
    struct str host = str_eqz(door->address, "0.0.0.0") ? STR("127.0.0.1") : door->address;

    *facts = (struct access_facts){ .door = { .state = FACT_UNKNOWN } };
    if (is_ssh(door))
        access_ssh(&knocker, &(struct ssh_target){
                                 .user = run->login, .host = host, .port = door->host_port });
    else
        access_jupyter(&knocker, &(struct jupyter_target){ .host = host, .port = door->host_port },
                       false);
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

static void tell_end(struct run *run)
{
    const char *words[] = { run->engine->name, "logs", "--tail", "5", run->start.name.data, NULL };
    const struct child_result *logs = engine_run(&run->user, words, run->user.environ, LOGS_US);

    fact_str(&run->subject->facts.start.ended,
             logs && logs->complaints.len ? logs->complaints
             : logs && logs->answers.len  ? logs->answers
                                          : STR("?"),
             arena_printf(run->arena, "%s logs", run->engine->name));
}

/* False: the container has ended, and nobody is left who could answer. */
static bool wait_for(struct run *run, const struct start_door *door, const char *const *environ)
{
    int64_t deadline = clock_us() + DOOR_US;

    for (knock(run, door, environ); !is_up(&run->subject->facts.access) && clock_us() < deadline;
         knock(run, door, environ)) {
        if (has_ended(run)) {
            tell_end(run);
            run->subject->facts.access = (struct access_facts){ .door = { .state = FACT_UNKNOWN } };
            return false;
        }
        (void) nanosleep(&(struct timespec){ 0, PAUSE_NS }, NULL);
    }
    return true;
}

/* Only the door is judged from here on: the machine was before. */
static int judge_door(struct run *run)
{
    const struct facts *facts = &run->subject->facts;

    run->subject->facts = (struct facts){ .access = facts->access, .start = facts->start };
    probe_all(&(struct probe_ctx){ .arena = run->arena, .facts = &run->subject->facts },
              COST_NOTHING);
    return conclude(run->arena, run->options, run->subject, NULL);
}

static void tell_address(struct run *run, const struct start_door *door)
{
    enum lang lang = run->options->lang;
    struct str text = text_of(is_ssh(door) ? TEXT_RUN_ENTER_SSH : TEXT_RUN_ENTER_JUPYTER, lang);
    const struct access_facts *facts = &run->subject->facts.access;
    struct str word = is_ssh(door)
                          ? arena_printf(run->arena, "ssh -p %u %.*s@%.*s", door->host_port,
                                         STR_ARG(run->login), STR_ARG(facts->host.value))
                          : facts->jupyter_url.value;

    text = report_fill(run->arena, text, "word", word, "name", run->start.name, "engine",
                       str_of(run->engine->name), NULL);
    (void) print(run->arena, lang, arena_printf(run->arena, "%.*s\n", STR_ARG(text)));
}

/* The first door that does not open decides; with --json, there is one report. */
int run_test_doors(struct run *run, const char *const *environ)
{
    int code = EXIT_GOOD;

    for (size_t i = 0; i < run->start.door_count && code == EXIT_GOOD; i++) {
        const struct start_door *door = &run->start.doors[i];
        bool runs = wait_for(run, door, environ), last = i + 1 == run->start.door_count;

        if (runs && !last && is_up(&run->subject->facts.access) && run->options->json)
            continue;
        code = judge_door(run);
        if (runs && !run->options->json && !run->options->quiet)
            tell_address(run, door);
    }
    return code;
}
