/*
 * torch_metadata: how the torch came here, from the metadata beside its folder.
 *
 * INSTALLER, WHEEL and METADATA of a .dist-info are specified at
 * https://packaging.python.org/en/latest/specifications/recording-installed-packages/; conda leaves
 * a file in conda-meta, too, and distributions leave INSTALLER out or write their own name.
 */
#include "format/metadata.h"
#include "format/version.h"
#include "knowledge/dotted.h"
#include "knowledge/torch_builds.h"
#include "probe/python.h"
#include "probe/torch_kind.h"

#include <errno.h>

#define METADATA_LIMIT (1u << 20)
#define CONDA_NAMES 65536

static struct str below(struct probe_ctx *ctx, struct str folder, const char *name)
{
    return arena_join(ctx->arena, folder, str_of(name));
}

/* --- METADATA ------------------------------------------------------------------------------ */

/* Both name the same release, and the same local part where both have one: a wheel from PyPI is
 * 2.6.0 to pip, and calls itself 2.6.0+cu124. */
static bool same_version(struct str a, struct str b)
{
    struct version left, right;

    if (version_parse(a, &left) < 0 || version_parse(b, &right) < 0)
        return str_eq(a, b);
    if (!left.local.len || !right.local.len)
        return version_compare_public(&left, &right) == 0;
    return version_compare(&left, &right) == 0;
}

/* The folder's METADATA, PKG-INFO of an egg, or the file that an .egg-info may be. */
static int read_metadata(struct probe_ctx *ctx, struct str folder, struct str *ret_at,
                         struct metadata *ret)
{
    bool egg = str_ends(folder, STR(".egg-info"));
    struct str text;
    int r;

    *ret_at = below(ctx, folder, egg ? "PKG-INFO" : "METADATA");
    r = root_read(ctx->root, *ret_at, METADATA_LIMIT, &text);
    if (egg && r < 0 && fact_state_of_error(r) == FACT_ABSENT) {
        *ret_at = folder;
        r = root_read(ctx->root, folder, METADATA_LIMIT, &text);
    }
    return r < 0 ? r : metadata_parse(text, false, ret);
}

/* Of several, the one that disagrees counts: two installs lie mixed in one folder. */
static struct str find_metadata(struct probe_ctx *ctx, const struct site *site)
{
    struct str version = ctx->facts->torch.version.value, chosen = STR("");
    size_t at = torch_metadata_name(site->names, 0);

    for (; at < site->names.count; at = torch_metadata_name(site->names, at + 1)) {
        struct str name = str_from(site->names.items[at], 6), rest;

        name = str_slice(name, 0, name.len - (str_ends(name, STR(".egg-info")) ? 9 : 10));
        (void) str_cut(name, '-', &name, &rest);
        if (!chosen.len || !same_version(name, version))
            chosen = site->names.items[at];
    }
    return chosen.len ? arena_join(ctx->arena, site->path, chosen) : chosen;
}

static void record_metadata(struct probe_ctx *ctx, struct str folder)
{
    struct torch_facts *torch = &ctx->facts->torch;
    struct metadata metadata;
    struct str at;
    int r = read_metadata(ctx, folder, &at, &metadata);

    if (r < 0) { /* what the pins say stays open, too, and for the same reason */
        fact_without(&torch->metadata_version, fact_state_of_error(r), at);
        torch->metadata_matches.from = at;
        fact_without(&torch->missing_package, FACT_UNKNOWN, at);
        fact_without(&torch->mismatched, FACT_UNKNOWN, at);
        fact_without(&torch->outdated, FACT_UNKNOWN, at);
        return;
    }
    ctx->python->torch_headers = metadata.headers;
    fact_str(&torch->metadata_version, metadata.version, at);
    if (torch->version.state == FACT_KNOWN)
        fact_bool(&torch->metadata_matches, same_version(metadata.version, torch->version.value),
                  at);
    else
        torch->metadata_matches.from = torch->version.from;
}

/* --- WHEEL --------------------------------------------------------------------------------- */

/* Platform tags and the glibc that they promise to be content with:
 * https://packaging.python.org/en/latest/specifications/platform-compatibility-tags/ */
static bool split_platform(struct arena *arena, struct str tag, struct str *ret_glibc,
                           struct str *ret_machine)
{
    static const struct {
        struct str start, glibc;
    } rows[] = {
        { STR_INIT("manylinux1_"), STR_INIT("2.5") },
        { STR_INIT("manylinux2010_"), STR_INIT("2.12") },
        { STR_INIT("manylinux2014_"), STR_INIT("2.17") },
        { STR_INIT("linux_"), STR_INIT("") },
    };
    struct str major, minor;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (str_starts(tag, rows[i].start)) {
            *ret_glibc = rows[i].glibc;
            *ret_machine = str_from(tag, rows[i].start.len);
            return true;
        }
    if (!str_starts(tag, STR("manylinux_")) ||
        !str_cut(str_from(tag, sizeof("manylinux_") - 1), '_', &major, &minor) ||
        !str_cut(minor, '_', &minor, ret_machine))
        return false;
    *ret_glibc = arena_printf(arena, "%.*s.%.*s", STR_ARG(major), STR_ARG(minor));
    return true;
}

/* A tag may name several platforms, "manylinux_2_17_x86_64.manylinux2014_x86_64": one that fits is
 * enough, and the first says it. */
static void record_wheel(struct probe_ctx *ctx, struct str text, struct str at)
{
    struct torch_facts *torch = &ctx->facts->torch;
    struct str platform, rest, glibc, machine;
    struct wheel_tag tag;

    if (!wheel_tag_next(&text, &tag))
        return;
    (void) str_cut(tag.platform, '.', &platform, &rest);
    if (!split_platform(ctx->arena, platform, &glibc, &machine)) {
        fact_str(&torch->platform, platform, at);
        return;
    }
    fact_str(&torch->platform, arena_printf(ctx->arena, "linux_%.*s", STR_ARG(machine)), at);
    if (glibc.len)
        fact_str(&torch->glibc_needed, glibc, at);
}

/*
 * What the wheel's tag says is a promise of old: torch 2.6 was still tagged manylinux1, and the
 * wheels of download.pytorch.org plainly "linux_x86_64". The table may know that the files need
 * more. Which of the two it is can be said only of a build that is known.
 */
static void record_glibc(struct torch_facts *torch)
{
    const struct fact_str *lacking = torch->release.state != FACT_KNOWN    ? &torch->release
                                     : torch->tag.state != FACT_KNOWN      ? &torch->tag
                                     : torch->platform.state != FACT_KNOWN ? &torch->platform
                                                                           : NULL;
    struct fact_str *needed = &torch->glibc_needed;
    struct torch_build build;

    if (lacking) {
        fact_without(needed, FACT_UNKNOWN, lacking->from);
        return;
    }
    if (torch_build_find(NULL, torch->release.value, torch->tag.value, torch->platform.value,
                         &build) &&
        build.min_glibc.len &&
        (needed->state != FACT_KNOWN || dotted_compare(build.min_glibc, needed->value) > 0))
        fact_str(needed, build.min_glibc, STR("knowledge: torch_builds"));
}

/* --- who brought it ------------------------------------------------------------------------- */

static bool is_distribution(struct str folder)
{
    return str_starts(folder, STR("usr/lib")) && !str_starts(folder, STR("usr/local/"));
}

/* "pytorch-2.5.1-py3.11_cuda12.4_cudnn9.1.0_0.json". */
static int conda_has_torch(struct probe_ctx *ctx, struct str *ret_at)
{
    struct names names;
    int r;

    *ret_at = below(ctx, ctx->python->python.prefix, "conda-meta");
    r = root_list(ctx->root, *ret_at, CONDA_NAMES, &names);
    if (r < 0)
        return fact_state_of_error(r) == FACT_ABSENT ? 0 : r;
    for (size_t i = 0; i < names.count; i++)
        if (str_starts(names.items[i], STR("pytorch-")) && str_ends(names.items[i], STR(".json"))) {
            *ret_at = arena_join(ctx->arena, *ret_at, names.items[i]);
            return 1;
        }
    return 0;
}

static void record_source(struct probe_ctx *ctx, const struct site *site, bool wheel)
{
    struct torch_facts *torch = &ctx->facts->torch;
    struct str at = torch->installer.from, local = torch_local(torch->version.value);
    struct str installer = torch->installer.state == FACT_KNOWN ? torch->installer.value : STR("");
    int r;

    if (str_eqz(installer, "conda"))
        fact_str(&torch->source, STR("conda"), at);
    else if (is_distribution(site->path) && !str_eqz(installer, "pip") && !str_eqz(installer, "uv"))
        fact_str(&torch->source, STR("distribution"), site->path);
    else if (site->mapped || str_eqz(str_of(site->origin), ".pth") || str_starts(local, STR("git")))
        fact_str(&torch->source, STR("source"), site->path);
    else if (wheel && installer.len)
        fact_str(&torch->source, STR("wheel"), at);
    if (torch->source.state == FACT_KNOWN)
        return;

    r = conda_has_torch(ctx, &at);
    if (r > 0) {
        fact_str(&torch->source, STR("conda"), at);
        fact_str(&torch->installer, STR("conda"), at);
    } else if (r == 0 && wheel) {
        fact_str(&torch->source, STR("wheel"), at);
    } else {
        fact_without(&torch->source, FACT_UNKNOWN, at);
    }
}

/* No INSTALLER: a distribution, or conda, which may have come without a word in the folder. */
static void settle_installer(struct torch_facts *torch, const struct site *site)
{
    if (torch->installer.state != FACT_ABSENT)
        return;
    if (torch->source.state != FACT_KNOWN)
        fact_without(&torch->installer, FACT_UNKNOWN, torch->source.from);
    else if (str_ends(site->path, STR("dist-packages")) && is_distribution(site->path))
        fact_str(&torch->installer, STR("apt"), site->path);
}

static void record_origin(struct probe_ctx *ctx, const struct site *site, struct str folder)
{
    struct torch_facts *torch = &ctx->facts->torch;
    struct str wheel = below(ctx, folder, "WHEEL"), text;
    int r;

    root_line(ctx->root, below(ctx, folder, "INSTALLER").data, &torch->installer);
    r = root_read(ctx->root, wheel, PYTHON_FILE_LIMIT, &text);
    if (r == 0)
        record_wheel(ctx, text, wheel);
    if (torch->platform.state != FACT_KNOWN)
        fact_without(&torch->platform, fact_state_of_error(r), wheel);
    if (torch->glibc_needed.state != FACT_KNOWN)
        torch->glibc_needed.from = wheel;
    record_glibc(torch);

    /* Whether a file is not there or could not be seen decides who brought it. */
    if (torch->installer.state != FACT_KNOWN && torch->installer.state != FACT_ABSENT)
        fact_without(&torch->source, FACT_UNKNOWN, torch->installer.from);
    else if (r < 0 && fact_state_of_error(r) != FACT_ABSENT)
        fact_without(&torch->source, FACT_UNKNOWN, wheel);
    else
        record_source(ctx, site, r == 0);
    settle_installer(torch, site);
}

static void run(struct probe_ctx *ctx)
{
    struct torch_facts *torch = &ctx->facts->torch;
    const struct site *site;
    struct str folder;

    if (!ctx->python || !ctx->python->torch_site)
        return;
    site = &ctx->python->sites.items[ctx->python->torch_site - 1];
    folder = site->mapped ? STR("") : find_metadata(ctx, site);
    if (folder.len) {
        record_metadata(ctx, folder);
        record_origin(ctx, site, folder);
        return;
    }
    fact_without(&torch->metadata_version, FACT_ABSENT, site->path);
    fact_without(&torch->installer, FACT_ABSENT, site->path);
    record_source(ctx, site, false);
    settle_installer(torch, site);
}

const struct probe probe_torch_metadata = {
    .name = "torch-metadata",
    .cost = COST_FILES,
    .run = run,
};
