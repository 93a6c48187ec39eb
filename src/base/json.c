#include "base/json.h"

#include "base/text.h"

struct json json_to(struct buf *buf)
{
    return (struct json){ .buf = buf, .first = true };
}

static void quote(struct buf *buf, struct str s)
{
    buf_add_char(buf, '"');
    while (s.len) {
        uint32_t code;
        size_t size = utf8_next(s, &code);

        if (size == 0) {
            buf_addz(buf, "\\ufffd");
            size = 1;
        } else if (code == '"' || code == '\\') {
            buf_add_char(buf, '\\');
            buf_add_char(buf, (char) code);
        } else if (code == '\n') {
            buf_addz(buf, "\\n");
        } else if (code < 0x20 || code == 0x7f || code == 0x2028 || code == 0x2029) {
            buf_addf(buf, "\\u%04x", (unsigned) code);
        } else {
            buf_add(buf, str_slice(s, 0, size));
        }
        s = str_from(s, size);
    }
    buf_add_char(buf, '"');
}

static void start_value(struct json *json, const char *key)
{
    if (!json->first)
        buf_add_char(json->buf, ',');
    if (json->depth) {
        buf_add_char(json->buf, '\n');
        buf_repeat(json->buf, ' ', 2u * json->depth);
    }
    json->first = false;
    if (key) {
        quote(json->buf, str_of(key));
        buf_addz(json->buf, ": ");
    }
}

void json_open(struct json *json, const char *key, char bracket)
{
    start_value(json, key);
    buf_add_char(json->buf, bracket);
    json->depth++;
    json->first = true;
}

void json_close(struct json *json, char bracket)
{
    json->depth--;
    if (!json->first) {
        buf_add_char(json->buf, '\n');
        buf_repeat(json->buf, ' ', 2u * json->depth);
    }
    buf_add_char(json->buf, bracket);
    json->first = false;
}

void json_put_str(struct json *json, const char *key, struct str value)
{
    start_value(json, key);
    quote(json->buf, value);
}

void json_put_int(struct json *json, const char *key, int64_t value)
{
    start_value(json, key);
    buf_addf(json->buf, "%lld", (long long) value);
}

void json_put_bool(struct json *json, const char *key, bool value)
{
    start_value(json, key);
    buf_addz(json->buf, value ? "true" : "false");
}

void json_put_null(struct json *json, const char *key)
{
    start_value(json, key);
    buf_addz(json->buf, "null");
}

void json_put_real(struct json *json, const char *key, double value, int digits)
{
    start_value(json, key);
    buf_addf(json->buf, "%.*f", digits, value);
}
