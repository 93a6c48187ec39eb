#include "lock/lock.h"

#include <stdlib.h>

/* Sorted by name: the file is written in this order. */
static const struct lock_entry entries[] = {
    { .fact = "container.image_digest",
      .unjudged = true }, /* the rules know container/stale-image */
    { .fact = "container.image_digest_of", .unjudged = true },
    { .fact = "container.image_name" },
    { .fact = "cudnn.loaded_version" },
    { .fact = "cudnn.version", .unjudged = true },
    { .fact = "driver.version", .always = true, .of_host = true },
    { .fact = "extensions.all", .members = { "path", "architectures", "cuda_major", "loads" } },
    { .fact = "hardware.gpus",
      .members = { "capability", "name" },
      .no_key = true,
      .always = true,
      .of_host = true },
    { .fact = "loader.libraries", .members = { "name", "path", "version" } },
    { .fact = "lock.architectures", .unjudged = true },
    { .fact = "lock.capabilities", .unjudged = true },
    { .fact = "lock.driver_because", .unjudged = true },
    { .fact = "lock.driver_compat", .unjudged = true },
    { .fact = "lock.driver_last", .unjudged = true },
    { .fact = "lock.driver_min", .unjudged = true },
    { .fact = "lock.libc_min", .unjudged = true },
    { .fact = "machine.architecture" },
    { .fact = "machine.libc" },
    { .fact = "machine.libc_version", .always = true },
    { .fact = "machine.os" },
    { .fact = "machine.os_version" },
    { .fact = "runtime.version" },
    { .fact = "torch.build" },
    { .fact = "torch.cuda", .unjudged = true },
    { .fact = "torch.packages", .members = { "name", "version" } },
    { .fact = "torch.python_abi" },
    { .fact = "torch.python_version", .unjudged = true },
    { .fact = "torch.version" },
};

const struct lock_entry *lock_entry_at(size_t at)
{
    return at < sizeof(entries) / sizeof(entries[0]) ? &entries[at] : NULL;
}

void *lock_entry_fact(const struct lock_entry *entry, struct facts *facts,
                      const struct field **ret_field)
{
    struct fact_ref ref;

    (void) facts_find(facts, str_of(entry->fact), &ref);
    *ret_field = ref.field;
    return (char *) facts + ((const char *) ref.fact - (const char *) facts);
}

const struct field *lock_member(const struct field *list, const char *name)
{
    for (size_t i = 0; i < list->items->field_count; i++)
        if (strcmp(list->items->fields[i].name, name) == 0)
            return &list->items->fields[i];
    return NULL;
}

/* --- paths --------------------------------------------------------------------------------- */

static const struct str site_word = STR_INIT("{site}"), env_word = STR_INIT("{env}");

static struct str site_of(const struct facts *facts)
{
    const struct fact_str *path = &facts->torch.path;

    return path->state == FACT_KNOWN ? path_dir(path->value) : (struct str){ NULL, 0 };
}

static struct str environment_of(const struct facts *facts)
{
    const struct fact_str *path = &facts->torch.environment;

    return path->state == FACT_KNOWN ? path->value : (struct str){ NULL, 0 };
}

/* "/a/b" below "/a" gives "/b"; an empty view where it does not lie there. */
static struct str below(struct str path, struct str folder)
{
    if (folder.len < 2 || !str_starts(path, folder) || path.len <= folder.len ||
        path.data[folder.len] != '/')
        return (struct str){ NULL, 0 };
    return str_from(path, folder.len);
}

struct str lock_path(struct arena *arena, const struct facts *facts, struct str path)
{
    struct str rest = below(path, site_of(facts));

    if (rest.len)
        return arena_printf(arena, "{site}%.*s", STR_ARG(rest));
    /* An environment that is the system's own, /usr, is none to be within. */
    rest = fact_is(&facts->torch.environment_kind, STR("system"))
               ? rest
               : below(path, environment_of(facts));
    return rest.len ? arena_printf(arena, "{env}%.*s", STR_ARG(rest)) : path;
}

struct str lock_path_here(struct arena *arena, const struct facts *facts, struct str path)
{
    struct str rest = below(path, site_word), folder = site_of(facts);

    if (!rest.len) {
        rest = below(path, env_word);
        folder = environment_of(facts);
    }
    return rest.len ? arena_printf(arena, "%.*s%.*s", STR_ARG(folder), STR_ARG(rest)) : path;
}

bool lock_path_is_inside(struct str path)
{
    return below(path, site_word).len || below(path, env_word).len;
}

/* --- lists --------------------------------------------------------------------------------- */

/* A fact without its origin; one that looking failed for stays so. */
static void copy_fact(const struct field *field, const void *from, void *to)
{
    memcpy(to, from, field_size(field->kind));
    if (field->kind == FIELD_STR && ((struct fact_str *) to)->state != FACT_UNKNOWN)
        ((struct fact_str *) to)->from = (struct str){ NULL, 0 };
    else if (field->kind == FIELD_INT && ((struct fact_int *) to)->state != FACT_UNKNOWN)
        ((struct fact_int *) to)->from = (struct str){ NULL, 0 };
    else if (field->kind == FIELD_BOOL && ((struct fact_bool *) to)->state != FACT_UNKNOWN)
        ((struct fact_bool *) to)->from = (struct str){ NULL, 0 };
}

static void copy_item(struct arena *arena, const struct lock_entry *entry, const struct field *list,
                      const struct facts *facts, const char *from, char *to)
{
    for (size_t m = 0; m < LOCK_MEMBERS && entry->members[m]; m++) {
        const struct field *field = lock_member(list, entry->members[m]);

        copy_fact(field, from + field->offset, to + field->offset);
        if (strcmp(field->name, "path") == 0) {
            struct fact_str *path = (void *) (to + field->offset);

            path->value = lock_path(arena, facts, path->value);
        }
    }
}

/* Of the libraries that are mapped, the driver's are judged by its version, and the system's by
 * that of its C library. */
static bool is_locked(const struct lock_entry *entry, const char *item, bool whole)
{
    const struct library_facts *library = (const void *) item;

    if (strcmp(entry->fact, "loader.libraries") != 0)
        return true;
    if (library->name.state != FACT_KNOWN || str_starts(library->name.value, STR("libcuda.so")) ||
        str_starts(library->name.value, STR("libnvidia-")))
        return false;
    return whole || library->version.state == FACT_KNOWN ||
           (library->path.state == FACT_KNOWN && lock_path_is_inside(library->path.value));
}

/* Each item begins with its key, or with the facts that order it: texts all. */
static int compare_items(const void *a, const void *b, void *context)
{
    const struct field *const *members = context;

    for (size_t m = 0; m < 2 && members[m]; m++) {
        const struct fact_str *left = (const void *) ((const char *) a + members[m]->offset);
        const struct fact_str *right = (const void *) ((const char *) b + members[m]->offset);
        int order = str_compare(left->value, right->value);

        if (order)
            return order;
    }
    return 0;
}

static bool same_key(const struct lock_entry *entry, const struct field *key, const char *a,
                     const char *b)
{
    return !entry->no_key && str_eq(((const struct fact_str *) (a + key->offset))->value,
                                    ((const struct fact_str *) (b + key->offset))->value);
}

static void drop_doubles(const struct lock_entry *entry, const struct field *key, size_t size,
                         struct fact_list *list)
{
    char *items = list->items;
    size_t kept = 0;

    for (size_t i = 0; i < list->count; i++) {
        if (kept && same_key(entry, key, items + (kept - 1) * size, items + i * size))
            continue;
        if (kept != i)
            memcpy(items + kept * size, items + i * size, size);
        kept++;
    }
    list->count = kept;
}

static void copy_list(struct arena *arena, const struct lock_entry *entry,
                      const struct field *field, const struct facts *facts,
                      const struct fact_list *from, bool whole, struct fact_list *to)
{
    const struct item_type *type = field->items;
    const struct field *order[2] = { lock_member(field, entry->members[0]), NULL };
    char *item = arena_alloc(arena, type->size);

    to->state = from->state;
    to->partial = from->partial;
    to->from = from->state == FACT_UNKNOWN ? from->from : (struct str){ NULL, 0 };
    for (size_t i = 0; from->state == FACT_KNOWN && i < from->count; i++) {
        memset(item, 0, type->size);
        copy_item(arena, entry, field, facts, (const char *) from->items + i * type->size, item);
        if (is_locked(entry, item, whole))
            memcpy(fact_list_add(arena, to, type->size), item, type->size);
    }
    if (entry->no_key)
        order[1] = lock_member(field, entry->members[1]);
    if (to->count)
        qsort_r(to->items, to->count, type->size, compare_items, order);
    drop_doubles(entry, order[0], type->size, to);
}

/* --- facts --------------------------------------------------------------------------------- */

void lock_reduce(struct arena *arena, const struct facts *from, bool whole, struct facts *ret)
{
    const struct lock_entry *entry;

    *ret = (struct facts){ 0 };
    for (size_t i = 0; (entry = lock_entry_at(i)) != NULL; i++) {
        const struct field *field;
        void *to = lock_entry_fact(entry, ret, &field);
        struct fact_ref source;

        (void) facts_find(from, str_of(entry->fact), &source);
        if (field->kind == FIELD_LIST)
            copy_list(arena, entry, field, from, source.fact, whole, to);
        else
            copy_fact(field, source.fact, to);
    }
}

void lock_make(struct arena *arena, const struct facts *facts, const struct verdict *verdict,
               struct lock *ret)
{
    LIST(struct str) known = { 0 };

    *ret = (struct lock){ 0 };
    lock_reduce(arena, facts, false, &ret->facts);
    lock_needs(arena, facts, &ret->facts);
    for (size_t i = 0; i < verdict->findings.count; i++)
        *LIST_ADD(arena, &known) = verdict->findings.items[i].finding->rule->slug;
    ret->known = (struct names){ known.items, known.count };
}
