/* layout: lines that fit a terminal. For report/text.c and the help. */
#ifndef GPUVET_REPORT_LAYOUT_H
#define GPUVET_REPORT_LAYOUT_H

#include "base/text.h"

/*
 * Appends text that is already escaped, broken at blanks (between wide glyphs anywhere) so that no
 * line is wider than `columns`. The first line starts at column `at`; further ones are indented by
 * `indent`. No newline at the end. Returns the column where it ended.
 */
size_t layout_wrap(struct buf *buf, struct str text, size_t at, size_t indent, size_t columns);

/*
 * Appends one line of a report: `mark` as it is, `indent` columns wide, then `text`, escaped here
 * and broken as above, then a newline. Of a text of more than 64 KiB the rest is left out.
 */
void layout_line(struct buf *buf, const char *mark, struct str text, size_t indent, size_t columns);

/*
 * Appends a command's words, quoted for a shell, broken with " \" between words. A leading home
 * folder is written as ~. Columns as above.
 */
size_t layout_command(struct buf *buf, const struct str *words, size_t count, struct str home,
                      size_t at, size_t indent, size_t columns);

#endif
