/* c_library: the system's architecture, its C library, and its libstdc++. */
#include "loader/object.h"
#include "probe/look.h"

#include <errno.h>

#define CPU_TEXT (8u << 10)
#define PACKAGES_LIMIT (8u << 20)
#define LIBC_LIMIT (8u << 20) /* libc.so.6 has 2 MiB */
#define PIECE (256u << 10)
#define BANNER 64u /* bytes that pieces overlap by */

/* The dynamic loaders that say whose programs run here. */
static const struct loader {
    struct str path, usr_path;
    const char *architecture, *libc;
} loaders[] = {
    { STR_INIT("lib64/ld-linux-x86-64.so.2"), STR_INIT("usr/lib64/ld-linux-x86-64.so.2"), "x86_64",
      "glibc" },
    { STR_INIT("lib/ld-linux-aarch64.so.1"), STR_INIT("usr/lib/ld-linux-aarch64.so.1"), "aarch64",
      "glibc" },
    { STR_INIT("lib/ld-musl-x86_64.so.1"), STR_INIT("usr/lib/ld-musl-x86_64.so.1"), "x86_64",
      "musl" },
    { STR_INIT("lib/ld-musl-aarch64.so.1"), STR_INIT("usr/lib/ld-musl-aarch64.so.1"), "aarch64",
      "musl" },
};
#define LOADERS (sizeof(loaders) / sizeof(loaders[0]))

static bool is_there(struct probe_ctx *ctx, struct str path, struct doubt *doubt)
{
    struct node node;

    return doubt_add(doubt, root_stat(ctx->root, path, &node), path) == 0;
}

/* The architecture of the processor, by the kernel's words for it; empty where they do not say. */
static struct str cpu_architecture(struct probe_ctx *ctx, struct doubt *doubt)
{
    struct str from = STR("proc/cpuinfo"), text, value;

    if (doubt_add(doubt, look_start(ctx, from, CPU_TEXT, &text), from) < 0)
        return STR("");
    if (look_value(text, "flags", ':', &value))
        return look_word(value, STR("lm")) ? STR("x86_64") : STR("");
    return look_value(text, "CPU implementer", ':', &value) ? STR("aarch64") : STR("");
}

/*
 * Debian can hold loaders of other architectures (for qemu) and of musl beside its own, and Alpine
 * one of glibc's name (gcompat): the processor says which architecture, the distribution which C
 * library.
 */
static bool loader_fits(struct probe_ctx *ctx, const struct loader *loader, struct str cpu)
{
    const struct fact_str *family = &ctx->facts->machine.os_family;
    bool musl = strcmp(loader->libc, "musl") == 0;

    if (cpu.len && !str_eqz(cpu, loader->architecture))
        return false;
    return family->state == FACT_UNKNOWN || fact_is(family, STR("alpine")) == musl;
}

/* NULL: none is there, or the choice is open; then `ret_several`. */
static const struct loader *choose_loader(struct probe_ctx *ctx, struct doubt *doubt,
                                          bool *ret_several)
{
    const struct loader *found[LOADERS], *fitting = NULL;
    struct str cpu;
    size_t count = 0, fits = 0;

    for (size_t i = 0; i < LOADERS; i++)
        if (is_there(ctx, loaders[i].path, doubt) || is_there(ctx, loaders[i].usr_path, doubt))
            found[count++] = &loaders[i];
    *ret_several = count > 1;
    if (count < 2)
        return count ? found[0] : NULL;
    cpu = cpu_architecture(ctx, doubt);
    for (size_t i = 0; i < count; i++)
        if (loader_fits(ctx, found[i], cpu)) {
            fitting = found[i];
            fits++;
        }
    return fits == 1 ? fitting : NULL;
}

/* --- versions ------------------------------------------------------------------------------ */

/* The digits and dots that follow the banner's mark. */
static bool version_in(struct str bytes, struct str mark, struct str *ret)
{
    size_t at = str_find(bytes, mark), len = 0;
    struct str rest;

    if (at == STR_NONE)
        return false;
    rest = str_from(bytes, at + mark.len);
    while (len < rest.len &&
           (rest.data[len] == '.' || (rest.data[len] >= '0' && rest.data[len] <= '9')))
        len++;
    rest = str_slice(rest, 0, len);
    *ret = str_ends(rest, STR(".")) ? str_slice(rest, 0, len - 1) : rest;
    return ret->len > 0;
}

/* Where the texts of a library lie; where it has no section headers, anywhere. */
static uint64_t texts_of(struct probe_ctx *ctx, struct str path)
{
    struct object *object = ARENA_NEW(ctx->arena, struct object);
    const struct elf_section *texts = NULL;
    struct elf_section *sections;
    size_t count;

    if (object_open(ctx->root, path, ctx->arena, object) < 0)
        return 0;
    if (elf_sections(&object->elf, &sections, &count) == 0)
        texts = elf_section(sections, count, ".rodata");
    object_close(object);
    return texts ? texts->offset : 0;
}

/*
 * glibc's banner, "GNU C Library (…) stable release version 2.36.": the file's name has had no
 * version since 2.34, and symbol versions stay behind where a release adds none. -ENOENT: none.
 */
static int read_banner(struct probe_ctx *ctx, struct root_file *file, uint64_t at, struct str *ret)
{
    char *piece = arena_alloc(ctx->arena, PIECE);
    int r = 0;

    while (at < LIBC_LIMIT && (r = root_file_read(file, at, piece, PIECE)) > 0) {
        struct str version;

        if (version_in((struct str){ piece, (size_t) r }, STR(" release version "), &version)) {
            *ret = arena_copy(ctx->arena, version);
            return 0;
        }
        if ((size_t) r <= BANNER)
            return -ENOENT;
        at += (size_t) r - BANNER;
    }
    return r < 0 ? r : -ENOENT;
}

/* Opens the first of the places where distributions keep a library. */
static int find_library(struct probe_ctx *ctx, const char *name, struct str *ret_path,
                        struct root_file *ret)
{
    const struct fact_str *architecture = &ctx->facts->machine.architecture;
    const char *cpu = str_eqz(architecture->value, "aarch64") ? "aarch64" : "x86_64";
    const struct str paths[] = {
        arena_printf(ctx->arena, "usr/lib/%s-linux-gnu/%s", cpu, name),
        arena_printf(ctx->arena, "lib/%s-linux-gnu/%s", cpu, name),
        arena_printf(ctx->arena, "usr/lib64/%s", name),
        arena_printf(ctx->arena, "lib64/%s", name),
        arena_printf(ctx->arena, "usr/lib/%s", name),
        arena_printf(ctx->arena, "lib/%s", name),
    };
    int r = -ENOENT;

    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        *ret_path = paths[i];
        r = root_open(ctx->root, paths[i], ret);
        if (r == 0 || fact_state_of_error(r) != FACT_ABSENT)
            return r;
    }
    *ret_path = STR("usr/lib");
    return r;
}

static void look_at_glibc(struct probe_ctx *ctx, struct fact_str *version)
{
    struct root_file file;
    struct str path, found;
    int r = find_library(ctx, "libc.so.6", &path, &file);

    if (r == 0) {
        uint64_t texts = texts_of(ctx, path);

        r = read_banner(ctx, &file, texts, &found);
        if (r == -ENOENT && texts)
            r = read_banner(ctx, &file, 0, &found);
        root_file_close(&file);
        if (r == -ENOENT)
            r = -EBADMSG; /* the file is there: its version is not absent, but unknown */
    }
    FACT_FAILED(version, r, path);
    if (r == 0)
        fact_str(version, found, path);
}

/* Alpine's list of packages: "P:musl", and later in the same paragraph "V:1.2.5-r0". */
static void look_at_musl(struct probe_ctx *ctx, struct fact_str *version)
{
    struct str from = STR("lib/apk/db/installed"), text, value;
    int r = root_read(ctx->root, from, PACKAGES_LIMIT, &text);
    size_t at;

    FACT_FAILED(version, r, from);
    if (r < 0)
        return;
    at = str_find(text, STR("P:musl\n"));
    if (at == STR_NONE || !look_value(str_from(text, at), "V", ':', &value))
        return;
    (void) str_cut(value, '-', &value, &text);
    fact_str(version, value, from);
}

/*
 * libstdc++.so.6.0.N offers symbols up to GLIBCXX_3.4.N
 * (https://gcc.gnu.org/onlinedocs/libstdc++/manual/abi.html#abi.versioning.history).
 */
static void look_at_libstdcxx(struct probe_ctx *ctx, struct fact_str *glibcxx)
{
    static const struct str start = STR_INIT("libstdc++.so.6.0.");
    struct root_file file;
    struct str path, real;
    uint64_t number;
    int r = find_library(ctx, "libstdc++.so.6", &path, &file);

    FACT_FAILED(glibcxx, r, path);
    if (r < 0)
        return;
    root_file_close(&file);
    glibcxx->state = FACT_UNKNOWN;
    r = root_resolve(ctx->root, path, &real);
    if (r < 0 || !str_starts(path_base(real), start) ||
        str_u64(str_from(path_base(real), start.len), 10, &number) < 0)
        return;
    fact_str(glibcxx, arena_printf(ctx->arena, "3.4.%llu", (unsigned long long) number), real);
}

static void run(struct probe_ctx *ctx)
{
    struct machine_facts *machine = &ctx->facts->machine;
    struct doubt doubt = { 0, { NULL, 0 } };
    bool several;
    const struct loader *loader = choose_loader(ctx, &doubt, &several);

    if (loader) {
        settle_str(&machine->architecture, str_of(loader->architecture), loader->path, &doubt);
        settle_str(&machine->libc, str_of(loader->libc), loader->path, &doubt);
    } else {
        settle_absent(&machine->architecture, STR("lib"), &doubt);
        settle_absent(&machine->libc, STR("lib"), &doubt);
        if (several && !doubt.error) /* there, and ours to tell apart */
            machine->architecture.state = machine->libc.state = FACT_UNKNOWN;
    }
    machine->libc_version =
        (struct fact_str){ .state = machine->libc.state, .from = machine->libc.from };
    if (fact_is(&machine->libc, STR("musl")))
        look_at_musl(ctx, &machine->libc_version);
    else if (machine->libc.state == FACT_KNOWN)
        look_at_glibc(ctx, &machine->libc_version);
    machine->glibcxx.from = machine->architecture.from;
    if (machine->architecture.state == FACT_KNOWN || machine->architecture.state == FACT_ABSENT)
        look_at_libstdcxx(ctx, &machine->glibcxx);
}

const struct probe probe_c_library = {
    .name = "c-library",
    .cost = COST_FILES,
    .before_driver = true,
    .run = run,
};
