#include "access/net.h"

#include "access/program.h"
#include "base/clock.h"
#include "base/fd.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <sys/socket.h>

#define RESOLVE_US 10000000 /* resolv.conf's own patience is 5 s a server, twice */

struct addresses {
    struct str items[NET_ADDRESSES];
    size_t count;
};

/* An address as the socket functions take it. 0: it is none. */
static socklen_t parse(struct str text, uint16_t port, struct sockaddr_storage *ret)
{
    union {
        struct sockaddr_storage any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } address = { .any = { 0 } };
    char copy[INET6_ADDRSTRLEN];

    if (text.len >= sizeof(copy))
        return 0;
    memcpy(copy, text.data, text.len);
    copy[text.len] = '\0';
    if (inet_pton(AF_INET, copy, &address.v4.sin_addr) == 1) {
        address.v4.sin_family = AF_INET;
        address.v4.sin_port = htons(port);
        *ret = address.any;
        return sizeof(address.v4);
    }
    if (inet_pton(AF_INET6, copy, &address.v6.sin6_addr) == 1) {
        address.v6.sin6_family = AF_INET6;
        address.v6.sin6_port = htons(port);
        *ret = address.any;
        return sizeof(address.v6);
    }
    return 0;
}

/* getent prints each address once for every kind of socket: "127.0.0.1 STREAM localhost". */
static void read_addresses(struct arena *arena, struct str answer, struct addresses *ret)
{
    struct str line, address, kind;

    while (ret->count < NET_ADDRESSES && str_next_line(&answer, &line))
        if (str_next_word(&line, &address) && str_next_word(&line, &kind) &&
            str_eqz(kind, "STREAM"))
            ret->items[ret->count++] = arena_copy(arena, address);
}

/* Sets facts.address where the name has none; where nobody could be asked, that stays open. */
static void resolve(const struct knocker *knocker, struct str host, struct addresses *ret)
{
    struct fact_str *fact = &knocker->facts->address;
    struct sockaddr_storage address;
    const char *words[] = { program_find(knocker, "getent").data, "ahosts",
                            arena_copy(knocker->arena, host).data, NULL };
    const struct child_result *result;

    if (parse(host, 0, &address)) {
        ret->items[ret->count++] = host;
        return;
    }
    fact->from = STR("getent ahosts");
    if (!words[0])
        return;
    result = program_run(knocker, words, (struct str){ NULL, 0 }, RESOLVE_US);
    if (result->end == CHILD_OK)
        read_addresses(knocker->arena, result->answers, ret);
    else if (result->end == CHILD_EXIT && result->code == 2) /* getent(1): not found */
        fact->state = FACT_ABSENT;
}

static int wait_for(int fd, short events, int64_t deadline_us)
{
    for (;;) {
        int64_t left = deadline_us - clock_us();
        struct pollfd one = { .fd = fd, .events = events };
        int r;

        if (left <= 0)
            return -ETIMEDOUT;
        r = poll(&one, 1, (int) ((left + 999) / 1000));
        if (r > 0)
            return 0;
        if (r < 0 && errno != EINTR)
            return -errno;
    }
}

static int connect_to(struct str address, uint16_t port, int64_t deadline_us)
{
    struct sockaddr_storage to;
    socklen_t size = parse(address, port, &to), length = sizeof(int);
    AUTO_CLOSE int fd =
        size ? socket(to.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0) : -1;
    int error = 0, r;

    if (size == 0)
        return -EADDRNOTAVAIL; /* getent gave a scope ("fe80::1%eth0"), or no address at all */
    if (fd < 0)
        return -errno;
    if (connect(fd, (const struct sockaddr *) &to, size) == 0)
        return take_fd(&fd);
    if (errno != EINPROGRESS)
        return -errno;
    r = wait_for(fd, POLLOUT, deadline_us);
    if (r < 0)
        return r;
    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) < 0)
        return -errno;
    return error ? -error : take_fd(&fd);
}

static struct str outcome(int error)
{
    if (error >= 0)
        return STR("open");
    if (error == -ECONNREFUSED)
        return STR("refused");
    return error == -ETIMEDOUT ? STR("timed-out") : STR("unreachable");
}

static bool is_loopback(struct str address)
{
    return str_starts(address, STR("127.")) || str_eqz(address, "::1");
}

int net_knock(const struct knocker *knocker, struct str host, uint16_t port)
{
    struct access_facts *facts = knocker->facts;
    int64_t deadline = clock_us() + NET_CONNECT_US;
    struct addresses all = { .count = 0 };
    struct str from;
    int fd = -EADDRNOTAVAIL;

    fact_str(&facts->host, host, STR("as asked"));
    fact_int(&facts->port, port, STR("as asked"));
    resolve(knocker, host, &all);
    for (size_t i = 0; i < all.count && fd < 0; i++) {
        int64_t now = clock_us(), share = (deadline - now) / (int64_t) (all.count - i);

        fd = connect_to(all.items[i], port, now + share);
        fact_str(&facts->address, all.items[i],
                 facts->address.from.len ? facts->address.from : STR("as asked"));
        fact_bool(&facts->loopback, is_loopback(all.items[i]), facts->address.from);
        from = arena_printf(knocker->arena, "connect to %.*s port %u", STR_ARG(all.items[i]), port);
        fact_str(&facts->connect, outcome(fd), from);
        if (fd < 0)
            fact_str(&facts->error, str_of(strerrordesc_np(-fd)), from);
    }
    if (all.count == 0)
        facts->connect.from = STR("no address");
    return fd < 0 ? -1 : fd;
}

int net_write(int fd, struct str bytes, int64_t deadline_us)
{
    while (bytes.len) {
        ssize_t size = send(fd, bytes.data, bytes.len, MSG_NOSIGNAL);
        int r;

        if (size >= 0) {
            bytes = str_from(bytes, (size_t) size);
            continue;
        }
        if (errno != EAGAIN && errno != EINTR)
            return -errno;
        r = wait_for(fd, POLLOUT, deadline_us);
        if (r < 0)
            return r;
    }
    return 0;
}

ssize_t net_read(int fd, char *buffer, size_t size, int64_t deadline_us)
{
    for (;;) {
        ssize_t got = recv(fd, buffer, size, 0);
        int r;

        if (got >= 0)
            return got;
        if (errno != EAGAIN && errno != EINTR)
            return -errno;
        r = wait_for(fd, POLLIN, deadline_us);
        if (r < 0)
            return r;
    }
}
