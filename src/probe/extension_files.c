#include "probe/extension_files.h"

#include "format/record.h"
#include "format/requirement.h"
#include "probe/python.h"

#include <errno.h>

#define RECORD_LIMIT (16u << 20)
#define RECORD_LINES 200000u
#define FILES 4096
#define CACHE_NAMES 1024

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

static void add(struct probe_ctx *ctx, struct extension_files *files, struct str path,
                struct str package, struct doubt *doubt)
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
            add(ctx, files, arena_join(ctx->arena, site->path, record.path), package, doubt);
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
            add(ctx, files, arena_join(ctx->arena, site->path, name), STR(""), doubt);
    }
}

/* TORCH_EXTENSIONS_DIR/NAME/NAME.so. */
static void find_built(struct probe_ctx *ctx, struct doubt *doubt, struct extension_files *files)
{
    struct str folder;
    struct names names;
    int r;

    if (!eyes_variable(ctx->eyes, "TORCH_EXTENSIONS_DIR", &folder) || !folder.len)
        return;
    folder = path_absolute(ctx->arena, ctx->eyes->working_directory, folder);
    r = doubt_add(doubt, root_list(ctx->root, folder, CACHE_NAMES, &names), folder);
    for (size_t i = 0; r == 0 && i < names.count; i++) {
        struct str name = names.items[i], path;
        struct node node;

        path = arena_printf(ctx->arena, "%.*s/%.*s/%.*s.so", STR_ARG(folder), STR_ARG(name),
                            STR_ARG(name));
        if (doubt_add(doubt, root_stat(ctx->root, path, &node), path) == 0)
            add(ctx, files, path, STR(""), doubt);
    }
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
