#include "probe/door.h"

#include "format/sockets.h"

#include <errno.h>

#define PROCESSES 65536u
#define FILES 4096u
#define WORDS_LIMIT (64u << 10)
#define SOCKETS_LIMIT (8u << 20)
#define PASSWD_LIMIT (4u << 20)

/* --- the process --------------------------------------------------------------------------- */

static bool is_number(struct str name)
{
    uint64_t number;

    return str_u64(name, 10, &number) == 0;
}

static bool is_lower(struct str a, struct str b)
{
    return b.len == 0 || a.len < b.len || (a.len == b.len && str_compare(a, b) < 0);
}

static void consider(struct probe_ctx *ctx, struct str pid, bool (*is)(struct str words),
                     struct door_process *found)
{
    struct str path = arena_printf(ctx->arena, "proc/%.*s/cmdline", STR_ARG(pid)), words;

    if (doubt_add(&found->doubt, root_read(ctx->root, path, WORDS_LIMIT, &words), path) < 0 ||
        !is(words) || !is_lower(pid, found->pid))
        return;
    found->found = true;
    found->pid = pid;
    found->words = words;
}

void door_process_find(struct probe_ctx *ctx, bool (*is)(struct str words),
                       struct door_process *ret)
{
    static const struct str proc = STR_INIT("proc");
    struct door_process found = { 0 };
    struct names names = { 0 };
    size_t seen = 0;
    int r = root_list(ctx->root, proc, PROCESSES, &names);

    (void) doubt_add(&found.doubt, r, proc);
    for (size_t i = 0; r == 0 && i < names.count; i++)
        if (is_number(names.items[i])) {
            consider(ctx, names.items[i], is, &found);
            seen++;
        }
    if (seen == 0 && !found.doubt.error)
        found.doubt = (struct doubt){ -ENODATA, proc };
    *ret = found;
}

/* --- where it listens ---------------------------------------------------------------------- */

struct inodes {
    LIST(uint64_t) list;
};

static int list_sockets(struct probe_ctx *ctx, struct str pid, struct inodes *ret,
                        struct doubt *doubt)
{
    struct str folder = arena_printf(ctx->arena, "proc/%.*s/fd", STR_ARG(pid)), link;
    struct names names;
    uint64_t inode;
    int r = doubt_add(doubt, root_list(ctx->root, folder, FILES, &names), folder);

    for (size_t i = 0; r == 0 && i < names.count; i++) {
        struct str path = arena_join(ctx->arena, folder, names.items[i]);

        if (doubt_add(doubt, root_link(ctx->root, path, &link), path) == 0 &&
            socket_inode(link, &inode))
            *LIST_ADD(ctx->arena, &ret->list) = inode;
    }
    return r;
}

static bool holds(const struct inodes *inodes, uint64_t inode)
{
    for (size_t i = 0; i < inodes->list.count; i++)
        if (inodes->list.items[i] == inode)
            return true;
    return false;
}

static int width(const struct listener *listener)
{
    return listener->address.len == 0 ? 0 : listener->loopback ? 1 : listener->any ? 3 : 2;
}

static void look_at_table(struct probe_ctx *ctx, struct str path, const struct inodes *inodes,
                          struct listener *widest, struct doubt *doubt)
{
    struct listener one;
    struct str text;

    if (doubt_add(doubt, root_read(ctx->root, path, SOCKETS_LIMIT, &text), path) < 0)
        return;
    while (listeners_next(&text, ctx->arena, &one))
        if (holds(inodes, one.inode) && width(&one) > width(widest))
            *widest = one;
}

void door_listens(struct probe_ctx *ctx, const struct door_process *process,
                  struct fact_str *ret_address, struct fact_int *ret_port,
                  struct fact_bool *ret_inside_only)
{
    static const char *const names[] = { "tcp", "tcp6" };
    struct str from = arena_printf(ctx->arena, "proc/%.*s/net/tcp", STR_ARG(process->pid));
    struct listener widest = { 0 };
    struct inodes inodes = { 0 };
    struct doubt doubt = { 0 };

    if (!process->found)
        return;
    (void) list_sockets(ctx, process->pid, &inodes, &doubt);
    for (size_t i = 0; i < 2; i++)
        look_at_table(ctx,
                      arena_printf(ctx->arena, "proc/%.*s/net/%s", STR_ARG(process->pid), names[i]),
                      &inodes, &widest, &doubt);
    if (widest.address.len == 0) {
        settle_absent(ret_address, from, &doubt);
        return;
    }
    fact_str(ret_address, widest.address, from);
    fact_int(ret_port, widest.port, from);
    if (!widest.loopback)
        fact_bool(ret_inside_only, false, from);
    else
        settle_bool(ret_inside_only, true, from, &doubt);
}

/* --- files --------------------------------------------------------------------------------- */

void door_installed(struct probe_ctx *ctx, const char *const *paths, size_t count, bool running,
                    struct fact_bool *ret)
{
    struct doubt doubt = { 0 };
    struct node node;

    for (size_t i = 0; i < count; i++) {
        struct str path = str_of(paths[i]);

        if (doubt_add(&doubt, root_stat(ctx->root, path, &node), path) == 0) {
            fact_bool(ret, true, path);
            return;
        }
    }
    if (running)
        fact_bool(ret, true, STR("proc"));
    else
        settle_bool(ret, false, str_of(paths[0]), &doubt);
}

static bool read_account(struct str line, struct door_account *ret)
{
    struct str parts[7];
    uint64_t uid, gid;
    size_t count = 0;

    while (count < 7 && str_next_part(&line, ':', &parts[count]))
        count++;
    if (count < 7 || str_u64(parts[2], 10, &uid) < 0 || str_u64(parts[3], 10, &gid) < 0 ||
        uid > UINT32_MAX || gid > UINT32_MAX)
        return false;
    *ret = (struct door_account){ parts[0], parts[5], parts[6], (uint32_t) uid, (uint32_t) gid };
    return true;
}

int door_account(struct probe_ctx *ctx, struct str name, struct door_account *ret)
{
    struct door_account account;
    struct str text, line;
    uint64_t uid = 0;
    bool by_number = str_u64(name, 10, &uid) == 0;
    int r = root_read(ctx->root, STR("etc/passwd"), PASSWD_LIMIT, &text);

    if (r < 0)
        return r;
    while (str_next_line(&text, &line))
        if (read_account(line, &account) &&
            (by_number ? account.uid == uid : str_eq(account.name, name))) {
            *ret = account;
            return 0;
        }
    return -ENOENT;
}
