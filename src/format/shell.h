/*
 * shell: the simple commands of a shell's text, one after the other: "a && b; c | d" has four.
 *
 * Enough to see what a RUN line installs and starts, no more: substitutions, functions and loops
 * are not followed, but the commands in them are given like any other. Words are unquoted, and
 * filled in from the scope.
 */
#ifndef GPUVET_FORMAT_SHELL_H
#define GPUVET_FORMAT_SHELL_H

#include "format/docker_scope.h"

#define SHELL_WORDS 1024 /* of one command; further ones are dropped */

struct shell_word {
    struct str text;
    size_t offset; /* in the text that was given */
    bool known;    /* its variables are */
};

struct shell_command {
    struct shell_word *items; /* assignments before the command among them */
    size_t count, room;
};

/* Takes the next command off; false at the end. `text` is all of it, *at the position. */
bool shell_next(const struct docker_scope *scope, struct str text, size_t *at,
                struct shell_command *ret);

#endif
