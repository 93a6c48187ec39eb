#include "format/inspect.h"

#include "format/json_path.h"

#include <errno.h>
#include <string.h>

#define PORTS 256

/* --- where each member stands -------------------------------------------------------------- */

enum member_kind { TEXT, NUMBER, TEXTS };

/* One member of struct inspect: its paths by form. */
struct member {
    enum member_kind kind;
    size_t offset;
    const char *paths[4];
};
#define MEMBER(kind, name, docker, cri, incus, apptainer) \
    { \
        kind, offsetof(struct inspect, name), \
        { \
            docker, cri, incus, apptainer \
        } \
    }

static const struct member members[] = {
    MEMBER(TEXT, id, "Id", "status.id", "", ""),
    MEMBER(TEXT, name, "Name", "status.metadata.name", "name", "instance"),
    MEMBER(TEXT, state, "State.Status", "status.state", "status", ""),
    MEMBER(TEXT, error, "State.Error", "status.message", "", ""),
    MEMBER(NUMBER, pid, "State.Pid", "info.pid", "state.pid", "pid"),
    MEMBER(TEXT, image, "Config.Image|ImageName|Image", "status.image.image",
           "config.image.description", "img"),
    MEMBER(TEXT, image_id, "Image", "", "", ""),
    MEMBER(TEXT, manifest, "ImageManifestDescriptor.digest", "status.imageRef", "", ""),
    MEMBER(TEXT, runtime, "OCIRuntime|HostConfig.Runtime", "info.runtimeOptions.BinaryName", "",
           ""),
    MEMBER(TEXT, user, "Config.User", "", "", ""),
    MEMBER(TEXT, directory, "Config.WorkingDir", "info.runtimeSpec.process.cwd", "", ""),
    MEMBER(TEXT, network, "HostConfig.NetworkMode", "", "", ""),
    MEMBER(TEXT, ipc, "HostConfig.IpcMode", "", "", ""),
    MEMBER(NUMBER, shm_bytes, "HostConfig.ShmSize", "", "", ""),
    MEMBER(TEXTS, env, "Config.Env", "info.runtimeSpec.process.env", "", ""),
    MEMBER(TEXTS, security, "HostConfig.SecurityOpt", "", "", ""),
    MEMBER(TEXTS, added, "HostConfig.CapAdd", "", "", ""),
};

static int read_members(struct arena *arena, json_t *root, enum inspect_form form,
                        struct inspect *ret)
{
    int r = 0;

    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]) && r == 0; i++) {
        const char *paths = members[i].paths[form];
        void *at = (char *) ret + members[i].offset;

        if (members[i].kind == TEXT)
            *(struct str *) at = json_text_at(arena, root, paths);
        else if (members[i].kind == NUMBER)
            *(uint64_t *) at = json_number_at(root, paths);
        else
            r = json_texts_at(arena, root, paths, at);
    }
    return r;
}

/* --- devices and ports --------------------------------------------------------------------- */

/* Arrays of strings, or of objects that have a path or a name. */
static void add_devices(struct arena *arena, json_t *array, const char *name, struct inspect *ret)
{
    struct oci_strings *devices = &ret->devices;
    json_t *item;
    size_t at;

    json_array_foreach(array, at, item)
    {
        struct str text = json_text_at(arena, item, name);

        if (text.len && devices->count < OCI_STRINGS)
            devices->items[devices->count++] = text;
    }
}

static void read_devices(struct arena *arena, json_t *root, struct inspect *ret)
{
    ret->devices.items = arena_array(arena, OCI_STRINGS, sizeof(*ret->devices.items));
    add_devices(arena, json_at(root, "HostConfig.Devices"), "PathOnHost", ret);
    add_devices(arena, json_at(root, "info.config.CDI_devices|info.config.CDI_Devices"), "name",
                ret);
    add_devices(arena, json_at(root, "info.runtimeSpec.linux.devices"), "path", ret);
}

static void add_port(struct arena *arena, const char *port, json_t *binding, struct inspect *ret)
{
    if (ret->port_count == PORTS)
        return;
    ret->ports[ret->port_count++] = (struct inspect_port){
        .port = arena_copy(arena, str_of(port)),
        .address = json_text_at(arena, binding, "HostIp"),
        .host_port = json_text_at(arena, binding, "HostPort"),
    };
}

static void read_ports(struct arena *arena, json_t *root, struct inspect *ret)
{
    json_t *ports = json_at(root, "NetworkSettings.Ports|HostConfig.PortBindings"), *bindings;
    const char *port;

    ret->ports = arena_array(arena, PORTS, sizeof(*ret->ports));
    json_object_foreach(ports, port, bindings)
    {
        if (json_array_size(bindings) == 0)
            add_port(arena, port, NULL, ret);
        for (size_t i = 0; i < json_array_size(bindings); i++)
            add_port(arena, port, json_array_get(bindings, i), ret);
    }
}

/* --- was the GPU asked for ----------------------------------------------------------------- */

static void asked(struct inspect *ret, const char *how, struct str what)
{
    if (ret->request.len)
        return;
    ret->request = str_of(how);
    ret->requested = what;
}

static bool is_gpu(struct str device)
{
    return str_starts(device, STR("/dev/nvidia")) || str_starts(device, STR("/dev/dxg")) ||
           str_starts(device, STR("nvidia.com/gpu"));
}

/* [["gpu"]], and further words of the toolkit beside it. */
static bool wants_gpu(json_t *capabilities)
{
    json_t *all, *word;
    size_t i, k;

    json_array_foreach(capabilities, i, all)
    {
        json_array_foreach(all, k, word)
        {
            if (json_is_string(word) && strcmp(json_string_value(word), "gpu") == 0)
                return true;
        }
    }
    return false;
}

static void look_at_request(struct arena *arena, json_t *request, struct inspect *ret)
{
    json_int_t count = json_integer_value(json_at(request, "Count"));
    json_t *id = json_array_get(json_at(request, "DeviceIDs"), 0);
    struct str first = str_of(json_is_string(id) ? json_string_value(id) : "");

    if (str_eqz(json_text_at(arena, request, "Driver"), "cdi"))
        asked(ret, "cdi", arena_copy(arena, first));
    else if (wants_gpu(json_at(request, "Capabilities")))
        asked(ret, "gpus",
              first.len   ? arena_copy(arena, first)
              : count < 0 ? STR("all")
                          : arena_printf(arena, "%lld", (long long) count));
}

/* Podman keeps the words it was called with, and no other trace of a CDI device before 5.0. */
static void look_at_command(struct arena *arena, json_t *words, struct inspect *ret)
{
    json_t *word;
    size_t at;

    json_array_foreach(words, at, word)
    {
        struct str text = str_of(json_is_string(word) ? json_string_value(word) : "");

        if (str_starts(text, STR("--device=")))
            text = str_from(text, 9);
        if (str_starts(text, STR("nvidia.com/gpu=")))
            asked(ret, "cdi", arena_copy(arena, text));
    }
}

/* The runtime acts on the variable: unset, empty and "void" ask for nothing.
 * https://docs.nvidia.com/datacenter/cloud-native/container-toolkit/latest/docker-specialized.html
 */
static void look_at_runtime(struct inspect *ret)
{
    struct str visible;

    if (str_has(ret->runtime, STR("nvidia")) &&
        inspect_variable(&ret->env, "NVIDIA_VISIBLE_DEVICES", &visible) && visible.len &&
        !str_eqz(visible, "void") && !str_eqz(visible, "none"))
        asked(ret, "runtime", visible);
}

static void read_requests(struct arena *arena, json_t *root, struct inspect *ret)
{
    json_t *requests = json_at(root, "HostConfig.DeviceRequests"), *item;
    const char *name;
    size_t at;

    json_array_foreach(requests, at, item) look_at_request(arena, item, ret);
    for (size_t i = 0; i < ret->devices.count; i++)
        if (is_gpu(ret->devices.items[i]))
            asked(ret, ret->devices.items[i].data[0] == '/' ? "devices" : "cdi",
                  ret->devices.items[i]);
    look_at_command(arena, json_at(root, "Config.CreateCommand"), ret);
    json_object_foreach(json_at(root, "expanded_devices|devices"), name,
                        item) if (str_eqz(json_text_at(arena, item, "type"), "gpu"))
        asked(ret, "gpu device", arena_copy(arena, str_of(name)));
    look_at_runtime(ret);
}

/* --- one answer ---------------------------------------------------------------------------- */

/* The object that is meant: the first of an array, or the one of that name. */
static json_t *choose(struct arena *arena, json_t *root, enum inspect_form form, struct str name)
{
    json_t *array = form == INSPECT_APPTAINER ? json_at(root, "instances") : root, *item;
    const char *key = form == INSPECT_APPTAINER ? "instance" : "name";
    size_t at;

    if (form == INSPECT_CRI)
        return json_is_object(root) ? root : NULL;
    if (form == INSPECT_DOCKER)
        return json_array_get(array, 0);
    json_array_foreach(array, at,
                       item) if (str_eq(json_text_at(arena, item, key), name)) return item;
    return NULL;
}

static int read_chosen(struct arena *arena, json_t *root, enum inspect_form form,
                       struct inspect *ret)
{
    int r = read_members(arena, root, form, ret);

    if (r < 0)
        return r;
    if (str_starts(ret->name, STR("/")))
        ret->name = str_from(ret->name, 1); /* as Docker writes it */
    ret->privileged = json_is_true(json_at(root, "HostConfig.Privileged"));
    ret->tells_privileged = form == INSPECT_DOCKER;
    ret->tells_requests = form != INSPECT_APPTAINER;
    read_devices(arena, root, ret);
    read_ports(arena, root, ret);
    read_requests(arena, root, ret);
    return 0;
}

int inspect_read(struct arena *arena, struct str json, enum inspect_form form, struct str name,
                 struct inspect *ret)
{
    json_t *root = json.len > INSPECT_TEXT ? NULL : json_loadb(json.data, json.len, 0, NULL);
    json_t *chosen = choose(arena, root, form, name);
    struct inspect said = { .pid = 0 };
    int r = json.len > INSPECT_TEXT ? -E2BIG : !root ? -EBADMSG : -ENOENT;

    if (json_is_object(chosen))
        r = read_chosen(arena, chosen, form, &said);
    json_decref(root);
    if (r == 0)
        *ret = said;
    return r;
}

bool inspect_variable(const struct oci_strings *env, const char *name, struct str *ret)
{
    struct str key, value;

    for (size_t i = 0; i < env->count; i++)
        if (str_cut(env->items[i], '=', &key, &value) && str_eqz(key, name)) {
            *ret = value;
            return true;
        }
    return false;
}
