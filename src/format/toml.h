/*
 * toml: pyproject.toml, uv.lock and the like, as a tree (https://toml.io/en/v1.0.0).
 *
 * Read are tables, arrays of tables, inline tables, arrays, dotted and quoted keys, and every kind
 * of text. Numbers and dates stay text. It is a reader for files that others have checked: a table
 * that is opened twice is merged, and the form of a number is not looked at. Everything is in the
 * arena.
 */
#ifndef GPUVET_FORMAT_TOML_H
#define GPUVET_FORMAT_TOML_H

#include "base/arena.h"

#define TOML_LEN (16u << 20) /* bytes of a file */
#define TOML_KEYS 4096       /* keys of one table */
#define TOML_DEPTH 16        /* values within values, and parts of one key */

enum toml_kind {
    TOML_TABLE,
    TOML_ARRAY,
    TOML_TEXT,
    TOML_BOOL,
    TOML_OTHER, /* a number or a date, as written */
};

struct toml {
    enum toml_kind kind;
    struct str key;            /* in its table; empty in an array */
    struct str text;           /* of TEXT, BOOL ("true", "false") and OTHER */
    struct toml *first, *last; /* of TABLE and ARRAY, in the file's order */
    struct toml *next;         /* in the same table or array */
    size_t count;              /* how many there are between first and last */
};

/* The file's top table. 0, -EBADMSG, -E2BIG (over a limit). */
int toml_parse(struct str text, struct arena *arena, struct toml **ret);

/* The value below `table` at a path of keys divided by ".", or NULL: also where `table` is NULL. */
const struct toml *toml_get(const struct toml *table, const char *path);

/* The text there; empty where there is none, or another kind. */
struct str toml_text(const struct toml *table, const char *path);

#endif
