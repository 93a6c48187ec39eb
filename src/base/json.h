/*
 * json: writes one JSON value into a buffer, indented by two spaces, keys in the order given.
 *
 *     struct json json = json_to(&buf);
 *     json_open(&json, NULL, '{');
 *     json_put_str(&json, "cause", slug);
 *     json_close(&json, '}');
 *
 * Inside an object every value needs its key; inside an array the key is NULL. Bytes that are no
 * UTF-8 are written as U+FFFD, so the output is valid whatever the input was.
 */
#ifndef GPUVET_BASE_JSON_H
#define GPUVET_BASE_JSON_H

#include "base/buf.h"

struct json {
    struct buf *buf;
    unsigned depth;
    bool first;
};

struct json json_to(struct buf *buf);
void json_open(struct json *json, const char *key, char bracket); /* '{' or '[' */
void json_close(struct json *json, char bracket);                 /* '}' or ']' */
void json_put_str(struct json *json, const char *key, struct str value);
void json_put_int(struct json *json, const char *key, int64_t value);
void json_put_bool(struct json *json, const char *key, bool value);
void json_put_null(struct json *json, const char *key);

/* A number that is not whole, with up to `digits` decimals. */
void json_put_real(struct json *json, const char *key, double value, int digits);

#endif
