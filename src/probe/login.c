#include "probe/login.h"

#include <errno.h>

#define FILE_LIMIT (256u << 10)
#define FILES 256
#define NAMES 32

/* What is looked for: a variable's value, or one folder of a list. */
struct wanted {
    struct str name, value;
    bool seen;
};

struct login {
    struct probe_ctx *ctx;
    const struct door_account *account;
    struct doubt doubt;
    struct wanted wanted[NAMES];
    size_t count;
};

/* --- what the container's processes have ---------------------------------------------------- */

/* Those that every login has: confstr(_CS_PATH) and Debian's /etc/profile. */
static bool is_usual(struct str folder)
{
    static const char *const usual[] = { "/usr/local/sbin", "/usr/local/bin", "/usr/sbin",
                                         "/usr/bin",        "/sbin",          "/bin" };

    for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++)
        if (str_eqz(folder, usual[i]))
            return true;
    return folder.len == 0;
}

static void want(struct login *login, struct str name, struct str value)
{
    if (login->count < NAMES)
        login->wanted[login->count++] = (struct wanted){ name, value, false };
}

static void want_all(struct login *login)
{
    const struct eyes *eyes = login->ctx->eyes;
    struct str name, value, folder;

    for (size_t i = 0; i < eyes->variable_count; i++) {
        if (!str_cut(eyes->variables[i], '=', &name, &value))
            continue;
        if (str_eqz(name, "PATH"))
            while (str_next_part(&value, ':', &folder)) {
                if (!is_usual(folder))
                    want(login, name, folder);
            }
        else if (value.len && (str_eqz(name, "LD_LIBRARY_PATH") ||
                               str_starts(name, STR("NVIDIA_")) || str_starts(name, STR("CUDA_"))))
            want(login, name, value);
    }
}

/* --- what a login has ----------------------------------------------------------------------- */

static struct str unquoted(struct str value)
{
    value = str_trim(value);
    if (value.len >= 2 && (value.data[0] == '"' || value.data[0] == '\'') &&
        value.data[value.len - 1] == value.data[0])
        return str_slice(value, 1, value.len - 1);
    return value;
}

static bool fits(const struct wanted *wanted, struct str value)
{
    struct str part;

    if (!str_eqz(wanted->name, "PATH"))
        return str_has(value, wanted->value);
    while (str_next_part(&value, ':', &part))
        if (str_eq(part, wanted->value))
            return true;
    return false;
}

/* A variable as a file without a shell gives it: it takes the place of what was before. */
static void give(struct login *login, struct str text)
{
    struct str name, value;

    if (!str_cut(str_trim(text), '=', &name, &value))
        return;
    if (str_starts(name, STR("export ")))
        name = str_trim(str_from(name, 7));
    for (size_t i = 0; i < login->count; i++)
        if (str_eq(login->wanted[i].name, name))
            login->wanted[i].seen = fits(&login->wanted[i], unquoted(value));
}

static void read_plain(struct login *login, struct str path)
{
    struct str text, line;

    if (doubt_add(&login->doubt, root_read(login->ctx->root, path, FILE_LIMIT, &text), path) < 0)
        return;
    while (str_next_line(&text, &line))
        give(login, line);
}

/* What the lines of one shell file do to one variable. */
struct change {
    bool has, resets, unknown;
};

static void read_assignment(struct str line, const struct wanted *wanted, struct change *change)
{
    struct str name, value, rest;

    line = str_trim(line);
    if (str_starts(line, STR("export ")))
        line = str_trim(str_from(line, 7));
    if (!str_cut(line, '=', &name, &value) || !str_eq(name, wanted->name))
        return;
    (void) str_cut(value, ';', &value, &rest);
    value = unquoted(value);
    if (fits(wanted, value))
        change->has = true;
    else if (str_has(value, wanted->name)) /* "$PATH:/opt/bin" */
        return;
    else if (str_find_char(value, '$') != STR_NONE || str_find_char(value, '`') != STR_NONE)
        change->unknown = true;
    else
        change->resets = true;
}

/* conda and Lmod set variables in ways that no line shows. */
static bool sets_otherwise(struct str line)
{
    line = str_trim(line);
    return str_starts(line, STR("eval ")) || str_has(line, STR("conda activate")) ||
           str_starts(line, STR("module load")) || str_has(line, STR("/activate")) ||
           str_has(line, STR("/proc/1/environ"));
}

static bool read_shell(struct login *login, struct str path)
{
    struct change changes[NAMES] = { { 0 } };
    struct str text, line;

    if (doubt_add(&login->doubt, root_read(login->ctx->root, path, FILE_LIMIT, &text), path) < 0)
        return false;
    while (str_next_line(&text, &line)) {
        if (sets_otherwise(line))
            (void) doubt_add(&login->doubt, -ENODATA, path);
        for (size_t i = 0; i < login->count; i++)
            read_assignment(line, &login->wanted[i], &changes[i]);
    }
    for (size_t i = 0; i < login->count; i++) {
        struct wanted *wanted = &login->wanted[i];

        wanted->seen = changes[i].has || (wanted->seen && !changes[i].resets);
        if (changes[i].unknown && !wanted->seen)
            (void) doubt_add(&login->doubt, -ENODATA, path);
    }
    return true;
}

/* bash(1), INVOCATION: a login shell reads /etc/profile, then the first of three files of the home;
 * sshd's bash reads ~/.bashrc. Debian's /etc/profile reads /etc/profile.d/. */
static void read_shells(struct login *login)
{
    static const char *const own[] = { ".bash_profile", ".bash_login", ".profile" };
    struct arena *arena = login->ctx->arena;
    struct str folder = STR("etc/profile.d");
    struct str home = str_from(login->account->home, str_starts(login->account->home, STR("/")));
    struct names names = { 0 };

    (void) read_shell(login, STR("etc/profile"));
    if (doubt_add(&login->doubt, root_list(login->ctx->root, folder, FILES, &names), folder) == 0)
        for (size_t i = 0; i < names.count; i++)
            if (str_ends(names.items[i], STR(".sh")))
                (void) read_shell(login, arena_join(arena, folder, names.items[i]));
    for (size_t i = 0; i < 3; i++)
        if (read_shell(login, arena_join(arena, home, str_of(own[i]))))
            break;
    (void) read_shell(login, arena_join(arena, home, STR(".bashrc")));
}

/* pam_env reads /etc/environment where the service's file names it (pam_env(8)). */
static bool pam_reads(struct login *login, const struct sshd_settings *settings)
{
    static const struct str path = STR_INIT("etc/pam.d/sshd");
    struct str text;

    return str_eq_nocase(settings->items[SSHD_PAM].value, STR("yes")) &&
           doubt_add(&login->doubt, root_read(login->ctx->root, path, FILE_LIMIT, &text), path) ==
               0 &&
           str_has(text, STR("pam_env.so"));
}

static void read_all(struct login *login, const struct sshd_settings *settings)
{
    struct str home = str_from(login->account->home, str_starts(login->account->home, STR("/")));
    struct str words = settings->items[SSHD_SET_ENV].value, word;

    if (settings->items[SSHD_SET_ENV].unsure || settings->items[SSHD_USER_ENVIRONMENT].unsure)
        (void) doubt_add(&login->doubt, -ENODATA, STR("etc/ssh/sshd_config"));
    if (pam_reads(login, settings))
        read_plain(login, STR("etc/environment"));
    if (settings->items[SSHD_USER_ENVIRONMENT].value.len &&
        !str_eq_nocase(settings->items[SSHD_USER_ENVIRONMENT].value, STR("no")))
        read_plain(login, arena_join(login->ctx->arena, home, STR(".ssh/environment")));
    while (words.len && str_next_part(&words, '\0', &word))
        give(login, word);
    read_shells(login);
}

void login_compare(struct probe_ctx *ctx, const struct door_account *account,
                   const struct sshd_settings *settings)
{
    struct access_facts *facts = &ctx->facts->access;
    struct login login = { .ctx = ctx, .account = account, .doubt = settings->doubt };
    struct str from = STR("environment");

    if (!ctx->eyes->known)
        return;
    want_all(&login);
    read_all(&login, settings);
    settle_absent(&facts->sshd_lost_folder, from, &login.doubt);
    settle_absent(&facts->sshd_lost_variable, from, &login.doubt);
    for (size_t i = 0; i < login.count && !login.doubt.error; i++) {
        const struct wanted *wanted = &login.wanted[i];
        bool folder = str_eqz(wanted->name, "PATH");
        struct fact_str *fact = folder ? &facts->sshd_lost_folder : &facts->sshd_lost_variable;

        if (wanted->seen || fact->state == FACT_KNOWN)
            continue;
        fact_str(fact, folder ? wanted->value : wanted->name, from);
        if (!folder)
            fact_str(&facts->sshd_lost_value, wanted->value, from);
    }
}
