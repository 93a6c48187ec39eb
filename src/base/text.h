/*
 * text: UTF-8 as a terminal shows it.
 *
 * Widths come from our own table (a static program must not load locale data): a Chinese glyph
 * takes two columns, a combining mark none. What is shown of examined values is always escaped
 * first: control bytes, escape sequences, bytes that are no UTF-8, and the direction marks that
 * reorder a line appear as \xNN, so that a hostile name cannot move the cursor or fake a line.
 */
#ifndef GPUVET_BASE_TEXT_H
#define GPUVET_BASE_TEXT_H

#include "base/buf.h"

/* Bytes of the character at the start of `s` (1 to 4) and its code; 0 where that is no valid UTF-8.
 */
size_t utf8_next(struct str s, uint32_t *ret_code);

bool utf8_valid(struct str s);

/* Columns that the text takes on a terminal. It must be escaped already. */
size_t text_width(struct str s);

/* The longest start of `s` that takes at most `columns`, and never half a character. */
struct str text_fit(struct str s, size_t columns);

/* Appends `s` as it may be shown. */
void text_escape(struct buf *buf, struct str s);

/* Appends one word of a command as a POSIX shell needs it: bare where that is safe, else in single
 * quotes; with a control byte in it, as $'…' with every such byte escaped. */
void text_shell_quote(struct buf *buf, struct str s);

#endif
