/*
 * record: which files an installed package owns, from RECORD of its .dist-info.
 *
 * Lines of CSV, "path,sha256=<base64url without padding>,size"
 * (https://packaging.python.org/en/latest/specifications/recording-installed-packages/). Paths are
 * relative to the folder that holds the .dist-info, and may lead out of it
 * ("../../../bin/torchrun").
 */
#ifndef GPUVET_FORMAT_RECORD_H
#define GPUVET_FORMAT_RECORD_H

#include "base/arena.h"

#define RECORD_FIELD 4096 /* bytes of one field; longer is -E2BIG */

struct record {
    struct str path;
    struct str algorithm,
        hash; /* "sha256" and its text; empty where not recorded (RECORD itself) */
    bool has_size;
    uint64_t size; /* in bytes */
};

/*
 * Takes the next line off *rest, empty ones passed over. 1; 0 at the end; -EBADMSG, -E2BIG (that
 * line is taken too: the caller may go on). Quoted paths are copied into the arena, others are
 * views into the text.
 */
int record_next(struct str *rest, struct arena *arena, struct record *ret);

#endif
