/*
 * field: rows that describe facts.
 *
 * A layer of the model is a struct of facts and, beside it, one row a fact. JSON, comparison,
 * documentation and the look-up by rules are driven by the rows: a new fact is a member and its
 * row.
 */
#ifndef GPUVET_FACTS_FIELD_H
#define GPUVET_FACTS_FIELD_H

#include "base/arena.h"
#include "base/fact.h"

enum field_kind { FIELD_STR, FIELD_INT, FIELD_BOOL, FIELD_LIST };

/* A list of objects: GPUs, libraries, packages. An empty list that is KNOWN says that there are
 * none. */
struct fact_list {
    enum fact_state state;
    bool partial; /* there may be more: a look at one of its sources failed */
    void *items;  /* an array of the struct that the row's item type describes */
    size_t count, room;
    struct str from;
};

struct item_type;

struct field {
    const char *name;
    enum field_kind kind;
    size_t offset; /* in the layer's, or the item's, struct */
    const char *doc;
    const struct item_type *items; /* of a list */
};

/* What a list holds. */
struct item_type {
    size_t size;
    const struct field *fields;
    size_t field_count;
};

#define FIELD_KIND(member) \
    _Generic((member), struct fact_str \
             : FIELD_STR, struct fact_int \
             : FIELD_INT, struct fact_bool \
             : FIELD_BOOL)

/* A row of struct LAYER_facts, and of an item's struct. */
#define FIELD(layer, member, text) \
    { \
#member, FIELD_KIND(((struct layer##_facts *) 0)->member), \
            offsetof(struct layer##_facts, member), text, NULL \
    }
/* A row of a group within a layer: member GROUP_NAME, which JSON has as {"GROUP": {"NAME": …}} and
 * rules as LAYER.GROUP.NAME. Rows of a group stand together. */
#define FIELD_IN(layer, group, member, text) \
    { \
#group "." #member, FIELD_KIND(((struct layer##_facts *) 0)->group##_##member), \
            offsetof(struct layer##_facts, group##_##member), text, NULL \
    }
#define FIELD_ITEMS(layer, member, type, text) \
    { \
#member, FIELD_LIST, offsetof(struct layer##_facts, member), text, &type##_items \
    }

/* Rows stand in headers, beside their struct; not every includer uses them. */
#define ROWS __attribute__((unused)) static const struct field
#define ITEM_TYPE(type) \
    __attribute__((unused)) static const struct item_type type##_items = { \
        sizeof(struct type##_facts), type##_fields, \
        sizeof(type##_fields) / sizeof(type##_fields[0]) \
    }

/* Where a field's fact lies in the struct at `base`. */
static inline const void *field_of(const struct field *field, const void *base)
{
    return (const char *) base + field->offset;
}

/* Bytes of a fact of that kind. */
size_t field_size(enum field_kind kind);

/* A new item at the list's end, zeroed; the list becomes KNOWN. Good until the next addition. */
void *fact_list_add(struct arena *arena, struct fact_list *list, size_t item_size);
#define LIST_OF(type, list) ((struct type##_facts *) (list)->items)

#endif
