#include "format/jupyter.h"

#include <errno.h>
#include <jansson.h>

#define TEXT_MAX 200

static json_t *parse(struct str json)
{
    return json_loadb(json.data ? json.data : "", json.len, 0, NULL);
}

static struct str member(struct arena *arena, const json_t *object, const char *key)
{
    struct str text = str_of(json_string_value(json_object_get(object, key)));

    return text.len <= TEXT_MAX ? arena_copy(arena, text) : (struct str){ NULL, 0 };
}

/* It becomes part of a path: letters, digits and "-", as a UUID has them. */
static struct str identifier(struct arena *arena, const json_t *kernel)
{
    struct str id = member(arena, kernel, "id");

    for (size_t i = 0; i < id.len; i++) {
        char c = id.data[i];

        if (!(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') &&
            c != '-')
            return (struct str){ NULL, 0 };
    }
    return id;
}

struct str jupyter_version(struct arena *arena, struct str json)
{
    json_t *top = parse(json);
    struct str version = member(arena, top, "version");

    json_decref(top);
    return version;
}

int jupyter_kernels(struct arena *arena, struct str json, size_t *ret_count, struct str *ret_first)
{
    json_t *top = parse(json);
    int r = json_is_array(top) ? 0 : -EBADMSG;

    if (r == 0) {
        *ret_count = json_array_size(top);
        *ret_first = identifier(arena, json_array_get(top, 0));
    }
    json_decref(top);
    return r;
}

int jupyter_kernel(struct arena *arena, struct str json, struct str *ret_id)
{
    json_t *top = parse(json);
    struct str id = identifier(arena, top);

    json_decref(top);
    if (id.len == 0)
        return -EBADMSG;
    *ret_id = id;
    return 0;
}
