/*
 * transcript: a pasted text (a log, a traceback, what tools printed) as one more source of facts.
 *
 * One pass, in constant memory: a search for some hundred words picks lines, and only these are
 * cleaned and matched with the patterns of knowledge/patterns/. Nothing here judges: messages
 * become items of facts.symptom, values become facts, and each fact's `from` is "line:column" of
 * the text, both from 1, the column in bytes.
 *
 * What a text does not say stays UNKNOWN. Facts that follow from others are left to the probes of
 * COST_NOTHING.
 */
#ifndef GPUVET_TRANSCRIPT_TRANSCRIPT_H
#define GPUVET_TRANSCRIPT_TRANSCRIPT_H

#include "facts/facts.h"

/*
 * Where the text comes from. `read` puts up to `room` bytes into `buffer` and says how many: 0 at
 * the end; or a negative errno.
 */
struct transcript_source {
    int (*read)(void *context, char *buffer, size_t room, size_t *ret_count);
    void *context;
};

/*
 * A line that told something, to be shown as evidence: as its program wrote it, without colours and
 * quotation marks, secrets masked. Of a long line, QUOTED_MAX bytes around what was read, with "…"
 * where it was cut. Facts whose `from` begins with the line's number come from it.
 */
#define QUOTED_MAX 240
struct quoted_line {
    uint64_t number;  /* from 1 */
    struct str place; /* "line:column" of what was read first */
    struct str text;  /* bytes of the text, not escaped */
};
struct quotes {
    LIST(struct quoted_line) lines; /* in the text's order; a line may stand here twice */
};

/* The line that `from` ("line:column") names; NULL where it names none that is quoted. */
const struct quoted_line *quotes_find(const struct quotes *quotes, struct str from);

/* Adds to *ret what the text says: facts that are known already stay. Fails only as `read` does.
 * `ret_quotes` may be NULL. */
int transcript_read(struct arena *arena, const struct transcript_source *source, struct facts *ret,
                    struct quotes *ret_quotes);

/* The same for a text in memory. */
void transcript_read_text(struct arena *arena, struct str text, struct facts *ret);

#endif
