/*
 * topic: what somebody who asks means: the slug of a cause, or an error code in one of the forms in
 * which people and programs write them ("CUDA 804", "804", "cudaErrorUnknown", "Xid: 79").
 */
#ifndef GPUVET_KNOWLEDGE_TOPIC_H
#define GPUVET_KNOWLEDGE_TOPIC_H

#include "base/arena.h"
#include "knowledge/causes.h"
#include "knowledge/errors.h"
#include "knowledge/rules.h"

/* One number can be a code of several families, one message that of several codes. */
#define TOPIC_CODES_MAX 8

struct topic {
    const struct cause *cause; /* NULL: codes are meant */
    struct error_info codes[TOPIC_CODES_MAX];
    size_t code_count;
};

/* False where nothing has that name. */
bool topic_find(struct str words, struct topic *ret);

/* The slug or the code's name that was probably meant. False: none is near. */
bool topic_near(struct str words, struct str *ret);

/* Whether the code is seen with the cause: a lead says so, or the cause's evidence names it. */
bool topic_points_at(const struct error_info *code, const struct cause *cause);

/* The causes that codes point at: a lead's first, in its order, then the others in their own. */
struct causes_found {
    const struct cause **items;
    size_t count, room;
};
void topic_causes(struct arena *arena, const struct error_info *codes, size_t count,
                  struct causes_found *ret);

/* Everything that the tables hold about a cause, each thing once. */
struct topic_page {
    LIST(const struct rule *) rules;      /* that decide it; one for each headline */
    LIST(struct str) facts;               /* on which they rest */
    LIST(const struct remedy_way *) ways; /* of its remedies; what needs least first */
    const struct advice *advice;          /* NULL: none */
    LIST(struct str) sources;
    LIST(const struct cause *) explained_by; /* to be ruled out first */
    LIST(const struct cause *) explains;     /* its consequences */
    LIST(struct error_info) codes;           /* that it is seen with */
    LIST(const struct cause *) alike;        /* causes that share a code with it */
};
void topic_page(struct arena *arena, const struct cause *cause, struct topic_page *ret);

#endif
