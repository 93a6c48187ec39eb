#include "format/skopeo.h"

#include "format/json_path.h"

#include <errno.h>

static struct oci_strings strings_at(struct arena *arena, json_t *object, const char *name)
{
    const json_t *array = json_object_get(object, name);
    LIST(struct str) list = { 0 };

    for (size_t i = 0; i < json_array_size(array) && i < SKOPEO_TAGS; i++) {
        const json_t *item = json_array_get(array, i);

        if (json_is_string(item))
            *LIST_ADD(arena, &list) = arena_copy(
                arena, (struct str){ json_string_value(item), json_string_length(item) });
    }
    return (struct oci_strings){ list.items, list.count };
}

int skopeo_read(struct arena *arena, struct str json, struct skopeo_image *ret)
{
    static const struct str variable = STR_INIT("CUDA_VERSION=");
    json_error_t error;
    json_t *object = json_loadb(json.data ? json.data : "", json.len, 0, &error);
    struct skopeo_image image = { .digest = json_text_at(arena, object, "Digest") };

    image.tags = strings_at(arena, object, "RepoTags");
    image.env = strings_at(arena, object, "Env");
    json_decref(object);
    for (size_t i = 0; i < image.env.count; i++)
        if (str_starts(image.env.items[i], variable))
            image.cuda = str_from(image.env.items[i], variable.len);
    if (!str_starts(image.digest, STR("sha256:")))
        return -EBADMSG;
    *ret = image;
    return 0;
}
