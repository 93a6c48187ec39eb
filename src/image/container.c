#include "image/container.h"

#include "base/buf.h"
#include "image/image.h"

#include <errno.h>

#define PROOF_LIMIT (8u << 20)
#define LIST_LIMIT 65536u

/* --- is that process its own --------------------------------------------------------------- */

/* What names the container in a control group, or in the places of its mounts: its id; of LXC,
 * which has none, the group of its payload; of Apptainer the folder that it mounts everything in.
 */
static struct str mark_of(struct arena *arena, const struct container *container)
{
    const struct inspect *said = &container->said;

    if (said->id.len >= 12)
        return said->id;
    if (container->engine->form == INSPECT_INCUS && said->name.len)
        return arena_printf(arena, "lxc.payload.%.*s", STR_ARG(said->name));
    if (container->engine->form == INSPECT_APPTAINER)
        return str_has(said->image, STR("/")) ? STR("/mnt/session") : (struct str){ NULL, 0 };
    return (struct str){ NULL, 0 };
}

static struct str prove(const struct engine_user *user, const struct container *container)
{
    static const char *const names[] = { "cgroup", "mountinfo" };
    struct str mark = mark_of(user->arena, container), text;

    for (size_t i = 0; i < 2 && mark.len && container->said.pid; i++) {
        struct str path = arena_printf(user->arena, "proc/%llu/%s",
                                       (unsigned long long) container->said.pid, names[i]);

        if (root_read(user->live, path, PROOF_LIMIT, &text) == 0 && str_has(text, mark))
            return path;
    }
    return (struct str){ NULL, 0 };
}

/* "0 1000 1": the root of its namespace is user 1000 of ours (user_namespaces(7)). */
static void look_at_user_namespace(const struct engine_user *user, struct container *container)
{
    struct str from =
        arena_printf(user->arena, "proc/%llu/uid_map", (unsigned long long) container->said.pid);
    struct str text, word;

    if (container->proof.len && root_read(user->live, from, 4096, &text) == 0 &&
        str_next_word(&text, &word) && str_next_word(&text, &word))
        fact_bool(&container->user_namespace, !str_eqz(word, "0"), from);
}

/* --- its files ----------------------------------------------------------------------------- */

static int copy_out(const struct engine_user *user, struct container *container,
                    struct str *ret_why)
{
    struct str name = container->said.id.len ? container->said.id : container->said.name;
    struct child *child = engine_stream(user, container->engine->files, name);
    struct str complaint;
    int r;

    if (!child)
        return -EACCES;
    r = image_of_files(user->arena, child_output(child), &container->root);
    complaint = engine_stream_end(user->arena, child, r == 0);
    if (complaint.len)
        *ret_why = complaint;
    container->copied = true;
    return r == 0 && complaint.len ? -EIO : r;
}

int container_open(const struct engine_user *user, struct str name, struct container *ret,
                   struct str *ret_why)
{
    int r = engine_find(user, name, &ret->engine, &ret->said, ret_why);

    if (r < 0)
        return r;
    ret->proof = prove(user, ret);
    look_at_user_namespace(user, ret);
    if (ret->proof.len) {
        struct str path =
            arena_printf(user->arena, "/proc/%llu/root", (unsigned long long) ret->said.pid);

        if (root_directory(user->arena, path, &ret->root) == 0)
            return 0;
    }
    return copy_out(user, ret, ret_why);
}

/* --- as facts ------------------------------------------------------------------------------ */

static void tell(struct fact_str *fact, struct str value, struct str from)
{
    if (value.len)
        fact_str(fact, value, from);
}

static struct str joined(struct arena *arena, const struct oci_strings *list)
{
    struct buf buf = buf_new(arena, LIST_LIMIT);

    for (size_t i = 0; i < list->count; i++) {
        buf_addz(&buf, i ? " " : "");
        buf_add(&buf, list->items[i]);
    }
    return buf_str(&buf);
}

static void tell_request(const struct inspect *said, struct container_facts *facts, struct str from)
{
    if (!said->tells_requests)
        return;
    fact_bool(&facts->gpu_requested, said->request.len > 0, from);
    facts->request = (struct fact_str){ .state = FACT_ABSENT, .from = from };
    tell(&facts->request, said->request, from);
    tell(&facts->requested, said->requested, from);
}

static void tell_ports(struct arena *arena, const struct inspect *said, struct fact_list *ports,
                       struct str from)
{
    ports->state = FACT_KNOWN;
    ports->from = from;
    for (size_t i = 0; i < said->port_count; i++) {
        struct port_facts *port = fact_list_add(arena, ports, sizeof(*port));

        fact_str(&port->port, said->ports[i].port, from);
        port->address = (struct fact_str){ .state = FACT_ABSENT, .from = from };
        if (said->ports[i].host_port.len)
            fact_str(&port->address, said->ports[i].address, from);
        tell(&port->host_port, said->ports[i].host_port, from);
    }
}

/* "NAME@sha256:…" of a manifest, or Docker's and Podman's id of an image, which is the digest of
 * its configuration (https://docs.docker.com/reference/cli/docker/image/ls/), with "sha256:" or
 * not. */
static void tell_digest(struct arena *arena, const struct inspect *said, struct container_facts *to,
                        struct str from)
{
    bool manifest = said->manifest.len > 0;
    struct str digest = manifest ? said->manifest : said->image_id, name, after;

    if (str_cut(digest, '@', &name, &after))
        digest = after;
    if (digest.len && str_find_char(digest, ':') == STR_NONE)
        digest = arena_printf(arena, "sha256:%.*s", STR_ARG(digest));
    tell(&to->image_digest, digest, from);
    to->image_digest_of = (struct fact_str){ .state = FACT_ABSENT, .from = from };
    if (digest.len)
        fact_str(&to->image_digest_of, manifest ? STR("manifest") : STR("configuration"), from);
}

/* Of the image what the container was started with; its other members are of images alone. */
static void tell_image(struct arena *arena, const struct inspect *said, struct container_facts *to,
                       struct str from)
{
    struct fact_str *of_images[] = { &to->image_architecture, &to->image_capabilities,
                                     &to->image_driver, &to->image_require };
    struct str require;

    for (size_t i = 0; i < sizeof(of_images) / sizeof(of_images[0]); i++)
        *of_images[i] = (struct fact_str){ .state = FACT_ABSENT, .from = from };
    tell(&to->image_name, said->image, from);
    tell_digest(arena, said, to, from);
    if (inspect_variable(&said->env, "NVIDIA_REQUIRE_CUDA", &require))
        tell(&to->image_require, require, from);
}

void container_tell(struct arena *arena, const struct container *container, struct facts *facts)
{
    const struct inspect *said = &container->said;
    struct container_facts *to = &facts->container;
    struct str from = arena_printf(arena, "%s inspect", container->engine->name);

    fact_bool(&to->asked, true, from);
    fact_bool(&to->inside, true, from);
    fact_str(&to->engine, str_of(container->engine->facts), from);
    tell(&to->name, said->name, from);
    tell(&to->id, said->id, from);
    tell(&to->state, said->state, from);
    to->error = (struct fact_str){ .state = FACT_ABSENT, .from = from };
    tell(&to->error, said->error, from);
    to->pid = (struct fact_int){ .state = FACT_ABSENT, .from = from };
    if (said->pid)
        fact_int(&to->pid, (int64_t) said->pid, from);
    to->user_namespace = container->user_namespace;
    tell_request(said, to, from);
    tell(&to->runtime, path_base(said->runtime), from);
    tell(&to->user, said->user, from);
    tell(&to->network, said->network, from);
    tell(&to->ipc, said->ipc, from);
    tell(&to->security, joined(arena, &said->security), from);
    if (said->tells_privileged)
        fact_bool(&to->privileged, said->privileged, from);
    if (container->engine->form == INSPECT_DOCKER)
        tell_ports(arena, said, &to->ports, from);
    tell(&to->devices, joined(arena, &said->devices), from);
    if (said->shm_bytes && to->shm_bytes.state == FACT_UNKNOWN)
        fact_int(&to->shm_bytes, (int64_t) said->shm_bytes, from);
    tell_image(arena, said, to, from);
}
