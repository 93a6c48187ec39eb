#include "format/pod.h"

#include "format/json_path.h"

#include <errno.h>
#include <string.h>

#define CONTAINERS 256
#define PODS 4096
#define RESOURCE STR("nvidia.com/")

/* The pod's own specification, wherever it stands. */
static json_t *spec_of(json_t *pod)
{
    json_t *spec = json_at(pod, "spec.template.spec|spec.jobTemplate.spec.template.spec|spec");

    return json_is_array(json_at(spec, "containers")) ? spec : NULL;
}

/* Of YAML a boolean comes as its word. */
static bool is_true(json_t *value)
{
    return json_is_true(value) ||
           (json_is_string(value) && strcmp(json_string_value(value), "true") == 0);
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
    ret->privileged = is_true(json_at(container, "securityContext.privileged"));
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

static int read_pod(struct arena *arena, json_t *pod, struct inspect *ret)
{
    json_t *spec = spec_of(pod), *containers = json_at(spec, "containers");
    size_t count = json_array_size(containers);
    struct inspect all = {
        .name = json_text_at(arena, pod, "metadata.name|metadata.generateName"),
        .state = json_text_at(arena, pod, "status.phase"),
        .error = trouble_of(arena, pod),
        .runtime = json_text_at(arena, spec, "runtimeClassName"),
        .tells_requests = true,
        .tells_privileged = true,
    };

    if (count == 0)
        return -EBADMSG;
    if (count > CONTAINERS)
        return -E2BIG;
    *ret = all;
    for (size_t i = 0; i < count && ret->request.len == 0; i++) {
        struct inspect one = all;

        read_container(arena, json_array_get(containers, i), &one);
        if (one.request.len || i == 0 || (one.privileged && !ret->privileged))
            *ret = one;
    }
    return 0;
}

/* --- a file of them ------------------------------------------------------------------------ */

/* What was found so far. */
struct choice {
    struct arena *arena;
    struct inspect *pod;
    size_t seen;
};

static int consider(struct choice *choice, json_t *object)
{
    struct inspect one;
    int r;

    if (!spec_of(object))
        return 0;
    if (choice->seen == PODS)
        return -E2BIG;
    r = read_pod(choice->arena, object, &one);
    if (r == -EBADMSG)
        return 0;
    if (r < 0)
        return r;
    if (choice->seen++ == 0 || (one.request.len && choice->pod->request.len == 0))
        *choice->pod = one;
    return 0;
}

static int consider_all(struct choice *choice, json_t *document)
{
    json_t *items = json_at(document, "items");
    int r = json_is_array(items) ? 0 : consider(choice, document);

    for (size_t i = 0; r == 0 && i < json_array_size(items); i++)
        r = consider(choice, json_array_get(items, i));
    return r;
}

/* Scalars stay text, as YAML's tree has them. Its depth is bounded. */
static json_t *json_of(const struct yaml *node)
{
    json_t *made = node->kind == YAML_MAP    ? json_object()
                   : node->kind == YAML_LIST ? json_array()
                   : node->kind == YAML_TEXT ? json_stringn(node->text.data, node->text.len)
                                             : json_null();

    for (const struct yaml *item = node->first; made && item; item = item->next) {
        json_t *value = json_of(item);

        if (node->kind == YAML_LIST)
            (void) json_array_append_new(made, value);
        else
            (void) json_object_setn_new(made, item->key.data ? item->key.data : "", item->key.len,
                                        value);
    }
    return made;
}

static int read_yaml(struct choice *choice, struct str text, struct yaml_error *ret_error)
{
    const struct yaml *documents;
    int r = yaml_parse_all(text, choice->arena, &documents, ret_error);

    for (const struct yaml *it = r < 0 ? NULL : documents->first; it && r == 0; it = it->next) {
        json_t *document = json_of(it);

        r = consider_all(choice, document);
        json_decref(document);
    }
    return r;
}

static int read_json(struct choice *choice, struct str text, struct yaml_error *ret_error)
{
    json_error_t error;
    json_t *document = json_loadb(text.data, text.len, 0, &error);
    int r = document ? consider_all(choice, document) : -EBADMSG;

    if (!document)
        *ret_error = (struct yaml_error){ (unsigned) error.line, (unsigned) error.column,
                                          arena_copy(choice->arena, str_of(error.text)) };
    json_decref(document);
    return r;
}

int pod_read(struct arena *arena, struct str text, struct inspect *ret,
             struct yaml_error *ret_error)
{
    struct inspect pod = { .pid = 0 };
    struct choice choice = { .arena = arena, .pod = &pod };
    int r;

    *ret_error = (struct yaml_error){ 0, 0, STR("no pod in it") };
    if (text.len > INSPECT_TEXT)
        return -E2BIG;
    r = str_starts(str_trim(text), STR("{")) ? read_json(&choice, text, ret_error)
                                             : read_yaml(&choice, text, ret_error);
    if (r == 0 && choice.seen == 0)
        r = -EBADMSG;
    if (r == 0)
        *ret = pod;
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
    json_object_foreach(json_at(root, "runtimes"), name, runtime)
    {
        if (strcmp(name, "nvidia") == 0 ||
            str_has(json_text_at(arena, runtime, "path"), STR("nvidia-container-runtime")))
            ret->nvidia = true;
    }
    json_decref(root);
    return 0;
}
