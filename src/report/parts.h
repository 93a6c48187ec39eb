/* parts: what the texts for people share. Only for this folder. */
#ifndef GPUVET_REPORT_PARTS_H
#define GPUVET_REPORT_PARTS_H

#include "report/report.h"

/* The most bytes of one part: a headline, a command, a piece of evidence. */
#define REPORT_PART_LIMIT (1024u * 1024u)

enum paint { PAINT_GOOD, PAINT_BAD, PAINT_FAINT, PAINT_STRONG };

/* Appends `text`, in colour where the report has any. */
void report_paint(struct buf *buf, const struct report *report, enum paint how, struct str text);

/* One of our sentences in the report's language. */
struct str report_say(const struct report *report, enum text_id id);

/* The user's home folder; empty where it is not known. */
struct str report_home(const struct report *report);

/* A sentence with {facts} in it: filled, escaped, and the home folder shortened to ~. */
struct str report_shown(struct arena *arena, const struct report *report, struct str template);

/* What comes from outside, made harmless. */
struct str report_escaped(struct arena *arena, struct str text);

/* Blanks from column `at` to `column`. */
void report_pad(struct buf *buf, size_t at, size_t column);

/* The mark of a link's state, and how to paint it. */
struct str report_mark(enum link_state state, enum paint *ret_paint);

/* "/sys/module/nvidia/version says 470.57.02", as the fact's state and kind have it. Not escaped.
 */
struct str report_evidence(struct arena *arena, const struct report *report, struct str name,
                           const struct fact_ref *ref);

#endif
