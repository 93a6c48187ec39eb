/* SSH: what the user's client makes of the target, connect, greeting, host key, login. */
#include "access/net.h"
#include "access/program.h"
#include "base/clock.h"
#include "base/fd.h"
#include "format/ssh_log.h"

#include <errno.h>

#define CONFIG_US 10000000
#define GREETING_US 10000000 /* sshd looks its client's name up first */
#define LOGIN_US 40000000
#define GREETING_LIMIT 8192 /* RFC 4253, 4.2: other lines may come before the banner */
#define SSH "ssh"

static bool is_host_char(char c)
{
    return c > ' ' && c != 0x7f && c != '/' && c != '@' && c != '[' && c != ']';
}

static bool is_host(struct str host)
{
    for (size_t i = 0; i < host.len; i++)
        if (!is_host_char(host.data[i]))
            return false;
    return host.len && host.len < 256 && host.data[0] != '-';
}

static bool parse_port(struct str text, uint16_t *ret)
{
    uint64_t port;

    if (str_u64(text, 10, &port) < 0 || port == 0 || port > UINT16_MAX)
        return false;
    *ret = (uint16_t) port;
    return true;
}

int ssh_target_parse(struct str text, struct ssh_target *ret)
{
    struct ssh_target target = { 0 };
    struct str rest = text, port;
    size_t at = str_rfind_char(text, '@');

    if (str_starts(rest, STR("ssh://")))
        return ssh_target_parse(str_from(rest, 6), ret);
    if (at != STR_NONE) {
        target.user = str_slice(text, 0, at);
        rest = str_from(text, at + 1);
        if (target.user.len == 0 || target.user.data[0] == '-')
            return -EINVAL;
    }
    if (str_starts(rest, STR("[")) && str_cut(str_from(rest, 1), ']', &target.host, &port)) {
        if (port.len &&
            (!str_starts(port, STR(":")) || !parse_port(str_from(port, 1), &target.port)))
            return -EINVAL;
    } else {
        target.host = rest;
        if (str_find_char(rest, ':') == str_rfind_char(rest, ':') && /* else an IPv6 address */
            str_cut(rest, ':', &target.host, &port) && !parse_port(port, &target.port))
            return -EINVAL;
    }
    if (!is_host(target.host))
        return -EINVAL;
    *ret = target;
    return 0;
}

/* --- the client ---------------------------------------------------------------------------- */

/* The words that start every call of the client: "ssh", options, "-p PORT", "-l USER". */
struct call {
    const char *words[48];
    size_t count;
};

static void add(struct call *call, const char *word)
{
    call->words[call->count++] = word;
}

static void add_target(const struct knocker *knocker, const struct ssh_target *target,
                       struct call *call)
{
    struct arena *arena = knocker->arena;

    if (target->port) {
        add(call, "-p");
        add(call, arena_printf(arena, "%u", target->port).data);
    }
    if (target->user.len) {
        add(call, "-l");
        add(call, arena_copy(arena, target->user).data);
    }
    add(call, "--");
    add(call, arena_copy(arena, target->host).data);
}

/* Where the client would go. Without a client, or one that does not tell, as the target says. */
static void ask_config(const struct knocker *knocker, const struct ssh_target *target,
                       struct ssh_target *ret)
{
    struct access_facts *facts = knocker->facts;
    struct call call = { .words = { facts->ssh_client.value.data, "-G" }, .count = 2 };
    const struct child_result *result;
    struct str jump, command, host;

    *ret = *target;
    if (facts->ssh_client.state != FACT_KNOWN)
        return;
    add_target(knocker, target, &call);
    result = program_run(knocker, call.words, (struct str){ NULL, 0 }, CONFIG_US);
    if (result->end != CHILD_OK)
        return;
    host = ssh_config_value(result->answers, "hostname");
    if (is_host(host))
        ret->host = host;
    (void) parse_port(ssh_config_value(result->answers, "port"), &ret->port);
    ret->user = ssh_config_value(result->answers, "user");
    jump = ssh_config_value(result->answers, "proxyjump");
    command = ssh_config_value(result->answers, "proxycommand");
    if (jump.len && !str_eqz(jump, "none"))
        fact_str(&facts->ssh_through, jump, STR("ssh -G: proxyjump"));
    else if (command.len && !str_eqz(command, "none"))
        fact_str(&facts->ssh_through, command, STR("ssh -G: proxycommand"));
}

/* --- the greeting -------------------------------------------------------------------------- */

/* The line that begins with "SSH-", once it is whole; before it, others may come. */
static bool find_banner(struct str text, struct str *ret)
{
    struct str line, rest;

    while (str_cut(text, '\n', &line, &rest)) {
        if (str_starts(line, STR("SSH-"))) {
            *ret = str_trim(line);
            return true;
        }
        text = rest;
    }
    return false;
}

static struct str first_line(struct str text)
{
    struct str line = { NULL, 0 };

    (void) str_next_line(&text, &line);
    return str_slice(str_trim(line), 0, 200);
}

static void greet(const struct knocker *knocker, int fd)
{
    struct access_facts *facts = knocker->facts;
    int64_t deadline = clock_us() + GREETING_US;
    char *bytes = arena_alloc(knocker->arena, GREETING_LIMIT);
    struct str text = { bytes, 0 }, banner = { NULL, 0 };
    struct str from = arena_printf(knocker->arena, "port %lld", (long long) facts->port.value);
    ssize_t got;

    /* Both sides may begin (RFC 4253, 4.2); what is no SSH complains at once and can be named. */
    (void) net_write(fd, STR("SSH-2.0-gpuvet\r\n"), deadline);
    do {
        got = net_read(fd, bytes + text.len, GREETING_LIMIT - text.len, deadline);
        text.len += got > 0 ? (size_t) got : 0;
    } while (got > 0 && text.len < GREETING_LIMIT && !find_banner(text, &banner));
    if (banner.len)
        fact_str(&facts->ssh_greeting, STR("ssh"), from);
    else if (text.len)
        fact_str(&facts->ssh_greeting, STR("other"), from);
    else
        fact_str(&facts->ssh_greeting, got == -ETIMEDOUT ? STR("silent") : STR("closed"), from);
    if (banner.len || text.len)
        fact_str(&facts->ssh_banner, banner.len ? banner : first_line(text), from);
}

/* --- the login ----------------------------------------------------------------------------- */

static void record_host_key(const struct ssh_log *log, struct access_facts *facts)
{
    static const char *const names[] = {
        [SSH_HOST_KEY_UNSEEN] = "",         [SSH_HOST_KEY_KNOWN] = "known",
        [SSH_HOST_KEY_CHANGED] = "changed", [SSH_HOST_KEY_UNKNOWN] = "unknown",
        [SSH_HOST_KEY_REVOKED] = "revoked",
    };
    struct str from = STR(SSH);

    if (log->host_key != SSH_HOST_KEY_UNSEEN)
        fact_str(&facts->ssh_host_key, str_of(names[log->host_key]), from);
    if (log->fingerprint.len)
        fact_str(&facts->ssh_fingerprint, log->fingerprint, from);
    if (log->known_hosts.len) {
        fact_str(&facts->ssh_known_hosts, log->known_hosts, from);
        fact_int(&facts->ssh_known_line, (int64_t) log->known_line, from);
    }
    if (log->known_name.len)
        fact_str(&facts->ssh_known_name, log->known_name, from);
}

static struct str login_of(const struct ssh_log *log, const struct child_result *result)
{
    if (log->authenticated)
        return result->end == CHILD_OK ? STR("accepted")
               : result->code == 255   ? STR("closed") /* ssh(1): an error of ssh itself */
                                       : STR("shell");
    if (log->denied || log->too_many)
        return STR("denied");
    return (struct str){ NULL, 0 };
}

/* Why no login was tried, or how it ended otherwise. */
static struct str why_open(struct arena *arena, const struct ssh_log *log)
{
    return arena_printf(arena, "ssh: %.*s", STR_ARG(str_slice(log->message, 0, 400)));
}

/* What the client would have said. */
static struct fact_str found(struct str value)
{
    return (struct fact_str){ value.len ? FACT_KNOWN : FACT_ABSENT, value, STR(SSH) };
}

static void record_login(struct arena *arena, const struct ssh_log *log,
                         const struct child_result *result, struct access_facts *facts)
{
    struct str login = login_of(log, result), from = STR(SSH);
    struct str message =
        log->authenticated && result->answers.len ? first_line(result->answers) : log->message;

    record_host_key(log, facts);
    if (login.len)
        fact_str(&facts->ssh_login, login, from);
    else
        facts->ssh_login.from =
            result->end == CHILD_LATE ? STR("ssh: no end in time") : why_open(arena, log);
    fact_int(&facts->ssh_keys, log->keys, from);
    fact_bool(&facts->ssh_too_many, log->too_many, from);
    if (log->methods.len)
        fact_str(&facts->ssh_methods, log->methods, from);
    fact_bool(&facts->ssh_turned_away, log->turned_away, from);
    facts->ssh_taken_key = found(log->taken_key);
    facts->ssh_bad_key = found(log->bad_key);
    if (message.len)
        fact_str(&facts->ssh_message, str_slice(message, 0, 400), from);
}

/* In batch mode nothing is asked; strictly, no key is learned; alone, no open session is reused. */
static void log_in(const struct knocker *knocker, const struct ssh_target *target)
{
    static const char *const options[] = {
        "BatchMode=yes",           "StrictHostKeyChecking=yes",
        "UpdateHostKeys=no",       "ConnectTimeout=10",
        "ControlMaster=no",        "ControlPath=none",
        "ClearAllForwardings=yes", "ForwardAgent=no",
        "PermitLocalCommand=no",   "RemoteCommand=none",
        "RequestTTY=no",
    };
    struct call call = { .words = { knocker->facts->ssh_client.value.data, "-v" }, .count = 2 };
    const struct child_result *result;
    struct ssh_log log;

    for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
        add(&call, "-o");
        add(&call, options[i]);
    }
    add_target(knocker, target, &call);
    add(&call, "true");
    result = program_run(knocker, call.words, (struct str){ NULL, 0 }, LOGIN_US);
    log = ssh_log_parse(result->complaints);
    record_login(knocker->arena, &log, result, knocker->facts);
}

void access_ssh(const struct knocker *knocker, const struct ssh_target *target)
{
    struct access_facts *facts = knocker->facts;
    struct str client = program_find(knocker, SSH);
    struct ssh_target real;
    AUTO_CLOSE int fd = -1;

    fact_str(&facts->door, STR("ssh"), STR("as asked"));
    facts->ssh_client =
        (struct fact_str){ client.len ? FACT_KNOWN : FACT_ABSENT, client, STR("PATH") };
    facts->ssh_through = (struct fact_str){ .state = FACT_ABSENT, .from = STR("ssh -G") };
    ask_config(knocker, target, &real);
    if (real.user.len)
        fact_str(&facts->ssh_user, real.user, target->user.len ? STR("as asked") : STR("ssh -G"));
    if (facts->ssh_through.state == FACT_KNOWN) {
        fact_str(&facts->host, real.host, STR("ssh -G"));
        fact_int(&facts->port, real.port ? real.port : 22, STR("ssh -G"));
        facts->connect = (struct fact_str){ .state = FACT_ABSENT, .from = facts->ssh_through.from };
        facts->ssh_greeting = facts->connect;
    } else {
        fd = net_knock(knocker, real.host, real.port ? real.port : 22);
        if (fd < 0)
            return;
        greet(knocker, fd);
        if (!str_eqz(facts->ssh_greeting.value, "ssh"))
            return;
    }
    if (facts->ssh_client.state == FACT_KNOWN)
        log_in(knocker, target);
}
