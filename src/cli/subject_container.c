/* subject_container: a container seen from its host, and a pod as Kubernetes is asked for it. */
#include "cli/subject.h"

#include "driver/facts.h"
#include "facts/beneath.h"
#include "format/pod.h"
#include "image/container.h"

#include <errno.h>

struct engine_user engine_user(struct arena *arena, const struct options *options)
{
    return (struct engine_user){ .arena = arena,
                                 .live = root_live(arena),
                                 .environ = (const char *const *) environ,
                                 .only = engine_named(options->engine) };
}

int engine_refused(struct arena *arena, const struct options *options, struct str name, int error,
                   struct str why)
{
    return cannot_read(arena, options, name, why.len ? why : error_text(error));
}

/* Its variables as it was started with them, and the user, of whom a name may be all that is known.
 */
static struct eyes eyes_of_container(const struct container *container, struct root *live)
{
    const struct inspect *said = &container->said;
    struct str user = said->user, group;
    uint64_t uid = 0;

    (void) str_cut(user, ':', &user, &group);
    if (user.len && str_u64(user, 10, &uid) < 0)
        uid = str_eqz(user, "root") ? 0 : 1000;
    return (struct eyes){
        .known =
            container->engine->form == INSPECT_DOCKER || container->engine->form == INSPECT_CRI,
        .variables = said->env.items,
        .variable_count = said->env.count,
        .uid = (uint32_t) uid,
        .working_directory = said->directory,
        .pid = container->proof.len && !container->copied ? (int) said->pid : 0,
        .proc = live,
    };
}

/* A copy holds no /proc and nothing that was mounted: what follows from those is not known. Where
 * the GPU was asked for and the engine runs here, the driver that was put in is this machine's. */
static void complete_copy(const struct container *container, const struct facts *host,
                          struct facts *facts)
{
    facts->driver = (struct driver_facts){ .asked = facts->driver.asked };
    facts->container.gpu_injected = (struct fact_bool){ .state = FACT_UNKNOWN };
    facts->container.nodes_injected = facts->container.gpu_injected;
    facts->container.libraries_injected = facts->container.gpu_injected;
    facts->container.shm_bytes = (struct fact_int){ .state = FACT_UNKNOWN };
    if (container->proof.len)
        facts_beneath(facts, host, container->said.request.len > 0);
}

/* What no look into it gives: the host beneath, and what the engine said. */
static void tell(struct arena *arena, const struct options *options,
                 const struct container *container, struct subject *ret)
{
    const struct facts *seen = before_telling(arena, ret);
    struct subject *host = ARENA_NEW(arena, struct subject);

    if (container->proof.len)
        (void) examine_host(arena, options, false, host);
    if (container->copied)
        complete_copy(container, &host->facts, &ret->facts);
    else
        facts_beneath(&ret->facts, &host->facts, false);
    container_tell(arena, container, &ret->facts);
    keep_told(arena, ret, seen);
}

int examine_container(struct arena *arena, const struct options *options, struct subject *ret)
{
    struct looking *looking = &ret->looking;
    struct container *container = ARENA_NEW(arena, struct container);
    struct engine_user user = engine_user(arena, options);
    struct str why = { NULL, 0 };
    int r = container_open(&user, options->container, container, &why);

    if (r < 0)
        return engine_refused(arena, options, options->container, r, why);
    looking->eyes = eyes_of_container(container, user.live);
    looking->wishes = (struct wishes){ .python = options->python,
                                       .environment = options->environment,
                                       .settings = options->command->bit == OF_POLICY };
    looking->ctx = (struct probe_ctx){ .arena = arena,
                                       .root = container->root,
                                       .eyes = &looking->eyes,
                                       .wishes = &looking->wishes,
                                       .facts = &ret->facts };
    keep_looks(ret);
    ask_nobody(ret, FACT_UNKNOWN, STR("--container"));
    probe_before_driver(&looking->ctx);
    probe_beside_driver(&looking->ctx);
    tell(arena, options, container, ret);
    probe_all(&looking->ctx, COST_NOTHING);
    ret->kind = STR("container");
    ret->name = container->said.name.len ? container->said.name : options->container;
    return EXIT_GOOD;
}

int examine_doors(struct arena *arena, const struct options *options, struct str where,
                  struct subject *ret)
{
    struct looking *looking = &ret->looking;
    struct container *container = ARENA_NEW(arena, struct container);
    struct engine_user engine = engine_user(arena, options);
    struct str user = { NULL, 0 }, name = where, why = { NULL, 0 };
    size_t at = str_rfind_char(where, '@');
    int r;

    if (at != STR_NONE) {
        user = str_slice(where, 0, at);
        name = str_from(where, at + 1);
    }
    r = container_open(&engine, name, container, &why);
    if (r < 0)
        return engine_refused(arena, options, name, r, why);
    looking->eyes = eyes_of_container(container, engine.live);
    looking->wishes = (struct wishes){
        .inside = true,
        .user = user,
        .door = options->ssh == options->jupyter ? (struct str){ NULL, 0 }
                : options->ssh                   ? STR("ssh")
                                                 : STR("jupyter"),
    };
    looking->ctx = (struct probe_ctx){ .arena = arena,
                                       .root = container->root,
                                       .eyes = &looking->eyes,
                                       .wishes = &looking->wishes,
                                       .facts = &ret->facts };
    ask_nobody(ret, FACT_UNKNOWN, STR("access container"));
    probe_sshd.run(&looking->ctx);
    probe_lab.run(&looking->ctx);
    container_tell(arena, container, &ret->facts);
    probe_all(&(struct probe_ctx){ .arena = arena, .facts = &ret->facts }, COST_NOTHING);
    ret->kind = STR("door");
    ret->name = container->said.name.len ? container->said.name : name;
    return EXIT_GOOD;
}

/* --- a pod --------------------------------------------------------------------------------- */

static const struct engine kubernetes = { .name = "kubernetes",
                                          .form = INSPECT_CRI,
                                          .facts = "kubernetes" };

static int refuse_pod(struct arena *arena, const struct options *options,
                      const struct yaml_error *error)
{
    struct str where = options->pod;

    if (error->line)
        where = arena_printf(arena, "%.*s:%u", STR_ARG(where), error->line);
    return cannot_read(arena, options, where, error->what);
}

int examine_pod(struct arena *arena, const struct options *options, struct subject *ret)
{
    struct probe_ctx ctx = { .arena = arena, .facts = &ret->facts };
    struct container pod = { .engine = &kubernetes };
    struct yaml_error error;
    struct str bytes;
    int r = root_read_given(arena, options->pod, INSPECT_TEXT, &bytes);

    if (r < 0)
        return cannot_read(arena, options, options->pod, error_text(r));
    r = pod_read(arena, bytes, &pod.said, &error);
    if (r < 0)
        return refuse_pod(arena, options, &error);
    driver_not_asked(&ret->facts, FACT_UNKNOWN, STR("--pod"));
    container_tell(arena, &pod, &ret->facts);
    probe_all(&ctx, COST_NOTHING);
    ret->kind = STR("pod");
    ret->name = pod.said.name.len ? pod.said.name : options->pod;
    return EXIT_GOOD;
}
