/*
 * line: the words of a description's line, with their escapes and attributes. Shared by the readers
 * of machines and of cases.
 */
#ifndef GPUVET_TESTS_LINE_H
#define GPUVET_TESTS_LINE_H

#include "base/arena.h"

/* \xNN \n \t \e \s \\ become the bytes they stand for; any other backslash stays. */
struct str line_unescape(struct arena *arena, struct str s);

/* The next line of *rest, counted in *line. False at the end. */
bool line_next(struct str *rest, unsigned *line, struct str *ret);

/* Takes the lines that are indented by four blanks off *rest, without that indent; blank lines
 * between them belong to them. Every line ends in "\n". */
struct str line_block(struct arena *arena, struct str *rest, unsigned *line);

/* Is the word "key=value"? */
bool line_attribute(struct str word, const char *key, struct str *ret_value);

#endif
