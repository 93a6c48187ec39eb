#include "format/http.h"

#include "base/buf.h"

#include <errno.h>

/* "HTTP/1.1 200 OK" */
static int parse_status(struct str line, unsigned *ret)
{
    struct str version, code;
    uint64_t status;

    if (!str_starts(line, STR("HTTP/1.")) || !str_next_word(&line, &version) ||
        !str_next_word(&line, &code) || code.len != 3 || str_u64(code, 10, &status) < 0 ||
        status < 100 || status > 599)
        return -EBADMSG;
    *ret = (unsigned) status;
    return 0;
}

struct str http_header(const struct http_answer *answer, const char *name)
{
    struct str rest = answer->head, line, key, value;

    while (str_next_line(&rest, &line))
        if (str_cut(line, ':', &key, &value) && str_eq_nocase(key, str_of(name)))
            return str_trim(value);
    return (struct str){ NULL, 0 };
}

/* RFC 9112, 7.1: a size in base 16, perhaps ";extensions", the chunk; the last is of size 0. */
static int join_chunks(struct str rest, struct arena *arena, struct str *ret)
{
    struct buf body = buf_new(arena, rest.len);

    for (;;) {
        struct str line, size, extension, after;
        uint64_t length;

        if (!str_cut(rest, '\n', &line, &after))
            return -EAGAIN;
        (void) str_cut(line, ';', &size, &extension);
        if (str_u64(str_trim(size), 16, &length) < 0)
            return -EBADMSG;
        if (length == 0)
            break;
        if (length > after.len || after.len - (size_t) length < 2)
            return -EAGAIN;
        buf_add(&body, str_slice(after, 0, (size_t) length));
        rest = str_from(after, (size_t) length + 2);
    }
    *ret = buf_str(&body);
    return 0;
}

static bool has_no_body(unsigned status)
{
    return status < 200 || status == 204 || status == 304;
}

static int parse_body(struct str rest, bool ended, struct arena *arena, struct http_answer *answer)
{
    struct str length = http_header(answer, "Content-Length");
    uint64_t size;

    if (has_no_body(answer->status))
        return 0;
    if (str_eq_nocase(http_header(answer, "Transfer-Encoding"), STR("chunked")))
        return join_chunks(rest, arena, &answer->body);
    if (length.len && str_u64(length, 10, &size) < 0)
        return -EBADMSG;
    if (length.len ? rest.len < size : !ended)
        return -EAGAIN;
    answer->body = length.len ? str_slice(rest, 0, (size_t) size) : rest;
    return 0;
}

int http_parse(struct str bytes, bool ended, struct arena *arena, struct http_answer *ret)
{
    struct http_answer answer = { 0 };
    struct str rest = bytes, line;
    size_t from, to, lines = 0;
    int r;

    if (!str_cut(rest, '\n', &line, &rest))
        return ended || bytes.len > 4096 ? -EBADMSG : -EAGAIN;
    if (parse_status(line, &answer.status) < 0)
        return -EBADMSG;
    from = to = bytes.len - rest.len;
    for (;;) {
        if (++lines > HTTP_HEADERS)
            return -E2BIG;
        if (!str_cut(rest, '\n', &line, &rest))
            return ended ? -EBADMSG : -EAGAIN;
        if (str_trim(line).len == 0)
            break;
        to = bytes.len - rest.len;
    }
    answer.head = str_slice(bytes, from, to);
    r = parse_body(rest, ended, arena, &answer);
    if (r == 0)
        *ret = answer;
    return r == -EAGAIN && ended ? -EBADMSG : r;
}
