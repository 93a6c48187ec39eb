#include "access/http_client.h"

#include "access/net.h"
#include "access/program.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/fd.h"

#include <errno.h>

#define REQUEST_LIMIT 65536

/* RFC 6455, 1.3: any 16 bytes in base 64. The answer is not read beyond its header. */
#define WEBSOCKET_KEY "Z3B1dmV0LWtub2Nrcy4uLg=="

/* The header lines of a request, each between `before` and `after`. */
static void add_headers(struct buf *buf, const struct jupyter_target *target,
                        const struct http_request *request, const char *before, const char *after)
{
    static const char *const upgrade[] = { "Connection: Upgrade", "Upgrade: websocket",
                                           "Sec-WebSocket-Version: 13",
                                           ("Sec-WebSocket-Key: " WEBSOCKET_KEY) };

    if (!request->anonymous && target->token.len)
        buf_addf(buf, "%sAuthorization: token %.*s%s", before, STR_ARG(target->token), after);
    for (size_t i = 0; request->upgrade && i < sizeof(upgrade) / sizeof(upgrade[0]); i++)
        buf_addf(buf, "%s%s%s", before, upgrade[i], after);
    if (!request->upgrade)
        buf_addf(buf, "%sConnection: close%s", before, after);
}

static bool is_v6(struct str host)
{
    return str_find_char(host, ':') != STR_NONE;
}

/* --- http ---------------------------------------------------------------------------------- */

static struct str request_text(struct arena *arena, const struct jupyter_target *target,
                               const struct http_request *request)
{
    struct buf buf = buf_new(arena, REQUEST_LIMIT);

    buf_addf(&buf, "%s %.*s%.*s HTTP/1.1\r\n", request->method, STR_ARG(target->path),
             STR_ARG(request->path));
    buf_addf(&buf, is_v6(target->host) ? "Host: [%.*s]:%u\r\n" : "Host: %.*s:%u\r\n",
             STR_ARG(target->host), target->port);
    buf_addz(&buf, "User-Agent: gpuvet\r\nAccept: application/json\r\n");
    if (str_eqz(str_of(request->method), "POST"))
        buf_addz(&buf, "Content-Type: application/json\r\nContent-Length: 2\r\n");
    add_headers(&buf, target, request, "", "\r\n");
    buf_addz(&buf, "\r\n");
    if (str_eqz(str_of(request->method), "POST"))
        buf_addz(&buf, "{}");
    return buf_str(&buf);
}

static int read_answer(struct arena *arena, int fd, int64_t deadline, struct http_answer *ret)
{
    struct buf bytes = buf_new(arena, HTTP_LIMIT);
    char piece[16384];
    int r = -EAGAIN;

    while (r == -EAGAIN && !bytes.full) {
        ssize_t got = net_read(fd, piece, sizeof(piece), deadline);

        if (got < 0)
            return (int) got;
        buf_add(&bytes, (struct str){ piece, (size_t) got });
        r = http_parse(buf_str(&bytes), got == 0, arena, ret);
    }
    return r == -EAGAIN ? -E2BIG : r;
}

static int ask_plainly(const struct knocker *knocker, const struct jupyter_target *target,
                       const struct http_request *request, struct http_answer *ret,
                       struct str *ret_why)
{
    int64_t deadline;
    AUTO_CLOSE int fd = net_knock(knocker, target->host, target->port);
    int r;

    if (fd < 0) {
        *ret_why = knocker->facts->error.value;
        return -ECONNREFUSED;
    }
    deadline = clock_us() + HTTP_US;
    r = net_write(fd, request_text(knocker->arena, target, request), deadline);
    if (r == 0)
        r = read_answer(knocker->arena, fd, deadline, ret);
    if (r < 0)
        *ret_why = r == -EBADMSG ? STR("no answer in HTTP") : str_of(strerrordesc_np(-r));
    return r;
}

/* --- https --------------------------------------------------------------------------------- */

/* curl's configuration: one option a line, its value quoted (https://curl.se/docs/manpage.html,
 * --config). A target holds no quotes, backslashes or line ends: jupyter_target_parse() sees to it.
 */
static struct str curl_config(struct arena *arena, const struct jupyter_target *target,
                              const struct http_request *request)
{
    struct buf buf = buf_new(arena, REQUEST_LIMIT);

    buf_addf(&buf,
             is_v6(target->host) ? "url = \"https://[%.*s]:%u%.*s%.*s\"\n"
                                 : "url = \"https://%.*s:%u%.*s%.*s\"\n",
             STR_ARG(target->host), target->port, STR_ARG(target->path), STR_ARG(request->path));
    buf_addf(&buf, "request = \"%s\"\n", request->method);
    if (str_eqz(str_of(request->method), "POST"))
        buf_addz(&buf, "data = \"{}\"\n");
    add_headers(&buf, target, request, "header = \"", "\"\n");
    return buf_str(&buf);
}

static int ask_curl(const struct knocker *knocker, const struct jupyter_target *target,
                    const struct http_request *request, struct http_answer *ret,
                    struct str *ret_why)
{
    const char *words[] = {
        knocker->facts->jupyter_curl.value.data, "-q",       "-sS", "-i", "--http1.1", "--max-time",
        request->upgrade ? "5" : "15",           "--config", "-",   NULL
    };
    const struct child_result *result;
    struct str line = { NULL, 0 }, rest;
    int r;

    if (!words[0]) {
        *ret_why = STR("no curl in PATH");
        return -ENOENT;
    }
    result = program_run(knocker, words, curl_config(knocker->arena, target, request),
                         HTTP_US + 5000000);
    /* After 101 curl waits for what a websocket never sends by itself, until its time is over. */
    r = http_parse(result->answers, true, knocker->arena, ret);
    if (r == 0)
        return 0;
    rest = result->complaints;
    (void) str_next_line(&rest, &line);
    *ret_why = line.len ? line : STR("no answer in HTTP");
    return -EPROTO;
}

int http_ask(const struct knocker *knocker, const struct jupyter_target *target,
             const struct http_request *request, struct http_answer *ret, struct str *ret_why)
{
    return (target->tls ? ask_curl : ask_plainly)(knocker, target, request, ret, ret_why);
}
