/* symptom: messages and codes of a pasted text that are evidence by themselves. Without a text the
 * list is ABSENT: nothing was said. */
#ifndef GPUVET_FACTS_SYMPTOM_H
#define GPUVET_FACTS_SYMPTOM_H

#include "facts/field.h"

struct symptom_item_facts {
    struct fact_str name; /* a stable word: "cuda-999", "library-missing" */
    struct fact_str code; /* what the message names: an Xid, a library, a version; may be unknown */
    struct fact_str text; /* the words that were matched, secrets masked */
};

ROWS symptom_item_fields[] = {
    FIELD(symptom_item, name, "stable name of the message"),
    FIELD(symptom_item, code, "what it names: a number, a library, a version"),
    FIELD(symptom_item, text, "the words that were read"),
};
ITEM_TYPE(symptom_item);

struct symptom_facts {
    struct fact_list items;
};

ROWS symptom_fields[] = {
    FIELD_ITEMS(symptom, items, symptom_item, "messages that a text holds"),
};

#endif
