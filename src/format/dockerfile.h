/*
 * dockerfile: a Dockerfile or Containerfile as a list of instructions, each with its lines
 * (https://docs.docker.com/reference/dockerfile/).
 *
 * Read are parser directives, a byte order mark, CRLF, comments, continued lines, heredocs, flags,
 * and both forms of a command. Nothing is expanded here: format/docker_scope.h does that.
 * Everything is in the arena.
 */
#ifndef GPUVET_FORMAT_DOCKERFILE_H
#define GPUVET_FORMAT_DOCKERFILE_H

#include "base/arena.h"

#define DOCKERFILE_LEN (1u << 20) /* bytes of a file */
#define DOCKERFILE_INSTRUCTIONS 4096

/* Where a line of the file begins in an instruction's text. */
struct docker_line {
    size_t offset;
    unsigned line; /* of the file, from 1 */
};

struct docker_instruction {
    struct str name;  /* in upper case, "RUN"; of ONBUILD, that of what it holds back */
    bool on_build;    /* stood behind ONBUILD: runs in a later build */
    unsigned line;    /* where it begins */
    struct str flags; /* "--platform=linux/arm64 --chown=1000", for str_next_word() */
    struct str text;  /* what follows; continued lines are joined by a blank, and the body of a
                         heredoc that a shell reads follows the line that opens it */
    bool json;        /* the text is a JSON array: a command's exec form */
    struct docker_line *lines;
    size_t line_count;
};

struct dockerfile {
    char escape; /* '\\' or '`' */
    struct docker_instruction *items;
    size_t count, room;
};

/* What is wrong, for DOCKERFILE_FAULT. */
enum docker_fault {
    DOCKER_UNKNOWN,   /* no instruction has this name */
    DOCKER_EMPTY,     /* the instruction lacks what must follow it */
    DOCKER_HEREDOC,   /* a heredoc without end */
    DOCKER_NO_FROM,   /* something but ARG stands before the first FROM, or there is none */
    DOCKER_TOO_LARGE, /* over a limit */
};
struct docker_error {
    enum docker_fault fault;
    unsigned line;
    struct str word; /* the name, or what ends the heredoc */
    struct str near; /* of DOCKER_UNKNOWN: what was probably meant; may be empty */
};

/* 0; -EBADMSG or -E2BIG with *ret_error. */
int dockerfile_parse(struct str text, struct arena *arena, struct dockerfile *ret,
                     struct docker_error *ret_error);

/* The file's line at an offset of the instruction's text. */
unsigned docker_line_at(const struct docker_instruction *instruction, size_t offset);

/* The value of a flag, "--platform"; false where it is not given. */
bool docker_flag(const struct docker_instruction *instruction, const char *name, struct str *ret);

#endif
