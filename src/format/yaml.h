/*
 * yaml: a YAML or JSON file as a tree in which every value knows its place, read with libyaml
 * (https://yaml.org/spec/1.1/).
 *
 * Of several documents the first is read, or all. Anchors are followed, at most YAML_NODES values
 * in all, and the merge key "<<" is worked out. Scalars stay text. With `comments`, C's two forms
 * of comments are taken out first: what editors call "JSON with comments" is YAML but for those.
 * Everything is in the arena.
 */
#ifndef GPUVET_FORMAT_YAML_H
#define GPUVET_FORMAT_YAML_H

#include "base/arena.h"

#define YAML_LEN (1u << 20) /* bytes of a file */
#define YAML_NODES 65536    /* values, those that anchors repeat among them */
#define YAML_DEPTH 64

enum yaml_kind { YAML_NULL, YAML_TEXT, YAML_LIST, YAML_MAP };

struct yaml {
    enum yaml_kind kind;
    struct str key;  /* in a map; empty in a list */
    struct str text; /* of TEXT: also of numbers and booleans */
    unsigned line,
        column; /* where the value stands, from 1; of a map's member, where its key does */
    struct yaml *first, *last, *next;
    size_t count;
};

/* 0; -EBADMSG or -E2BIG, with the place and, in libyaml's words, what is wrong. */
struct yaml_error {
    unsigned line, column;
    struct str what;
};
int yaml_parse(struct str text, bool comments, struct arena *arena, const struct yaml **ret,
               struct yaml_error *ret_error);

/* All documents of the text, as a list; an empty one is YAML_NULL. Errors as yaml_parse(). */
int yaml_parse_all(struct str text, struct arena *arena, const struct yaml **ret,
                   struct yaml_error *ret_error);

/* The value below `map` at a path of keys divided by ".", or NULL: also where `map` is NULL. */
const struct yaml *yaml_get(const struct yaml *map, const char *path);

/* The text there; empty where there is none, or another kind. */
struct str yaml_text(const struct yaml *map, const char *path);

#endif
