#include "say.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define ANSWER_FD 3

/* Room that stays free for the closing brace and the line's end. */
#define TAIL 3

static void add(struct line *line, const char *text, size_t size)
{
    memcpy(line->text + line->len, text, size);
    line->len += size;
}

/* Writes  ,"key":value  whole or not at all. */
static void add_member(struct line *line, const char *key, const char *value, size_t size)
{
    size_t key_size = strlen(key);

    if (line->len + key_size + size + 4 + TAIL > sizeof(line->text))
        return;
    add(line, line->len > 1 ? ",\"" : "\"", line->len > 1 ? 2 : 1);
    add(line, key, key_size);
    add(line, "\":", 2);
    add(line, value, size);
}

struct line line_begin(const char *stage)
{
    struct line line = { .text = "{", .len = 1 };

    line_text(&line, "stage", stage, 100);
    return line;
}

void line_int(struct line *line, const char *key, int64_t value)
{
    char digits[24];
    int size = snprintf(digits, sizeof(digits), "%lld", (long long) value);

    add_member(line, key, digits, (size_t) size);
}

void line_bool(struct line *line, const char *key, bool value)
{
    add_member(line, key, value ? "true" : "false", value ? 4 : 5);
}

void line_real(struct line *line, const char *key, double value)
{
    char digits[64];
    int size;

    /* JSON knows neither infinities nor NaN: an error that large is told as the largest number. */
    if (!(value < 1e300))
        value = 1e300;
    size = snprintf(digits, sizeof(digits), "%.6g", value);
    add_member(line, key, digits, (size_t) size);
}

void line_text(struct line *line, const char *key, const char *value, size_t limit)
{
    char quoted[1024];
    size_t len = 0;

    quoted[len++] = '"';
    for (size_t i = 0; i < limit && value[i] && len + 8 < sizeof(quoted); i++) {
        unsigned char c = (unsigned char) value[i];

        if (c == '"' || c == '\\')
            quoted[len++] = '\\';
        if (c < 0x20 || c > 0x7e)
            len += (size_t) snprintf(quoted + len, 7, "\\u%04x", (unsigned) c);
        else
            quoted[len++] = (char) c;
    }
    quoted[len++] = '"';
    add_member(line, key, quoted, len);
}

void line_end(struct line *line)
{
    const char *rest = line->text;

    add(line, "}\n", 2);
    while (line->len) {
        ssize_t size = write(ANSWER_FD, rest, line->len);

        if (size < 0 && errno != EINTR)
            _exit(4);
        if (size > 0) {
            rest += size;
            line->len -= (size_t) size;
        }
    }
}

struct line line_about(const char *stage, int gpu)
{
    struct line line = line_begin(stage);

    if (gpu != NO_GPU)
        line_int(&line, "gpu", gpu);
    return line;
}

void say_enter(const char *stage, int gpu)
{
    struct line line = line_about(stage, gpu);

    line_bool(&line, "enter", true);
    line_end(&line);
}

void say_code(const char *stage, int gpu, int code)
{
    struct line line = line_about(stage, gpu);

    line_int(&line, "code", code);
    line_end(&line);
}

void say_missing(const char *stage, int gpu)
{
    struct line line = line_about(stage, gpu);

    line_bool(&line, "missing", true);
    line_end(&line);
}

int64_t now_us(void)
{
    struct timespec now = { 0 };

    /* clock_gettime moved from librt to libc in glibc 2.17; the system call never moved. */
    (void) syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &now);
    return (int64_t) now.tv_sec * 1000000 + now.tv_nsec / 1000;
}
