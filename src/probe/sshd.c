/*
 * sshd: the SSH server of a container, from its inside: is it there, does it run and listen, and
 * would it let the user in. What it reads, and what it refuses, is OpenSSH's
 * (https://man.openbsd.org/sshd_config; auth.c and auth2-pubkey.c of
 * https://github.com/openssh/openssh-portable).
 */
#include "base/buf.h"
#include "format/sshd_config.h"
#include "probe/door.h"
#include "probe/login.h"
#include "probe/sshd_settings.h"

#include <errno.h>

#define FILE_LIMIT (4u << 20)

static const struct str usual_config = STR_INIT("etc/ssh/sshd_config");

/* It writes "sshd: /usr/sbin/sshd -D [listener] 0 of 10-100 startups" over its command line; those
 * that serve somebody, "sshd: ada [priv]", hold no listening socket. */
static bool is_sshd(struct str words)
{
    struct str first, rest;

    (void) str_cut(words, '\0', &first, &rest);
    if (str_starts(first, STR("sshd: ")))
        return str_has(first, STR("[listener]"));
    return str_eqz(path_base(first), "sshd");
}

/* "-f FILE" of either form of the command line. */
static struct str config_of(struct str words)
{
    bool titled = str_starts(words, STR("sshd: "));
    struct str word, title;
    bool next = false;

    if (titled)
        (void) str_cut(words, '\0', &words, &title);
    while (str_next_part(&words, titled ? ' ' : '\0', &word)) {
        if (next || (str_starts(word, STR("-f")) && word.len > 2))
            return str_from(word, next ? 0 : 2);
        next = str_eqz(word, "-f");
    }
    return usual_config;
}

/* --- may the user log in ------------------------------------------------------------------- */

struct look {
    struct probe_ctx *ctx;
    struct access_facts *facts;
    struct door_account account;
    struct sshd_settings settings;
};

static bool is_yes(const struct sshd_setting *setting, bool otherwise)
{
    return setting->value.len ? str_eq_nocase(setting->value, STR("yes")) : otherwise;
}

/* sshd that runs as root honours a locked password where PAM does not decide (platform.c). */
static bool is_locked(struct look *look, struct doubt *doubt)
{
    static const struct str path = STR_INIT("etc/shadow");
    struct str text, line, name, rest;

    if (is_yes(&look->settings.items[SSHD_PAM], false) ||
        doubt_add(doubt, root_read(look->ctx->root, path, FILE_LIMIT, &text), path) < 0)
        return false;
    while (str_next_line(&text, &line))
        if (str_cut(line, ':', &name, &rest) && str_eq(name, look->account.name))
            return str_starts(rest, STR("!"));
    return false;
}

static void look_at_account(struct look *look, bool as_root)
{
    struct str shell = path_base(look->account.shell), from = STR("etc/passwd");
    struct doubt doubt = look->settings.doubt;

    if (str_eqz(shell, "nologin") || str_eqz(shell, "false"))
        fact_str(&look->facts->sshd_account, STR("no-login"), from);
    else if (as_root && is_locked(look, &doubt))
        fact_str(&look->facts->sshd_account, STR("locked"), STR("etc/shadow"));
    else
        settle_str(&look->facts->sshd_account, STR("open"), from, &doubt);
}

enum listed { LISTED_NO, LISTED_MAYBE, LISTED_YES };

/* "root ada@10.0.0.*": where from is not known here. */
static enum listed is_listed(struct str name, struct str list)
{
    enum listed listed = LISTED_NO;
    struct str pattern, user, host;

    while (str_next_word(&list, &pattern)) {
        bool with_host = str_cut(pattern, '@', &user, &host);

        if (!sshd_matches(name, user))
            continue;
        if (!with_host)
            return LISTED_YES;
        listed = LISTED_MAYBE;
    }
    return listed;
}

static bool is_member(struct str line, const struct door_account *account, struct str *ret_group)
{
    struct str parts[4], member;
    uint64_t gid;
    size_t count = 0;

    while (count < 4 && str_next_part(&line, ':', &parts[count]))
        count++;
    if (count < 4 || str_u64(parts[2], 10, &gid) < 0)
        return false;
    *ret_group = parts[0];
    while (str_next_part(&parts[3], ',', &member))
        if (str_eq(member, account->name))
            return true;
    return gid == account->gid;
}

static enum listed group_is_listed(struct look *look, struct str list, struct doubt *doubt)
{
    static const struct str path = STR_INIT("etc/group");
    struct str text, line, group;

    if (doubt_add(doubt, root_read(look->ctx->root, path, FILE_LIMIT, &text), path) < 0)
        return LISTED_MAYBE;
    while (str_next_line(&text, &line))
        if (is_member(line, &look->account, &group) && is_listed(group, list) == LISTED_YES)
            return LISTED_YES;
    return LISTED_NO;
}

/* Whether this line refuses the user for sure; where it may, *ret_doubt says so. */
static bool refuses(struct look *look, enum sshd_keyword keyword, struct doubt *doubt)
{
    const struct sshd_setting *setting = &look->settings.items[keyword];
    bool allows = keyword == SSHD_ALLOW_USERS || keyword == SSHD_ALLOW_GROUPS;
    bool groups = keyword == SSHD_ALLOW_GROUPS || keyword == SSHD_DENY_GROUPS;
    enum listed listed;

    if (setting->unsure)
        (void) doubt_add(doubt, -ENODATA, setting->from.len ? setting->from : usual_config);
    if (setting->value.len == 0 || setting->unsure)
        return false;
    listed = groups ? group_is_listed(look, setting->value, doubt)
                    : is_listed(look->account.name, setting->value);
    if (listed == LISTED_MAYBE)
        (void) doubt_add(doubt, -ENODATA, setting->from);
    return listed == (allows ? LISTED_NO : LISTED_YES);
}

static bool root_is_refused(struct look *look, struct doubt *doubt)
{
    const struct sshd_setting *setting = &look->settings.items[SSHD_PERMIT_ROOT];

    if (look->account.uid != 0)
        return false;
    if (setting->unsure)
        (void) doubt_add(doubt, -ENODATA, setting->from.len ? setting->from : usual_config);
    return !setting->unsure && (str_eq_nocase(setting->value, STR("no")) ||
                                str_eq_nocase(setting->value, STR("forced-commands-only")));
}

static void look_at_refusals(struct look *look)
{
    static const enum sshd_keyword lists[] = { SSHD_DENY_USERS, SSHD_ALLOW_USERS, SSHD_DENY_GROUPS,
                                               SSHD_ALLOW_GROUPS };
    struct fact_str *fact = &look->facts->sshd_refused_by;
    struct doubt doubt = look->settings.doubt;
    enum sshd_keyword by = SSHD_KEYWORDS;

    if (root_is_refused(look, &doubt))
        by = SSHD_PERMIT_ROOT;
    for (size_t i = 0; i < 4 && by == SSHD_KEYWORDS; i++)
        if (refuses(look, lists[i], &doubt))
            by = lists[i];
    if (by == SSHD_KEYWORDS)
        settle_absent(fact, look->facts->sshd_config.value, &doubt);
    else
        settle_str(fact,
                   arena_printf(look->ctx->arena, "%s %.*s", sshd_keyword_name(by),
                                STR_ARG(look->settings.items[by].value)),
                   look->settings.items[by].from, &look->settings.doubt);
}

/* --- its keys ------------------------------------------------------------------------------ */

/* "%h/.ssh/keys", ".ssh/authorized_keys": below the user's home unless it begins with a slash. */
static struct str key_path(struct look *look, struct str word)
{
    struct arena *arena = look->ctx->arena;
    struct buf buf = buf_new(arena, 4096);

    if (!str_starts(word, STR("/")) && !str_starts(word, STR("%h")))
        buf_addf(&buf, "%.*s/", STR_ARG(look->account.home));
    for (size_t i = 0; i < word.len; i++) {
        char next = word.data[i] == '%' && i + 1 < word.len ? word.data[++i] : '\0';

        if (next == 'h')
            buf_add(&buf, look->account.home);
        else if (next == 'u')
            buf_add(&buf, look->account.name);
        else if (next == 'U')
            buf_addf(&buf, "%u", look->account.uid);
        else
            buf_add_char(&buf, next ? next : word.data[i]);
    }
    return str_from(buf_str(&buf), str_starts(buf_str(&buf), STR("/")));
}

static int64_t count_keys(struct str text)
{
    struct str line;
    int64_t count = 0;

    while (str_next_line(&text, &line)) {
        line = str_trim(line);
        count += line.len && line.data[0] != '#';
    }
    return count;
}

/* safe_path() of misc.c: owner, and nobody else may write; up to the home, or to the top. */
static bool is_too_open(struct look *look, struct str path, struct doubt *doubt)
{
    struct access_facts *facts = look->facts;
    struct node node;

    if (doubt_add(doubt, root_stat(look->ctx->root, path.len ? path : STR("."), &node), path) < 0)
        return false;
    if (node.uid != 0 && node.uid != look->account.uid)
        fact_str(&facts->sshd_open_why, arena_printf(look->ctx->arena, "owner %u", node.uid), path);
    else if (node.mode & 022)
        fact_str(&facts->sshd_open_why, arena_printf(look->ctx->arena, "mode %04o", node.mode),
                 path);
    else
        return false;
    fact_str(&facts->sshd_open_path, arena_printf(look->ctx->arena, "/%.*s", STR_ARG(path)), path);
    return true;
}

static void look_at_modes(struct look *look, struct str file)
{
    struct str home = str_from(look->account.home, str_starts(look->account.home, STR("/")));
    struct doubt doubt = look->settings.doubt;
    struct str path;

    if (look->settings.items[SSHD_STRICT].unsure)
        (void) doubt_add(&doubt, -ENODATA, usual_config);
    look->facts->sshd_open_path.from = file;
    if (doubt_add(&doubt, root_resolve(look->ctx->root, file, &path), file) < 0 ||
        doubt_add(&doubt, root_resolve(look->ctx->root, home, &home), home) < 0)
        path = file;
    if (is_yes(&look->settings.items[SSHD_STRICT], true) && !doubt.error)
        for (;; path = path_dir(path)) {
            if (is_too_open(look, path, &doubt))
                return;
            if (path.len == 0 || str_eq(path, home))
                break;
        }
    settle_absent(&look->facts->sshd_open_path, file, &doubt);
}

static void look_at_keys(struct look *look)
{
    const struct sshd_setting *setting = &look->settings.items[SSHD_KEYS_FILE];
    struct access_facts *facts = look->facts;
    struct str words = setting->value.len ? setting->value : STR(".ssh/authorized_keys");
    struct str word = words;
    struct doubt doubt = look->settings.doubt;

    if (setting->unsure)
        (void) doubt_add(&doubt, -ENODATA, usual_config);
    while (!doubt.error && str_next_word(&words, &word)) {
        struct str path = key_path(look, word), text;

        if (str_eqz(word, "none") ||
            doubt_add(&doubt, root_read(look->ctx->root, path, FILE_LIMIT, &text), path) < 0 ||
            doubt.error)
            continue;
        if (facts->sshd_keys_file.state == FACT_KNOWN && count_keys(text) == 0)
            continue;
        fact_str(&facts->sshd_keys_file, arena_printf(look->ctx->arena, "/%.*s", STR_ARG(path)),
                 path);
        fact_int(&facts->sshd_keys, count_keys(text), path);
        look_at_modes(look, path);
    }
    if (facts->sshd_keys_file.state != FACT_KNOWN)
        settle_absent(&facts->sshd_keys_file, key_path(look, word), &doubt);
}

/* --- all of it ----------------------------------------------------------------------------- */

/* Who owns the process: another user's server takes that user alone. */
static struct str owner_of(struct probe_ctx *ctx, const struct door_process *process)
{
    struct node node;

    if (!process->found ||
        root_stat(ctx->root, arena_printf(ctx->arena, "proc/%.*s", STR_ARG(process->pid)), &node))
        return STR("0");
    return arena_printf(ctx->arena, "%u", node.uid);
}

static void look_at_user(struct probe_ctx *ctx, const struct door_process *process)
{
    struct look look = { ctx, &ctx->facts->access, { .uid = 0 }, { .doubt = { 0 } } };
    struct str owner = owner_of(ctx, process), from = STR("etc/passwd");
    struct str user = ctx->wishes->user.len ? ctx->wishes->user : owner;
    int r = door_account(ctx, user, &look.account);

    fact_str(&look.facts->sshd_user, r == 0 ? look.account.name : user,
             ctx->wishes->user.len ? STR("as asked") : STR("proc"));
    if (r < 0) {
        FACT_FAILED(&look.facts->sshd_account, r, from);
        return;
    }
    sshd_settings_read(ctx, look.facts->sshd_config.value, look.account.name, &look.settings);
    look_at_account(&look, str_eqz(owner, "0"));
    look_at_refusals(&look);
    if (look.settings.items[SSHD_PUBKEY].unsure)
        look.facts->sshd_takes_keys.from = usual_config;
    else
        settle_bool(&look.facts->sshd_takes_keys, is_yes(&look.settings.items[SSHD_PUBKEY], true),
                    usual_config, &look.settings.doubt);
    look_at_keys(&look);
    login_compare(ctx, &look.account, &look.settings);
}

static void run(struct probe_ctx *ctx)
{
    static const char *const programs[] = { "usr/sbin/sshd", "usr/local/sbin/sshd" };
    struct access_facts *facts = &ctx->facts->access;
    struct door_process process;

    if (!ctx->wishes || !ctx->wishes->inside)
        return;
    door_process_find(ctx, is_sshd, &process);
    if (process.found)
        fact_bool(&facts->sshd_running, true,
                  arena_printf(ctx->arena, "proc/%.*s/cmdline", STR_ARG(process.pid)));
    else
        settle_bool(&facts->sshd_running, false, STR("proc"), &process.doubt);
    door_installed(ctx, programs, 2, process.found, &facts->sshd_installed);
    door_listens(ctx, &process, &facts->sshd_listen, &facts->sshd_port, &facts->sshd_inside_only);
    if (fact_false(&facts->sshd_installed))
        return;
    fact_str(&facts->sshd_config, config_of(process.words), STR("proc"));
    look_at_user(ctx, &process);
}

const struct probe probe_sshd = {
    .name = "sshd",
    .cost = COST_FILES,
    .run = run,
};
