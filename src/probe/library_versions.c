/*
 * library_versions: of which version each CUDA library is that torch will map.
 *
 * Three witnesses: the package that owns the file (probe/library_owner.h); the file's name behind
 * the links, libcudnn.so.9.1.0; and its bytes (loader/library_version.h). Those are read only where
 * they decide: of the part that speaks for cuDNN, and of what no package owns.
 */
#include "knowledge/dotted.h"
#include "knowledge/sonames.h"
#include "loader/library_version.h"
#include "probe/libraries.h"
#include "probe/library_owner.h"
#include "probe/look.h"
#include "probe/python.h"

#include <errno.h>

#define READS 16 /* libraries whose bytes are read */

struct work {
    struct probe_ctx *ctx;
    struct owners owners;
    unsigned reads;
};

static struct str relative(struct str path)
{
    while (str_starts(path, STR("/")))
        path = str_from(path, 1);
    return path;
}

/* --- the package ---------------------------------------------------------------------------- */

static void record_package(struct work *work, struct library_facts *library)
{
    const struct fact_list *packages = &work->ctx->facts->torch.packages;
    struct library_owner owner;
    int r = library_owner(&work->owners, library->name.value, library->path.value, &owner);

    if (r == 1) {
        fact_str(&library->package, owner.package, owner.from);
        fact_str(&library->manager, owner.manager, owner.from);
        fact_without(&library->package_version, FACT_ABSENT, owner.from);
        if (owner.version.len)
            fact_str(&library->package_version, owner.version, owner.from);
        return;
    }
    if (r < 0)
        FACT_FAILED(&library->package, r, owner.from);
    else
        fact_without(&library->package,
                     packages->state == FACT_KNOWN && !packages->partial ? FACT_ABSENT
                                                                         : FACT_UNKNOWN,
                     packages->from);
    library->package_version = library->manager = library->package;
}

/* --- the file's name ------------------------------------------------------------------------ */

/* "9.1.0" of "libcudnn.so.9.1.0"; a single number is no more than the SONAME's. */
static bool version_in_name(struct str path, struct str *ret)
{
    struct str name = path_base(path), version;
    size_t at = str_find(name, STR(".so."));

    if (at == STR_NONE)
        return false;
    version = str_from(name, at + 4);
    for (size_t i = 0; i < version.len; i++)
        if (version.data[i] != '.' && (version.data[i] < '0' || version.data[i] > '9'))
            return false;
    if (str_find_char(version, '.') == STR_NONE)
        return false;
    *ret = version;
    return true;
}

/* --- one library ---------------------------------------------------------------------------- */

/* The part that answers cudnnGetVersion() for all of cuDNN. */
static bool speaks_for_cudnn(struct str name)
{
    return str_eqz(name, "libcudnn_graph.so.9") || str_eqz(name, "libcudnn_ops_infer.so.8");
}

static bool wants_bytes(struct work *work, const struct library_facts *library)
{
    return library_version_known(library->name.value) &&
           (library->package.state != FACT_KNOWN || speaks_for_cudnn(library->name.value)) &&
           work->reads++ < READS;
}

static void set_version(struct library_facts *library, struct str version, const char *basis,
                        struct str from)
{
    fact_str(&library->version, version, from);
    fact_str(&library->version_from, str_of(basis), from);
}

/* False where there are none, or none that tell. A look that failed leaves the version open. */
static bool version_by_bytes(struct work *work, struct library_facts *library)
{
    struct str path = relative(library->path.value), version;
    int r = library_version_read(work->ctx->root, work->ctx->arena, path, library->name.value,
                                 &version);

    if (r == 0) {
        set_version(library, version, "bytes", path);
        return true;
    }
    if (r == -ENOENT || r == -ENOTSUP || r == -EBADMSG || r == -ENODATA || r == -E2BIG)
        return false;
    FACT_FAILED(&library->version, r, path);
    library->version_from = library->version;
    return true;
}

static void record_version(struct work *work, struct library_facts *library)
{
    struct str version;

    record_package(work, library);
    if (wants_bytes(work, library) && version_by_bytes(work, library))
        return;
    if (version_in_name(library->path.value, &version))
        set_version(library, version, "file name", library->path.from);
    else if (library->package_version.state == FACT_KNOWN)
        set_version(library, library->package_version.value, "package",
                    library->package_version.from);
}

/* --- all of them ---------------------------------------------------------------------------- */

/* Whether two versions are the same as far as both tell. */
static bool agree(struct str a, struct str b)
{
    struct str left, right;

    while (a.len && b.len) {
        (void) str_cut(a, '.', &left, &a);
        (void) str_cut(b, '.', &right, &b);
        if (dotted_compare(left, right) != 0)
            return false;
    }
    return true;
}

/* libcupti.so.2023.1.1 is of cuda-cupti 12.1.105: not every name counts as its package does. */
static bool same_major(struct str a, struct str b)
{
    unsigned left = 0, right = 0;

    return dotted_first(a, &left) == 0 && dotted_first(b, &right) == 0 && left == right;
}

static void record_disagreement(struct loader_facts *loader, const struct library_facts *library)
{
    if (loader->disagreeing.state == FACT_KNOWN || library->version.state != FACT_KNOWN ||
        library->package_version.state != FACT_KNOWN ||
        !same_major(library->version.value, library->package_version.value) ||
        agree(library->version.value, library->package_version.value))
        return;
    loader->disagreeing = library->path;
    loader->disagreeing_version = library->version;
    loader->disagreeing_package = library->package_version;
}

static struct library_facts *find_library(const struct loader_facts *loader, const char *name)
{
    for (size_t i = 0; i < loader->libraries.count; i++)
        if (str_eqz(LIST_OF(library, &loader->libraries)[i].name.value, name))
            return &LIST_OF(library, &loader->libraries)[i];
    return NULL;
}

/* The first part of cuDNN whose version is not that of the part that speaks for it. */
static void record_part(struct facts *facts, const struct library_facts *speaker)
{
    const struct fact_list *libraries = &facts->loader.libraries;
    struct cudnn_facts *cudnn = &facts->cudnn;
    enum fact_state rest = FACT_ABSENT;
    struct str from = speaker->path.from;

    for (size_t i = 0; i < libraries->count; i++) {
        const struct library_facts *library = &LIST_OF(library, libraries)[i];

        if (!str_starts(library->name.value, STR("libcudnn")))
            continue;
        if (library->version.state != FACT_KNOWN || speaker->version.state != FACT_KNOWN) {
            rest = FACT_UNKNOWN;
            from = library->version.from;
        } else if (!agree(library->version.value, speaker->version.value)) {
            cudnn->part = library->path;
            cudnn->part_version = library->version;
            return;
        }
    }
    fact_without(&cudnn->part, rest, from);
    cudnn->part_version = cudnn->part;
}

/* Whose package a library is of that came with torch; empty: not known. */
static struct str own_manager(const struct torch_facts *torch)
{
    return fact_is(&torch->source, STR("wheel"))   ? STR("pip")
           : fact_is(&torch->source, STR("conda")) ? STR("conda")
                                                   : STR("");
}

/* A cuDNN that is of no package, or of another manager's, where pip has brought one. */
static void record_foreign(struct probe_ctx *ctx, const struct library_facts *speaker)
{
    const struct fact_list *packages = &ctx->facts->torch.packages;
    struct fact_bool *foreign = &ctx->facts->cudnn.foreign;
    bool is_own = fact_is(&speaker->manager, STR("pip")) ||
                  fact_is(&speaker->manager, own_manager(&ctx->facts->torch));

    foreign->from = speaker->package.from;
    if (speaker->package.state != FACT_KNOWN && speaker->package.state != FACT_ABSENT)
        return;
    fact_bool(foreign, false, is_own ? speaker->package.from : packages->from);
    for (size_t i = 0; !is_own && i < packages->count; i++)
        if (str_starts(LIST_OF(package, packages)[i].name.value, STR("nvidia-cudnn-cu")))
            fact_bool(foreign, true, speaker->path.from);
}

static void record_cudnn(struct probe_ctx *ctx)
{
    struct cudnn_facts *cudnn = &ctx->facts->cudnn;
    const struct loader_facts *loader = &ctx->facts->loader;
    const struct library_facts *speaker = find_library(loader, "libcudnn_graph.so.9");

    if (!speaker)
        speaker = find_library(loader, "libcudnn_ops_infer.so.8");
    if (!speaker || loader->libraries.partial)
        return;
    cudnn->loaded_version = speaker->version;
    cudnn->loaded_path = speaker->path;
    cudnn->loaded_rule = speaker->rule;
    record_foreign(ctx, speaker);
    record_part(ctx->facts, speaker);
}

/* "libcudart.so.11.0" in a process whose torch is of CUDA 12. */
static bool is_other_major(struct str name, unsigned major)
{
    size_t first = 0, count = cuda_libraries_by_soname(name, &first);
    struct cuda_library row;

    for (size_t at = first; at < first + count && cuda_library_at(at, &row); at++)
        if (row.cuda_major == major || row.cuda_major == 0)
            return false;
    return count > 0;
}

/* --- two managers --------------------------------------------------------------------------- */

/* 1 where the copy that came with torch is of another manager, and newer; else 0, or why a look
 * failed. A newer one that is loaded in an older one's place has all that torch asks for. */
static int record_mix(struct work *work, const struct library_facts *library, struct str *ret_at)
{
    struct loader_facts *loader = &work->ctx->facts->loader;
    const struct fact_list *packages = &work->ctx->facts->torch.packages;
    const struct python_state *python = work->ctx->python;
    struct library_owner owner = { .from = { NULL, 0 } };
    struct str meant = { NULL, 0 };
    int r = libraries_meant(work->ctx, &python->import->map.search, python->import_wish,
                            library->name.value, &meant);

    *ret_at = meant;
    if (r != 1)
        return r;
    r = library_owner(&work->owners, library->name.value, meant, &owner);
    *ret_at = r < 0 ? owner.from : packages->from;
    if (r == 0 && (packages->state != FACT_KNOWN || packages->partial))
        return -EIO;
    if (r != 1)
        return r;
    if (!str_eq(owner.manager, own_manager(&work->ctx->facts->torch)) ||
        !same_major(library->version.value, owner.version) ||
        dotted_compare(library->version.value, owner.version) >= 0)
        return 0;
    loader->mixed = library->name;
    loader->mixed_path = library->path;
    loader->mixed_version = library->version;
    loader->mixed_manager = library->manager;
    fact_str(&loader->mixed_meant, path_shown(work->ctx->arena, meant), meant);
    fact_str(&loader->mixed_meant_version, owner.version, owner.from);
    fact_str(&loader->mixed_meant_manager, owner.manager, owner.from);
    return 1;
}

/* What could not be read that would tell whether it is another manager's, and how old; empty: all
 * could. */
static struct str open_question(const struct library_facts *library, struct str own)
{
    if (library->manager.state == FACT_UNKNOWN || library->manager.state == FACT_DENIED)
        return library->manager.from;
    if (library->manager.state == FACT_KNOWN && !str_eq(library->manager.value, own) &&
        library->version.state != FACT_KNOWN)
        return library->version.from;
    return (struct str){ NULL, 0 };
}

static void record_mixes(struct work *work)
{
    struct loader_facts *loader = &work->ctx->facts->loader;
    const struct fact_list *libraries = &loader->libraries;
    struct str own = own_manager(&work->ctx->facts->torch), from = libraries->from;
    enum fact_state rest = libraries->partial || work->ctx->facts->torch.source.state != FACT_KNOWN
                               ? FACT_UNKNOWN
                               : FACT_ABSENT;

    for (size_t i = 0; work->ctx->python->import && own.len && i < libraries->count; i++) {
        const struct library_facts *library = &LIST_OF(library, libraries)[i];
        struct str at = open_question(library, own);
        int r = 0;

        if (library->manager.state == FACT_KNOWN && library->version.state == FACT_KNOWN &&
            !str_eq(library->manager.value, own))
            r = record_mix(work, library, &at);
        if (r == 1)
            return;
        if (r < 0 || (r == 0 && open_question(library, own).len)) {
            rest = FACT_UNKNOWN;
            from = at;
        }
    }
    fact_without(&loader->mixed, rest, from);
}

static void run(struct probe_ctx *ctx)
{
    struct loader_facts *loader = &ctx->facts->loader;
    struct work work = { .ctx = ctx, .owners = { .ctx = ctx } };
    unsigned major = 0;

    if (loader->libraries.state != FACT_KNOWN)
        return;
    if (ctx->facts->torch.cuda.state == FACT_KNOWN)
        (void) dotted_first(ctx->facts->torch.cuda.value, &major);
    if (!loader->libraries.partial)
        fact_without(&loader->other_major, FACT_ABSENT, loader->libraries.from);
    for (size_t i = 0; i < loader->libraries.count; i++) {
        struct library_facts *library = &LIST_OF(library, &loader->libraries)[i];
        size_t first;

        if (!cuda_libraries_by_soname(library->name.value, &first))
            continue;
        record_version(&work, library);
        record_disagreement(loader, library);
        if (major && loader->other_major.state != FACT_KNOWN &&
            is_other_major(library->name.value, major))
            loader->other_major = library->path;
    }
    record_cudnn(ctx);
    record_mixes(&work);
}

const struct probe probe_library_versions = {
    .name = "library-versions",
    .cost = COST_FILES,
    .run = run,
};
