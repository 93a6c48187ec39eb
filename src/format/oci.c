#include "format/oci.h"

#include <errno.h>
#include <jansson.h>

static json_t *parse(struct str text)
{
    return text.len > OCI_TEXT ? NULL : json_loadb(text.data, text.len, 0, NULL);
}

static struct str string_of(struct arena *arena, const json_t *value)
{
    if (!json_is_string(value))
        return (struct str){ NULL, 0 };
    return arena_copy(arena, (struct str){ json_string_value(value), json_string_length(value) });
}

static struct str member(struct arena *arena, const json_t *object, const char *name)
{
    return string_of(arena, json_object_get(object, name));
}

/* An array of strings, or what `name` says in an array of objects. */
static int strings_of(struct arena *arena, const json_t *array, const char *name, size_t limit,
                      struct oci_strings *ret)
{
    size_t count = json_array_size(array);

    if (count > limit)
        return -E2BIG;
    ret->items = arena_array(arena, count, sizeof(*ret->items));
    ret->count = count;
    for (size_t i = 0; i < count; i++) {
        const json_t *item = json_array_get(array, i);

        ret->items[i] = name ? member(arena, item, name) : string_of(arena, item);
    }
    return 0;
}

/* --- docker save --------------------------------------------------------------------------- */

static int read_docker(struct arena *arena, const json_t *images, struct oci_manifest *ret)
{
    const json_t *image = json_array_get(images, 0);

    *ret = (struct oci_manifest){ .config = member(arena, image, "Config") };
    if (ret->config.len == 0 || !json_is_array(json_object_get(image, "Layers")))
        return -EBADMSG;
    ret->name = string_of(arena, json_array_get(json_object_get(image, "RepoTags"), 0));
    ret->others = json_array_size(images) - 1;
    return strings_of(arena, json_object_get(image, "Layers"), NULL, OCI_LAYERS, &ret->layers);
}

int oci_docker_manifest(struct arena *arena, struct str json, struct oci_manifest *ret)
{
    json_t *images = parse(json);
    int r = read_docker(arena, images, ret);

    json_decref(images);
    return r;
}

/* --- OCI ----------------------------------------------------------------------------------- */

/* Build tools store what they know of an image beside it, for a platform "unknown". */
static bool is_image(const json_t *item)
{
    const char *os = json_string_value(json_object_get(json_object_get(item, "platform"), "os"));

    return json_string_value(json_object_get(item, "digest")) && (!os || strcmp(os, "linux") == 0);
}

static bool is_of(const json_t *item, struct str architecture)
{
    const json_t *platform = json_object_get(item, "platform");

    return str_eqz(architecture, json_string_value(json_object_get(platform, "architecture"))
                                     ? json_string_value(json_object_get(platform, "architecture"))
                                     : "");
}

static struct str name_of(struct arena *arena, const json_t *item)
{
    const json_t *notes = json_object_get(item, "annotations");
    struct str name = member(arena, notes, "io.containerd.image.name");

    return name.len ? name : member(arena, notes, "org.opencontainers.image.ref.name");
}

static int read_index(struct arena *arena, const json_t *index, struct str architecture,
                      struct oci_choice *ret)
{
    const json_t *items = json_object_get(index, "manifests"), *item, *chosen = NULL;
    size_t at;

    if (!json_is_array(items))
        return -EBADMSG;
    *ret = (struct oci_choice){ .others = 0 };
    json_array_foreach(items, at, item)
    {
        if (!is_image(item))
            continue;
        ret->others++;
        if (!chosen || (is_of(item, architecture) && !is_of(chosen, architecture)))
            chosen = item;
    }
    if (!chosen)
        return -ENOENT;
    ret->others--;
    ret->digest = member(arena, chosen, "digest");
    ret->name = name_of(arena, chosen);
    ret->nested = str_has(member(arena, chosen, "mediaType"), STR("index")) ||
                  str_has(member(arena, chosen, "mediaType"), STR("manifest.list"));
    return 0;
}

int oci_index(struct arena *arena, struct str json, struct str architecture, struct oci_choice *ret)
{
    json_t *index = parse(json);
    int r = read_index(arena, index, architecture, ret);

    json_decref(index);
    return r;
}

int oci_manifest(struct arena *arena, struct str json, struct oci_manifest *ret)
{
    json_t *manifest = parse(json);
    const json_t *layers = json_object_get(manifest, "layers");
    int r = -EBADMSG;

    *ret = (struct oci_manifest){ .config = member(arena, json_object_get(manifest, "config"),
                                                   "digest") };
    if (ret->config.len && json_is_array(layers))
        r = strings_of(arena, layers, "digest", OCI_LAYERS, &ret->layers);
    json_decref(manifest);
    return r;
}

/* --- configuration ------------------------------------------------------------------------- */

static int read_labels(struct arena *arena, json_t *labels, struct oci_strings *ret)
{
    size_t count = json_object_size(labels);
    const char *key;
    json_t *value;

    if (count > OCI_STRINGS)
        return -E2BIG;
    ret->items = arena_array(arena, count, sizeof(*ret->items));
    json_object_foreach(labels, key, value) if (json_is_string(value)) ret->items[ret->count++] =
        arena_printf(arena, "%s=%s", key, json_string_value(value));
    return 0;
}

static int read_config(struct arena *arena, const json_t *root, struct oci_config *ret)
{
    json_t *config = json_object_get(root, "config");
    int r;

    if (!json_is_object(root))
        return -EBADMSG;
    *ret = (struct oci_config){
        .user = member(arena, config, "User"),
        .directory = member(arena, config, "WorkingDir"),
        .architecture = member(arena, root, "architecture"),
        .os = member(arena, root, "os"),
        .created = member(arena, root, "created"),
    };
    r = strings_of(arena, json_object_get(config, "Env"), NULL, OCI_STRINGS, &ret->env);
    if (r == 0)
        r = strings_of(arena, json_object_get(config, "Entrypoint"), NULL, OCI_STRINGS,
                       &ret->entry_point);
    if (r == 0)
        r = strings_of(arena, json_object_get(config, "Cmd"), NULL, OCI_STRINGS, &ret->command);
    return r == 0 ? read_labels(arena, json_object_get(config, "Labels"), &ret->labels) : r;
}

int oci_config(struct arena *arena, struct str json, struct oci_config *ret)
{
    json_t *root = parse(json);
    int r = read_config(arena, root, ret);

    json_decref(root);
    return r;
}

/* An algorithm's name, a colon, and hexadecimal digits. */
int oci_blob_path(struct arena *arena, struct str digest, struct str *ret)
{
    struct str algorithm, hex;

    if (!str_cut(digest, ':', &algorithm, &hex) || algorithm.len == 0 || algorithm.len > 32 ||
        hex.len < 32 || hex.len > 128)
        return -EBADMSG;
    for (size_t i = 0; i < algorithm.len; i++)
        if (!strchr("abcdefghijklmnopqrstuvwxyz0123456789+._-", algorithm.data[i]) ||
            (i == 0 && algorithm.data[i] == '.'))
            return -EBADMSG;
    for (size_t i = 0; i < hex.len; i++)
        if (!strchr("0123456789abcdef", hex.data[i]) || hex.data[i] == '\0')
            return -EBADMSG;
    *ret = arena_printf(arena, "blobs/%.*s/%.*s", STR_ARG(algorithm), STR_ARG(hex));
    return 0;
}
