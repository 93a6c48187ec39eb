#include "cli/subject.h"

#include "base/text.h"
#include "driver/live.h"
#include "probe/probe.h"
#include "report/report.h"

#include <errno.h>
#include <limits.h>

#define ENVIRONMENT_LIMIT (8u * 1024u * 1024u) /* ARG_MAX's usual ceiling is 6 MiB */

int cannot_read(struct arena *arena, const struct options *options, struct str what, struct str why)
{
    struct buf shown = buf_new(arena, PATH_MAX * 4);

    text_escape(&shown, what);
    complain(report_fill(arena, text_of(TEXT_CLI_CANNOT_READ, options->lang), "word",
                         buf_str(&shown), "why", why, NULL));
    return EXIT_NO_INPUT;
}

struct str error_text(int error)
{
    return str_of(strerrordesc_np(-error));
}

struct str absolute_path(struct arena *arena, struct str path, struct str directory)
{
    if (path.len == 0 || str_starts(path, STR("/")) || directory.len == 0)
        return path;
    return arena_join(arena, directory, path);
}

static struct str working_directory(struct arena *arena)
{
    char path[PATH_MAX];

    if (!getcwd(path, sizeof(path)))
        return (struct str){ NULL, 0 };
    return arena_copy(arena, str_of(path));
}

/* The shell that gpuvet was started from: its variables are our own. */
static struct eyes own_eyes(struct arena *arena)
{
    LIST(struct str) variables = { 0 };

    for (char *const *variable = environ; *variable; variable++)
        *LIST_ADD(arena, &variables) = str_of(*variable);
    return (struct eyes){ true,      variables.items,          variables.count,
                          geteuid(), working_directory(arena), 0,
                          NULL };
}

void keep_looks(struct subject *subject)
{
    struct looking *looking = &subject->looking;
    struct root *proc = looking->eyes.proc;

    if (!subject->kept)
        return;
    subject->kept->eyes = looking->eyes;
    subject->kept->python = looking->wishes.python;
    subject->kept->environment = looking->wishes.environment;
    looking->eyes.proc =
        proc && proc != looking->ctx.root ? record_root(subject->kept->proc, proc) : NULL;
    looking->ctx.root = record_root(subject->kept->files, looking->ctx.root);
}

const struct facts *before_telling(struct arena *arena, const struct subject *subject)
{
    return subject->kept ? told_before(arena, &subject->facts) : NULL;
}

void keep_told(struct arena *arena, struct subject *subject, const struct facts *before)
{
    if (subject->kept)
        told_keep(arena, before, &subject->facts, &subject->kept->told);
}

void ask_nobody(struct subject *subject, enum fact_state asking, struct str from)
{
    if (subject->kept)
        subject->kept->heard = (struct driver_heard){ .outcome = asking, .from = from };
    driver_not_asked(&subject->facts, asking, from);
}

/* Files alone. */
static void look(struct subject *subject, enum fact_state asking, struct str from)
{
    keep_looks(subject);
    ask_nobody(subject, asking, from);
    probe_all(&subject->looking.ctx, COST_FILES);
}

const char *const *environment_of(struct arena *arena, const struct eyes *eyes)
{
    const char **environment =
        (const char **) arena_array(arena, eyes->variable_count + 1, sizeof(*environment));

    for (size_t i = 0; i < eyes->variable_count; i++)
        environment[i] = arena_copy(arena, eyes->variables[i]).data;
    return environment;
}

/* The driver answers while the files of Python are read. */
static void look_and_ask(struct subject *subject, enum lang lang)
{
    struct probe_ctx *ctx = &subject->looking.ctx;
    struct progress progress = { .arena = ctx->arena, .text = text_of(TEXT_CLI_ASKING, lang) };
    struct child_watch watch = progress_watch(&progress);
    struct driver_live *live;
    struct driver_heard heard;

    keep_looks(subject);
    probe_before_driver(ctx);
    live = driver_live_start(ctx->arena, ctx->root, environment_of(ctx->arena, ctx->eyes));
    probe_beside_driver(ctx);
    driver_live_finish(ctx->arena, live, &watch, ctx->facts, &heard);
    if (subject->kept)
        subject->kept->heard = heard;
    progress_end(&progress);
    probe_all(ctx, COST_NOTHING);
}

void look_at_machine(struct arena *arena, const struct options *options, struct facts *facts,
                     struct looking *ret)
{
    ret->eyes = own_eyes(arena);
    ret->wishes = (struct wishes){
        .python = absolute_path(arena, options->python, ret->eyes.working_directory),
        .environment = absolute_path(arena, options->environment, ret->eyes.working_directory),
        .settings = options->command->bit == OF_POLICY,
        .thorough = options->thorough,
    };
    ret->ctx = (struct probe_ctx){ .arena = arena,
                                   .root = root_live(arena),
                                   .eyes = &ret->eyes,
                                   .wishes = &ret->wishes,
                                   .facts = facts };
}

int examine_host(struct arena *arena, const struct options *options, bool ask, struct subject *ret)
{
    struct probe_ctx given = { .arena = arena, .facts = &ret->facts };
    struct str bytes, why;
    int r;

    if (options->host.len) {
        r = root_read_given(arena, options->host, FACTS_LIMIT, &bytes);
        if (r < 0)
            return cannot_read(arena, options, options->host, error_text(r));
        if (facts_read(arena, bytes, &ret->facts, &why) < 0)
            return cannot_read(arena, options, options->host, why);
        probe_all(&given, COST_NOTHING);
        return EXIT_GOOD;
    }
    look_at_machine(arena, options, &ret->facts, &ret->looking);
    ret->looking.wishes.engines = true;
    if (ask && !options->no_driver)
        look_and_ask(ret, options->lang);
    else
        look(ret, FACT_UNKNOWN, STR("--no-driver"));
    return EXIT_GOOD;
}

static int examine_machine(struct arena *arena, const struct options *options, struct subject *ret)
{
    struct looking *looking = &ret->looking;

    look_at_machine(arena, options, &ret->facts, looking);
    if (options->no_driver)
        look(ret, FACT_UNKNOWN, STR("--no-driver"));
    else
        look_and_ask(ret, options->lang);
    ret->kind = STR("machine");
    ret->name = ret->facts.machine.name.value;
    return EXIT_GOOD;
}

static int examine_directory(struct arena *arena, const struct options *options,
                             struct subject *ret)
{
    struct looking *looking = &ret->looking;
    int r;

    looking->wishes = (struct wishes){ .python = options->python,
                                       .environment = options->environment,
                                       .settings = options->command->bit == OF_POLICY,
                                       .thorough = options->thorough };
    looking->ctx = (struct probe_ctx){
        .arena = arena, .eyes = &looking->eyes, .wishes = &looking->wishes, .facts = &ret->facts
    };
    r = root_directory(arena, options->root, &looking->ctx.root);
    if (r < 0)
        return cannot_read(arena, options, options->root, error_text(r));
    look(ret, FACT_UNKNOWN, STR("--root"));
    ret->kind = STR("directory");
    ret->name = options->root;
    return EXIT_GOOD;
}

/* --- another process ----------------------------------------------------------------------- */

static struct str proc_path(struct arena *arena, int pid, const char *name)
{
    return arena_printf(arena, "proc/%d/%s", pid, name);
}

static uint32_t owner_of(struct arena *arena, struct root *live, int pid)
{
    struct node node;

    return root_stat(live, proc_path(arena, pid, "status"), &node) < 0 ? geteuid() : node.uid;
}

/* Its root is ours unless it lives in another mount namespace. */
static struct root *root_of_process(struct arena *arena, struct root *live, int pid)
{
    struct str ours, theirs;
    struct root *root;

    if (root_link(live, STR("proc/self/ns/mnt"), &ours) < 0 ||
        root_link(live, proc_path(arena, pid, "ns/mnt"), &theirs) < 0 || str_eq(ours, theirs))
        return live;
    if (root_directory(arena, arena_printf(arena, "/proc/%d/root", pid), &root) < 0)
        return live;
    return root;
}

static struct eyes eyes_of_process(struct arena *arena, struct root *live, int pid,
                                   struct str environment)
{
    LIST(struct str) variables = { 0 };
    struct str variable, directory = { NULL, 0 };

    while (str_next_part(&environment, '\0', &variable))
        if (variable.len)
            *LIST_ADD(arena, &variables) = variable;
    (void) root_link(live, proc_path(arena, pid, "cwd"), &directory);
    return (struct eyes){
        true, variables.items, variables.count, owner_of(arena, live, pid), directory, pid, live
    };
}

/* Where the shell found a program that was started by its bare name; empty where that is unknown.
 */
static struct str find_in_path(struct arena *arena, struct root *root, const struct eyes *eyes,
                               struct str name)
{
    struct str path = { NULL, 0 }, folder;
    struct node node;

    (void) eyes_variable(eyes, "PATH", &path);
    while (str_next_part(&path, ':', &folder)) {
        struct str file =
            arena_join(arena, absolute_path(arena, folder, eyes->working_directory), name);

        if (str_starts(file, STR("/")) && root_stat(root, file, &node) == 0 &&
            node.kind == NODE_FILE && node.mode & 0111)
            return file;
    }
    return (struct str){ NULL, 0 };
}

/*
 * The interpreter that runs, where the process is Python's. Which environment it serves shows in
 * the name that it was started by, as Python itself takes it
 * (https://docs.python.org/3/library/sys_path_init.html), not in the file behind that name's links.
 */
static struct str python_of_process(struct arena *arena, struct root *live, struct root *root,
                                    const struct eyes *eyes)
{
    static const struct str deleted = STR_INIT(" (deleted)");
    struct str program, line, name = { NULL, 0 }, real;

    if (root_link(live, proc_path(arena, eyes->pid, "exe"), &program) < 0)
        return name;
    if (str_ends(program, deleted))
        program = str_slice(program, 0, program.len - deleted.len);
    if (!str_starts(path_base(program), STR("python")))
        return name;
    if (root_read(live, proc_path(arena, eyes->pid, "cmdline"), ENVIRONMENT_LIMIT, &line) == 0)
        (void) str_cut(line, '\0', &name, &line);
    name = str_find_char(name, '/') == STR_NONE
               ? find_in_path(arena, root, eyes, name)
               : absolute_path(arena, name, eyes->working_directory);
    if (name.len && root_resolve(root, name, &real) == 0 && str_eq(real, str_from(program, 1)))
        return name;
    return program;
}

static int examine_process(struct arena *arena, const struct options *options, struct subject *ret)
{
    struct root *live = root_live(arena);
    struct looking *looking = &ret->looking;
    struct probe_ctx *ctx = &looking->ctx;
    struct str environment;
    int r =
        root_read(live, proc_path(arena, options->pid, "environ"), ENVIRONMENT_LIMIT, &environment);

    if (r < 0)
        return cannot_read(arena, options, arena_printf(arena, "/proc/%d/environ", options->pid),
                           error_text(r));
    looking->eyes = eyes_of_process(arena, live, options->pid, environment);
    looking->wishes.settings = options->command->bit == OF_POLICY;
    looking->wishes.thorough = options->thorough;
    *ctx = (struct probe_ctx){ .arena = arena,
                               .root = root_of_process(arena, live, options->pid),
                               .eyes = &looking->eyes,
                               .wishes = &looking->wishes,
                               .facts = &ret->facts };
    looking->wishes.python = python_of_process(arena, live, ctx->root, &looking->eyes);
    if (options->no_driver)
        look(ret, FACT_UNKNOWN, STR("--no-driver"));
    else if (ctx->root != live ||
             looking->eyes.uid != geteuid()) /* its driver is not ours to ask */
        look(ret, FACT_DENIED,
             proc_path(arena, options->pid, ctx->root != live ? "root" : "status"));
    else
        look_and_ask(ret, options->lang);
    ret->kind = STR("process");
    ret->name = arena_printf(arena, "%d", options->pid);
    return EXIT_GOOD;
}

/* --- facts that are given ------------------------------------------------------------------ */

int subject_of_bytes(struct arena *arena, const struct options *options, struct str file,
                     struct str bytes, struct subject *ret)
{
    struct probe_ctx ctx = { .arena = arena, .facts = &ret->facts };
    struct lock *lock = ARENA_NEW(arena, struct lock);
    struct str why;
    int r = EXIT_GOOD;

    ret->kind = lock_is(bytes) ? STR("lock") : STR("facts");
    if (lock_is(bytes)) {
        r = read_lock(arena, options, file, bytes, lock);
        ret->facts = lock->facts;
    } else if (facts_read(arena, bytes, &ret->facts, &why) < 0) {
        r = cannot_read(arena, options, file, why);
    }
    if (r == EXIT_GOOD)
        probe_all(&ctx, COST_NOTHING);
    return r;
}

static int examine_facts(struct arena *arena, const struct options *options, struct subject *ret)
{
    struct str bytes;
    int r = root_read_given(arena, options->facts, FACTS_LIMIT, &bytes);

    if (r < 0)
        return cannot_read(arena, options, options->facts, error_text(r));
    r = subject_of_bytes(arena, options, options->facts, bytes, ret);
    if (r != EXIT_GOOD)
        return r;
    ret->name = options->facts;
    return EXIT_GOOD;
}

static int examine(struct arena *arena, const struct options *options, struct subject *ret)
{
    if (options->container.len)
        return examine_container(arena, options, ret);
    if (options->pod.len)
        return examine_pod(arena, options, ret);
    if (options->image.len)
        return examine_image(arena, options, ret);
    if (options->root.len)
        return examine_directory(arena, options, ret);
    if (options->pid)
        return examine_process(arena, options, ret);
    return examine_machine(arena, options, ret);
}

int subject_examine(struct arena *arena, const struct options *options, struct subject *ret)
{
    struct progress progress = { .arena = arena, .text = text_of(TEXT_CLI_HASHING, options->lang) };
    struct probe_ctx *ctx = &ret->looking.ctx;
    int r;

    if (options->facts.len)
        return examine_facts(arena, options, ret);
    if (options->snapshot.len)
        return subject_replay(arena, options, ret);
    r = examine(arena, options, ret);
    if (r != EXIT_GOOD || !options->thorough)
        return r;
    ctx->progress = progress_part;
    ctx->progress_context = &progress;
    probe_thorough(ctx);
    progress_end(&progress);
    return r;
}
