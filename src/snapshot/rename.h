/*
 * rename: one consistent renaming of what names people and machines. Everything keeps its length.
 *
 * Words (users, hosts, secret values) are learned first; then texts are renamed. Numbers (UUIDs,
 * addresses, serial numbers) are renamed as they come: two that begin alike do so afterwards, for
 * as many characters, because CUDA_VISIBLE_DEVICES takes the start of a UUID for the whole.
 */
#ifndef GPUVET_SNAPSHOT_RENAME_H
#define GPUVET_SNAPSHOT_RENAME_H

#include "base/arena.h"

enum word_kind { WORD_USER, WORD_HOST, WORD_SECRET };

/* Where a text comes from, which says what may be in it. */
enum place {
    PLACE_PACKAGE, /* of a distribution or a Python package: 9.1.0.70 is a version there */
    PLACE_PRIVATE, /* everything else that is text */
    PLACE_BINARY,  /* words only as a part of a path */
};

struct word {
    enum word_kind kind;
    struct str text, alias;
    bool home_only; /* something else has the same name: only behind home/ */
};

struct rename {
    struct arena *arena;
    LIST(struct word) words;
    unsigned counts[WORD_SECRET + 1];
    LIST(struct str) numbers; /* in the order in which they came */
};

/* Names that every machine has, and words of one character, are not learned. */
void rename_learn(struct rename *rename, enum word_kind kind, struct str text, bool home_only);

/* The users whose homes the text names. */
void rename_learn_homes(struct rename *rename, struct str text);

/* The same text, or a renamed copy. */
struct str rename_text(struct rename *rename, struct str text, enum place place);

/* As many stars as it has bytes. */
struct str rename_hide(struct rename *rename, struct str text);

#endif
