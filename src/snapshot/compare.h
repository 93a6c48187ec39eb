/* compare: facts row by row; and rows of one state put into another. For diff.c. */
#ifndef GPUVET_SNAPSHOT_COMPARE_H
#define GPUVET_SNAPSHOT_COMPARE_H

#include "snapshot/diff.h"

/* What is put back as one: a fact, an item of a list, or a member of one. */
struct unit {
    const struct layer *layer;
    const struct field *field;
    bool is_item;
    struct str key; /* of an item: its first member, and how many of that value stand before it */
    size_t number;
    const struct field *member; /* NULL: the whole item, which only one side has */
    bool derived;               /* follows from others */
};

struct units {
    LIST(struct unit) list;
};

/* Lists every difference, in the order of the rows. */
void compare_facts(struct arena *arena, const struct facts *a, const struct facts *b,
                   struct units *ret_units, struct diff *ret);

/* State and value; where they were read does not matter. */
bool same_fact(enum field_kind kind, const void *a, const void *b);

/* A copy whose lists can be changed. */
void copy_facts(struct arena *arena, const struct facts *from, struct facts *to);

void *unit_fact(const struct unit *unit, struct facts *facts);
void clear_unit(const struct unit *unit, struct facts *facts);

/* The unit as it is in `from`, into `to`. */
void put_unit(struct arena *arena, const struct unit *unit, const struct facts *from,
              struct facts *to);

#endif
