#include "lock/lock.h"

/* What is not there is null; what was not seen is left out. */
static void write_fact(struct json *json, const char *key, const struct field *field,
                       const void *fact)
{
    struct fact_ref ref = { field->kind, fact, field };

    if (fact_ref_state(&ref) == FACT_ABSENT)
        json_put_null(json, key);
    if (fact_ref_state(&ref) != FACT_KNOWN)
        return;
    if (field->kind == FIELD_INT)
        json_put_int(json, key, ((const struct fact_int *) fact)->value);
    else if (field->kind == FIELD_BOOL)
        json_put_bool(json, key, ((const struct fact_bool *) fact)->value);
    else
        json_put_str(json, key, ((const struct fact_str *) fact)->value);
}

static const char *key_of(struct arena *arena, const struct field *field, const char *item)
{
    return arena_copy(arena, ((const struct fact_str *) (item + field->offset))->value).data;
}

/* "cudnn": "9.1.0" where an item is but that, else an object. */
static void write_item(struct json *json, const struct lock_entry *entry, const struct field *list,
                       const char *item)
{
    const struct field *field = lock_member(list, entry->members[0]);
    const char *key = entry->no_key ? NULL : key_of(json->buf->arena, field, item);

    if (!entry->no_key && !entry->members[2]) {
        field = lock_member(list, entry->members[1]);
        write_fact(json, key, field, item + field->offset);
        return;
    }
    json_open(json, key, '{');
    for (size_t m = entry->no_key ? 0 : 1; m < LOCK_MEMBERS && entry->members[m]; m++) {
        field = lock_member(list, entry->members[m]);
        write_fact(json, field->name, field, item + field->offset);
    }
    json_close(json, '}');
}

static void write_list(struct json *json, const struct lock_entry *entry, const struct field *field,
                       const struct fact_list *list)
{
    if (list->state != FACT_KNOWN)
        return;
    json_open(json, field->name, entry->no_key ? '[' : '{');
    for (size_t i = 0; i < list->count; i++)
        write_item(json, entry, field, (const char *) list->items + i * field->items->size);
    json_close(json, entry->no_key ? ']' : '}');
}

/* Entries are sorted, so those of a layer stand together. */
static size_t write_layer(struct json *json, const char *key, struct facts *facts, size_t at)
{
    const struct lock_entry *entry = lock_entry_at(at);
    struct str layer, other, name;

    (void) str_cut(str_of(entry->fact), '.', &layer, &name);
    json_open(json, key ? key : arena_copy(json->buf->arena, layer).data, '{');
    for (; (entry = lock_entry_at(at)) != NULL; at++) {
        const struct field *field;
        const void *fact = lock_entry_fact(entry, facts, &field);

        (void) str_cut(str_of(entry->fact), '.', &other, &name);
        if (!str_eq(layer, other))
            break;
        if (field->kind == FIELD_LIST)
            write_list(json, entry, field, fact);
        else
            write_fact(json, field->name, field, fact);
    }
    json_close(json, '}');
    return at;
}

static bool is_need(const struct lock_entry *entry)
{
    return str_starts(str_of(entry->fact), STR("lock."));
}

/* All layers but the needs, or the needs. */
static void write_layers(struct json *json, struct facts *facts, bool needs)
{
    const struct lock_entry *entry;

    for (size_t at = 0; (entry = lock_entry_at(at)) != NULL;) {
        if (is_need(entry) == needs)
            at = write_layer(json, needs ? "needs" : NULL, facts, at);
        else
            at++;
    }
}

void lock_write(struct buf *buf, const struct lock *lock)
{
    struct facts *facts = ARENA_NEW(buf->arena, struct facts);
    struct json json = json_to(buf);

    *facts = lock->facts;
    json_open(&json, NULL, '{');
    json_put_str(&json, "schema", STR(LOCK_SCHEMA));
    json_open(&json, "hashes", '{');
    for (size_t i = 0; i < lock->hashes.count; i++)
        if (lock->hashes.items[i].hash.len)
            json_put_str(&json, lock->hashes.items[i].path.data, lock->hashes.items[i].hash);
    json_close(&json, '}');
    json_open(&json, "known", '[');
    for (size_t i = 0; i < lock->known.count; i++)
        json_put_str(&json, NULL, lock->known.items[i]);
    json_close(&json, ']');
    write_layers(&json, facts, true);
    json_open(&json, "stack", '{');
    write_layers(&json, facts, false);
    json_close(&json, '}');
    json_close(&json, '}');
    buf_add_char(buf, '\n');
}
