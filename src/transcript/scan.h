/*
 * scan: where any of many words occurs in a text, in one pass (Aho and Corasick, "Efficient string
 * matching", 1975).
 *
 * Words are found whatever their case (ASCII), and a blank in a word stands for any run of blanks,
 * tabs and line ends: a message that was wrapped is found all the same. The automaton is a dense
 * table, one step a byte; its size is some 140 bytes for each byte of the words. Quotation marks,
 * brackets and the like are not told apart, nor are all bytes of other scripts: a word that is
 * found may be one that only looks like it.
 */
#ifndef GPUVET_TRANSCRIPT_SCAN_H
#define GPUVET_TRANSCRIPT_SCAN_H

#include "base/arena.h"

/* Words must hold no two blanks in a row and none at either end. At most 32,000 bytes in all.
 * They must stay as long as the search does. */
#define SCAN_WORD_MAX 48

struct scan;

struct scan *scan_new(struct arena *arena, const struct str *words, size_t count);

/* Where a pass stands. Zero-initialised at the start; one text may come in several blocks. */
struct scan_pass {
    unsigned state;
    size_t at;      /* in the present block: set it to 0 for the next one */
    unsigned found; /* words that end here and were not given out yet */
};

struct scan_hit {
    unsigned word;
    size_t end; /* just after its last byte */
};

/* The next occurrence; false at the end of the block. Words that end at one place come one by one.
 */
bool scan_next(const struct scan *scan, struct scan_pass *pass, struct str block,
               struct scan_hit *ret);

/* Where the hit's first byte lies; 0 where that is before the block. */
size_t scan_hit_begin(const struct scan *scan, const struct scan_hit *hit, struct str block);

#endif
