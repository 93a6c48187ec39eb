#include "format/image_inspect.h"

#include "format/inspect.h"
#include "format/json_path.h"

#include <errno.h>

/* Docker writes {"8888/tcp": {}}. */
static void read_ports(struct arena *arena, json_t *ports, struct oci_strings *ret)
{
    const char *port;
    json_t *value;

    ret->items = arena_array(arena, OCI_STRINGS, sizeof(*ret->items));
    json_object_foreach(ports, port, value)
    {
        if (ret->count < OCI_STRINGS)
            ret->items[ret->count++] = arena_copy(arena, str_of(port));
    }
}

static int read_image(struct arena *arena, json_t *root, struct image_inspect *ret)
{
    json_t *driver = json_object_get(json_at(root, "Config.Labels|Labels"), "gpuvet.driver");
    int r = json_texts_at(arena, root, "Config.Env", &ret->env);

    if (r == 0)
        r = json_texts_at(arena, root, "Config.Entrypoint", &ret->entry_point);
    if (r == 0)
        r = json_texts_at(arena, root, "Config.Cmd", &ret->command);
    ret->id = json_text_at(arena, root, "Id");
    ret->architecture = json_text_at(arena, root, "Architecture");
    ret->user = json_text_at(arena, root, "Config.User|User");
    if (json_is_string(driver))
        ret->driver = arena_copy(arena, str_of(json_string_value(driver)));
    read_ports(arena, json_at(root, "Config.ExposedPorts"), &ret->ports);
    return r;
}

int image_inspect_read(struct arena *arena, struct str json, struct image_inspect *ret)
{
    json_t *root = json.len > INSPECT_TEXT ? NULL : json_loadb(json.data, json.len, 0, NULL);
    json_t *first = json_array_get(root, 0);
    struct image_inspect said = { .id = { NULL, 0 } };
    int r = json.len > INSPECT_TEXT ? -E2BIG : -EBADMSG;

    if (json_is_object(first))
        r = read_image(arena, first, &said);
    json_decref(root);
    if (r == 0)
        *ret = said;
    return r;
}
