/*
 * http_client: one request, one answer, within a deadline. http goes over a socket of ours, https
 * through the user's curl. The token is sent, and stands nowhere else: curl reads it from its
 * standard input, so that no list of processes shows it.
 */
#ifndef GPUVET_ACCESS_HTTP_CLIENT_H
#define GPUVET_ACCESS_HTTP_CLIENT_H

#include "access/access.h"
#include "format/http.h"

#define HTTP_US 15000000      /* for one answer */
#define HTTP_LIMIT (4u << 20) /* bytes of it */

struct http_request {
    const char *method; /* "GET" */
    struct str path;    /* after the target's own: "/api/status" */
    bool anonymous;     /* without the token */
    bool upgrade;       /* to a websocket: the answer ends with its header */
};

/*
 * 0, or a negative errno with *ret_why in words: -ECONNREFUSED and the like, -ETIMEDOUT, -EBADMSG
 * (what answers speaks no HTTP), -ENOENT (https, and there is no curl), -EPROTO (curl's own words).
 */
int http_ask(const struct knocker *knocker, const struct jupyter_target *target,
             const struct http_request *request, struct http_answer *ret, struct str *ret_why);

#endif
