#include "probe/extension_files.h"

#include "format/record.h"
#include "format/requirement.h"
#include "probe/python.h"

#include <errno.h>

#define RECORD_LIMIT (16u << 20)
#define RECORD_LINES 200000u
#define FILES 4096
#define CACHE_NAMES 1024
#define PACKAGE_NAMES 4096 /* in one folder of a package */
#define PACKAGE_DEPTH 4    /* folders below the package's */
#define PACKAGE_FOLDERS 512

/* Packages on PyPI whose wheels, or whose builds at installation, link against torch or against the
 * CUDA that torch brings. */
static const char *const known[] = {
    "apex",
    "auto-gptq",
    "autoawq-kernels",
    "bitsandbytes",
    "causal-conv1d",
    "deepspeed",
    "detectron2",
    "exllamav2",
    "fairseq",
    "fbgemm-gpu",
    "flash-attn",
    "flash-attn-3",
    "flashinfer-python",
    "grouped-gemm",
    "gsplat",
    "kaolin",
    "mamba-ssm",
    "mmcv",
    "natten",
    "sageattention",
    "sgl-kernel",
    "spconv",
    "tinycudann",
    "transformer-engine",
    "vllm",
    "xformers",
};

static bool is_wanted(struct str name)
{
    if (package_eq(name, STR("torch")) || str_starts(name, STR("nvidia")))
        return false;
    if (str_has(name, STR("torch")) && !str_has(name, STR("triton")))
        return true;
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if (package_eq(name, str_of(known[i])))
            return true;
    return false;
}

/* --- names --------------------------------------------------------------------------------- */

/* "cpython-311" of "_C.cpython-311-x86_64-linux-gnu.so", "abi3" of "_C.abi3.so". */
static struct str tag_of(struct str name)
{
    struct str stem = str_slice(name, 0, name.len - 3), first, rest, number;
    size_t dot = str_rfind_char(stem, '.');

    if (dot == STR_NONE)
        return STR("");
    stem = str_from(stem, dot + 1);
    if (str_eqz(stem, "abi3"))
        return stem;
    if (!str_cut(stem, '-', &first, &rest) || !str_eqz(first, "cpython"))
        return STR("");
    (void) str_cut(rest, '-', &number, &rest);
    return str_slice(stem, 0, first.len + 1 + number.len);
}

static struct str without_digits(struct arena *arena, struct str path)
{
    char *copy = arena_alloc(arena, path.len);
    size_t from = path_dir(path).len, len = 0;

    for (size_t i = 0; i < path.len; i++)
        if (i < from || path.data[i] < '0' || path.data[i] > '9')
            copy[len++] = path.data[i];
    return (struct str){ copy, len };
}

/* `wanted`: whether the package is known to hold code for torch. */
static void add(struct probe_ctx *ctx, struct extension_files *files, struct str path,
                struct str package, bool wanted, struct doubt *doubt)
{
    struct extension_file *file;

    for (size_t i = 0; i < files->items.count; i++)
        if (str_eq(files->items.items[i].path, path))
            return;
    if (files->items.count == FILES) {
        (void) doubt_add(doubt, -E2BIG, path);
        return;
    }
    file = LIST_ADD(ctx->arena, &files->items);
    file->path = path;
    file->package = package;
    file->wanted = wanted;
    file->tag = tag_of(path_base(path));
    file->variant = without_digits(ctx->arena, path);
}

/* --- where they lie ------------------------------------------------------------------------ */

/* What lies in "NAME.libs" (auditwheel) is loaded by the files that need it. */
static bool is_extension(struct str path)
{
    return str_ends(path, STR(".so")) && !str_starts(path, STR("../")) &&
           !str_starts(path, STR("/")) && !str_ends(path_dir(path), STR(".libs"));
}

static void read_record(struct probe_ctx *ctx, const struct site *site, struct str metadata,
                        struct str package, struct doubt *doubt, struct extension_files *files)
{
    struct str at =
        arena_join(ctx->arena, arena_join(ctx->arena, site->path, metadata), STR("RECORD"));
    struct record record;
    struct str text;
    int r = root_read(ctx->root, at, RECORD_LIMIT, &text);

    (void) doubt_add(doubt, r, at);
    for (unsigned n = 0; r == 0 && n < RECORD_LINES; n++) {
        int next = record_next(&text, ctx->arena, &record);

        if (next == 0)
            break;
        if (next > 0 && is_extension(record.path))
            add(ctx, files, arena_join(ctx->arena, site->path, record.path), package,
                is_wanted(package), doubt);
    }
}

struct seen {
    LIST(struct str) names;
};

/* Of several copies the first on sys.path counts, as for importlib.metadata. */
static bool is_first(struct probe_ctx *ctx, struct seen *seen, struct str package)
{
    for (size_t i = 0; i < seen->names.count; i++)
        if (package_eq(seen->names.items[i], package))
            return false;
    *LIST_ADD(ctx->arena, &seen->names) = package;
    return true;
}

/* Folders of one package that are still to be listed, and how deep each lies. */
struct walk {
    LIST(struct str) folders;
    unsigned depth[PACKAGE_FOLDERS];
};

static void list_folder(struct probe_ctx *ctx, struct walk *walk, size_t at, struct str package,
                        struct doubt *doubt, struct extension_files *files)
{
    struct str folder = walk->folders.items[at];
    struct names names;
    int r = doubt_add(doubt, root_list(ctx->root, folder, PACKAGE_NAMES, &names), folder);

    for (size_t i = 0; r == 0 && i < names.count; i++) {
        struct str name = names.items[i], path = arena_join(ctx->arena, folder, name);

        if (is_extension(path))
            add(ctx, files, path, package, is_wanted(package), doubt);
        else if (str_find_char(name, '.') == STR_NONE && !str_eqz(name, "__pycache__") &&
                 walk->depth[at] < PACKAGE_DEPTH && walk->folders.count < PACKAGE_FOLDERS) {
            walk->depth[walk->folders.count] = walk->depth[at] + 1;
            *LIST_ADD(ctx->arena, &walk->folders) = path;
        }
    }
}

/* A package whose files no RECORD names: what lies below its folder. A file has no names in it. */
static void walk_package(struct probe_ctx *ctx, struct str folder, struct str package,
                         struct doubt *doubt, struct extension_files *files)
{
    struct walk *walk = ARENA_NEW(ctx->arena, struct walk);

    *LIST_ADD(ctx->arena, &walk->folders) = folder;
    for (size_t i = 0; i < walk->folders.count; i++)
        list_folder(ctx, walk, i, package, doubt, files);
}

/* Folders of torch's own wheel, and of packages that hold nothing compiled against it. */
static bool is_passed_over(struct str name)
{
    static const char *const names[] = { "torch", "torchgen", "functorch", "triton", "numpy" };

    if (str_find_char(name, '.') != STR_NONE || str_starts(name, STR("_")) ||
        str_starts(name, STR("nvidia")))
        return true;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (str_eqz(name, names[i]))
            return true;
    return false;
}

static void find_in_site(struct probe_ctx *ctx, const struct site *site, struct seen *seen,
                         struct doubt *doubt, struct extension_files *files)
{
    for (size_t i = 0; i < site->names.count; i++) {
        struct str name = site->names.items[i], package, rest;

        if (str_ends(name, STR(".dist-info")) && str_cut(name, '-', &package, &rest) &&
            is_wanted(package) && is_first(ctx, seen, package))
            read_record(ctx, site, name, package_normalise(ctx->arena, package), doubt, files);
    }
    for (size_t i = 0; i < site->names.count; i++) {
        struct str name = site->names.items[i];

        if (str_ends(name, STR(".so")))
            add(ctx, files, arena_join(ctx->arena, site->path, name), STR(""), false, doubt);
        else if (!is_passed_over(name) &&
                 (ctx->wishes->thorough || (is_wanted(name) && is_first(ctx, seen, name))))
            walk_package(ctx, arena_join(ctx->arena, site->path, name),
                         package_normalise(ctx->arena, name), doubt, files);
    }
}

/* FOLDER/NAME/NAME.so. */
static void find_built_in(struct probe_ctx *ctx, struct str folder, struct doubt *doubt,
                          struct extension_files *files)
{
    struct names names;
    int r = doubt_add(doubt, root_list(ctx->root, folder, CACHE_NAMES, &names), folder);

    for (size_t i = 0; r == 0 && i < names.count; i++) {
        struct str name = names.items[i], path;
        struct node node;

        path = arena_printf(ctx->arena, "%.*s/%.*s/%.*s.so", STR_ARG(folder), STR_ARG(name),
                            STR_ARG(name));
        if (doubt_add(doubt, root_stat(ctx->root, path, &node), path) == 0)
            add(ctx, files, path, STR(""), false, doubt);
    }
}

/* "py311_cu128", as _get_build_directory() of torch/utils/cpp_extension.py has it. */
static struct str build_folder(struct probe_ctx *ctx)
{
    const struct python *python = &ctx->python->python;
    const struct fact_str *cuda = &ctx->facts->torch.cuda;
    struct str major, minor;

    if (cuda->state != FACT_KNOWN)
        return arena_printf(ctx->arena, "py%u%u%s_cpu", python->major, python->minor,
                            python->free_threaded ? "t" : "");
    (void) str_cut(cuda->value, '.', &major, &minor);
    return arena_printf(ctx->arena, "py%u%u%s_cu%.*s%.*s", python->major, python->minor,
                        python->free_threaded ? "t" : "", STR_ARG(major), STR_ARG(minor));
}

/* Where it is not set, torch builds below the user's cache: a thorough run looks there, too. */
static void find_built(struct probe_ctx *ctx, struct doubt *doubt, struct extension_files *files)
{
    struct str folder, home;

    if (eyes_variable(ctx->eyes, "TORCH_EXTENSIONS_DIR", &folder) && folder.len) {
        find_built_in(ctx, path_absolute(ctx->arena, ctx->eyes->working_directory, folder), doubt,
                      files);
        return;
    }
    if (!ctx->wishes->thorough)
        return;
    if (eyes_variable(ctx->eyes, "XDG_CACHE_HOME", &folder) && folder.len)
        folder = path_absolute(ctx->arena, ctx->eyes->working_directory, folder);
    else if (eyes_home(ctx, &home) == 0)
        folder = arena_join(ctx->arena, path_absolute(ctx->arena, STR(""), home), STR(".cache"));
    else
        return;
    folder = arena_join(ctx->arena, folder, STR("torch_extensions"));
    find_built_in(ctx, arena_join(ctx->arena, folder, build_folder(ctx)), doubt, files);
}

void extension_files_find(struct probe_ctx *ctx, struct doubt *doubt, struct extension_files *ret)
{
    const struct python_state *state = ctx->python;
    struct extension_files files = { .items = { 0 } };
    struct seen seen = { .names = { 0 } };

    for (size_t i = 0; i < state->sites.count; i++)
        if (!state->sites.items[i].gap && !state->sites.items[i].mapped &&
            state->sites.items[i].error == 0)
            find_in_site(ctx, &state->sites.items[i], &seen, doubt, &files);
    find_built(ctx, doubt, &files);
    *ret = files;
}
