#include "format/pod.h"

#include "format/json_path.h"

#include <errno.h>
#include <string.h>

#define CONTAINERS 256
#define RESOURCE STR("nvidia.com/")

/* The pod's own specification, wherever it stands. */
static json_t *spec_of(json_t *root)
{
    json_t *first = json_array_get(json_at(root, "items"), 0);
    json_t *spec = json_at(first ? first : root,
                           "spec.template.spec|spec.jobTemplate.spec.template.spec|spec");

    return json_is_array(json_at(spec, "containers")) ? spec : NULL;
}

/* "nvidia.com/gpu: 1", "nvidia.com/mig-1g.10gb: 2": the first that is asked for. */
static struct str limit_of(struct arena *arena, json_t *container)
{
    const char *name;
    json_t *count;

    json_object_foreach(json_at(container, "resources.limits"), name, count)
    {
        if (!str_starts(str_of(name), RESOURCE))
            continue;
        if (json_is_integer(count) && json_integer_value(count) > 0)
            return arena_printf(arena, "%s: %lld", name, (long long) json_integer_value(count));
        if (json_is_string(count) && strcmp(json_string_value(count), "0") != 0)
            return arena_printf(arena, "%s: %s", name, json_string_value(count));
    }
    return (struct str){ NULL, 0 };
}

/* Its variables that have a value; those that come from elsewhere are not known here. */
static void read_env(struct arena *arena, json_t *list, struct oci_strings *ret)
{
    json_t *item;
    size_t at;

    *ret =
        (struct oci_strings){ arena_array(arena, json_array_size(list), sizeof(*ret->items)), 0 };
    json_array_foreach(list, at, item)
    {
        struct str name = json_text_at(arena, item, "name");
        json_t *value = json_at(item, "value");

        if (name.len && json_is_string(value))
            ret->items[ret->count++] =
                arena_printf(arena, "%.*s=%s", STR_ARG(name), json_string_value(value));
    }
}

static void request(struct inspect *ret, const char *how, struct str what)
{
    ret->request = str_of(how);
    ret->requested = what;
}

static void read_container(struct arena *arena, json_t *container, struct inspect *ret)
{
    struct str limit = limit_of(arena, container), visible;
    json_t *claims = json_at(container, "resources.claims");

    ret->image = json_text_at(arena, container, "image");
    ret->privileged = json_is_true(json_at(container, "securityContext.privileged"));
    read_env(arena, json_at(container, "env"), &ret->env);
    if (limit.len)
        request(ret, "limits", limit);
    else if (json_array_size(claims))
        request(ret, "claims", json_text_at(arena, json_array_get(claims, 0), "name"));
    else if (str_has(ret->runtime, STR("nvidia")) &&
             inspect_variable(&ret->env, "NVIDIA_VISIBLE_DEVICES", &visible) && visible.len &&
             !str_eqz(visible, "void") && !str_eqz(visible, "none"))
        request(ret, "runtime", visible);
}

/* Why it does not run, in the scheduler's words. */
static struct str trouble_of(struct arena *arena, json_t *root)
{
    json_t *conditions = json_at(root, "status.conditions"), *item;
    size_t at;

    json_array_foreach(
        conditions, at,
        item) if (str_eqz(json_text_at(arena, item, "status"), "False") &&
                  json_text_at(arena, item, "message").len) return json_text_at(arena, item,
                                                                                "message");
    return json_text_at(arena, root, "status.message");
}

static int read_pod(struct arena *arena, json_t *root, struct inspect *ret)
{
    json_t *spec = spec_of(root), *containers = json_at(spec, "containers");
    json_t *pod = json_array_get(json_at(root, "items"), 0);
    size_t count = json_array_size(containers);
    struct inspect all;

    if (count == 0)
        return -EBADMSG;
    if (count > CONTAINERS)
        return -E2BIG;
    pod = pod ? pod : root;
    *ret = (struct inspect){
        .name = json_text_at(arena, pod, "metadata.name|metadata.generateName"),
        .state = json_text_at(arena, pod, "status.phase"),
        .error = trouble_of(arena, pod),
        .runtime = json_text_at(arena, spec, "runtimeClassName"),
        .tells_requests = true,
        .tells_privileged = true,
    };
    all = *ret;
    for (size_t i = 0; i < count && ret->request.len == 0; i++) {
        struct inspect one = all;

        read_container(arena, json_array_get(containers, i), &one);
        if (one.request.len || i == 0)
            *ret = one;
    }
    return 0;
}

int pod_read(struct arena *arena, struct str json, struct inspect *ret)
{
    json_t *root = json.len > INSPECT_TEXT ? NULL : json_loadb(json.data, json.len, 0, NULL);
    int r = json.len > INSPECT_TEXT ? -E2BIG : read_pod(arena, root, ret);

    json_decref(root);
    return r;
}

int daemon_config(struct arena *arena, struct str json, struct daemon_config *ret)
{
    json_t *root = json.len > INSPECT_TEXT ? NULL : json_loadb(json.data, json.len, 0, NULL);
    json_t *runtime;
    const char *name;

    if (!json_is_object(root)) {
        json_decref(root);
        return -EBADMSG;
    }
    *ret = (struct daemon_config){
        .cdi = json_is_true(json_at(root, "features.cdi")),
        .default_runtime = json_text_at(arena, root, "default-runtime"),
    };
    json_object_foreach(json_at(root, "runtimes"), name, runtime) ret->nvidia |=
        strcmp(name, "nvidia") == 0 ||
        str_has(json_text_at(arena, runtime, "path"), STR("nvidia-container-runtime"));
    json_decref(root);
    return 0;
}
