/* machine: its name, its distribution, its kernel, and whose eyes look. */
#include "probe/look.h"

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

static void os_value(struct str text, const char *key, struct str from, struct fact_str *ret)
{
    struct str value;

    if (look_value(text, key, '=', &value))
        fact_str(ret, value, from);
    else
        *ret = (struct fact_str){ .state = FACT_ABSENT, .from = from };
}

static void look_at_os(struct probe_ctx *ctx)
{
    struct machine_facts *machine = &ctx->facts->machine;
    struct str from = STR("etc/os-release"), text, like, family;
    int r = root_read(ctx->root, from, TEXT_LIMIT, &text);

    if (r < 0 && fact_state_of_error(r) == FACT_ABSENT) {
        from = STR("usr/lib/os-release");
        r = root_read(ctx->root, from, TEXT_LIMIT, &text);
    }
    if (r < 0) {
        FACT_FAILED(&machine->os, r, from);
        FACT_FAILED(&machine->os_version, r, from);
        FACT_FAILED(&machine->os_title, r, from);
        FACT_FAILED(&machine->os_family, r, from);
        return;
    }
    os_value(text, "ID", from, &machine->os);
    os_value(text, "VERSION_ID", from, &machine->os_version);
    os_value(text, "PRETTY_NAME", from, &machine->os_title);
    machine->os_family = (struct fact_str){ .state = FACT_ABSENT, .from = from };
    if (machine->os.state == FACT_KNOWN &&
        (family_of(machine->os.value, &family) ||
         (look_value(text, "ID_LIKE", '=', &like) && family_of(like, &family))))
        fact_str(&machine->os_family, family, from);
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
    .run = run,
};
