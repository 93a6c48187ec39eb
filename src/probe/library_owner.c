#include "probe/library_owner.h"

#include "knowledge/sonames.h"
#include "probe/look.h"
#include "probe/python.h"

#define CONDA_NAMES 4096
#define CONDA_LIMIT (8u << 20)
#define STATUS_LIMIT (32u << 20)
#define LIST_LIMIT (4u << 20)

static struct str relative(struct str path)
{
    while (str_starts(path, STR("/")))
        path = str_from(path, 1);
    return path;
}

/* --- pip ------------------------------------------------------------------------------------ */

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
static const struct package_facts *find_wheel(const struct probe_ctx *ctx, struct str soname,
                                              struct str path)
{
    const struct fact_list *packages = &ctx->facts->torch.packages;
    size_t first = 0, count = cuda_libraries_by_soname(soname, &first);
    struct str folder = path_dir(path);
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

/* --- names ---------------------------------------------------------------------------------- */

/* "cudnn" of "libcudnn9-cuda-12", "cudart" of "cuda-cudart-12-4". */
static struct str stem_of(struct str package)
{
    size_t len = 0;

    if (str_starts(package, STR("lib")))
        package = str_from(package, 3);
    else if (str_starts(package, STR("cuda-")))
        package = str_from(package, 5);
    while (len < package.len && package.data[len] >= 'a' && package.data[len] <= 'z')
        len++;
    return str_slice(package, 0, len);
}

/* libcublasLt comes with libcublas, and so on. */
static bool may_hold(struct str package, struct str library)
{
    struct str stem = stem_of(package);

    return stem.len && str_eq_nocase(str_slice(library, 0, stem.len), stem);
}

/* --- conda ---------------------------------------------------------------------------------- */

/* "cuda-cudart-12.1.105-0.json": the version and the build hold no "-". */
static bool split_record(struct str file, struct str *ret_name, struct str *ret_version)
{
    struct str parts = str_slice(file, 0, file.len - 5);
    size_t build = parts.len, version;

    while (build > 0 && parts.data[build - 1] != '-')
        build--;
    if (build < 2)
        return false;
    version = build - 1;
    while (version > 0 && parts.data[version - 1] != '-')
        version--;
    if (version < 2)
        return false;
    *ret_name = str_slice(parts, 0, version - 1);
    *ret_version = str_slice(parts, version, build - 1);
    return true;
}

static void list_conda(struct owners *owners)
{
    struct probe_ctx *ctx = owners->ctx;
    struct str prefix = ctx->python->python.prefix;
    int r = root_resolve(ctx->root, prefix, &owners->prefix);

    owners->listed = true;
    if (r == 0)
        r = root_list(ctx->root, arena_join(ctx->arena, owners->prefix, STR("conda-meta")),
                      CONDA_NAMES, &owners->conda);
    owners->conda_error = r < 0 && fact_state_of_error(r) != FACT_ABSENT ? r : 0;
}

static int of_conda(struct owners *owners, struct str library, struct str path,
                    struct library_owner *ret)
{
    struct probe_ctx *ctx = owners->ctx;
    struct str folder, entry, text;

    if (!owners->listed)
        list_conda(owners);
    folder = arena_join(ctx->arena, owners->prefix, STR("conda-meta"));
    ret->from = folder;
    if (!str_starts(path, arena_join(ctx->arena, owners->prefix, STR("lib/"))))
        return 0;
    entry = arena_printf(ctx->arena, "\"%.*s\"", STR_ARG(str_from(path, owners->prefix.len + 1)));
    for (size_t i = 0; i < owners->conda.count; i++) {
        struct str file = owners->conda.items[i], name, version;
        bool whole;
        int r;

        if (!str_ends(file, STR(".json")) || !split_record(file, &name, &version))
            continue;
        whole = str_eqz(name, "cudatoolkit");
        if (!whole && !may_hold(name, library))
            continue;
        ret->from = arena_join(ctx->arena, folder, file);
        r = root_read(ctx->root, ret->from, CONDA_LIMIT, &text);
        if (r < 0)
            return r;
        if (!str_has(text, entry))
            continue;
        ret->manager = STR("conda");
        ret->package = name;
        ret->version = whole ? STR("") : version;
        return 1;
    }
    return owners->conda_error;
}

/* --- dpkg ----------------------------------------------------------------------------------- */

/* "9.8.0" of "1:9.8.0-1", "11.4.1.1043" of "11.4.1.1043~11.2.2-3". */
static struct str upstream(struct str version)
{
    struct str head, tail;

    if (str_cut(version, ':', &head, &tail))
        version = tail;
    (void) str_cut(version, '~', &version, &tail);
    (void) str_cut(version, '-', &version, &tail);
    return version;
}

/* 1: the package's list has the file. */
static int lists_file(struct owners *owners, struct str name, struct str architecture,
                      struct str path, struct str *ret_from)
{
    struct arena *arena = owners->ctx->arena;
    struct str line = arena_printf(arena, "\n/%.*s\n", STR_ARG(path)), text;
    int r;

    *ret_from = arena_printf(arena, "var/lib/dpkg/info/%.*s:%.*s.list", STR_ARG(name),
                             STR_ARG(architecture));
    r = root_read(owners->ctx->root, *ret_from, LIST_LIMIT, &text);
    if (r < 0 && fact_state_of_error(r) == FACT_ABSENT) {
        *ret_from = arena_printf(arena, "var/lib/dpkg/info/%.*s.list", STR_ARG(name));
        r = root_read(owners->ctx->root, *ret_from, LIST_LIMIT, &text);
    }
    if (r < 0)
        return fact_state_of_error(r) == FACT_ABSENT ? 0 : r;
    return str_has(text, line);
}

static int of_dpkg(struct owners *owners, struct str library, struct str path,
                   struct library_owner *ret)
{
    static const struct str from = STR_INIT("var/lib/dpkg/status");
    struct str rest;

    if (!owners->read) {
        owners->dpkg_error = root_read(owners->ctx->root, from, STATUS_LIMIT, &owners->dpkg);
        owners->read = true;
    }
    ret->from = from;
    if (owners->dpkg_error)
        return fact_state_of_error(owners->dpkg_error) == FACT_ABSENT ? 0 : owners->dpkg_error;
    for (rest = owners->dpkg; rest.len;) {
        size_t end = str_find(rest, STR("\n\n"));
        struct str paragraph = str_slice(rest, 0, end), name, architecture, version;
        int r;

        rest = end == STR_NONE ? STR("") : str_from(rest, end + 2);
        if (!str_starts(paragraph, STR("Package: ")) ||
            !look_value(paragraph, "Package", ':', &name) || !may_hold(name, library) ||
            !look_value(paragraph, "Architecture", ':', &architecture) ||
            !look_value(paragraph, "Version", ':', &version))
            continue;
        r = lists_file(owners, name, architecture, path, &ret->from);
        if (r < 0)
            return r;
        if (r == 0)
            continue;
        ret->manager = STR("dpkg");
        ret->package = name;
        ret->version = upstream(version);
        return 1;
    }
    return 0;
}

int library_owner(struct owners *owners, struct str soname, struct str path,
                  struct library_owner *ret)
{
    const struct package_facts *wheel;
    struct cuda_library row;
    size_t first = 0;
    int r;

    *ret = (struct library_owner){ .from = { NULL, 0 } };
    path = relative(path);
    wheel = find_wheel(owners->ctx, soname, path);
    if (wheel) {
        *ret = (struct library_owner){ STR("pip"), wheel->name.value, wheel->version.value,
                                       wheel->version.from };
        return 1;
    }
    if (!cuda_libraries_by_soname(soname, &first) || !cuda_library_at(first, &row) ||
        row.cuda_major == 0 || !owners->ctx->python || !owners->ctx->python->found)
        return 0;
    r = of_conda(owners, row.library, path, ret);
    return r != 0 ? r : of_dpkg(owners, row.library, path, ret);
}
