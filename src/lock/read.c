/* A lock comes from outside: what does not have its place and its type is not read. */
#include "lock/lock.h"

#include <errno.h>
#include <jansson.h>

#define ITEMS 4096 /* of a list; no stack has more of anything that is locked */

struct reading {
    struct arena *arena;
    struct str from;
    struct lock *lock;
};

bool lock_is(struct str bytes)
{
    struct str start = str_slice(bytes, 0, 4096);

    return str_starts(str_trim(start), STR("{")) && str_has(start, STR("\"" LOCK_HEAD));
}

static struct str text_of(const struct reading *it, const json_t *value)
{
    if (!json_is_string(value))
        return (struct str){ NULL, 0 };
    return arena_copy(it->arena,
                      (struct str){ json_string_value(value), json_string_length(value) });
}

/* --- facts --------------------------------------------------------------------------------- */

static void read_fact(const struct reading *it, const json_t *value, const struct field *field,
                      void *fact)
{
    if (json_is_null(value)) {
        if (field->kind == FIELD_STR)
            *(struct fact_str *) fact = (struct fact_str){ .state = FACT_ABSENT, .from = it->from };
        else if (field->kind == FIELD_INT)
            *(struct fact_int *) fact = (struct fact_int){ .state = FACT_ABSENT, .from = it->from };
    } else if (field->kind == FIELD_STR && json_is_string(value)) {
        fact_str(fact, text_of(it, value), it->from);
    } else if (field->kind == FIELD_INT && json_is_integer(value)) {
        fact_int(fact, json_integer_value(value), it->from);
    } else if (field->kind == FIELD_BOOL && json_is_boolean(value)) {
        fact_bool(fact, json_is_true(value), it->from);
    }
}

static void read_item(const struct reading *it, const struct lock_entry *entry,
                      const struct field *list, struct str key, const json_t *value, char *item)
{
    const struct field *field = lock_member(list, entry->members[0]);

    if (!entry->no_key)
        fact_str((void *) (item + field->offset), key, it->from);
    for (size_t m = entry->no_key ? 0 : 1; m < LOCK_MEMBERS && entry->members[m]; m++) {
        bool alone = !entry->no_key && !entry->members[2];

        field = lock_member(list, entry->members[m]);
        read_fact(it, alone ? value : json_object_get(value, field->name), field,
                  item + field->offset);
    }
}

/* Whoever edits a lock may leave it unsorted: the key is what counts. */
static void read_list(const struct reading *it, const struct lock_entry *entry,
                      const struct field *field, json_t *value, struct fact_list *list)
{
    const char *key;
    json_t *member;
    size_t at;

    if (entry->no_key ? !json_is_array(value) : !json_is_object(value))
        return;
    *list = (struct fact_list){ .state = FACT_KNOWN, .from = it->from };
    json_array_foreach(value, at, member) if (list->count < ITEMS)
        read_item(it, entry, field, (struct str){ NULL, 0 }, member,
                  fact_list_add(it->arena, list, field->items->size));
    json_object_foreach(value, key, member) if (list->count < ITEMS)
        read_item(it, entry, field, arena_copy(it->arena, str_of(key)), member,
                  fact_list_add(it->arena, list, field->items->size));
}

static void read_facts(const struct reading *it, const json_t *root)
{
    const struct lock_entry *entry;

    for (size_t i = 0; (entry = lock_entry_at(i)) != NULL; i++) {
        const struct field *field;
        void *fact = lock_entry_fact(entry, &it->lock->facts, &field);
        const json_t *layers = json_object_get(root, "stack"), *layer;
        struct str layer_name, name;
        json_t *value;

        (void) str_cut(str_of(entry->fact), '.', &layer_name, &name);
        layer = str_eqz(layer_name, "lock")
                    ? json_object_get(root, "needs")
                    : json_object_getn(layers, layer_name.data, layer_name.len);
        value = json_object_getn(layer, name.data, name.len);
        if (value && field->kind == FIELD_LIST)
            read_list(it, entry, field, value, fact);
        else if (value)
            read_fact(it, value, field, fact);
    }
}

/* --- the rest ------------------------------------------------------------------------------ */

static void read_hashes(const struct reading *it, json_t *object)
{
    const char *key;
    json_t *value;

    json_object_foreach(object, key,
                        value) if (json_is_string(value) && it->lock->hashes.count < ITEMS) *
        LIST_ADD(it->arena, &it->lock->hashes) =
        (struct lock_hash){ arena_copy(it->arena, str_of(key)), text_of(it, value) };
}

static void read_known(const struct reading *it, const json_t *array)
{
    LIST(struct str) known = { 0 };
    const json_t *value;
    size_t at;

    json_array_foreach(array, at, value) if (json_is_string(value) && known.count < ITEMS) *
        LIST_ADD(it->arena, &known) = text_of(it, value);
    it->lock->known = (struct names){ known.items, known.count };
}

static int read_root(const struct reading *it, const json_t *root, struct str *ret_why)
{
    struct str schema = text_of(it, json_object_get(root, "schema"));

    *ret_why = schema;
    if (!str_starts(schema, STR(LOCK_HEAD)))
        return -EBADMSG;
    if (!str_eqz(schema, LOCK_SCHEMA))
        return -EPROTONOSUPPORT;
    if (!json_is_object(json_object_get(root, "stack")) ||
        !json_is_object(json_object_get(root, "needs"))) {
        *ret_why = STR("no \"stack\" and \"needs\" in it");
        return -EBADMSG;
    }
    read_facts(it, root);
    read_hashes(it, json_object_get(root, "hashes"));
    read_known(it, json_object_get(root, "known"));
    return 0;
}

int lock_read(struct arena *arena, struct str bytes, struct str from, struct lock *ret,
              struct str *ret_why)
{
    struct lock *lock = ARENA_NEW(arena, struct lock);
    struct reading it = { .arena = arena, .from = from, .lock = lock };
    json_error_t error;
    json_t *root;
    int r;

    if (bytes.len > LOCK_FILE_MAX)
        return -E2BIG;
    root = json_loadb(bytes.data ? bytes.data : "", bytes.len, JSON_REJECT_DUPLICATES, &error);
    if (!root)
        *ret_why = arena_printf(arena, "line %d: %s", error.line, error.text);
    r = root ? read_root(&it, root, ret_why) : -EBADMSG;
    json_decref(root);
    if (r == 0)
        *ret = *lock;
    return r;
}
