#include "probe/sshd_settings.h"

#include "base/buf.h"
#include "format/sshd_config.h"

#include <errno.h>

#define FILE_LIMIT (1u << 20)
#define DEPTH 16   /* of Include within Include, as SERVCONF_MAX_DEPTH of OpenSSH */
#define FILES 1024 /* that one Include may name */
#define VALUE_LIMIT 16384

static const struct {
    const char *name;
    bool adds_up;
} keywords[SSHD_KEYWORDS] = {
    [SSHD_PERMIT_ROOT] = { "PermitRootLogin", false },
    [SSHD_PUBKEY] = { "PubkeyAuthentication", false },
    [SSHD_STRICT] = { "StrictModes", false },
    [SSHD_KEYS_FILE] = { "AuthorizedKeysFile", false },
    [SSHD_PAM] = { "UsePAM", false },
    [SSHD_USER_ENVIRONMENT] = { "PermitUserEnvironment", false },
    [SSHD_SET_ENV] = { "SetEnv", false },
    [SSHD_DENY_USERS] = { "DenyUsers", true },
    [SSHD_ALLOW_USERS] = { "AllowUsers", true },
    [SSHD_DENY_GROUPS] = { "DenyGroups", true },
    [SSHD_ALLOW_GROUPS] = { "AllowGroups", true },
};

const char *sshd_keyword_name(enum sshd_keyword keyword)
{
    return keywords[keyword].name;
}

/* Where the reading stands: outside of a block, in one that holds, may hold, or does not. */
enum block { BLOCK_NONE, BLOCK_HOLDS, BLOCK_MAY_HOLD, BLOCK_OTHER };

struct reading {
    struct probe_ctx *ctx;
    struct str user;
    struct sshd_settings *into;
};

/* "User a,b Address 10.0.0.0/8": all of them must hold. */
static enum block judge_match(struct str user, const struct sshd_line *line)
{
    enum block block = BLOCK_HOLDS;

    for (size_t i = 0; i < line->count; i += 2) {
        if (str_eq_nocase(line->words[i], STR("all")))
            return BLOCK_HOLDS;
        if (!str_eq_nocase(line->words[i], STR("user")) || i + 1 == line->count)
            block = BLOCK_MAY_HOLD;
        else if (!sshd_list_matches(user, line->words[i + 1]))
            return BLOCK_OTHER;
    }
    return block;
}

static struct str joined(struct arena *arena, struct str before, const struct sshd_line *line)
{
    struct buf buf = buf_new(arena, VALUE_LIMIT);

    buf_add(&buf, before);
    for (size_t i = 0; i < line->count; i++) {
        if (buf.len)
            buf_add_char(&buf, ' ');
        buf_add(&buf, line->words[i]);
    }
    return buf_str(&buf);
}

/* SetEnv's words may hold blanks: they stay apart by NULs. */
static struct str set_env_words(struct arena *arena, const struct sshd_line *line)
{
    struct buf buf = buf_new(arena, VALUE_LIMIT);

    for (size_t i = 0; i < line->count; i++) {
        buf_add(&buf, line->words[i]);
        buf_add_char(&buf, '\0');
    }
    return buf_str(&buf);
}

static void set(struct reading *reading, const struct sshd_line *line, enum block block,
                struct str from)
{
    struct arena *arena = reading->ctx->arena;

    for (enum sshd_keyword i = 0; i < SSHD_KEYWORDS; i++) {
        struct sshd_setting *setting = &reading->into->items[i];
        bool in_match = block == BLOCK_HOLDS, adds = keywords[i].adds_up;

        if (!str_eq_nocase(line->keyword, str_of(keywords[i].name)) || line->count == 0)
            continue;
        if (block == BLOCK_MAY_HOLD)
            setting->unsure |= !setting->matched;
        else if (adds || setting->value.len == 0 || (in_match && !setting->matched))
            *setting = (struct sshd_setting){
                .value = i == SSHD_SET_ENV ? set_env_words(arena, line)
                                           : joined(arena, adds ? setting->value : STR(""), line),
                .from = from,
                .matched = in_match,
                .unsure = setting->unsure,
            };
    }
}

static void read_file(struct reading *reading, struct str path, enum block block, unsigned depth);

/* A pattern in the last part alone: what Debian and others write ("sshd_config.d/" and "*.conf"). A
 * pattern in a folder's name is a doubt. */
static void include(struct reading *reading, struct str pattern, enum block block, unsigned depth)
{
    struct probe_ctx *ctx = reading->ctx;
    struct str path = str_starts(pattern, STR("/"))
                          ? str_from(pattern, 1)
                          : arena_join(ctx->arena, STR("etc/ssh"), pattern);
    struct str folder = path_dir(path);
    struct names names;

    if (depth >= DEPTH || str_find_char(folder, '*') != STR_NONE) {
        (void) doubt_add(&reading->into->doubt, -E2BIG, path);
        return;
    }
    if (str_find_char(path, '*') == STR_NONE && str_find_char(path, '?') == STR_NONE) {
        read_file(reading, path, block, depth + 1);
        return;
    }
    if (doubt_add(&reading->into->doubt, root_list(ctx->root, folder, FILES, &names), folder) < 0)
        return;
    for (size_t i = 0; i < names.count; i++)
        if (sshd_matches(names.items[i], path_base(path)))
            read_file(reading, arena_join(ctx->arena, folder, names.items[i]), block, depth + 1);
}

/* A Match within a file that a block includes holds no surer than that block. */
static enum block narrowed(enum block outer, enum block inner)
{
    return outer == BLOCK_OTHER || inner == BLOCK_OTHER         ? BLOCK_OTHER
           : outer == BLOCK_MAY_HOLD || inner == BLOCK_MAY_HOLD ? BLOCK_MAY_HOLD
                                                                : inner;
}

static unsigned line_ends(struct str text)
{
    struct str line;
    unsigned count = 0;

    while (str_next_line(&text, &line))
        count++;
    return count;
}

static void read_file(struct reading *reading, struct str path, enum block block, unsigned depth)
{
    struct arena *arena = reading->ctx->arena;
    struct sshd_line line;
    enum block now = block;
    struct str text, before;
    unsigned number = 0;

    if (doubt_add(&reading->into->doubt, root_read(reading->ctx->root, path, FILE_LIMIT, &text),
                  path) < 0)
        return;
    for (before = text; sshd_next(&text, arena, &line); before = text) {
        number += line_ends(str_slice(before, 0, before.len - text.len));
        if (str_eq_nocase(line.keyword, STR("match")))
            now = narrowed(block, judge_match(reading->user, &line));
        else if (str_eq_nocase(line.keyword, STR("include")))
            for (size_t i = 0; i < line.count; i++)
                include(reading, line.words[i], now, depth);
        else if (now != BLOCK_OTHER)
            set(reading, &line, now, arena_printf(arena, "%.*s:%u", STR_ARG(path), number));
    }
}

void sshd_settings_read(struct probe_ctx *ctx, struct str path, struct str user,
                        struct sshd_settings *ret)
{
    struct reading reading = { ctx, user, ret };

    *ret = (struct sshd_settings){ 0 };
    read_file(&reading, str_from(path, str_starts(path, STR("/"))), BLOCK_NONE, 0);
}
