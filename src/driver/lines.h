/*
 * lines: the helper's answer, line by line.
 *
 * Each line is one JSON object with a "stage": the call, or the subject, that it is about. A line
 * with "enter": true comes before a call into a vendor library, so that where a helper hung or died
 * is known. Bytes that are no such line (a library may print) are counted and passed over.
 *
 *     struct lines lines = lines_of(arena, child, &head);
 *     while ((line = lines_next(&lines, &stage, &gpu)))
 *         …, json_decref(line);
 */
#ifndef GPUVET_DRIVER_LINES_H
#define GPUVET_DRIVER_LINES_H

#include "base/child.h"

#include <jansson.h>

/* A line about a larger GPU number is garbage. */
#define ANSWER_GPUS_MAX 64

enum said_state {
    SAID_NOTHING,    /* not asked, or the answer lacks it */
    SAID_VALUE,      /* code 0, and the value is there */
    SAID_CODE,       /* the call gave `code`, not 0 */
    SAID_MISSING,    /* the library has no such function */
    SAID_UNFINISHED, /* the call began, and no answer came: it hung, or killed the helper */
};

struct said {
    enum said_state state;
    int code;
    int64_t number;
    struct str text;
};

/* What holds for every run of the helper. */
struct answer_head {
    const struct child_result *child;
    bool done;             /* it reached its end */
    bool loaded;           /* the first library it wanted could be loaded … */
    struct str load_error; /* … or why not, in the loader's words */
    struct str path;       /* the file that it was loaded from, as the loader names it */
    struct str within;     /* the call that began and never ended; empty: none */
    int within_gpu;        /* its GPU, or -1 */
    size_t garbage;        /* lines that are no answers */
};

/* GPUs are asked at once, so several calls may be open: one a GPU, and one about none. */
struct lines {
    struct arena *arena;
    struct answer_head *head;
    struct str rest;
    size_t count;
    struct str open[ANSWER_GPUS_MAX + 1];
    size_t opened_at[ANSWER_GPUS_MAX + 1];
};

/* `head` is filled while reading, and complete at the end. */
struct lines lines_of(struct arena *arena, const struct child_result *child,
                      struct answer_head *head);

/* The next answer, its stage (good as long as the line) and its GPU (-1: about none); NULL at the
 * end. The caller gives it back with json_decref(). */
json_t *lines_next(struct lines *lines, struct str *ret_stage, int *ret_gpu);

/* Members: a text, in the arena, with every byte as the library gave it; a whole number; any number
 * (0 where there is none); whether it is true. */
struct str line_text(struct arena *arena, const json_t *line, const char *member);
int64_t line_number(const json_t *line, const char *member, int64_t otherwise);
double line_real(const json_t *line, const char *member);
bool line_true(const json_t *line, const char *member);

/* A call's value from its line; NULL: the code alone. */
struct said said_in(struct arena *arena, const json_t *line, const char *member);

#endif
