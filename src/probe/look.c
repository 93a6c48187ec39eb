#include "probe/look.h"

#include <errno.h>

int doubt_add(struct doubt *doubt, int error, struct str path)
{
    if (error < 0 && fact_state_of_error(error) != FACT_ABSENT && doubt->error == 0)
        *doubt = (struct doubt){ error, path };
    return error;
}

void doubt_merge(struct doubt *doubt, const struct doubt *other)
{
    if (doubt->error == 0)
        *doubt = *other;
}

void settle_str(struct fact_str *fact, struct str value, struct str from, const struct doubt *doubt)
{
    if (doubt->error)
        FACT_DOUBTED(fact, doubt);
    else
        fact_str(fact, value, from);
}

void settle_bool(struct fact_bool *fact, bool value, struct str from, const struct doubt *doubt)
{
    if (doubt->error)
        FACT_DOUBTED(fact, doubt);
    else
        fact_bool(fact, value, from);
}

void settle_int(struct fact_int *fact, int64_t value, struct str from, const struct doubt *doubt)
{
    if (doubt->error)
        FACT_DOUBTED(fact, doubt);
    else
        fact_int(fact, value, from);
}

void settle_absent(struct fact_str *fact, struct str from, const struct doubt *doubt)
{
    if (doubt->error)
        FACT_DOUBTED(fact, doubt);
    else
        *fact = (struct fact_str){ .state = FACT_ABSENT, .from = from };
}

void look_exists(struct root *root, struct str path, struct fact_bool *ret)
{
    struct node node;
    int r = root_stat(root, path, &node);

    FACT_FAILED(ret, r, path);
    if (r == 0 || ret->state == FACT_ABSENT)
        fact_bool(ret, r == 0, path);
}

/* Files of /proc and /sys give a whole attribute, or record, to one read; so do all others. */
static int look_piece(struct probe_ctx *ctx, struct str path, size_t size, bool end,
                      struct str *ret)
{
    struct root_file file;
    uint64_t from = 0;
    char *bytes;
    int r = root_open(ctx->root, path, &file);

    if (r < 0)
        return r;
    if (end && file.node.size > size)
        from = file.node.size - size;
    if (file.node.size && file.node.size < size)
        size = (size_t) file.node.size;
    bytes = arena_alloc(ctx->arena, size);
    r = root_file_read(&file, from, bytes, size);
    root_file_close(&file);
    if (r < 0)
        return r;
    *ret = (struct str){ bytes, (size_t) r };
    if (from)
        *ret = str_from(*ret, str_find_char(*ret, '\n'));
    return 0;
}

int look_start(struct probe_ctx *ctx, struct str path, size_t size, struct str *ret)
{
    return look_piece(ctx, path, size, false, ret);
}

int look_end(struct probe_ctx *ctx, struct str path, size_t size, struct str *ret)
{
    return look_piece(ctx, path, size, true, ret);
}

static struct str unquoted(struct str s)
{
    bool quoted = s.len >= 2 && (s.data[0] == '"' || s.data[0] == '\'');

    return quoted && s.data[s.len - 1] == s.data[0] ? str_slice(s, 1, s.len - 1) : s;
}

bool look_value(struct str text, const char *key, char separator, struct str *ret)
{
    struct str line, name, value;

    while (str_next_line(&text, &line)) {
        if (!str_cut(line, separator, &name, &value) || !str_eqz(str_trim(name), key))
            continue;
        *ret = unquoted(str_trim(value));
        return true;
    }
    return false;
}

bool look_word(struct str text, struct str word)
{
    struct str part;

    while (str_next_word(&text, &part))
        if (str_eq(part, word))
            return true;
    return false;
}

struct str look_printable(struct arena *arena, struct str bytes)
{
    size_t len = 0;

    while (len < bytes.len && (unsigned char) bytes.data[len] >= ' ')
        len++;
    return arena_copy(arena, str_trim(str_slice(bytes, 0, len)));
}
