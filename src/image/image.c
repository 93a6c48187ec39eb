#include "image/image.h"

#include "format/oci.h"
#include "format/tar.h"
#include "image/layer.h"

#include <errno.h>

#define MEMBERS 65536u /* of an archive, not of its layers */
#define NESTED 4       /* indexes within indexes */

/* What an archive, or a folder, holds under a name. */
struct member {
    struct str name;
    struct str text;     /* short files, kept */
    struct layer *layer; /* read already: it came packed */
    struct str same;     /* this is another name of that one */
    int fd;              /* in place; -1: not */
    uint64_t offset, size;
};

/* A source that is being read. */
struct source {
    struct arena *arena;
    struct image *image;
    struct keep *keep;
    struct tree *tree;
    struct str architecture;
    LIST(struct member) members;
    int folder; /* of a layout; -1: an archive */
    struct str *why;
};

static int wrong(struct source *source, int error, struct str why)
{
    *source->why = why;
    return error;
}

/* --- members ------------------------------------------------------------------------------- */

static struct member *member_named(struct source *source, struct str name)
{
    for (size_t hops = 0; hops < 8; hops++) {
        struct member *found = NULL;

        for (size_t i = 0; i < source->members.count; i++)
            if (str_eq(source->members.items[i].name, name))
                found = &source->members.items[i]; /* the last counts, as for tar */
        if (!found || found->same.len == 0)
            return found;
        name = found->same;
    }
    return NULL;
}

static struct member *open_member(struct source *source, struct str name)
{
    struct given_file file;
    struct member *member;
    uint64_t size;

    if (given_open_in(source->arena, source->folder, name, &file, &size) < 0)
        return NULL;
    member = LIST_ADD(source->arena, &source->members);
    *member = (struct member){ .name = name, .fd = file.fd, .size = size };
    return member;
}

static struct member *find_member(struct source *source, struct str name)
{
    struct member *found = member_named(source, name);

    return found || source->folder < 0 ? found : open_member(source, name);
}

/* A member's bytes as text, which must not be long. */
static int member_text(struct source *source, struct str name, struct str *ret)
{
    struct member *member = find_member(source, name);
    struct stream *stream;
    ssize_t got;
    char *bytes;

    if (!member)
        return wrong(source, -ENOENT, name);
    if (member->fd < 0) {
        *ret = member->text;
        return member->text.len ? 0 : wrong(source, -EBADMSG, name);
    }
    if (member->size > OCI_TEXT)
        return wrong(source, -E2BIG, name);
    bytes = arena_alloc(source->arena, (size_t) member->size + 1);
    stream = stream_of_part(source->arena, member->fd, member->offset, member->size);
    got = stream_read(stream, bytes, (size_t) member->size);
    if (got < 0 || (uint64_t) got < member->size)
        return wrong(source, got < 0 ? (int) got : -EBADMSG, name);
    *ret = (struct str){ bytes, (size_t) got };
    return 0;
}

/* --- an archive's own entries -------------------------------------------------------------- */

static int read_layer(struct source *source, struct stream *packed, struct layer **ret)
{
    struct stream *stream = NULL;
    int r = stream_unpacked(source->arena, packed, &stream), fd;
    uint64_t offset;

    if (r == 0) {
        source->image->partial |= !stream_place(stream, &fd, &offset);
        r = layer_read(source->arena, stream, source->keep, ret);
    }
    stream_close(stream);
    return r;
}

/* Of a stream that passes once: JSON is kept, all else that is large enough must be a layer. */
static int take_member(struct source *source, struct stream *stream, struct member *member)
{
    struct stream *part = stream_of_next(source->arena, stream, member->size);
    uint64_t before = stream_taken(part);
    int r = 0;

    if (member->size <= OCI_TEXT && !str_ends(member->name, STR(".tar"))) {
        char *bytes = arena_alloc(source->arena, (size_t) member->size + 1);
        ssize_t got = stream_read(part, bytes, (size_t) member->size);

        if (got < 0 || (uint64_t) got < member->size)
            return got < 0 ? (int) got : -EBADMSG;
        member->text = (struct str){ bytes, (size_t) got };
        return 0;
    }
    r = read_layer(source, part, &member->layer);
    if (r == -EBADMSG) /* something else: an image that names it as a layer finds none */
        r = 0;
    return r < 0 ? r : stream_skip(part, member->size - (stream_taken(part) - before));
}

static struct str tidy_name(struct arena *arena, const struct tar_text *text)
{
    struct str name = { text->bytes, text->len };

    while (str_starts(name, STR("./")))
        name = str_from(name, 2);
    return arena_copy(arena, name);
}

/* "../0a1b…/layer.tar", as older `docker save` writes for a layer that it has already. */
static struct str beside(struct arena *arena, struct str name, struct str target)
{
    struct str folder = path_dir(name);

    while (str_starts(target, STR("../"))) {
        target = str_from(target, 3);
        folder = path_dir(folder);
    }
    return arena_join(arena, folder, target);
}

static int add_member(struct source *source, struct stream *stream, const struct tar_entry *entry)
{
    struct member member = { .fd = -1,
                             .name = tidy_name(source->arena, &entry->path),
                             .size = entry->size };
    uint64_t padding = tar_padded(entry->size) - entry->size;
    int r;

    if (source->members.count == MEMBERS)
        return -E2BIG;
    if (entry->kind == TAR_LINK)
        member.same = beside(source->arena, member.name, tidy_name(source->arena, &entry->target));
    else if (entry->kind == TAR_HARD_LINK)
        member.same = tidy_name(source->arena, &entry->target);
    if (entry->kind != TAR_FILE) {
        if (member.same.len)
            *LIST_ADD(source->arena, &source->members) = member;
        return stream_skip(stream, tar_padded(entry->size));
    }
    r = stream_place(stream, &member.fd, &member.offset) ? stream_skip(stream, entry->size)
                                                         : take_member(source, stream, &member);
    *LIST_ADD(source->arena, &source->members) = member;
    return r < 0 ? r : stream_skip(stream, padding);
}

/* One entry. 1; 0 at the end. */
static int read_entry(struct source *source, struct stream *stream, struct tar *tar)
{
    char block[TAR_BLOCK], *notes;
    ssize_t got = stream_read(stream, block, sizeof(block));
    enum tar_step step;
    uint64_t size;
    int r;

    if (got <= 0)
        return (int) got;
    r = tar_block(tar, (struct str){ block, (size_t) got }, &step, &size);
    if (r < 0 || step == TAR_END)
        return r;
    if (step == TAR_ENTRY) {
        r = add_member(source, stream, &tar->entry);
    } else if (step == TAR_SKIP) {
        r = stream_skip(stream, tar_padded(size));
    } else {
        notes = arena_alloc(source->arena, (size_t) tar_padded(size));
        got = stream_read(stream, notes, (size_t) tar_padded(size));
        r = got < 0 ? (int) got
            : (uint64_t) got < tar_padded(size)
                ? -EBADMSG
                : tar_notes(tar, (struct str){ notes, (size_t) size });
    }
    return r < 0 ? r : 1;
}

static int read_archive(struct source *source, int fd)
{
    struct stream *bytes = stream_of_fd(source->arena, fd), *stream = NULL;
    struct tar *tar = ARENA_NEW(source->arena, struct tar);
    int r = stream_unpacked(source->arena, bytes, &stream);

    if (r < 0)
        return wrong(source, r, STR("archive"));
    while ((r = read_entry(source, stream, tar)) > 0)
        ;
    stream_close(stream);
    return r < 0 ? wrong(source, r, STR("archive")) : 0;
}

/* --- the image ----------------------------------------------------------------------------- */

static int apply_layer(struct source *source, struct str name)
{
    struct member *member = find_member(source, name);
    struct layer *layer;
    int r = 0;

    if (!member)
        return wrong(source, -ENOENT, name);
    layer = member->layer;
    if (!layer && member->fd >= 0)
        r = read_layer(source,
                       stream_of_part(source->arena, member->fd, member->offset, member->size),
                       &layer);
    else if (!layer)
        r = -EBADMSG;
    if (r < 0)
        return wrong(source, r, name);
    layer_apply(layer, source->tree);
    source->image->refused += layer_refused(layer);
    source->image->layers++;
    return 0;
}

static struct names names_of(struct oci_strings strings)
{
    return (struct names){ strings.items, strings.count };
}

static int read_config(struct source *source, struct str name)
{
    struct oci_config config;
    struct str text;
    int r = member_text(source, name, &text);

    if (r < 0)
        return r;
    r = oci_config(source->arena, text, &config);
    if (r < 0)
        return wrong(source, r, name);
    source->image->config = (struct image_config){
        .env = names_of(config.env),
        .entry_point = names_of(config.entry_point),
        .command = names_of(config.command),
        .user = config.user,
        .directory = config.directory,
        .labels = names_of(config.labels),
        .architecture = config.architecture,
        .os = config.os,
        .created = config.created,
    };
    return 0;
}

static int read_blob_text(struct source *source, struct str digest, struct str *ret_name,
                          struct str *ret)
{
    int r = oci_blob_path(source->arena, digest, ret_name);

    return r < 0 ? wrong(source, r, digest) : member_text(source, *ret_name, ret);
}

/* From the index, through further ones, to the manifest; its digests become members' names. */
static int choose_manifest(struct source *source, struct oci_manifest *ret)
{
    struct str name = STR("index.json"), text;
    struct oci_choice choice = { .nested = true };
    int r = member_text(source, name, &text);

    for (unsigned hops = 0; r == 0 && choice.nested; hops++) {
        r = hops == NESTED ? -ELOOP : oci_index(source->arena, text, source->architecture, &choice);
        if (r < 0)
            return wrong(source, r, name);
        if (hops == 0)
            source->image->name = choice.name;
        source->image->others += choice.others;
        source->image->digest = choice.digest;
        source->image->digest_of = STR("manifest");
        r = read_blob_text(source, choice.digest, &name, &text);
    }
    if (r < 0)
        return r;
    r = oci_manifest(source->arena, text, ret);
    if (r < 0)
        return wrong(source, r, name);
    for (size_t i = 0; r == 0 && i < ret->layers.count; i++)
        r = oci_blob_path(source->arena, ret->layers.items[i], &ret->layers.items[i]);
    if (r == 0)
        r = oci_blob_path(source->arena, ret->config, &ret->config);
    return r < 0 ? wrong(source, r, name) : 0;
}

/* An archive of docker save names its configuration "blobs/sha256/HEX", an older one "HEX.json". */
static struct str digest_of_name(struct arena *arena, struct str name)
{
    struct str hex = path_base(name);

    if (str_ends(hex, STR(".json")))
        hex = str_slice(hex, 0, hex.len - STR(".json").len);
    return arena_printf(arena, "sha256:%.*s", STR_ARG(hex));
}

static int read_manifest(struct source *source, struct oci_manifest *ret)
{
    struct str text, name = STR("manifest.json");
    int r;

    if (!find_member(source, name))
        return choose_manifest(source, ret);
    r = member_text(source, name, &text);
    if (r == 0 && (r = oci_docker_manifest(source->arena, text, ret)) < 0)
        return wrong(source, r, name);
    if (r < 0)
        return r;
    source->image->name = ret->name;
    source->image->others = ret->others;
    source->image->digest = digest_of_name(source->arena, ret->config);
    source->image->digest_of = STR("configuration");
    return 0;
}

static int read_image(struct source *source)
{
    struct oci_manifest manifest;
    int r = read_manifest(source, &manifest);

    if (r == 0)
        r = read_config(source, manifest.config);
    for (size_t i = 0; r == 0 && i < manifest.layers.count; i++)
        r = apply_layer(source, manifest.layers.items[i]);
    if (r == 0 && keep_is_full(source->keep))
        source->image->full = true;
    if (r == 0)
        source->image->root = tree_root(source->tree);
    return r;
}

static struct source source_new(struct arena *arena, struct str architecture, struct image *image,
                                struct str *why)
{
    struct source source = {
        .arena = arena, .image = image, .architecture = architecture, .folder = -1, .why = why
    };

    *image = (struct image){ .layers = 0 };
    source.keep = keep_new(arena, IMAGE_KEEP);
    source.tree = tree_new(arena);
    tree_sources(source.tree, (struct tree_source){ keep_read, source.keep });
    return source;
}

int image_of_fd(struct arena *arena, int fd, struct str architecture, struct image *ret,
                struct str *ret_why)
{
    struct source source = source_new(arena, architecture, ret, ret_why);
    int r = read_archive(&source, fd);

    return r < 0 ? r : read_image(&source);
}

int image_of_folder(struct arena *arena, int folder, struct str architecture, struct image *ret,
                    struct str *ret_why)
{
    struct source source = source_new(arena, architecture, ret, ret_why);

    source.folder = folder;
    return read_image(&source);
}

int image_of_files(struct arena *arena, int fd, struct root **ret)
{
    struct str why = { NULL, 0 };
    struct image *image = ARENA_NEW(arena, struct image);
    struct source source = source_new(arena, (struct str){ NULL, 0 }, image, &why);
    struct layer *layer = NULL;
    int r = read_layer(&source, stream_of_fd(arena, fd), &layer);

    if (r < 0)
        return r;
    layer_apply(layer, source.tree);
    *ret = tree_root(source.tree);
    return 0;
}
