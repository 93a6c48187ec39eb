/*
 * causes: the root causes that a verdict can name, from knowledge/causes.toml.
 *
 * They stand in the order in which a request travels, from the metal up: of two independent causes
 * the one with the lower order is the headline.
 */
#ifndef GPUVET_KNOWLEDGE_CAUSES_H
#define GPUVET_KNOWLEDGE_CAUSES_H

#include "base/str.h"
#include "knowledge/lang.h"

struct cause {
    struct str slug;                 /* "driver/too-old": the stable name for machines */
    struct str layer;                /* "driver": the part before the slash */
    unsigned order;                  /* position in the list, from 0 */
    struct str title[LANG_COUNT];    /* what is broken: one sentence for users */
    struct str evidence[LANG_COUNT]; /* what is typically seen; empty for none/... */
};

size_t cause_count(void);

/* NULL where there is no such position, or no such slug. */
const struct cause *cause_at(size_t order);
const struct cause *cause_by_slug(struct str slug);

#endif
