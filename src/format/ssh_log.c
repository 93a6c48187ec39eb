#include "format/ssh_log.h"

/* What stands between two texts, or, where `after` is NULL, up to the end of the line. */
static bool between(struct str line, const char *before, const char *after, struct str *ret)
{
    size_t at = str_find(line, str_of(before)), end;

    if (at == STR_NONE)
        return false;
    line = str_from(line, at + str_of(before).len);
    end = after ? str_find(line, str_of(after)) : line.len;
    if (end == STR_NONE)
        return false;
    *ret = str_slice(line, 0, end);
    return true;
}

static void read_host_key(struct str line, struct ssh_log *log)
{
    struct str found, number;
    size_t colon;

    if (between(line, "Server host key: ", NULL, &found) && str_has(found, STR(" ")))
        log->fingerprint = str_from(found, str_find_char(found, ' ') + 1);
    else if (str_has(line, STR("is known and matches the")))
        log->host_key = SSH_HOST_KEY_KNOWN;
    else if (str_has(line, STR("host key is known for")) && str_starts(line, STR("No ")))
        log->host_key = SSH_HOST_KEY_UNKNOWN;
    else if (str_has(line, STR("REMOTE HOST IDENTIFICATION HAS CHANGED")))
        log->host_key = SSH_HOST_KEY_CHANGED;
    else if (str_has(line, STR("is marked as revoked")) || str_has(line, STR("REVOKED HOST KEY")))
        log->host_key = SSH_HOST_KEY_REVOKED;
    else if (between(line, "Host key for ", " has changed", &found))
        log->known_name = found;
    else if (str_starts(line, STR("Offending ")) && between(line, " key in ", NULL, &found)) {
        colon = str_rfind_char(found, ':');
        number = colon == STR_NONE ? found : str_from(found, colon + 1);
        if (colon != STR_NONE && str_u64(number, 10, &log->known_line) == 0)
            log->known_hosts = str_slice(found, 0, colon);
    }
}

static void read_login(struct str line, struct ssh_log *log)
{
    struct str found;

    if (str_has(line, STR("Offering public key: ")))
        log->keys++;
    else if (between(line, "Server accepts key: ", " SHA256:", &found)) /* "PATH TYPE" */
        log->taken_key = str_slice(found, 0, str_rfind_char(found, ' '));
    else if (between(line, "Authentications that can continue: ", NULL, &found)) {
        log->methods = found;
        log->turned_away = log->taken_key.len > 0; /* where ssh cannot sign, it asks no more */
    } else if (str_starts(line, STR("Authenticated to ")) ||
               str_has(line, STR("Authentication succeeded (")))
        log->authenticated = true;
    else if (between(line, "Permission denied (", ")", &found)) {
        log->denied = true;
        log->methods = found;
    } else if (str_has(line, STR("Too many authentication failures")))
        log->too_many = true;
    else if (between(line, "Load key \"", "\": bad permissions", &found))
        log->bad_key = found;
}

static bool is_message(struct str line)
{
    return str_trim(line).len && !str_starts(line, STR("debug")) &&
           !str_starts(line, STR("OpenSSH_")) && !str_starts(line, STR("Transferred: ")) &&
           !str_starts(line, STR("Bytes per second: ")) &&
           !str_starts(line, STR("Authenticated to "));
}

struct ssh_log ssh_log_parse(struct str text)
{
    struct ssh_log log = { 0 };
    struct str line;

    while (str_next_line(&text, &line)) {
        read_host_key(line, &log);
        read_login(line, &log);
        if (is_message(line))
            log.message = str_trim(line);
    }
    return log;
}

struct str ssh_config_value(struct str text, const char *key)
{
    struct str line, name, value;

    while (str_next_line(&text, &line))
        if (str_cut(line, ' ', &name, &value) && str_eqz(name, key))
            return value;
    return (struct str){ NULL, 0 };
}
