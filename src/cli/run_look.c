/* run_look: what can be said of a container before it is started. */
#include "cli/run.h"

#include "base/buf.h"
#include "facts/beneath.h"
#include "format/sockets.h"
#include "knowledge/image_names.h"

#include <errno.h>

#define ASK_US 20000000
#define SOCKETS_LIMIT (16u << 20)
#define PROCESSES 65536u
#define FILES 4096u
#define PORTS_TRIED 100
#define NAMES_TRIED 99

/* --- engine and image ---------------------------------------------------------------------- */

static void find_engine(struct run *run)
{
    struct start_facts *facts = &run->subject->facts.start;
    const struct engine *engine;

    facts->engine = (struct fact_str){ .state = FACT_ABSENT, .from = STR("PATH") };
    for (size_t i = 0; !run->engine && (engine = engine_at(i)) != NULL; i++)
        if ((!run->user.only || run->user.only == engine) && start_form_of(engine) &&
            engine_program(&run->user, engine->name))
            run->engine = engine;
    if (!run->engine)
        return;
    run->start.form = start_form_of(run->engine);
    fact_str(&facts->engine, str_of(run->engine->name), STR("PATH"));
}

static void find_image(struct run *run)
{
    struct start_facts *facts = &run->subject->facts.start;
    struct str from = arena_printf(run->arena, "%s image inspect", run->engine->name);
    const char *words[] = { run->engine->name, "image", "inspect",
                            arena_copy(run->arena, run->start.image).data, NULL };
    const struct child_result *result = engine_run(&run->user, words, run->user.environ, ASK_US);

    facts->stored.from = from;
    if (result && result->end == CHILD_OK &&
        image_inspect_read(run->arena, result->answers, &run->image) == 0) {
        fact_str(&facts->stored, run->image.id.len ? run->image.id : STR("?"), from);
        return;
    }
    if (result && result->end == CHILD_EXIT)
        facts->stored.state = FACT_ABSENT;
    if (result)
        fact_str(&facts->store_error, engine_complaint(run->arena, result), from);
}

static bool has_word(const struct oci_strings *words, const char *word)
{
    for (size_t i = 0; i < words->count; i++)
        if (str_has(words->items[i], str_of(word)))
            return true;
    return false;
}

static bool starts(const struct run *run, const char *word)
{
    return has_word(&run->image.entry_point, word) || has_word(&run->image.command, word);
}

/* Its start command shows it, else its publisher says it; else nobody knows. */
static void find_server(struct run *run, struct str wanted)
{
    bool ssh = str_eqz(wanted, "ssh");
    struct fact_bool *fact = &run->subject->facts.start.server;
    struct image_reference reference;
    struct image_name name = { .tag = NULL };
    enum answer answer;

    if (starts(run, ssh ? "sshd" : "jupyter") || starts(run, ssh ? "sshd" : "notebook")) {
        fact_bool(fact, true, STR("image inspect"));
        return;
    }
    if (image_reference_parse(run->arena, run->start.image, &reference) < 0)
        return;
    image_name_read(&reference, &name);
    answer = !name.tag ? ANSWER_UNKNOWN : ssh ? name.tag->ssh : name.tag->jupyter;
    if (answer != ANSWER_UNKNOWN)
        fact_bool(fact, answer == ANSWER_YES, STR("the image's name"));
}

static void tell_image(struct run *run)
{
    struct facts *facts = &run->subject->facts;
    struct container_facts *to = &facts->container;
    struct str from = STR("image inspect"), value;
#if defined(__aarch64__)
    static const struct str own = STR_INIT("arm64");
#else
    static const struct str own = STR_INIT("amd64");
#endif

    if (run->image.architecture.len) {
        fact_bool(&facts->start.fits_architecture, str_eq(run->image.architecture, own), from);
        fact_str(&to->image_architecture, run->image.architecture, from);
    }
    if (run->image.driver.len)
        fact_str(&facts->start.driver, run->image.driver, from);
    if (inspect_variable(&run->image.env, "NVIDIA_REQUIRE_CUDA", &value))
        fact_str(&to->image_require, value, from);
    if (inspect_variable(&run->image.env, "NVIDIA_DRIVER_CAPABILITIES", &value))
        fact_str(&to->image_capabilities, value, from);
}

/* --- its name ------------------------------------------------------------------------------ */

static bool is_taken(struct run *run, struct str name, struct fact_str *ret)
{
    const struct engine *engine;
    struct engine_user user = run->user;
    struct inspect said;
    struct str why, from = arena_printf(run->arena, "%s inspect", run->engine->name);

    user.only = run->engine;
    if (engine_find(&user, name, &engine, &said, &why) == 0) {
        fact_str(ret, said.state.len ? said.state : STR("there"), from);
        return true;
    }
    *ret = (struct fact_str){ .state = FACT_ABSENT, .from = from };
    return false;
}

/* "pytorch", "pytorch-2": of the image, and free, where the user gave none. */
static void find_name(struct run *run)
{
    struct start_facts *facts = &run->subject->facts.start;
    struct str image = path_base(run->start.image), base, rest;

    (void) str_cut(image, '@', &image, &rest);
    (void) str_cut(image, ':', &base, &rest);
    run->start.name = run->options->name.len ? run->options->name : base;
    for (int i = 2; is_taken(run, run->start.name, &facts->name_state) && !run->options->name.len &&
                    i <= NAMES_TRIED;
         i++)
        run->start.name = arena_printf(run->arena, "%.*s-%d", STR_ARG(base), i);
    fact_str(&facts->name, run->start.name, STR("as asked"));
}

/* --- its port ------------------------------------------------------------------------------ */

static bool find_listener(struct run *run, uint16_t port, uint64_t *ret_inode)
{
    static const char *const tables[] = { "proc/net/tcp", "proc/net/tcp6" };
    struct listener one;
    struct str text;

    for (size_t i = 0; i < 2; i++) {
        if (root_read(run->user.live, str_of(tables[i]), SOCKETS_LIMIT, &text) < 0)
            continue;
        while (listeners_next(&text, run->arena, &one))
            if (one.port == port && (one.any || str_eqz(run->door.address, "0.0.0.0") ||
                                     str_eq(one.address, run->door.address))) {
                *ret_inode = one.inode;
                return true;
            }
    }
    return false;
}

static bool holds(struct run *run, struct str pid, uint64_t inode)
{
    struct str folder = arena_printf(run->arena, "proc/%.*s/fd", STR_ARG(pid)), link;
    struct names names;
    uint64_t one;

    if (root_list(run->user.live, folder, FILES, &names) < 0)
        return false;
    for (size_t i = 0; i < names.count; i++)
        if (root_link(run->user.live, arena_join(run->arena, folder, names.items[i]), &link) == 0 &&
            socket_inode(link, &one) && one == inode)
            return true;
    return false;
}

static struct str holder_of(struct run *run, uint64_t inode)
{
    struct names names = { 0 };
    struct fact_str name = { 0 };
    uint64_t pid;

    (void) root_list(run->user.live, STR("proc"), PROCESSES, &names);
    for (size_t i = 0; i < names.count; i++)
        if (str_u64(names.items[i], 10, &pid) == 0 && holds(run, names.items[i], inode)) {
            root_line(run->user.live,
                      arena_printf(run->arena, "proc/%llu/comm", (unsigned long long) pid).data,
                      &name);
            return arena_printf(run->arena, "%.*s (PID %llu)", STR_ARG(name.value),
                                (unsigned long long) pid);
        }
    return STR("?");
}

static void look_at_port(struct run *run)
{
    struct start_facts *facts = &run->subject->facts.start;
    struct str from = STR("proc/net/tcp");
    uint64_t inode;

    facts->port_holder = (struct fact_str){ .state = FACT_ABSENT, .from = from };
    fact_str(&facts->address, run->door.address, STR("as asked"));
    fact_int(&facts->port, run->door.host_port, STR("as asked"));
    if (!find_listener(run, run->door.host_port, &inode))
        return;
    fact_str(&facts->port_holder, holder_of(run, inode), from);
    for (int i = 1; i <= PORTS_TRIED && run->door.host_port + i <= UINT16_MAX; i++)
        if (!find_listener(run, (uint16_t) (run->door.host_port + i), &inode)) {
            fact_int(&facts->port_free, run->door.host_port + i, from);
            return;
        }
}

static bool exposes(const struct run *run, const char *port)
{
    for (size_t i = 0; i < run->image.ports.count; i++)
        if (str_eqz(run->image.ports.items[i], port))
            return true;
    return false;
}

static void look_at_door(struct run *run)
{
    const struct options *options = run->options;
    bool ssh = options->ssh;
    struct str wanted = ssh ? STR("ssh") : STR("jupyter");

    if (!ssh && !options->jupyter)
        return;
    fact_str(&run->subject->facts.start.wanted, wanted, STR("as asked"));
    run->door = (struct start_door){
        .address = options->bind.len ? options->bind : STR("127.0.0.1"),
        .host_port = (uint16_t) (options->port ? options->port
                                 : ssh         ? 2222
                                               : 8888),
        .port = !ssh                       ? 8888
                : exposes(run, "2222/tcp") ? 2222
                                           : 22,
    };
    run->start.door = &run->door;
    find_server(run, wanted);
    look_at_port(run);
}

/* --- all of it ----------------------------------------------------------------------------- */

static void put_machine_beneath(struct run *run)
{
    struct subject *host = ARENA_NEW(run->arena, struct subject);
    struct facts *facts = &run->subject->facts;

    if (str_eqz(run->start.gpus, "none"))
        return;
    (void) examine_host(run->arena, run->options, true, host);
    facts_beneath(facts, &host->facts, true);
    run->start.selinux = fact_is(&facts->engines.selinux, STR("enforcing"));
    fact_bool(&facts->container.asked, true, STR("gpuvet run"));
    fact_bool(&facts->container.inside, false, STR("gpuvet run"));
    fact_bool(&facts->container.gpu_requested, true, STR("gpuvet run"));
    fact_str(&facts->container.request, str_of(run->start.form->request), STR("gpuvet run"));
    facts->container.pid = (struct fact_int){ .state = FACT_ABSENT, .from = STR("gpuvet run") };
}

void run_look(struct run *run)
{
    struct start_facts *facts = &run->subject->facts.start;

    fact_bool(&facts->asked, true, STR("gpuvet run"));
    fact_str(&facts->image, run->start.image, STR("as asked"));
    facts->wanted = (struct fact_str){ .state = FACT_ABSENT, .from = STR("as asked") };
    facts->ended = facts->wanted;
    find_engine(run);
    if (!run->engine)
        return;
    find_image(run);
    find_name(run);
    put_machine_beneath(run);
    tell_image(run);
    look_at_door(run);
}
