/*
 * look: what probes share. Looks that keep their doubt.
 *
 * A conclusion that rests on several looks may be drawn only where each look that could change it
 * succeeded. A doubt remembers the first that did not; the settle functions then leave the fact
 * DENIED or UNKNOWN, and name the path that failed.
 */
#ifndef GPUVET_PROBE_LOOK_H
#define GPUVET_PROBE_LOOK_H

#include "probe/probe.h"

/* Zero: no doubt. */
struct doubt {
    int error; /* a negative errno, never one that means absence */
    struct str from;
};

/* Takes the result of a look: 0 and absence leave no doubt. Returns `error`, for use in a test.
 * `path` must live as long as the facts. */
int doubt_add(struct doubt *doubt, int error, struct str path);
void doubt_merge(struct doubt *doubt, const struct doubt *other);

/* A fact that could not be read: ABSENT, DENIED or UNKNOWN, by the error. */
#define FACT_FAILED(fact, error, path) \
    ((fact)->state = fact_state_of_error(error), (fact)->from = (path))

/* The fact stays open for this doubt. */
#define FACT_DOUBTED(fact, doubt) FACT_FAILED((fact), (doubt)->error, (doubt)->from)

/* KNOWN, or ABSENT, where there is no doubt. */
void settle_str(struct fact_str *fact, struct str value, struct str from,
                const struct doubt *doubt);
void settle_bool(struct fact_bool *fact, bool value, struct str from, const struct doubt *doubt);
void settle_int(struct fact_int *fact, int64_t value, struct str from, const struct doubt *doubt);
void settle_absent(struct fact_str *fact, struct str from, const struct doubt *doubt);

/* Whether something is at the path, links followed: KNOWN true or false, DENIED, or UNKNOWN. */
void look_exists(struct root *root, struct str path, struct fact_bool *ret);

/* What one read gives of a file's start, at most `size` bytes, however long it is: of /proc and
 * /sys a whole attribute, or as many records as fit. Errors as root_read(). */
int look_start(struct probe_ctx *ctx, struct str path, size_t size, struct str *ret);

/* The last bytes of a file, from the start of a line on where the file is longer. */
int look_end(struct probe_ctx *ctx, struct str path, size_t size, struct str *ret);

/*
 * The value of the first line "KEY<separator>value", trimmed and without quotes around it; blanks
 * between the key and the separator are allowed. False where there is none.
 */
bool look_value(struct str text, const char *key, char separator, struct str *ret);

/* Whether `word` is one of the text's words. */
bool look_word(struct str text, struct str word);

/* A text for people out of a file's bytes, as a copy: NULs and control bytes end it. */
struct str look_printable(struct arena *arena, struct str bytes);

#endif
