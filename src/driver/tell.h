/* tell: one said thing as one fact, by rows. For the files that fill facts. */
#ifndef GPUVET_DRIVER_TELL_H
#define GPUVET_DRIVER_TELL_H

#include "base/buf.h"
#include "base/fact.h"
#include "driver/lines.h"
#include "knowledge/errors.h"

enum tell {
    TELL_TEXT,    /* to a fact_str */
    TELL_WORD,    /* a number to the word of it */
    TELL_BITS,    /* a number to the words of its bits */
    TELL_ADDRESS, /* "00000000:0F:00.0" as Linux writes it: "0000:0f:00.0" */
    TELL_VERSION, /* 12040 to "12.4" */
    TELL_NUMBER,  /* to a fact_int */
    TELL_TRUTH,   /* to a fact_bool */
};

struct telling {
    enum tell how;
    size_t said, fact;        /* where they lie in the two structs */
    const char *call;         /* the origin */
    const char *const *words; /* ends in NULL */
};

/* Fills facts of the struct at `to` from the said things of the struct at `from`. */
void tell_all(struct arena *arena, const struct telling *rows, size_t count, const void *from,
              void *to);

/* "9.0", where both were said. */
void tell_capability(struct arena *arena, const struct said *major, const struct said *minor,
                     const char *call, struct fact_str *ret);

/* A call's own code, 0 included, and the name of one that is not 0. UNKNOWN where it was not made,
 * or did not end. */
void tell_code(struct arena *arena, enum error_family family, const struct said *said,
               const char *call, struct fact_int *ret_code, struct fact_str *ret_name);

/* Which call never ended, and how the child did. */
void tell_head(const struct answer_head *head, const char *library, struct fact_str *ret_outcome,
               struct fact_str *ret_path, struct fact_str *ret_within,
               struct fact_str *ret_load_error);

#endif
