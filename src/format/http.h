/*
 * http: the answer of an HTTP/1.1 server (RFC 9112): status, header lines, body. A body comes
 * whole, in chunks, or up to the end of the connection.
 */
#ifndef GPUVET_FORMAT_HTTP_H
#define GPUVET_FORMAT_HTTP_H

#include "base/arena.h"

#define HTTP_HEADERS 128 /* lines of a header */

struct http_answer {
    unsigned status; /* 100 to 599 */
    struct str head; /* header lines */
    struct str body; /* where it came in chunks, a copy in the arena */
};

/*
 * 0; -EAGAIN: more is to come (never where `ended`); -EBADMSG: no HTTP, or cut short; -E2BIG: too
 * many header lines.
 */
int http_parse(struct str bytes, bool ended, struct arena *arena, struct http_answer *ret);

/* The value of a header line, in any case; empty where there is none. */
struct str http_header(const struct http_answer *answer, const char *name);

#endif
