/*
 * extensions: whether what is compiled against torch can be loaded with the torch at hand.
 *
 * loader/extension.h says how each file is judged. That a file lacks something is a fact of that
 * file; the groups of facts/extensions.h name the first package for which it matters.
 */
#include "format/demangle.h"
#include "knowledge/sonames.h"
#include "loader/extension.h"
#include "loader/gpu_code.h"
#include "probe/extension_files.h"
#include "probe/python.h"

#include <errno.h>

/* A file, and what came of looking at it. */
struct looked {
    const struct extension_file *file;
    struct extension extension;
    bool fits;   /* this Python loads files of its tag */
    bool opened; /* `extension` is filled */
    int damage;  /* why the file is no library: -EBADMSG, -ENODATA, -ENOTSUP; else 0 */
    bool loads, counts;
};

struct work {
    struct probe_ctx *ctx;
    struct extension_host host;
    struct extension_files files;
    LIST(struct looked) looked;
    struct doubt doubt;
};

static bool lacks_anything(const struct extension *extension)
{
    return extension->library.name.len || extension->symbol.name.len || extension->version.name.len;
}

/* --- looking ------------------------------------------------------------------------------- */

static bool fits_python(const struct probe_ctx *ctx, struct str tag)
{
    if (str_eqz(tag, "abi3")) /* importlib.machinery.EXTENSION_SUFFIXES of python3.13t has none */
        return !ctx->python->python.free_threaded;
    return !tag.len || str_eq(tag, ctx->python->import_wish->python_tag);
}

/* The files of its package: what its Python code may load before it. */
static struct search_folders files_beside(struct work *work, const struct extension_file *file)
{
    struct search_folders beside = { NULL, 0 };

    beside.items = arena_array(work->ctx->arena, work->files.items.count, sizeof(*beside.items));
    for (size_t i = 0; file->package.len && i < work->files.items.count; i++)
        if (str_eq(work->files.items.items[i].package, file->package))
            beside.items[beside.count++] = work->files.items.items[i].path;
    return beside;
}

static bool needs_cuda(const struct extension *extension)
{
    size_t first;

    for (size_t i = 0; i < extension->needed_count; i++)
        if (cuda_libraries_by_soname(extension->needed[i], &first) > 0)
            return true;
    return false;
}

static bool is_damage(int error)
{
    return error == -EBADMSG || error == -ENODATA || error == -ENOTSUP || error == -ENOEXEC;
}

static void look_at(struct work *work, const struct extension_file *file)
{
    struct search_folders beside = files_beside(work, file);
    struct looked *looked = LIST_ADD(work->ctx->arena, &work->looked);
    int r;

    looked->file = file;
    looked->fits = fits_python(work->ctx, file->tag);
    if (!looked->fits)
        return;
    r = extension_load(&work->host, file->path, &beside, &looked->extension);
    looked->opened = r == 0;
    if (is_damage(r) && file->wanted) {
        looked->damage = r;
        return;
    }
    if (r < 0 && !is_damage(r))
        (void) doubt_add(&work->doubt, r, file->path);
    (void) doubt_add(&work->doubt, looked->extension.doubt, looked->extension.doubt_from);
    if (r < 0 || !(looked->extension.uses_torch || needs_cuda(&looked->extension))) {
        work->looked.count--;
        return;
    }
    looked->loads = !lacks_anything(&looked->extension) && !looked->extension.doubt;
}

static bool has_variants(const struct work *work, const struct extension_file *file)
{
    size_t count = 0;

    for (size_t i = 0; i < work->files.items.count; i++)
        count += str_eq(work->files.items.items[i].variant, file->variant);
    return count > 1;
}

/* Where one variant of several can be loaded, the others are not meant for this environment; and
 * where a look failed, that one may be it. */
static void weigh_variants(struct work *work)
{
    for (size_t i = 0; i < work->looked.count; i++) {
        struct looked *one = &work->looked.items[i];

        one->counts = !one->loads && !(work->doubt.error && has_variants(work, one->file));
        for (size_t k = 0; k < work->looked.count; k++)
            if (work->looked.items[k].loads &&
                str_eq(work->looked.items[k].file->variant, one->file->variant))
                one->counts = false;
    }
}

/* --- one file's facts ---------------------------------------------------------------------- */

static void settle_lack(struct fact_str *fact, struct str value, struct str from,
                        const struct extension *extension)
{
    struct doubt doubt = { extension->doubt, extension->doubt_from };

    if (value.len)
        fact_str(fact, value, from);
    else
        settle_absent(fact, from, &doubt);
}

static void record_cuda(struct extension_facts *item, const struct extension *extension,
                        struct str from)
{
    struct cuda_library row;
    size_t first;

    item->cuda_major = (struct fact_int){ .state = FACT_ABSENT, .from = from };
    for (size_t i = 0; i < extension->needed_count; i++)
        if (cuda_libraries_by_soname(extension->needed[i], &first) == 1 &&
            cuda_library_at(first, &row) && row.cuda_major) {
            fact_int(&item->cuda_major, row.cuda_major, from);
            return;
        }
}

static void record_code(struct work *work, struct extension_facts *item, struct str path,
                        bool has_code)
{
    struct probe_ctx *ctx = work->ctx;
    struct gpu_code code;
    int r = -ENOENT;

    if (!fact_is(&ctx->facts->torch.build, STR("cuda")))
        return;
    if (has_code)
        r = gpu_code_read(ctx->root, ctx->arena, path, GPU_CODE_SAMPLE, &code);
    if (r == 0)
        fact_str(&item->architectures, gpu_code_text(ctx->arena, &code), path);
    else
        FACT_FAILED(&item->architectures, r, path);
}

static void record_loading(struct work *work, const struct looked *looked,
                           struct extension_facts *item)
{
    const struct extension *extension = &looked->extension;
    struct arena *arena = work->ctx->arena;
    struct str from = looked->file->path;
    bool stable = extension->uses_stable && !extension->uses_cpp;

    fact_bool(&item->needs_torch, extension->uses_torch, from);
    fact_bool(&item->stable_abi, stable, from);
    fact_without(&item->strings, FACT_ABSENT, from);
    if (extension->new_strings)
        fact_str(&item->strings, STR("new"), from);
    else if (extension->old_strings)
        fact_str(&item->strings, STR("old"), from);
    record_cuda(item, extension, from);
    settle_lack(&item->missing, extension->library.name, extension->library.user, extension);
    settle_lack(&item->undefined, demangle(arena, extension->symbol.name, DEMANGLE_PARAMETERS),
                extension->symbol.user, extension);
    settle_lack(&item->version, extension->version.name, extension->version.user, extension);
    if (looked->loads || lacks_anything(extension))
        fact_bool(&item->loads, looked->loads, from);
    else
        item->loads.from = extension->doubt_from;
    record_code(work, item, from, extension->gpu_code);
}

static void record_file(struct work *work, const struct looked *looked)
{
    struct fact_list *list = &work->ctx->facts->extensions.all;
    struct extension_facts *item = fact_list_add(work->ctx->arena, list, sizeof(*item));
    struct str from = looked->file->path;

    fact_str(&item->path, path_shown(work->ctx->arena, from), from);
    fact_without(&item->package, FACT_ABSENT, from);
    if (looked->file->package.len)
        fact_str(&item->package, looked->file->package, from);
    fact_without(&item->python_tag, FACT_ABSENT, from);
    if (looked->file->tag.len)
        fact_str(&item->python_tag, looked->file->tag, from);
    fact_bool(&item->python_fits, looked->fits, from);
    if (looked->opened)
        record_loading(work, looked, item);
    else
        fact_bool(&item->loads, false, from);
}

/* --- what matters -------------------------------------------------------------------------- */

/* The package, or where none is known, the module: "flash_attn_2_cuda". */
static struct str subject_of(const struct looked *looked)
{
    struct str rest, name;

    if (!looked || looked->file->package.len)
        return looked ? looked->file->package : STR("");
    (void) str_cut(path_base(looked->file->path), '.', &name, &rest);
    return name;
}

/* A library that belongs to another CUDA than torch's, or to a part that this torch lacks. */
static bool is_foreign(const struct work *work, struct str name)
{
    unsigned major = work->ctx->python->import_wish->cuda_major;
    struct cuda_library row;
    size_t first;

    if (str_starts(name, STR("libtorch_")) || str_starts(name, STR("libc10_")))
        return true;
    return cuda_libraries_by_soname(name, &first) > 0 && cuda_library_at(first, &row) &&
           row.cuda_major && (major == 0 || !cuda_library_find(name, major, &row));
}

static bool of_symbol(const struct work *work, const struct looked *looked)
{
    (void) work;
    return looked->extension.symbol.name.len && looked->extension.symbol_is_torch;
}

static bool of_version(const struct work *work, const struct looked *looked)
{
    (void) work;
    return looked->extension.version.name.len > 0;
}

static bool of_cuda(const struct work *work, const struct looked *looked)
{
    const struct lack *library = &looked->extension.library;

    return library->name.len && library->error == -ENOENT && is_foreign(work, library->name);
}

static bool of_damage(const struct work *work, const struct looked *looked)
{
    const struct lack *library = &looked->extension.library;

    (void) work;
    return looked->damage || (library->name.len && is_damage(library->error));
}

static bool of_python(const struct work *work, const struct looked *looked)
{
    (void) work;
    return !looked->fits;
}

/* torchvision and torchaudio come last: what is wrong with them, their metadata mostly says. */
static const struct looked *first_of(const struct work *work,
                                     bool (*is)(const struct work *, const struct looked *))
{
    const struct looked *found = NULL;

    for (size_t i = 0; i < work->looked.count; i++) {
        const struct looked *one = &work->looked.items[i];
        bool companion =
            str_eqz(one->file->package, "torchvision") || str_eqz(one->file->package, "torchaudio");

        if (!one->counts || !is(work, one))
            continue;
        if (!companion)
            return one;
        found = found ? found : one;
    }
    return found;
}

struct value {
    struct fact_str *fact;
    struct str text;
};

/* All of a group from one file, or, where there is none, that there is nothing. */
static void settle_group(struct work *work, const struct looked *looked, const struct value *values,
                         size_t count)
{
    struct str from = looked ? looked->file->path : work->ctx->facts->torch.path.from;

    for (size_t i = 0; i < count; i++)
        if (looked && values[i].text.len)
            fact_str(values[i].fact, values[i].text, from);
        else if (looked)
            fact_without(values[i].fact, FACT_ABSENT, from);
        else
            settle_absent(values[i].fact, from, &work->doubt);
}

static struct str shown(struct work *work, const struct looked *looked)
{
    return looked ? path_shown(work->ctx->arena, looked->file->path) : STR("");
}

static struct str strings_in(struct str name)
{
    return str_has(name, STR("std::__cxx11::")) ? STR("new")
           : str_has(name, STR("std::string"))  ? STR("old")
                                                : STR("");
}

static void settle_symbol(struct work *work)
{
    const struct looked *looked = first_of(work, of_symbol);
    struct extensions_facts *facts = &work->ctx->facts->extensions;
    struct str symbol = looked ? looked->extension.symbol.name : STR("");
    struct str name = demangle(work->ctx->arena, symbol, DEMANGLE_PARAMETERS);
    const struct value values[] = {
        { &facts->symbol_subject, subject_of(looked) },
        { &facts->symbol_package, looked ? looked->file->package : STR("") },
        { &facts->symbol_file, shown(work, looked) },
        { &facts->symbol_function, demangle(work->ctx->arena, symbol, DEMANGLE_FUNCTION) },
        { &facts->symbol_name, name },
        { &facts->symbol_mangled, symbol },
        { &facts->symbol_strings, strings_in(name) },
    };

    settle_group(work, looked, values, sizeof(values) / sizeof(values[0]));
}

static void settle_version(struct work *work)
{
    const struct looked *looked = first_of(work, of_version);
    struct extensions_facts *facts = &work->ctx->facts->extensions;
    struct lack none = { .error = 0 };
    const struct lack *lack = looked ? &looked->extension.version : &none;
    const struct value values[] = {
        { &facts->version_subject, subject_of(looked) },
        { &facts->version_file, shown(work, looked) },
        { &facts->version_name, lack->name },
        { &facts->version_where, looked ? path_shown(work->ctx->arena, lack->where) : STR("") },
    };

    settle_group(work, looked, values, sizeof(values) / sizeof(values[0]));
}

static void settle_cuda(struct work *work)
{
    const struct looked *looked = first_of(work, of_cuda);
    struct extensions_facts *facts = &work->ctx->facts->extensions;
    const struct value values[] = {
        { &facts->cuda_subject, subject_of(looked) },
        { &facts->cuda_package, looked ? looked->file->package : STR("") },
        { &facts->cuda_file, shown(work, looked) },
        { &facts->cuda_library, looked ? looked->extension.library.name : STR("") },
    };

    settle_group(work, looked, values, sizeof(values) / sizeof(values[0]));
}

static void settle_damage(struct work *work)
{
    const struct looked *looked = first_of(work, of_damage);
    struct extensions_facts *facts = &work->ctx->facts->extensions;
    const struct lack *library = looked && !looked->damage ? &looked->extension.library : NULL;
    const struct value values[] = {
        { &facts->damaged_subject, subject_of(looked) },
        { &facts->damaged_package, looked ? looked->file->package : STR("") },
        { &facts->damaged_file,
          library ? path_shown(work->ctx->arena, library->where) : shown(work, looked) },
        { &facts->damaged_reason,
          looked ? search_result_name(library ? library->error : looked->damage) : STR("") },
    };

    settle_group(work, looked, values, sizeof(values) / sizeof(values[0]));
}

static void settle_python(struct work *work)
{
    const struct looked *looked = first_of(work, of_python);
    struct extensions_facts *facts = &work->ctx->facts->extensions;
    const struct value values[] = {
        { &facts->python_subject, subject_of(looked) },
        { &facts->python_package, looked ? looked->file->package : STR("") },
        { &facts->python_file, shown(work, looked) },
        { &facts->python_tag, looked ? looked->file->tag : STR("") },
    };

    settle_group(work, looked, values, sizeof(values) / sizeof(values[0]));
}

static void settle_all(struct work *work)
{
    struct probe_ctx *ctx = work->ctx;
    struct fact_list *list = &ctx->facts->extensions.all;

    settle_symbol(work);
    settle_version(work);
    settle_cuda(work);
    settle_damage(work);
    settle_python(work);
    list->partial = work->doubt.error != 0;
    list->from = work->doubt.error ? work->doubt.from : ctx->facts->torch.path.from;
    if (!work->doubt.error)
        list->state = FACT_KNOWN;
}

static void settle_strings(struct work *work)
{
    struct fact_str *strings = &work->ctx->facts->extensions.torch_strings;
    struct str from = work->ctx->facts->torch.path.from;
    int r = extension_host_new_strings(&work->host);

    if (r < 0)
        FACT_FAILED(strings, r, from);
    else
        fact_str(strings, r ? STR("new") : STR("old"), from);
}

static void run(struct probe_ctx *ctx)
{
    const struct torch_import *import = ctx->python ? ctx->python->import : NULL;
    struct work work = { .ctx = ctx };

    if (!ctx->python || !ctx->python->torch_site || ctx->facts->torch.path.state != FACT_KNOWN)
        return;
    (void) doubt_add(&work.doubt, ctx->python->failed, ctx->facts->torch.path.from);
    if (import)
        (void) doubt_add(&work.doubt, import->map.doubt, import->map.doubt_from);
    if (import && import->loaded && !import->map.search.wish.musl) {
        extension_host_start(import, &work.host);
        extension_files_find(ctx, &work.doubt, &work.files);
        for (size_t i = 0; i < work.files.items.count; i++)
            look_at(&work, &work.files.items.items[i]);
        weigh_variants(&work);
        for (size_t i = 0; i < work.looked.count; i++)
            record_file(&work, &work.looked.items[i]);
        if (work.looked.count)
            settle_strings(&work);
    }
    settle_all(&work);
}

const struct probe probe_extensions = {
    .name = "extensions",
    .cost = COST_FILES,
    .run = run,
};
