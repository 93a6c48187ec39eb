/*
 * toolkits: every CUDA toolkit, the one that torch would compile extensions with, and this
 * machine's gcc.
 *
 * torch's order is that of _find_cuda_home() in torch/utils/cpp_extension.py: CUDA_HOME, CUDA_PATH,
 * the folder above that of the nvcc on PATH, /usr/local/cuda. Versions come from version.json (CUDA
 * 11.1 and later), version.txt (before), or the headers; which host compilers it takes, from its
 * own crt/host_config.h.
 */
#include "probe/look.h"
#include "probe/python.h"

#include <errno.h>

#define NAMES 1024         /* in one folder */
#define PATH_PARTS 64      /* of PATH */
#define HEADER (32u << 10) /* bytes of a header that are read */
#define VERSION_FILE (64u << 10)

struct work {
    struct probe_ctx *ctx;
    struct toolkit_facts *toolkit;
    struct doubt doubt; /* whether torch's choice is another */
    bool chosen;
};

static struct str below(struct work *work, struct str folder, const char *name)
{
    return arena_join(work->ctx->arena, folder, str_of(name));
}

static struct str relative(struct str path)
{
    while (str_starts(path, STR("/")))
        path = str_from(path, 1);
    return path;
}

/* --- one toolkit ---------------------------------------------------------------------------- */

/* The first number with dots behind `key`: "12.4.1". */
static bool version_behind(struct str text, struct str key, struct str *ret)
{
    size_t at = str_find(text, key), end = 0;

    if (at == STR_NONE)
        return false;
    text = str_from(text, at + key.len);
    while (text.len && !(text.data[0] >= '0' && text.data[0] <= '9'))
        text = str_from(text, 1);
    while (end < text.len &&
           (text.data[end] == '.' || (text.data[end] >= '0' && text.data[end] <= '9')))
        end++;
    *ret = str_slice(text, 0, end);
    return end > 0;
}

/* version.json names each component; the toolkit itself comes as "cuda". */
static bool version_in_json(struct str text, struct str *ret)
{
    size_t at = str_find(text, STR("\"cuda\""));

    return at != STR_NONE && version_behind(str_from(text, at), STR("\"version\""), ret);
}

/* CUDART_VERSION 12040 is 12.4. */
static bool version_in_header(struct work *work, struct str text, struct str *ret)
{
    struct str number;
    uint64_t value;

    if (!version_behind(text, STR("#define CUDART_VERSION"), &number) ||
        str_u64(number, 10, &value) < 0 || value < 1000 || value > 1000000)
        return false;
    *ret = arena_printf(work->ctx->arena, "%u.%u", (unsigned) value / 1000,
                        (unsigned) value % 1000 / 10);
    return true;
}

static void record_version(struct work *work, struct str folder, struct fact_str *ret)
{
    struct probe_ctx *ctx = work->ctx;
    struct str at = below(work, folder, "version.json"), text, version;
    int r = root_read(ctx->root, at, VERSION_FILE, &text);

    if (r == 0 && version_in_json(text, &version)) {
        fact_str(ret, version, at);
        return;
    }
    at = below(work, folder, "version.txt");
    if (fact_state_of_error(r) == FACT_ABSENT)
        r = root_read(ctx->root, at, VERSION_FILE, &text);
    if (r == 0 && version_behind(text, STR("CUDA Version"), &version)) {
        fact_str(ret, version, at);
        return;
    }
    at = below(work, folder, "include/cuda_runtime_api.h");
    if (fact_state_of_error(r) == FACT_ABSENT)
        r = look_start(ctx, at, HEADER, &text);
    if (r == 0 && version_in_header(work, text, &version))
        fact_str(ret, version, at);
    else
        fact_without(ret, r < 0 ? fact_state_of_error(r) : FACT_UNKNOWN, at);
}

static void record_limit(struct str text, struct str key, struct fact_int *ret, struct str at)
{
    struct str number;
    uint64_t value;

    ret->from = at;
    if (version_behind(text, key, &number) && str_u64(number, 10, &value) == 0 && value < 1000)
        fact_int(ret, (int64_t) value, at);
}

static void record_limits(struct work *work, struct str folder, struct toolkit_item_facts *item)
{
    struct str at = below(work, folder, "include/crt/host_config.h"), text;
    int r = look_start(work->ctx, at, HEADER, &text);

    if (r < 0) {
        FACT_FAILED(&item->gcc_limit, r, at);
        item->clang_limit = item->gcc_limit;
        return;
    }
    record_limit(text, STR("#if __GNUC__ >"), &item->gcc_limit, at);
    record_limit(text, STR("(__clang_major__ >="), &item->clang_limit, at);
}

static struct toolkit_item_facts *known_item(struct fact_list *items, struct str path)
{
    for (size_t i = 0; i < items->count; i++)
        if (str_eq(LIST_OF(toolkit_item, items)[i].path.value, path))
            return &LIST_OF(toolkit_item, items)[i];
    return NULL;
}

/* NULL where there is no such folder, or it cannot be seen. Good until the next one. */
static const struct toolkit_item_facts *add_toolkit(struct work *work, struct str folder,
                                                    const char *rule)
{
    struct probe_ctx *ctx = work->ctx;
    struct fact_list *items = &work->toolkit->items;
    struct toolkit_item_facts *item;
    struct str real, shown;
    int r = root_resolve(ctx->root, folder, &real);

    if (r < 0) {
        items->partial |=
            doubt_add(&work->doubt, r, folder) < 0 && fact_state_of_error(r) != FACT_ABSENT;
        return NULL;
    }
    shown = path_shown(ctx->arena, real);
    item = known_item(items, shown);
    if (item)
        return item;
    item = fact_list_add(ctx->arena, items, sizeof(*item));
    fact_str(&item->path, shown, folder);
    fact_str(&item->rule, str_of(rule), folder);
    look_exists(ctx->root, below(work, real, "bin/nvcc"), &item->nvcc);
    record_version(work, real, &item->version);
    record_limits(work, real, item);
    return item;
}

/* --- which one torch takes ------------------------------------------------------------------- */

static void choose(struct work *work, const struct toolkit_item_facts *item, const char *rule,
                   struct str from)
{
    struct toolkit_facts *toolkit = work->toolkit;

    work->chosen = true;
    settle_str(&toolkit->path, item->path.value, from, &work->doubt);
    settle_str(&toolkit->rule, str_of(rule), from, &work->doubt);
    if (toolkit->path.state != FACT_KNOWN)
        return;
    toolkit->version = item->version;
    toolkit->nvcc = item->nvcc;
    toolkit->gcc_limit = item->gcc_limit;
}

static void try_variable(struct work *work, const char *name)
{
    const struct toolkit_item_facts *item;
    struct str value;

    if (!eyes_variable(work->ctx->eyes, name, &value) || !value.len)
        return;
    item = add_toolkit(work, relative(value), name);
    if (item && !work->chosen)
        choose(work, item, name, STR("environment"));
    else if (!work->chosen) { /* torch believes the variable, whatever is there */
        work->chosen = true;
        settle_absent(&work->toolkit->path, relative(value), &work->doubt);
        fact_str(&work->toolkit->rule, str_of(name), STR("environment"));
    }
}

/* shutil.which("nvcc"), and the folder above its folder. */
static void try_path(struct work *work)
{
    struct str rest, part;

    if (!eyes_variable(work->ctx->eyes, "PATH", &rest))
        return;
    for (unsigned i = 0; i < PATH_PARTS && str_next_part(&rest, ':', &part); i++) {
        struct str folder = relative(part), file = below(work, folder, "nvcc");
        const struct toolkit_item_facts *item;
        struct node node;
        int r = folder.len ? root_stat(work->ctx->root, file, &node) : -ENOENT;

        (void) doubt_add(&work->doubt, r, file);
        if (r < 0)
            continue;
        item = add_toolkit(work, path_dir(folder), "PATH");
        if (item && !work->chosen)
            choose(work, item, "PATH", file);
        return;
    }
}

/* Other places, which torch does not look at. */
static void find_others(struct work *work)
{
    static const char *const usual[] = { "opt/cuda", "usr/lib/cuda" };
    struct probe_ctx *ctx = work->ctx;
    struct fact_list *items = &work->toolkit->items;
    struct names names;
    int r = root_list(ctx->root, STR("usr/local"), NAMES, &names);

    if (r < 0)
        items->partial |= fact_state_of_error(r) != FACT_ABSENT;
    for (size_t i = 0; r == 0 && i < names.count; i++)
        if (str_starts(names.items[i], STR("cuda-")))
            (void) add_toolkit(work, below(work, STR("usr/local"), names.items[i].data),
                               "usual place");
    for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++)
        (void) add_toolkit(work, str_of(usual[i]), "usual place");
}

/* --- the host's compiler --------------------------------------------------------------------- */

/* gcc is a link to gcc-12, or to x86_64-linux-gnu-gcc-12; where it is none, its folder of programs
 * is named for its version: usr/lib/gcc/x86_64-linux-gnu/12. */
static void record_gcc(struct work *work)
{
    struct probe_ctx *ctx = work->ctx;
    struct fact_int *gcc = &work->toolkit->gcc;
    struct str at = STR("usr/bin/gcc"), real, chosen;
    size_t dash;
    uint64_t major;
    int r = root_resolve(ctx->root, at, &real);

    gcc->from = at;
    /* A build may be told another one. */
    if (eyes_variable(ctx->eyes, "CC", &chosen) || eyes_variable(ctx->eyes, "CXX", &chosen))
        return;
    if (r < 0) {
        FACT_FAILED(gcc, r, at);
        return;
    }
    dash = str_rfind_char(real, '-');
    if (dash != STR_NONE && str_u64(str_from(real, dash + 1), 10, &major) == 0 && major < 1000)
        fact_int(gcc, (int64_t) major, real);
}

static void run(struct probe_ctx *ctx)
{
    struct work work = { .ctx = ctx, .toolkit = &ctx->facts->toolkit };
    struct str usual = STR("usr/local/cuda");
    const struct toolkit_item_facts *item;

    work.toolkit->items = (struct fact_list){ .state = FACT_KNOWN, .from = usual };
    try_variable(&work, "CUDA_HOME");
    try_variable(&work, "CUDA_PATH");
    try_path(&work);
    item = add_toolkit(&work, usual, "usual place");
    if (ctx->eyes->known && item && !work.chosen)
        choose(&work, item, "usual place", usual);
    else if (ctx->eyes->known && !work.chosen)
        settle_absent(&work.toolkit->path, usual, &work.doubt);
    find_others(&work);
    if (work.toolkit->items.count)
        record_gcc(&work);
}

const struct probe probe_toolkits = {
    .name = "toolkits",
    .cost = COST_FILES,
    .run = run,
};
