/*
 * fact: a value, what is known of it, and where it was read.
 *
 * Zero is "unknown": a fact that nobody looked at proves nothing. That a thing is absent, or there
 * but not readable by us, is evidence of its own, never an error.
 */
#ifndef GPUVET_BASE_FACT_H
#define GPUVET_BASE_FACT_H

#include "base/str.h"

enum fact_state {
    FACT_UNKNOWN, /* nobody looked, or looking failed: proves nothing */
    FACT_ABSENT,  /* looked, and it is not there */
    FACT_DENIED,  /* there, but we may not read it */
    FACT_KNOWN,
};

/* `from` says where the value was read: a path without its leading slash, "environment",
 * "knowledge: …", or line:column of a text. It is set for ABSENT and DENIED too. */
struct fact_str {
    enum fact_state state;
    struct str value;
    struct str from;
};

struct fact_int {
    enum fact_state state;
    int64_t value;
    struct str from;
};

struct fact_bool {
    enum fact_state state;
    bool value;
    struct str from;
};

/* Setters: the views must live as long as the facts do. */
void fact_str(struct fact_str *fact, struct str value, struct str from);
void fact_int(struct fact_int *fact, int64_t value, struct str from);
void fact_bool(struct fact_bool *fact, bool value, struct str from);

static inline bool fact_is(const struct fact_str *fact, struct str value)
{
    return fact->state == FACT_KNOWN && str_eq(fact->value, value);
}

static inline bool fact_true(const struct fact_bool *fact)
{
    return fact->state == FACT_KNOWN && fact->value;
}

static inline bool fact_false(const struct fact_bool *fact)
{
    return fact->state == FACT_KNOWN && !fact->value;
}

/*
 * What an error of looking says about a fact: -ENOENT and -ENOTDIR that it is absent, -EACCES and
 * -EPERM that it is denied; anything else (loops, limits, I/O errors) leaves it unknown.
 */
enum fact_state fact_state_of_error(int error);

/* The promised names: "unknown", "absent", "denied", "known". */
const char *fact_state_name(enum fact_state state);

#endif
