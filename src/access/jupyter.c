/* Jupyter: connect, /api, /api/status with the token, the websocket of a kernel. */
#include "access/http_client.h"
#include "access/net.h"
#include "access/program.h"
#include "base/fd.h"
#include "format/jupyter.h"

#include <errno.h>

/* --- the address --------------------------------------------------------------------------- */

/* Nothing that could end a line, a quoted word or a request. */
static bool is_plain(struct str text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.data[i] <= ' ' || text.data[i] == '"' || text.data[i] == '\\' ||
            text.data[i] == 0x7f)
            return false;
    return text.len < 2048;
}

static bool parse_authority(struct str text, struct jupyter_target *target)
{
    struct str port = { NULL, 0 };
    size_t at = str_rfind_char(text, '@');
    uint64_t number;

    if (at != STR_NONE) /* a user and password are not ours to keep */
        text = str_from(text, at + 1);
    if (str_starts(text, STR("["))) {
        if (!str_cut(str_from(text, 1), ']', &target->host, &port))
            return false;
        port = str_from(port, str_starts(port, STR(":")) ? 1 : 0);
    } else {
        (void) str_cut(text, ':', &target->host, &port);
    }
    if (port.len && (str_u64(port, 10, &number) < 0 || number == 0 || number > UINT16_MAX))
        return false;
    if (port.len)
        target->port = (uint16_t) number;
    return target->host.len && target->host.len < 256 && target->host.data[0] != '-';
}

/* The server's own path: without the page that a browser shows. */
static struct str server_path(struct str path)
{
    static const char *const pages[] = { "/lab", "/tree", "/login", "/notebooks",
                                         "/api", "/doc",  "/voila", "/consoles" };

    for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
        size_t at = str_find(path, str_of(pages[i]));

        if (at != STR_NONE &&
            (at + strlen(pages[i]) == path.len || path.data[at + strlen(pages[i])] == '/'))
            path = str_slice(path, 0, at);
    }
    while (str_ends(path, STR("/")))
        path = str_slice(path, 0, path.len - 1);
    return path;
}

static struct str token_of(struct str query)
{
    struct str part, key, value;

    while (str_next_part(&query, '&', &part))
        if (str_cut(part, '=', &key, &value) && str_eqz(key, "token"))
            return value;
    return (struct str){ NULL, 0 };
}

int jupyter_target_parse(struct arena *arena, struct str text, struct jupyter_target *ret)
{
    struct jupyter_target target = { 0 };
    struct str rest = text, authority, path, query, fragment;
    size_t slash;

    if (str_starts(rest, STR("https://")))
        target.tls = true;
    else if (!str_starts(rest, STR("http://")) && str_has(rest, STR("://")))
        return -EINVAL;
    rest = str_from(rest, target.tls ? 8 : str_starts(rest, STR("http://")) ? 7 : 0);
    target.port = target.tls ? 443 : str_has(text, STR("://")) ? 80 : 8888;
    (void) str_cut(rest, '#', &rest, &fragment);
    (void) str_cut(rest, '?', &rest, &query);
    slash = str_find_char(rest, '/');
    authority = str_slice(rest, 0, slash);
    path = slash == STR_NONE ? (struct str){ NULL, 0 } : str_from(rest, slash);
    if (!is_plain(text) || !parse_authority(authority, &target))
        return -EINVAL;
    target.host = arena_copy(arena, target.host);
    target.path = server_path(path);
    target.token = token_of(query);
    *ret = target;
    return 0;
}

/* --- asking -------------------------------------------------------------------------------- */

/* Whether anybody answers in HTTP, and whether that is Jupyter: its /api needs no token. */
static bool ask_server(const struct knocker *knocker, const struct jupyter_target *target)
{
    const struct http_request request = { .method = "GET", .path = STR("/api"), .anonymous = true };
    struct access_facts *facts = knocker->facts;
    struct str from = STR("HTTP: GET /api"), why = { NULL, 0 }, version, place, query, proxy;
    struct http_answer answer;

    if (http_ask(knocker, target, &request, &answer, &why) < 0) {
        fact_str(&facts->jupyter_error, why, from);
        return false;
    }
    version = jupyter_version(knocker->arena, answer.status == 200 ? answer.body : STR(""));
    place = http_header(&answer, "Location");
    (void) str_cut(place, '?', &place, &query); /* that may hold a secret */
    proxy = http_header(&answer, "Server");
    facts->jupyter_error = (struct fact_str){ .state = FACT_ABSENT, .from = from };
    fact_int(&facts->jupyter_status, answer.status, from);
    facts->jupyter_version =
        (struct fact_str){ version.len ? FACT_KNOWN : FACT_ABSENT, version, from };
    facts->jupyter_redirect =
        (struct fact_str){ place.len ? FACT_KNOWN : FACT_ABSENT, str_slice(place, 0, 400), from };
    if (proxy.len)
        fact_str(&facts->jupyter_proxy, str_slice(proxy, 0, 200), from);
    return version.len;
}

static bool ask_status(const struct knocker *knocker, const struct jupyter_target *target)
{
    const struct http_request request = { .method = "GET", .path = STR("/api/status") };
    struct access_facts *facts = knocker->facts;
    struct str from = STR("HTTP: GET /api/status"), why;
    struct http_answer answer;

    if (http_ask(knocker, target, &request, &answer, &why) < 0) {
        facts->jupyter_login.from = from;
        return false;
    }
    fact_int(&facts->jupyter_status_code, answer.status, from);
    if (answer.status == 200)
        fact_str(&facts->jupyter_login, STR("accepted"), from);
    else if (answer.status == 401 || answer.status == 403 || answer.status == 302)
        fact_str(&facts->jupyter_login, STR("denied"), from);
    else
        facts->jupyter_login.from = from;
    return answer.status == 200;
}

/* --- a kernel ------------------------------------------------------------------------------ */

/* The first kernel that runs; empty where none does. */
static struct str find_kernel(const struct knocker *knocker, const struct jupyter_target *target)
{
    const struct http_request request = { .method = "GET", .path = STR("/api/kernels") };
    struct access_facts *facts = knocker->facts;
    struct str from = STR("HTTP: GET /api/kernels"), why, id;
    struct http_answer answer;
    size_t count;

    if (http_ask(knocker, target, &request, &answer, &why) < 0 || answer.status != 200 ||
        jupyter_kernels(knocker->arena, answer.body, &count, &id) < 0) {
        facts->jupyter_websocket.from = from;
        return (struct str){ NULL, 0 };
    }
    fact_int(&facts->jupyter_kernels, (int64_t) count, from);
    if (!id.len) {
        facts->jupyter_websocket.state = FACT_ABSENT;
        facts->jupyter_websocket.from = from;
    }
    return id;
}

static struct str start_kernel(const struct knocker *knocker, const struct jupyter_target *target)
{
    const struct http_request request = { .method = "POST", .path = STR("/api/kernels") };
    struct str from = STR("HTTP: POST /api/kernels"), why, id = { NULL, 0 };
    struct http_answer answer;

    if (http_ask(knocker, target, &request, &answer, &why) == 0 && answer.status == 201)
        (void) jupyter_kernel(knocker->arena, answer.body, &id);
    fact_bool(&knocker->facts->jupyter_started, id.len > 0, from);
    knocker->facts->jupyter_websocket = (struct fact_str){ .from = from };
    return id;
}

static void end_kernel(const struct knocker *knocker, const struct jupyter_target *target,
                       struct str id)
{
    const struct http_request request = {
        .method = "DELETE",
        .path = arena_printf(knocker->arena, "/api/kernels/%.*s", STR_ARG(id)),
    };
    struct http_answer answer;
    struct str why;

    (void) http_ask(knocker, target, &request, &answer, &why);
}

/* The handshake alone: nothing is said to the kernel. */
static void try_websocket(const struct knocker *knocker, const struct jupyter_target *target,
                          struct str id)
{
    const struct http_request request = {
        .method = "GET",
        .path = arena_printf(knocker->arena, "/api/kernels/%.*s/channels", STR_ARG(id)),
        .upgrade = true,
    };
    struct access_facts *facts = knocker->facts;
    struct str from = STR("HTTP: upgrade of /api/kernels/…/channels"), why;
    struct http_answer answer;

    facts->jupyter_websocket = (struct fact_str){ .from = from };
    if (http_ask(knocker, target, &request, &answer, &why) < 0)
        return;
    fact_int(&facts->jupyter_websocket_status, answer.status, from);
    if (answer.status == 101)
        fact_str(&facts->jupyter_websocket, STR("open"), from);
    else if (answer.status == 400 || answer.status == 426 || answer.status == 200)
        fact_str(&facts->jupyter_websocket, STR("plain"), from);
    else
        fact_str(&facts->jupyter_websocket, STR("refused"), from);
}

static void try_kernel(const struct knocker *knocker, const struct jupyter_target *target,
                       bool may_start)
{
    struct str id = find_kernel(knocker, target);
    bool started = !id.len && may_start;

    if (started)
        id = start_kernel(knocker, target);
    if (id.len)
        try_websocket(knocker, target, id);
    if (id.len && started)
        end_kernel(knocker, target, id);
}

/* What curl says in one sentence, the facts have apart: name, address, refusal. */
static bool is_open(const struct knocker *knocker, const struct jupyter_target *target)
{
    AUTO_CLOSE int fd = net_knock(knocker, target->host, target->port);

    return fd >= 0;
}

void access_jupyter(const struct knocker *knocker, const struct jupyter_target *given,
                    bool may_start_kernel)
{
    struct access_facts *facts = knocker->facts;
    struct jupyter_target target = *given;
    struct str from = target.token.len ? STR("as asked") : STR("JUPYTER_TOKEN"), curl;

    if (!target.token.len)
        target.token = knocker_variable(knocker, "JUPYTER_TOKEN");
    if (!is_plain(target.token))
        target.token = (struct str){ NULL, 0 };
    fact_str(&facts->door, STR("jupyter"), STR("as asked"));
    fact_str(&facts->jupyter_url,
             arena_printf(knocker->arena, "%s://%.*s:%u%.*s", target.tls ? "https" : "http",
                          STR_ARG(target.host), target.port, STR_ARG(target.path)),
             STR("as asked"));
    fact_bool(&facts->jupyter_token_given, target.token.len > 0, from);
    curl = program_find(knocker, "curl");
    facts->jupyter_curl =
        (struct fact_str){ curl.len ? FACT_KNOWN : FACT_ABSENT, curl, STR("PATH") };
    if ((!target.tls || is_open(knocker, &target)) && ask_server(knocker, &target) &&
        ask_status(knocker, &target))
        try_kernel(knocker, &target, may_start_kernel);
}
