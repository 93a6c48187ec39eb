/* image updates: what registries have newer of the images that files name. */
#include "cli/image.h"
#include "cli/subject.h"
#include "image/recipe.h"
#include "image/registry.h"
#include "report/report.h"
#include "report/updates.h"

#include <errno.h>

#define REPORT_LIMIT ((size_t) 16 << 20)
#define SHOWN 4 /* newer tags of one image, and how many of them are asked for their CUDA */

struct updating {
    struct arena *arena;
    const struct options *options;
    struct engine_user user;
    struct update_hosts hosts;
    struct image_updates updates;
};

/* --- what files name ----------------------------------------------------------------------- */

static void add(struct updating *it, struct str reference, struct str from, struct str pinned,
                bool known)
{
    struct image_update *update;
    struct image_reference parts;

    for (size_t i = 0; i < it->updates.count; i++)
        if (known && str_eq(it->updates.items[i].reference, reference))
            return;
    update = LIST_ADD(it->arena, &it->updates);
    *update =
        (struct image_update){ .reference = reference,
                               .from = from,
                               .pinned = pinned,
                               .state = UPDATE_UNKNOWN,
                               .why = text_of(TEXT_UPDATES_GIVEN_AT_BUILD, it->options->lang) };
    if (!known)
        return;
    update->why = text_of(TEXT_UPDATES_MALFORMED, it->options->lang);
    if (image_reference_parse(it->arena, reference, &parts) < 0)
        return;
    update->why = (struct str){ NULL, 0 };
    image_name_read(&parts, &update->name);
    if (!pinned.len)
        update->pinned = parts.digest;
}

static int read_locked(struct updating *it, struct str file, struct str bytes)
{
    struct lock *lock = ARENA_NEW(it->arena, struct lock);
    const struct container_facts *container = &lock->facts.container;
    int code = read_lock(it->arena, it->options, file, bytes, lock);
    bool manifest = fact_is(&container->image_digest_of, STR("manifest")) &&
                    container->image_digest.state == FACT_KNOWN;

    if (code == EXIT_GOOD && container->image_name.state == FACT_KNOWN)
        add(it, container->image_name.value, file,
            manifest ? container->image_digest.value : (struct str){ NULL, 0 }, true);
    return code;
}

/* Bases of Dockerfiles, images of services. */
static int read_file(struct updating *it, struct str file)
{
    struct recipe_error error;
    struct recipe recipe;
    struct str text;
    int r = root_read_given(it->arena, file, LOCK_FILE_MAX, &text);

    if (r < 0)
        return cannot_read(it->arena, it->options, file, error_text(r));
    if (lock_is(text))
        return read_locked(it, file, text);
    if (recipe_read(it->arena, file, text, &recipe, &error) < 0)
        return image_refuse_file(it->arena, it->options, file, &error);
    for (size_t i = 0; i < recipe.count; i++) {
        const struct recipe_facts *facts = &recipe.items[i];

        if (facts->base.state == FACT_KNOWN)
            add(it, facts->base.value, facts->kind.from, (struct str){ NULL, 0 }, true);
        else if (facts->base.state == FACT_UNKNOWN && fact_is(&facts->kind, STR("from")))
            add(it, facts->value.value, facts->kind.from, (struct str){ NULL, 0 }, false);
    }
    return EXIT_GOOD;
}

/* --- whose hosts --------------------------------------------------------------------------- */

static int add_host(struct updating *it, struct str file)
{
    struct options options = *it->options;
    struct subject *host = ARENA_NEW(it->arena, struct subject);
    struct str name;
    int code;

    options.host = file;
    code = examine_host(it->arena, &options, false, host);
    if (code != EXIT_GOOD)
        return code;
    name = host->facts.machine.name.state == FACT_KNOWN ? host->facts.machine.name.value : file;
    *LIST_ADD(it->arena, &it->hosts) =
        (struct update_host){ name.len ? name : STR("-"), &host->facts };
    return EXIT_GOOD;
}

static int add_hosts(struct updating *it)
{
    int code = EXIT_GOOD;

    if (it->options->hosts.count == 0)
        return add_host(it, (struct str){ NULL, 0 });
    for (size_t i = 0; code == EXIT_GOOD && i < it->options->hosts.count; i++)
        code = add_host(it, it->options->hosts.items[i]);
    return code;
}

/* --- what registries have ------------------------------------------------------------------ */

static void judge_newer(struct updating *it, struct newer_image *newer)
{
    struct skopeo_image image;
    struct str why;

    if (!image_name_field(&newer->name, "cuda").len &&
        registry_ask(&it->user, &newer->name.reference, newer->name.reference.tag, false, &image,
                     &why) == 0)
        newer->cuda = image.cuda;
    newer->fits = arena_array(it->arena, it->hosts.count, sizeof(*newer->fits));
    for (size_t i = 0; i < it->hosts.count; i++)
        image_fit(it->arena, &newer->name, newer->cuda, it->hosts.items[i].facts, &newer->fits[i]);
}

struct later {
    struct image_name *items;
    size_t count, room;
};

/* Moves the latest of them, from `at` on, to `at`. */
static void bring_latest(struct later *later, size_t at)
{
    struct image_name other;
    size_t best = at;

    for (size_t i = at + 1; i < later->count; i++)
        if (image_name_later(&later->items[best], later->items[i].reference.tag, &other))
            best = i;
    other = later->items[at];
    later->items[at] = later->items[best];
    later->items[best] = other;
}

static void find_newer(struct updating *it, struct image_update *update,
                       const struct oci_strings *tags)
{
    struct later later = { 0 };
    struct image_name name;

    for (size_t i = 0; i < tags->count; i++)
        if (image_name_later(&update->name, tags->items[i], &name))
            *LIST_ADD(it->arena, &later) = name;
    update->newer_count = later.count;
    for (size_t i = 0; i < later.count && i < SHOWN; i++) {
        struct newer_image *newer = LIST_ADD(it->arena, &update->newer);

        bring_latest(&later, i);
        *newer = (struct newer_image){ .name = later.items[i] };
        judge_newer(it, newer);
    }
}

static struct str why_not(struct updating *it, int error, struct str why)
{
    enum lang lang = it->options->lang;

    if (error == -ENOENT)
        return text_of(TEXT_UPDATES_NO_SKOPEO, lang);
    return report_fill(it->arena, text_of(TEXT_UPDATES_UNREACHABLE, lang), "why",
                       why.len ? why : error_text(error), NULL);
}

static void ask(struct updating *it, struct image_update *update)
{
    const struct image_reference *reference = &update->name.reference;
    struct skopeo_image image;
    struct str why = { NULL, 0 };
    int r = registry_ask(&it->user, reference, reference->tag, true, &image, &why);

    if (r < 0) {
        update->why = why_not(it, r, why);
        return;
    }
    update->digest = image.digest;
    update->state = !update->pinned.len || (!reference->tag.len && reference->digest.len)
                        ? UPDATE_OPEN
                    : str_eq(update->pinned, image.digest) ? UPDATE_CURRENT
                                                           : UPDATE_MOVED;
    if (reference->tag.len)
        find_newer(it, update, &image.tags);
}

/* --- the whole ----------------------------------------------------------------------------- */

static int show(struct updating *it)
{
    struct buf buf = buf_new(it->arena, REPORT_LIMIT);
    struct updates_report report = { .updates = &it->updates,
                                     .hosts = &it->hosts,
                                     .files = it->options->words.items[1],
                                     .lang = it->options->lang,
                                     .columns = terminal_columns() };
    int code = EXIT_GOOD;

    if (it->options->json)
        report_updates_json(&buf, &report);
    else
        report_updates_text(&buf, &report);
    if (!it->options->quiet)
        code = print(it->arena, it->options->lang, buf_str(&buf));
    for (size_t i = 0; code == EXIT_GOOD && i < it->updates.count; i++)
        if (it->updates.items[i].state == UPDATE_UNKNOWN)
            code = EXIT_UNDECIDED;
    return code;
}

int image_updates(struct arena *arena, const struct options *options, struct str file)
{
    struct updating it = { .arena = arena,
                           .options = options,
                           .user = engine_user(arena, options) };
    int code = add_hosts(&it);

    (void) file; /* the first of the words */
    for (size_t i = 1; code == EXIT_GOOD && i < options->words.count; i++)
        code = read_file(&it, options->words.items[i]);
    if (code != EXIT_GOOD)
        return code;
    for (size_t i = 0; i < it.updates.count; i++)
        if (!it.updates.items[i].why.len)
            ask(&it, &it.updates.items[i]);
    return show(&it);
}
