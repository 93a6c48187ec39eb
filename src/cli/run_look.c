/* run_look: what can be said of a container before it is started. */
#include "cli/run.h"

#include "facts/beneath.h"
#include "format/sockets.h"

#include <errno.h>
#include <limits.h>

#define SOCKETS_LIMIT (16u << 20)
#define PROCESSES 65536u
#define FILES 4096u
#define PORTS_TRIED 100u
#define NAMES_TRIED 99

/* --- its name ------------------------------------------------------------------------------ */

static bool is_taken(struct run *run, struct str name, struct fact_str *ret)
{
    const struct engine *engine;
    struct engine_user user = run->user;
    struct inspect said;
    struct str why, from = arena_printf(run->arena, "%s container inspect", run->engine->name);

    user.only = run->engine;
    if (engine_find(&user, name, &engine, &said, &why) == 0) {
        fact_str(ret, said.state.len ? said.state : STR("there"), from);
        return true;
    }
    *ret =
        (struct fact_str){ .state = run_engine_failed(run, why, from) ? FACT_UNKNOWN : FACT_ABSENT,
                           .from = from };
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

static bool find_listener(struct run *run, struct str address, uint16_t port, uint64_t *ret_inode)
{
    static const char *const tables[] = { "proc/net/tcp", "proc/net/tcp6" };
    struct listener one;
    struct str text;

    for (size_t i = 0; i < 2; i++) {
        if (root_read(run->user.live, str_of(tables[i]), SOCKETS_LIMIT, &text) < 0)
            continue;
        while (listeners_next(&text, run->arena, &one))
            if (one.port == port &&
                (one.any || str_eqz(address, "0.0.0.0") || str_eq(one.address, address))) {
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

static void look_at_port(struct run *run, const struct start_door *door)
{
    struct start_facts *facts = &run->subject->facts.start;
    struct str from = STR("proc/net/tcp");
    uint64_t inode;

    if (facts->port_holder.state == FACT_KNOWN)
        return;
    facts->port_holder = (struct fact_str){ .state = FACT_ABSENT, .from = from };
    if (facts->port.state != FACT_KNOWN)
        fact_int(&facts->port, door->host_port, STR("as asked"));
    if (!find_listener(run, door->address, door->host_port, &inode))
        return;
    fact_int(&facts->port, door->host_port, STR("as asked"));
    fact_str(&facts->port_holder, holder_of(run, inode), from);
    for (unsigned next = door->host_port + 1u;
         next <= door->host_port + PORTS_TRIED && next <= UINT16_MAX; next++)
        if (!find_listener(run, door->address, (uint16_t) next, &inode)) {
            fact_int(&facts->port_free, next, from);
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

static void open_door(struct run *run, const char *kind, uint16_t usual, uint16_t inside)
{
    const struct options *options = run->options;
    size_t at = run->start.door_count++;

    run->start.doors[at] = (struct start_door){
        .kind = kind,
        .address = options->bind.len ? options->bind : STR("127.0.0.1"),
        .host_port = at < options->port_count ? options->ports[at] : usual,
        .port = inside,
    };
    look_at_port(run, &run->start.doors[at]);
}

/* Jupyter's first, as --port says. */
static void look_at_doors(struct run *run)
{
    struct start_facts *facts = &run->subject->facts.start;
    bool ssh = run->options->ssh, jupyter = run->options->jupyter;

    if (jupyter) {
        run_find_server(run, false, &facts->jupyter_server);
        open_door(run, "jupyter", 8888, 8888);
    }
    if (ssh) {
        run_find_server(run, true, &facts->ssh_server);
        open_door(run, "ssh", 2222, exposes(run, "2222/tcp") ? 2222 : 22);
    }
    if (ssh || jupyter)
        fact_str(&facts->wanted,
                 ssh && jupyter ? STR("both")
                 : ssh          ? STR("ssh")
                                : STR("jupyter"),
                 STR("as asked"));
}

/* --- its folders --------------------------------------------------------------------------- */

/* A key that ssh offers by itself (ssh(1), -i), in its order. */
static bool find_key(struct run *run, struct str home, struct str *ret)
{
    static const char *const names[] = { "id_rsa.pub", "id_ecdsa.pub", "id_ed25519.pub" };
    struct node node;

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        *ret = arena_printf(run->arena, "%.*s/.ssh/%s", STR_ARG(home), names[i]);
        if (root_stat(run->user.live, *ret, &node) == 0 && node.kind == NODE_FILE)
            return true;
    }
    return false;
}

/* Who logs in, and the file that is to hold his keys: known of root, and of images that `image new`
 * wrote. */
static struct str keys_place(struct run *run)
{
    struct str group;

    (void) str_cut(run->image.user, ':', &run->login, &group);
    if (run->login.len == 0 || str_eqz(run->login, "0"))
        run->login = STR("root");
    if (str_eqz(run->login, "root"))
        return STR("/root/.ssh/authorized_keys");
    return fact_true(&run->subject->facts.start.own)
               ? arena_printf(run->arena, "/home/%.*s/.ssh/authorized_keys", STR_ARG(run->login))
               : (struct str){ NULL, 0 };
}

/* The user's own public key, unless he mounts keys himself. */
static void add_keys(struct run *run, struct word_list *mounts)
{
    struct fact_str *fact = &run->subject->facts.start.keys;
    const char *home = getenv("HOME");
    struct str place = keys_place(run), key;

    for (size_t i = 0; i < mounts->count; i++)
        if (str_has(mounts->items[i], STR("authorized_keys")))
            return;
    if (!home || home[0] != '/' || place.len == 0)
        return;
    *fact = (struct fact_str){ .state = FACT_ABSENT, .from = STR("~/.ssh") };
    if (!find_key(run, str_of(home), &key))
        return;
    fact_str(fact, key, STR("~/.ssh"));
    *LIST_ADD(run->arena, mounts) =
        arena_printf(run->arena, "%.*s:%.*s:ro", STR_ARG(key), STR_ARG(place));
}

/* Of "DIR:PATH" an engine takes a DIR that is not there for a folder to be made, as root's, and one
 * without a slash for the name of a volume. */
static void look_at_mounts(struct run *run)
{
    struct fact_str *missing = &run->subject->facts.start.mount;
    struct word_list mounts = { 0 };
    char here[PATH_MAX];
    struct str folder = str_of(getcwd(here, sizeof(here)) ? here : "");

    *missing = (struct fact_str){ .state = FACT_ABSENT, .from = STR("as asked") };
    for (size_t i = 0; i < run->options->mounts.count; i++) {
        struct str source, place;
        struct node node;

        (void) str_cut(run->options->mounts.items[i], ':', &source, &place);
        source = absolute_path(run->arena, source, folder);
        if (root_stat(run->user.live, source, &node) == -ENOENT && missing->state != FACT_KNOWN)
            fact_str(missing, source, STR("as asked"));
        *LIST_ADD(run->arena, &mounts) =
            arena_printf(run->arena, "%.*s:%.*s", STR_ARG(source), STR_ARG(place));
    }
    if (run->options->ssh)
        add_keys(run, &mounts);
    run->start.mounts = mounts.items;
    run->start.mount_count = mounts.count;
}

/* --- all of it ----------------------------------------------------------------------------- */

static int put_machine_beneath(struct run *run)
{
    struct subject *host = ARENA_NEW(run->arena, struct subject);
    struct facts *facts = &run->subject->facts;
    int code;

    if (str_eqz(run->start.gpus, "none"))
        return EXIT_GOOD;
    code = examine_host(run->arena, run->options, true, host);
    if (code != EXIT_GOOD)
        return code;
    facts_beneath(facts, &host->facts, true);
    run->start.selinux = fact_is(&facts->engines.selinux, STR("enforcing"));
    fact_bool(&facts->container.asked, true, STR("gpuvet run"));
    fact_bool(&facts->container.inside, false, STR("gpuvet run"));
    fact_bool(&facts->container.gpu_requested, true, STR("gpuvet run"));
    fact_str(&facts->container.request, str_of(run->start.form->request), STR("gpuvet run"));
    facts->container.pid = (struct fact_int){ .state = FACT_ABSENT, .from = STR("gpuvet run") };
    return EXIT_GOOD;
}

int run_look(struct run *run)
{
    struct start_facts *facts = &run->subject->facts.start;

    fact_bool(&facts->asked, true, STR("gpuvet run"));
    fact_str(&facts->image, run->start.image, STR("as asked"));
    facts->wanted = (struct fact_str){ .state = FACT_ABSENT, .from = STR("as asked") };
    facts->ended = facts->wanted;
    run_find_image(run);
    if (!run->engine)
        return EXIT_GOOD;
    find_name(run);
    look_at_doors(run);
    look_at_mounts(run);
    return put_machine_beneath(run);
}
