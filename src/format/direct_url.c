#include "format/python_files.h"

#include <errno.h>
#include <jansson.h>

static void release(json_t **json)
{
    json_decref(*json);
}

int direct_url_parse(struct str text, struct arena *arena, struct direct_url *ret)
{
    __attribute__((cleanup(release))) json_t *json = NULL;
    const json_t *url;

    if (text.len > DIRECT_URL_LEN)
        return -E2BIG;
    json = json_loadb(text.data ? text.data : "", text.len, 0, NULL);
    url = json_object_get(json, "url");
    if (!json_is_string(url))
        return -EBADMSG;
    ret->url = arena_copy(arena, (struct str){ json_string_value(url), json_string_length(url) });
    ret->editable = json_is_true(json_object_get(json_object_get(json, "dir_info"), "editable"));
    return 0;
}
