/*
 * docker_scope: the variables of a Dockerfile or a compose file, and what a text is with them
 * filled in (https://docs.docker.com/reference/dockerfile/#environment-replacement).
 *
 * $NAME, ${NAME}, ${NAME:-word}, ${NAME:+word}, both also without the colon, ${NAME:?word}. A
 * variable that was declared without a value may be given when the image is built, so a text with
 * it is not known; it stays in the text as it was written.
 */
#ifndef GPUVET_FORMAT_DOCKER_SCOPE_H
#define GPUVET_FORMAT_DOCKER_SCOPE_H

#include "base/arena.h"

#define DOCKER_TEXT_LEN (64u * 1024u) /* bytes of an expanded text; what is over is dropped */

struct docker_variable {
    struct str name, value;
    bool known; /* else its value is given from outside */
};

struct docker_scope {
    struct arena *arena;
    char escape; /* before a "$" that is meant as such; 0: "$$" is, as compose has it */
    bool open;   /* what was not declared comes from outside, too: compose, and FROM lines */
    struct docker_variable *items;
    size_t count, room;
};

/* Sets, or sets anew. */
void docker_scope_set(struct docker_scope *scope, struct str name, struct str value, bool known);
const struct docker_variable *docker_scope_find(const struct docker_scope *scope, struct str name);

/* One that changes apart from the other. */
struct docker_scope docker_scope_copy(const struct docker_scope *scope);

/* True where all of it is known. */
bool docker_expand(const struct docker_scope *scope, struct str text, struct str *ret);

/*
 * The next word of "a=b c='d e'" or of a shell's command: quotes are taken off, and variables
 * outside of single quotes filled in. Takes it off *rest; false at the end. *ret_known as above.
 */
bool docker_next_word(const struct docker_scope *scope, struct str *rest, struct str *ret,
                      bool *ret_known);

#endif
