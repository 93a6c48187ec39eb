/*
 * match: Perl's regular expressions (PCRE2) on short texts, within limits.
 *
 * A pattern is compiled when it is first asked for. Matching works on bytes, any bytes; blow-ups
 * end at a limit and count as no match. All memory comes from the arena.
 */
#ifndef GPUVET_TRANSCRIPT_MATCH_H
#define GPUVET_TRANSCRIPT_MATCH_H

#include "knowledge/patterns.h"
#include "base/arena.h"

struct matcher;

struct matcher *matcher_new(struct arena *arena);

/* The first match of the pattern with this number that begins in [from, before) of the text. Good
 * until the next call. */
struct match {
    const void *code;
    const size_t *ends; /* pairs of begin and end, by group */
    unsigned groups;
    struct str text;
};
bool matcher_find(struct matcher *matcher, unsigned pattern, struct str text, size_t from,
                  size_t before, struct match *ret);

/* What a named group took; group "0" is the whole match. False where it took no part. */
bool match_group(const struct match *match, struct str name, struct str *ret);

#endif
