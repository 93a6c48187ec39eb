/*
 * sshd_config: the lines of sshd's configuration, and the patterns in them
 * (https://man.openbsd.org/sshd_config, https://man.openbsd.org/ssh_config#PATTERNS).
 */
#ifndef GPUVET_FORMAT_SSHD_CONFIG_H
#define GPUVET_FORMAT_SSHD_CONFIG_H

#include "base/arena.h"

#define SSHD_WORDS 64 /* of one line; what follows is left out */

struct sshd_line {
    struct str keyword; /* as it is written; compare without case */
    struct str words[SSHD_WORDS];
    size_t count;
};

/* Takes lines off *rest up to the next that says something. "Keyword=value" is taken as sshd does;
 * double and single quotes hold a word together. False at the end. */
bool sshd_next(struct str *rest, struct arena *arena, struct sshd_line *ret);

/* "*" and "?" in one pattern. */
bool sshd_matches(struct str text, struct str pattern);

/* A list divided by commas, in which "!pattern" refuses whatever else matches. */
bool sshd_list_matches(struct str text, struct str list);

#endif
