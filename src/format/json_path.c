#include "format/json_path.h"

#include <errno.h>
#include <string.h>

#define KEY 128

static json_t *follow(json_t *value, struct str path)
{
    struct str part;

    while (value && str_next_part(&path, '.', &part)) {
        char key[KEY];

        if (part.len >= sizeof(key))
            return NULL;
        memcpy(key, part.data, part.len);
        key[part.len] = '\0';
        value = json_object_get(value, key);
    }
    return json_is_null(value) ? NULL : value;
}

json_t *json_at(json_t *root, const char *paths)
{
    struct str rest = str_of(paths), path;
    json_t *found = NULL;

    while (!found && rest.len && str_next_part(&rest, '|', &path))
        found = follow(root, path);
    return found;
}

struct str json_text_at(struct arena *arena, json_t *root, const char *paths)
{
    json_t *value = json_at(root, paths);

    if (!json_is_string(value))
        return (struct str){ NULL, 0 };
    return arena_copy(arena, (struct str){ json_string_value(value), json_string_length(value) });
}

uint64_t json_number_at(json_t *root, const char *paths)
{
    json_int_t value = json_integer_value(json_at(root, paths));

    return value > 0 ? (uint64_t) value : 0;
}

int json_texts_at(struct arena *arena, json_t *root, const char *paths, struct oci_strings *ret)
{
    json_t *array = json_at(root, paths);
    size_t count = json_is_string(array) ? 1 : json_array_size(array);

    if (count > OCI_STRINGS)
        return -E2BIG;
    *ret = (struct oci_strings){ arena_array(arena, count, sizeof(*ret->items)), 0 };
    for (size_t i = 0; i < count; i++) {
        json_t *item = json_is_string(array) ? array : json_array_get(array, i);

        if (json_is_string(item))
            ret->items[ret->count++] = arena_copy(
                arena, (struct str){ json_string_value(item), json_string_length(item) });
    }
    return 0;
}
