/*
 * table: what all generated tables share.
 *
 * The tables come from the CSV and TOML files in knowledge/, through tools/gen_tables.py, when the
 * program is built. Every distinct text stands once, in one pool of bytes, and rows refer to it by
 * number: that keeps the program small, and free of relocations. What the look-ups give out are
 * views of that pool, good for ever.
 */
#ifndef GPUVET_KNOWLEDGE_TABLE_H
#define GPUVET_KNOWLEDGE_TABLE_H

#include "base/str.h"

/* How far a row is to be trusted, lowest first; what each means: knowledge/README.md. A verdict may
 * call itself certain because of a row only where that is READ or MEASURED; about what code a build
 * of PyTorch holds, only where it is MEASURED. */
enum basis {
    BASIS_UNVERIFIED,
    BASIS_DERIVED,  /* worked out by a rule */
    BASIS_READ,     /* stated by the project that makes the thing */
    BASIS_MEASURED, /* read from the artefact itself */
};

/* "unverified", "derived", "read", "measured". */
struct str basis_name(enum basis basis);

/* What a table says to a yes-or-no question. */
enum answer {
    ANSWER_UNKNOWN,
    ANSWER_NO,
    ANSWER_YES,
};

/* The text with this number; number 0 is the empty text. For rows of generated tables only. */
struct str table_text(uint16_t number);

/*
 * The first of `count` sorted rows that does not stand before `key`; `count` where all do.
 * `compare` says how row `at` stands to the key: <0 before, 0 equal, >0 after.
 */
size_t table_lower_bound(size_t count, int (*compare)(size_t at, const void *key), const void *key);

/* The number of rows from `first` on that equal `key`. */
size_t table_equal_run(size_t count, size_t first, int (*compare)(size_t at, const void *key),
                       const void *key);

#endif
