/*
 * say: one answer, one JSON object, one line on descriptor 3.
 *
 *     struct line line = line_begin("cuInit");
 *     line_int(&line, "code", 0);
 *     line_end(&line);
 *
 * A line is written in one piece, so lines of several threads never mix (pipe(7): writes of up to
 * 4096 bytes are atomic). What does not fit into a line is left out, whole members at a time. Where
 * nobody reads any more the program ends.
 */
#ifndef GPUVET_HELPER_SAY_H
#define GPUVET_HELPER_SAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NO_GPU (-1)

struct line {
    char text[2048];
    size_t len;
};

struct line line_begin(const char *stage);
void line_int(struct line *line, const char *key, int64_t value);
void line_bool(struct line *line, const char *key, bool value);
void line_real(struct line *line, const char *key, double value);
/* Up to the NUL or `limit` bytes. A byte outside ASCII is written as \u00XX of its own value,
 * whatever it belongs to, so that the reader can restore the very bytes of any path. */
void line_text(struct line *line, const char *key, const char *value, size_t limit);
void line_end(struct line *line);

/* {"stage": …, "gpu": …}: a line about one GPU, or about none (NO_GPU). */
struct line line_about(const char *stage, int gpu);

/* Said before every call into a vendor library: where we die is then known. */
void say_enter(const char *stage, int gpu);
void say_code(const char *stage, int gpu, int code);
void say_missing(const char *stage, int gpu);

/* Microseconds since some fixed moment. */
int64_t now_us(void);

#endif
