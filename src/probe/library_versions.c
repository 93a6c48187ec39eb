/*
 * library_versions: of which version each CUDA library is that torch will map.
 *
 * Three witnesses: the Python package that owns the file, by its folder; the file's name behind the
 * links, libcudnn.so.9.1.0; and its bytes (loader/library_version.h). Those are read only where
 * they decide: of the part that speaks for cuDNN, and of what no package owns.
 */
#include "knowledge/dotted.h"
#include "knowledge/sonames.h"
#include "loader/library_version.h"
#include "probe/look.h"
#include "probe/python.h"

#include <errno.h>

#define READS 16 /* libraries whose bytes are read */

struct work {
    struct probe_ctx *ctx;
    unsigned reads;
};

static struct str relative(struct str path)
{
    while (str_starts(path, STR("/")))
        path = str_from(path, 1);
    return path;
}

/* --- the package ---------------------------------------------------------------------------- */

/* Whether the folder is the row's in that site-packages. Some wheels leave "nvidia/" out:
 * nvidia-cusparselt-cu12 0.6.2 has cusparselt/lib. */
static bool is_folder(struct str folder, struct str site, struct str own)
{
    struct str rest;

    if (!str_starts(folder, site) || !str_starts(str_from(folder, site.len), STR("/")))
        return false;
    rest = str_from(folder, site.len + 1);
    return str_eq(rest, own) ||
           (str_starts(own, STR("nvidia/")) && str_eq(rest, str_from(own, sizeof("nvidia"))));
}

/* The package of torch's environment whose folder holds the file: site-packages/FOLDER/libx.so. */
static const struct package_facts *find_owner(const struct probe_ctx *ctx, struct str name,
                                              struct str path)
{
    const struct fact_list *packages = &ctx->facts->torch.packages;
    size_t first = 0, count = cuda_libraries_by_soname(name, &first);
    struct str folder = path_dir(relative(path));
    struct cuda_library row;

    for (size_t at = first; at < first + count && cuda_library_at(at, &row); at++)
        for (size_t i = 0; row.folder.len && i < packages->count; i++) {
            const struct package_facts *package = &LIST_OF(package, packages)[i];

            if (str_eq(package->name.value, row.package) &&
                is_folder(folder, path_dir(relative(package->path.value)), row.folder))
                return package;
        }
    return NULL;
}

static void record_package(struct probe_ctx *ctx, struct library_facts *library)
{
    const struct fact_list *packages = &ctx->facts->torch.packages;
    const struct package_facts *package = find_owner(ctx, library->name.value, library->path.value);

    if (package) {
        library->package = package->name;
        library->package_version = package->version;
        return;
    }
    fact_without(&library->package,
                 packages->state == FACT_KNOWN && !packages->partial ? FACT_ABSENT : FACT_UNKNOWN,
                 packages->from);
    library->package_version = library->package;
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

    record_package(work->ctx, library);
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

static void record_disagreement(struct loader_facts *loader, const struct library_facts *library)
{
    if (loader->disagreeing.state == FACT_KNOWN || !fact_is(&library->version_from, STR("bytes")) ||
        library->package_version.state != FACT_KNOWN ||
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

static void record_cudnn(struct probe_ctx *ctx)
{
    struct cudnn_facts *cudnn = &ctx->facts->cudnn;
    const struct loader_facts *loader = &ctx->facts->loader;
    const struct fact_list *packages = &ctx->facts->torch.packages;
    const struct library_facts *speaker = find_library(loader, "libcudnn_graph.so.9");

    if (!speaker)
        speaker = find_library(loader, "libcudnn_ops_infer.so.8");
    if (!speaker || loader->libraries.partial)
        return;
    cudnn->loaded_version = speaker->version;
    cudnn->loaded_path = speaker->path;
    cudnn->loaded_rule = speaker->rule;
    cudnn->foreign.from = speaker->package.from;
    if (speaker->package.state == FACT_KNOWN)
        fact_bool(&cudnn->foreign, false, speaker->package.from);
    for (size_t i = 0; speaker->package.state == FACT_ABSENT && i < packages->count; i++)
        if (str_starts(LIST_OF(package, packages)[i].name.value, STR("nvidia-cudnn-cu")))
            fact_bool(&cudnn->foreign, true, speaker->path.from);
    if (speaker->package.state == FACT_ABSENT && cudnn->foreign.state != FACT_KNOWN)
        fact_bool(&cudnn->foreign, false, packages->from);
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

static void run(struct probe_ctx *ctx)
{
    struct loader_facts *loader = &ctx->facts->loader;
    struct work work = { .ctx = ctx };
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
}

const struct probe probe_library_versions = {
    .name = "library-versions",
    .cost = COST_FILES,
    .run = run,
};
