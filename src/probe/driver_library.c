/* driver_library: every copy of the driver's libraries, and which one programs load. */
#include "probe/look.h"

#include "knowledge/cuda.h"
#include "loader/object.h"
#include "loader/search.h"

#include <errno.h>

#define FOLDERS 1024 /* in usr/local */
#define STUB_SIZE \
    (1u << 20)            /* a toolkit's stub has some 10 KiB, a driver's library dozens of MiB */
#define FIRST_BRANCH 100u /* no driver with CUDA is older */

static const struct str cuda_name = STR_INIT("libcuda.so.1");
static const struct str ml_name = STR_INIT("libnvidia-ml.so.1");

/* Where the driver, a toolkit, a container's engine or Windows puts them, on the loader's path or
 * not. */
static const struct str usual_folders[] = {
    STR_INIT("usr/lib/x86_64-linux-gnu"),
    STR_INIT("usr/lib/x86_64-linux-gnu/nvidia/current"),
    STR_INIT("usr/lib/aarch64-linux-gnu"),
    STR_INIT("usr/lib/aarch64-linux-gnu/tegra"),
    STR_INIT("usr/lib/aarch64-linux-gnu/nvidia"),
    STR_INIT("usr/lib64"),
    STR_INIT("usr/lib"),
    STR_INIT("usr/lib/wsl/lib"),
    STR_INIT("usr/local/nvidia/lib64"),
    STR_INIT("usr/local/nvidia/lib"),
    STR_INIT("opt/nvidia/lib64"),
};

/* The same below each usr/local/cuda*. */
static const char *const toolkit_folders[] = {
    "compat",
    "lib64/stubs",
    "targets/x86_64-linux/lib/stubs",
    "targets/sbsa-linux/lib/stubs",
    "targets/aarch64-linux/lib/stubs",
};

/* --- one copy ------------------------------------------------------------------------------ */

/* "535.183.01" of "libcuda.so.535.183.01"; the numbers of libcuda.so.1 and of the 1.1 that WSL and
 * Tegra have are no driver's. */
static bool version_of(struct str path, struct str *ret)
{
    struct str name = path_base(path), branch, rest;
    size_t at = str_find(name, STR(".so."));
    uint64_t number;

    if (at == STR_NONE)
        return false;
    name = str_from(name, at + 4);
    if (!str_cut(name, '.', &branch, &rest) || str_u64(branch, 10, &number) < 0 ||
        number < FIRST_BRANCH)
        return false;
    *ret = name;
    return true;
}

/* A stub is what the linker wants of libcuda, and nothing behind it: small, and with no version in
 * its name. What is no ELF file at all is none. */
static bool is_small_object(struct probe_ctx *ctx, struct str path, struct doubt *doubt)
{
    struct object object;
    bool small;
    int r = object_open(ctx->root, path, ctx->arena, &object);

    if (r < 0) {
        if (r != -EBADMSG && r != -ENODATA)
            (void) doubt_add(doubt, r, path);
        return false;
    }
    small = object.window.size < STUB_SIZE;
    object_close(&object);
    return small;
}

/* `found` is the path as the loader sees it, `real` what lies behind the links. */
static void settle_origin(struct probe_ctx *ctx, struct str found, struct str real,
                          struct fact_str *origin)
{
    struct doubt doubt = { 0, { NULL, 0 } };
    struct str version, value = STR("native");

    if (str_has(real, STR("/wsl/")))
        value = STR("wsl");
    else if (str_has(real, STR("/stubs/")) || str_has(found, STR("/stubs/")))
        value = STR("stub");
    else if (str_has(real, STR("cuda")) && str_has(real, STR("/compat/")))
        value = STR("compat");
    else if (str_has(real, STR("/cuda-compat")))
        value = STR("compat");
    else if (str_has(real, STR("/tegra/")) || str_has(real, STR("/aarch64-linux-gnu/nvidia/")))
        value = STR("tegra");
    else if (!version_of(real, &version) && is_small_object(ctx, real, &doubt))
        value = STR("stub");
    settle_str(origin, value, real, &doubt);
}

/* One file can be met on several ways: lib is a link to usr/lib, the cache names it, too. */
static struct driver_library_facts *known_copy(struct fact_list *libraries, struct str real,
                                               struct str soname)
{
    struct driver_library_facts *items = LIST_OF(driver_library, libraries);

    for (size_t i = 0; i < libraries->count; i++)
        if (str_eq(items[i].path.value, real) && str_eq(items[i].soname.value, soname))
            return &items[i];
    return NULL;
}

/* A rule of NULL: it lies there, but the loader does not look there. */
static struct driver_library_facts *add_copy(struct probe_ctx *ctx, struct str soname,
                                             struct str found, const enum search_rule *rule)
{
    struct fact_list *libraries = &ctx->facts->driver.libraries;
    struct driver_library_facts *library;
    struct str real, version;
    int r = root_resolve(ctx->root, found, &real);

    if (r < 0) {
        libraries->partial = true;
        return NULL;
    }
    library = known_copy(libraries, real, soname);
    if (library)
        return library;
    library = fact_list_add(ctx->arena, libraries, sizeof(*library));
    fact_str(&library->soname, soname, found);
    fact_str(&library->path, real, found);
    library->version = (struct fact_str){ .state = FACT_ABSENT, .from = real };
    if (version_of(real, &version))
        fact_str(&library->version, version, real);
    settle_origin(ctx, found, real, &library->origin);
    library->rule = (struct fact_str){ .state = FACT_ABSENT, .from = found };
    if (rule)
        fact_str(&library->rule, search_rule_name(*rule), found);
    fact_bool(&library->first, false, found);
    return library;
}

/* --- what the loader finds ----------------------------------------------------------------- */

static void open_question(struct fact_str *fact, const struct search_result *result)
{
    if (search_is_certain(result))
        *fact = (struct fact_str){ .state = FACT_ABSENT, .from = STR("etc/ld.so.cache") };
    else
        FACT_FAILED(fact, result->error, result->from);
}

/* Fills the list, and gives the copy that programs load: NULL where there is none, or where a
 * failed look leaves it open. */
static const struct driver_library_facts *search_copies(struct probe_ctx *ctx,
                                                        const struct search *search,
                                                        struct str soname,
                                                        struct search_result *ret)
{
    struct fact_list *libraries = &ctx->facts->driver.libraries;
    size_t first = libraries->count;
    struct search_result result = search_all(search, soname);

    *ret = result;
    libraries->partial |= result.error != 0;
    for (size_t i = 0; i < result.hits.count; i++) {
        struct search_hit *hit = &result.hits.items[i];
        struct driver_library_facts *library = add_copy(ctx, soname, hit->path, &hit->rule);

        if (!library && i == 0)
            ret->error = -EIO, ret->from = hit->path, ret->certain = 0;
    }
    if (first == libraries->count || !search_is_certain(ret))
        return NULL;
    LIST_OF(driver_library, libraries)[first].first.value = true;
    return &LIST_OF(driver_library, libraries)[first];
}

static void look_at_cuda(struct probe_ctx *ctx, const struct search *search)
{
    struct driver_facts *driver = &ctx->facts->driver;
    struct search_result result;
    const struct driver_library_facts *winner = search_copies(ctx, search, cuda_name, &result);

    if (winner) {
        driver->library_path = winner->path;
        driver->library_version = winner->version;
        driver->library_origin = winner->origin;
        driver->library_rule = winner->rule;
        return;
    }
    open_question(&driver->library_path, &result);
    driver->library_version = driver->library_origin = driver->library_path;
    driver->library_rule = driver->library_path;
}

static void look_at_ml(struct probe_ctx *ctx, const struct search *search)
{
    struct driver_facts *driver = &ctx->facts->driver;
    struct search_result result;
    const struct driver_library_facts *winner = search_copies(ctx, search, ml_name, &result);

    if (winner) {
        driver->ml_path = winner->path;
        driver->ml_version = winner->version;
        return;
    }
    open_question(&driver->ml_path, &result);
    driver->ml_version = driver->ml_path;
}

/* --- what lies elsewhere ------------------------------------------------------------------- */

static void try_usual(struct probe_ctx *ctx, struct str folder, struct str name)
{
    struct str path = arena_join(ctx->arena, folder, name);
    struct node node;
    int r = root_stat(ctx->root, path, &node);

    if (r == 0)
        (void) add_copy(ctx, name, path, NULL);
    else if (fact_state_of_error(r) != FACT_ABSENT)
        ctx->facts->driver.libraries.partial = true;
}

/* Whether a folder may hold libraries of this machine's architecture, as far as its name tells. */
static bool is_for_machine(const struct probe_ctx *ctx, struct str folder)
{
    const struct fact_str *machine = &ctx->facts->machine.architecture;

    if (fact_is(machine, STR("x86_64")))
        return !str_has(folder, STR("aarch64")) && !str_has(folder, STR("sbsa"));
    return !fact_is(machine, STR("aarch64")) || !str_has(folder, STR("x86_64"));
}

/* Toolkits lie side by side; usr/local/cuda is a link to one. A stub folder has libcuda.so alone,
 * which only a linker looks for: harmless until somebody adds a libcuda.so.1 to it. */
static void look_at_toolkits(struct probe_ctx *ctx)
{
    struct str local = STR("usr/local");
    struct names names;
    int r = root_list(ctx->root, local, FOLDERS, &names);

    if (r < 0) {
        ctx->facts->driver.libraries.partial |= fact_state_of_error(r) != FACT_ABSENT;
        return;
    }
    for (size_t i = 0; i < names.count; i++) {
        struct str toolkit = arena_join(ctx->arena, local, names.items[i]);

        if (!str_starts(names.items[i], STR("cuda")))
            continue;
        for (size_t f = 0; f < sizeof(toolkit_folders) / sizeof(toolkit_folders[0]); f++) {
            struct str folder = arena_join(ctx->arena, toolkit, str_of(toolkit_folders[f]));

            if (!is_for_machine(ctx, str_of(toolkit_folders[f])))
                continue;
            try_usual(ctx, folder, cuda_name);
            if (f > 0)
                try_usual(ctx, folder, STR("libcuda.so"));
        }
    }
}

/* The newest libcuda of the driver itself: what would be loaded if nothing hid it. */
static void settle_native(struct driver_facts *driver)
{
    const struct driver_library_facts *items = LIST_OF(driver_library, &driver->libraries);
    struct fact_str *native = &driver->native_version;

    native->from = driver->libraries.from;
    if (driver->libraries.partial)
        return;
    native->state = FACT_ABSENT;
    for (size_t i = 0; i < driver->libraries.count; i++) {
        if (items[i].origin.state != FACT_KNOWN) {
            *native = (struct fact_str){ .from = items[i].origin.from };
            return;
        }
        if (!fact_is(&items[i].origin, STR("native")) ||
            !str_eq(items[i].soname.value, cuda_name) || items[i].version.state != FACT_KNOWN)
            continue;
        if (native->state != FACT_KNOWN ||
            driver_version_compare(items[i].version.value, native->value) > 0)
            *native = items[i].version;
    }
}

/* Which folders are searched, and which files fit, hangs on the C library and the architecture. A
 * root without either (ABSENT) is looked through as glibc on x86-64 would. */
static bool is_open(enum fact_state state)
{
    return state == FACT_UNKNOWN || state == FACT_DENIED;
}

static void leave_open(struct driver_facts *driver, struct str from)
{
    driver->libraries.from = driver->library_path.from = driver->library_version.from = from;
    driver->library_origin.from = driver->library_rule.from = from;
    driver->ml_path.from = driver->ml_version.from = driver->native_version.from = from;
}

static void look_at_libraries(struct probe_ctx *ctx)
{
    struct driver_facts *driver = &ctx->facts->driver;
    const struct machine_facts *machine = &ctx->facts->machine;
    struct search_wish wish = {
        .working_directory = ctx->eyes->working_directory,
        .musl = fact_is(&machine->libc, STR("musl")),
        .aarch64 = fact_is(&machine->architecture, STR("aarch64")),
    };
    struct search search;

    (void) eyes_variable(ctx->eyes, "LD_LIBRARY_PATH", &wish.library_path);
    search = search_new(ctx->root, ctx->arena, &wish);
    driver->libraries = (struct fact_list){ .state = FACT_KNOWN, .from = STR("etc/ld.so.cache") };
    look_at_cuda(ctx, &search);
    look_at_ml(ctx, &search);
    for (size_t i = 0; i < sizeof(usual_folders) / sizeof(usual_folders[0]); i++) {
        if (!is_for_machine(ctx, usual_folders[i]))
            continue;
        try_usual(ctx, usual_folders[i], cuda_name);
        try_usual(ctx, usual_folders[i], ml_name);
    }
    look_at_toolkits(ctx);
    settle_native(driver);
}

static void run(struct probe_ctx *ctx)
{
    const struct machine_facts *machine = &ctx->facts->machine;

    look_exists(ctx->root, STR("usr/bin/nv-fabricmanager"), &ctx->facts->driver.fabric_manager);
    if (is_open(machine->libc.state) || is_open(machine->architecture.state))
        leave_open(&ctx->facts->driver, machine->architecture.from);
    else
        look_at_libraries(ctx);
}

const struct probe probe_driver_library = {
    .name = "driver-library",
    .cost = COST_FILES,
    .run = run,
};
