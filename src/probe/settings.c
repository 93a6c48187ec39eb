/* settings: what a policy may forbid on a machine: root's login by SSH, CUDA_VISIBLE_DEVICES in a
 * profile. Nobody else asks. */
#include "probe/look.h"
#include "probe/sshd_settings.h"

#define FILE_LIMIT (1u << 20)
#define FOLDER_LIMIT 4096
#define HOMES 64 /* whose profiles are read, where it is not said whose eyes look */

static const struct str nothing = { NULL, 0 };

/* For root itself; where it is not set sshd lets root in by key alone
 * (https://man.openbsd.org/sshd_config#PermitRootLogin). */
static void look_at_sshd(struct probe_ctx *ctx)
{
    static const struct str from = STR_INIT("etc/ssh/sshd_config");
    struct fact_str *fact = &ctx->facts->machine.sshd_root_login;
    struct sshd_settings settings = { 0 };
    const struct sshd_setting *set = &settings.items[SSHD_PERMIT_ROOT];
    struct node node;
    int r = root_stat(ctx->root, from, &node);

    if (r < 0) {
        FACT_FAILED(fact, r, from);
        return;
    }
    sshd_settings_read(ctx, from, STR("root"), &settings);
    if (set->unsure)
        *fact = (struct fact_str){ .state = FACT_UNKNOWN, .from = set->from };
    else
        settle_str(fact, set->value.len ? set->value : STR("prohibit-password"),
                   set->value.len ? set->from : from, &settings.doubt);
}

/* --- profiles ------------------------------------------------------------------------------ */

struct profiles {
    struct probe_ctx *ctx;
    struct doubt doubt;
    struct str value, from;
    bool found;
};

/* "export CUDA_VISIBLE_DEVICES=0", also behind ";" or "&&"; not in a comment. */
static bool sets_devices(struct str line, struct str *ret)
{
    static const struct str name = STR_INIT("CUDA_VISIBLE_DEVICES=");
    size_t at = str_find(line, name);
    struct str before = str_slice(line, 0, at), rest, value = nothing;

    if (at == STR_NONE || str_find_char(before, '#') != STR_NONE ||
        (at > 0 && !str_has(STR(" \t;&"), str_slice(line, at - 1, at))))
        return false;
    rest = str_from(line, at + name.len);
    (void) str_next_word(&rest, &value);
    *ret = value;
    return true;
}

static void read_profile(struct profiles *profiles, struct str path)
{
    struct str text, line, value;
    unsigned number = 0;
    int r;

    if (profiles->found)
        return;
    r = root_read(profiles->ctx->root, path, FILE_LIMIT, &text);
    if (doubt_add(&profiles->doubt, r, path) < 0)
        return;
    while (!profiles->found && str_next_line(&text, &line)) {
        number++;
        if (!sets_devices(line, &value))
            continue;
        profiles->found = true;
        profiles->value = look_printable(profiles->ctx->arena, value);
        profiles->from = arena_printf(profiles->ctx->arena, "%.*s:%u", STR_ARG(path), number);
    }
}

static void read_system(struct profiles *profiles)
{
    static const char *const files[] = { "etc/environment", "etc/profile", "etc/bash.bashrc",
                                         "etc/bashrc", "etc/zsh/zshenv" };
    static const struct str folder = STR_INIT("etc/profile.d");
    struct names names;
    int r;

    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
        read_profile(profiles, str_of(files[i]));
    r = root_list(profiles->ctx->root, folder, FOLDER_LIMIT, &names);
    if (doubt_add(&profiles->doubt, r, folder) < 0)
        return;
    for (size_t i = 0; i < names.count; i++)
        if (str_ends(names.items[i], STR("sh")))
            read_profile(profiles, arena_join(profiles->ctx->arena, folder, names.items[i]));
}

static void read_home(struct profiles *profiles, struct str home)
{
    static const char *const files[] = { ".bashrc", ".bash_profile", ".bash_login", ".profile",
                                         ".zshenv", ".zprofile",     ".zshrc" };

    while (str_starts(home, STR("/")))
        home = str_from(home, 1);
    for (size_t i = 0; home.len && i < sizeof(files) / sizeof(files[0]); i++)
        read_profile(profiles, arena_join(profiles->ctx->arena, home, str_of(files[i])));
}

/* root's, and those of people, as passwd has them: "name:x:1000:1000:Name:/home/name:/bin/sh". */
static void read_homes(struct profiles *profiles)
{
    static const struct str from = STR_INIT("etc/passwd");
    struct str text, line;
    int r = root_read(profiles->ctx->root, from, FILE_LIMIT, &text);

    if (doubt_add(&profiles->doubt, r, from) < 0)
        return;
    for (size_t i = 0; i < HOMES && str_next_line(&text, &line);) {
        struct str fields[6] = { 0 };
        uint64_t uid;

        for (size_t n = 0; n < 6; n++)
            (void) str_next_part(&line, ':', &fields[n]);
        if (str_u64(fields[2], 10, &uid) < 0 || (uid > 0 && (uid < 1000 || uid > 60000)))
            continue;
        read_home(profiles, fields[5]);
        i++;
    }
}

static void look_at_profiles(struct probe_ctx *ctx)
{
    struct fact_str *fact = &ctx->facts->machine.profile_devices;
    struct profiles profiles = { .ctx = ctx };
    struct str home;

    read_system(&profiles);
    if (eyes_variable(ctx->eyes, "HOME", &home))
        read_home(&profiles, home);
    else
        read_homes(&profiles);
    if (profiles.found)
        fact_str(fact, profiles.value, profiles.from);
    else
        settle_absent(fact, STR("etc/profile"), &profiles.doubt);
}

static void run(struct probe_ctx *ctx)
{
    if (!ctx->wishes || !ctx->wishes->settings)
        return;
    look_at_sshd(ctx);
    look_at_profiles(ctx);
}

const struct probe probe_settings = { .name = "settings", .cost = COST_FILES, .run = run };
