/* machine: its name, its distribution, its kernel, and whose eyes look. */
#include "probe/look.h"

#include "format/os_release.h"

#include <errno.h>

#define TEXT_LIMIT (64u << 10)
#define USERS_LIMIT (4u << 20)

/* Whose packages a distribution takes, by ID and then by each word of ID_LIKE (os-release(5)). */
static const struct {
    const char *id, *family;
} families[] = { { "debian", "debian" },   { "ubuntu", "debian" },    { "fedora", "fedora" },
                 { "rhel", "fedora" },     { "centos", "fedora" },    { "amzn", "fedora" },
                 { "rocky", "fedora" },    { "almalinux", "fedora" }, { "ol", "fedora" },
                 { "arch", "arch" },       { "suse", "suse" },        { "opensuse", "suse" },
                 { "sles", "suse" },       { "alpine", "alpine" },    { "raspbian", "debian" },
                 { "linuxmint", "debian" } };

static bool family_of(struct str ids, struct str *ret)
{
    struct str id;

    while (str_next_word(&ids, &id))
        for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++)
            if (str_eqz(id, families[i].id)) {
                *ret = str_of(families[i].family);
                return true;
            }
    return false;
}

/* An empty value is one that the file does not have. */
static void os_value(struct fact_str *fact, struct str value, int error, struct str from)
{
    if (error == 0 && value.len)
        fact_str(fact, value, from);
    else
        FACT_FAILED(fact, error < 0 ? error : -ENOENT, from);
}

static void look_at_os(struct probe_ctx *ctx)
{
    struct machine_facts *machine = &ctx->facts->machine;
    struct str from = STR("etc/os-release"), text, family = { NULL, 0 };
    struct os_release os = { .id = family };
    int r = root_read(ctx->root, from, TEXT_LIMIT, &text);

    if (r < 0 && fact_state_of_error(r) == FACT_ABSENT) {
        from = STR("usr/lib/os-release");
        r = root_read(ctx->root, from, TEXT_LIMIT, &text);
    }
    if (r == 0) {
        os = os_release_parse(text, ctx->arena);
        if (!family_of(os.id, &family))
            (void) family_of(os.id_like, &family);
    }
    os_value(&machine->os, os.id, r, from);
    os_value(&machine->os_version, os.version_id, r, from);
    os_value(&machine->os_title, os.name, r, from);
    os_value(&machine->os_family, family, r, from);
}

static void look_at_user(struct probe_ctx *ctx)
{
    struct machine_facts *machine = &ctx->facts->machine;
    struct str from = STR("etc/passwd"), text, line, uid;
    int r;

    if (!ctx->eyes->known)
        return;
    fact_int(&machine->uid, ctx->eyes->uid, STR("process"));
    r = root_read(ctx->root, from, USERS_LIMIT, &text);
    FACT_FAILED(&machine->user, r, from);
    if (r < 0)
        return;
    machine->user.state = FACT_ABSENT; /* a user of a directory service, or of a container's host */
    uid = arena_printf(ctx->arena, "%u", ctx->eyes->uid);
    while (str_next_line(&text, &line)) {
        struct str name, password, number;

        (void) str_cut(line, ':', &name, &line);
        (void) str_cut(line, ':', &password, &line);
        (void) str_cut(line, ':', &number, &line);
        if (!str_eq(number, uid))
            continue;
        fact_str(&machine->user, name, from);
        return;
    }
}

static void run(struct probe_ctx *ctx)
{
    struct machine_facts *machine = &ctx->facts->machine;

    root_line(ctx->root, "etc/hostname", &machine->name);
    if (machine->name.state == FACT_ABSENT)
        root_line(ctx->root, "proc/sys/kernel/hostname", &machine->name);
    root_line(ctx->root, "proc/sys/kernel/osrelease", &machine->kernel);
    look_at_os(ctx);
    look_at_user(ctx);
}

const struct probe probe_machine = {
    .name = "machine",
    .cost = COST_FILES,
    .before_driver = true,
    .run = run,
};
