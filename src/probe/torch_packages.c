/*
 * torch_packages: the packages that torch stands on and those that stand on it: which are
 * installed, which torch's metadata asks for, and whether they fit.
 *
 * A package's name and version stand in the name of its metadata folder, "nvidia_cublas-13.4.1.3
 * .dist-info", so that no file is opened for them. Of several copies the first on sys.path counts,
 * as for importlib.metadata.
 */
#include "format/metadata.h"
#include "format/requirement.h"
#include "format/version.h"
#include "probe/python.h"

#include <errno.h>

#define METADATA_LIMIT (1u << 20)
#define PINS 1024

/* Packages that are compiled against one torch, or that torch compiles with. */
static const char *const companions[] = {
    "torchvision",    "torchaudio",          "torchtext",    "torchdata",
    "xformers",       "flash-attn",          "vllm",         "bitsandbytes",
    "torchao",        "torch-scatter",       "torch-sparse", "triton",
    "pytorch-triton", "pytorch-triton-rocm", "cuda-toolkit", "cuda-bindings",
};

struct pin {
    struct str name, specifiers;
    enum marker_value applies;
};

struct work {
    struct probe_ctx *ctx;
    LIST(struct pin) pins; /* of NVIDIA's and triton's packages, in the order of the metadata */
    bool complete;         /* every folder of the path was seen */
    struct str incomplete_at;
};

static bool is_companion(struct str name)
{
    for (size_t i = 0; i < sizeof(companions) / sizeof(companions[0]); i++)
        if (package_eq(name, str_of(companions[i])))
            return true;
    return false;
}

static bool is_ours(struct str name)
{
    return str_starts(name, STR("nvidia_")) || str_starts(name, STR("nvidia-")) ||
           is_companion(name);
}

/* --- what is installed ---------------------------------------------------------------------- */

/* "nvidia_cublas-13.4.1.3.dist-info", "torchvision-0.14.1-py3.11.egg-info". */
static bool split_name(struct str entry, struct str *ret_name, struct str *ret_version)
{
    struct str rest;

    if (str_ends(entry, STR(".dist-info")) || str_ends(entry, STR(".egg-info")))
        entry = str_slice(entry, 0, str_rfind_char(entry, '.'));
    else
        return false;
    if (!str_cut(entry, '-', ret_name, ret_version))
        return false;
    (void) str_cut(*ret_version, '-', ret_version, &rest);
    return ret_version->len > 0;
}

static struct package_facts *find_package(struct probe_ctx *ctx, struct str name)
{
    struct fact_list *list = &ctx->facts->torch.packages;

    for (size_t i = 0; i < list->count; i++)
        if (package_eq(LIST_OF(package, list)[i].name.value, name))
            return &LIST_OF(package, list)[i];
    return NULL;
}

static void add_package(struct probe_ctx *ctx, const struct site *site, struct str entry,
                        size_t first)
{
    struct fact_list *list = &ctx->facts->torch.packages;
    struct str name, version, path;
    struct package_facts *package;

    if (!split_name(entry, &name, &version) || !is_ours(name))
        return;
    path = arena_join(ctx->arena, site->path, entry);
    package = find_package(ctx, name);
    if (package && (size_t) (package - LIST_OF(package, list)) >= first) {
        fact_without(&package->version, FACT_UNKNOWN, path); /* two in one folder: which? */
        return;
    }
    if (package)
        return;
    package = fact_list_add(ctx->arena, list, sizeof(*package));
    fact_str(&package->name, package_normalise(ctx->arena, name), path);
    fact_str(&package->version, version, path);
    fact_str(&package->path, path_shown(ctx->arena, path), path);
}

/* Behind a folder that could not be seen, what is found might not be the first. */
static void find_packages(struct work *work)
{
    const struct python_state *state = work->ctx->python;
    struct fact_list *list = &work->ctx->facts->torch.packages;

    work->complete = true;
    for (size_t i = 0; i < state->sites.count && work->complete; i++) {
        const struct site *site = &state->sites.items[i];
        size_t first = list->count;

        if (site->error < 0 && fact_state_of_error(site->error) != FACT_ABSENT) {
            work->complete = false;
            work->incomplete_at = site->path;
        }
        for (size_t n = 0; site->error == 0 && n < site->names.count; n++)
            add_package(work->ctx, site, site->names.items[n], first);
    }
    if (work->complete && work->ctx->facts->torch.search_path_code.state == FACT_KNOWN) {
        work->complete = false;
        work->incomplete_at = work->ctx->facts->torch.search_path_code.from;
    }
    list->partial = !work->complete;
    list->from = work->complete ? state->python.prefix : work->incomplete_at;
    if (work->complete)
        list->state = FACT_KNOWN;
}

/* --- what torch asks for --------------------------------------------------------------------- */

static enum marker_value applies(struct probe_ctx *ctx, struct str marker, struct str extra)
{
    const struct torch_facts *torch = &ctx->facts->torch;
    struct str machine = torch->platform.state == FACT_KNOWN ? torch->platform.value : STR("");
    struct marker_variable variables[9] = {
        { STR("sys_platform"), STR("linux") },
        { STR("platform_system"), STR("Linux") },
        { STR("os_name"), STR("posix") },
        { STR("implementation_name"), STR("cpython") },
        { STR("platform_python_implementation"), STR("CPython") },
        { STR("extra"), extra },
        { STR("python_version"), torch->python_version.value },
    };
    struct marker_env env = { variables, 7 };
    enum marker_value value;

    if (str_starts(machine, STR("linux_")))
        machine = str_from(machine, 6);
    else if (ctx->facts->machine.architecture.state == FACT_KNOWN)
        machine = ctx->facts->machine.architecture.value;
    else
        machine = STR("");
    if (machine.len)
        variables[env.count++] = (struct marker_variable){ STR("platform_machine"), machine };
    return marker_evaluate(marker, &env, &value) < 0 ? MARKER_UNKNOWN : value;
}

static void add_pins(struct work *work, struct str headers, struct str extra);

/* "cuda-toolkit[cublas,cudart]==13.2.2" asks for more, in its own metadata. Where that cannot be
 * read, an unknown pin says so. */
static void add_extras(struct work *work, const struct requirement *requirement)
{
    const struct package_facts *package = find_package(work->ctx, requirement->name);
    struct str extras = requirement->extras, extra, text;
    struct metadata metadata;
    int r = -ENOENT;

    if (!package_eq(requirement->name, STR("cuda-toolkit")))
        return;
    if (package)
        r = root_read(work->ctx->root,
                      arena_join(work->ctx->arena, package->path.value, STR("METADATA")),
                      METADATA_LIMIT, &text);
    if (r == 0)
        r = metadata_parse(text, false, &metadata);
    if (r < 0) {
        *LIST_ADD(work->ctx->arena, &work->pins) =
            (struct pin){ requirement->name, requirement->specifiers, MARKER_UNKNOWN };
        return;
    }
    while (str_next_part(&extras, ',', &extra))
        add_pins(work, metadata.headers, str_trim(extra));
}

static void add_pins(struct work *work, struct str headers, struct str extra)
{
    struct str text;

    while (work->pins.count < PINS && metadata_requires(&headers, &text)) {
        struct requirement requirement;
        enum marker_value value;

        if (requirement_parse(text, &requirement) < 0 || !is_ours(requirement.name) ||
            (extra.len && !str_has(requirement.marker, extra)))
            continue;
        value = applies(work->ctx, requirement.marker, extra);
        if (value == MARKER_FALSE)
            continue;
        *LIST_ADD(work->ctx->arena, &work->pins) =
            (struct pin){ requirement.name, requirement.specifiers, value };
        if (value == MARKER_TRUE && requirement.extras.len && !extra.len)
            add_extras(work, &requirement);
    }
}

/* "9.1.0.70" of "==9.1.0.70"; else the specifiers as they are. */
static struct str pinned_text(struct str specifiers)
{
    struct specifier specifier;
    struct str rest = specifiers;

    if (specifiers_next(&rest, &specifier) == 1 && !str_trim(rest).len &&
        specifier.op == SPECIFIER_EQUAL && !specifier.wildcard)
        return specifier.version.text;
    return specifiers;
}

static void match(struct package_facts *package, const struct pin *pin, struct str from)
{
    struct version version;
    bool fits;

    fact_str(&package->pinned, pinned_text(pin->specifiers), from);
    if (package->version.state == FACT_KNOWN &&
        version_parse(package->version.value, &version) == 0 &&
        specifiers_match(pin->specifiers, &version, &fits) == 0)
        fact_bool(&package->matches, fits, package->path.from);
}

/* An older library may lack what torch, or a library beside it, asks of it. A newer one of the same
 * major keeps what was there. */
static bool is_outdated(const struct package_facts *package, const struct pin *pin)
{
    struct specifier specifier;
    struct version version;
    struct str rest = pin->specifiers;

    return fact_false(&package->matches) && str_starts(package->name.value, STR("nvidia-")) &&
           !str_starts(package->name.value, STR("nvidia-cudnn")) &&
           specifiers_next(&rest, &specifier) == 1 && specifier.op == SPECIFIER_EQUAL &&
           version_parse(package->version.value, &version) == 0 &&
           version_compare(&version, &specifier.version) < 0;
}

static void record_misfit(struct torch_facts *torch, const struct package_facts *package,
                          const struct pin *pin)
{
    if (torch->mismatched.state != FACT_KNOWN) {
        torch->mismatched = package->name;
        torch->mismatched_version = package->version;
        torch->mismatched_pinned = package->pinned;
    }
    if (torch->outdated.state != FACT_KNOWN && is_outdated(package, pin)) {
        torch->outdated = package->name;
        torch->outdated_version = package->version;
        torch->outdated_pinned = package->pinned;
        torch->outdated_path = package->path;
    }
}

/* The first pin that is not met, and the first that is not there at all. What one pin leaves open
 * leaves open whether a later one is the first. */
static void judge_pins(struct work *work, struct str from)
{
    struct torch_facts *torch = &work->ctx->facts->torch;
    enum fact_state rest = FACT_ABSENT, missing = FACT_ABSENT;
    /* Code that may add folders is no failed look: nothing more can be seen there. */
    struct str open = work->ctx->python->failed ? from : STR("");

    for (size_t i = 0; i < work->pins.count; i++) {
        const struct pin *pin = &work->pins.items[i];
        struct package_facts *package = find_package(work->ctx, pin->name);

        if (pin->applies == MARKER_UNKNOWN || (!package && !work->complete)) {
            rest = missing = FACT_UNKNOWN;
        } else if (!package) {
            if (missing == FACT_ABSENT && torch->missing_package.state != FACT_KNOWN)
                fact_str(&torch->missing_package, package_normalise(work->ctx->arena, pin->name),
                         from);
        } else {
            match(package, pin, from);
            if (package->matches.state != FACT_KNOWN)
                rest = FACT_UNKNOWN;
            if (fact_false(&package->matches) && rest == FACT_ABSENT)
                record_misfit(torch, package, pin);
        }
    }
    if (torch->mismatched.state != FACT_KNOWN) {
        fact_without(&torch->mismatched, rest, from);
        torch->mismatched_version = torch->mismatched_pinned = torch->mismatched;
    }
    if (torch->outdated.state != FACT_KNOWN) {
        fact_without(&torch->outdated, rest, from);
        torch->outdated_version = torch->outdated_pinned = torch->outdated_path = torch->outdated;
    }
    if (torch->missing_package.state != FACT_KNOWN)
        fact_without(&torch->missing_package, missing, missing == FACT_ABSENT ? from : open);
}

/* --- what stands on torch --------------------------------------------------------------------- */

static void record_version(struct work *work, const char *const *names, struct fact_str *ret)
{
    for (; *names; names++) {
        const struct package_facts *package = find_package(work->ctx, str_of(*names));

        if (package) {
            *ret = package->version;
            return;
        }
    }
    fact_without(ret, work->complete ? FACT_ABSENT : FACT_UNKNOWN,
                 work->ctx->facts->torch.packages.from);
}

/* The torch that a companion asks for: "2.4.1", or a set of specifiers. */
static void read_needs(struct probe_ctx *ctx, const struct package_facts *package,
                       struct fact_str *ret, struct str *ret_specifiers)
{
    struct str at = arena_join(ctx->arena, package->path.value, STR("METADATA")), text;
    struct metadata metadata;
    int r;

    if (str_ends(at, STR(".egg-info/METADATA")))
        at = arena_join(ctx->arena, package->path.value, STR("PKG-INFO"));
    at = str_from(at, 1);
    r = root_read(ctx->root, at, METADATA_LIMIT, &text);
    if (r == 0)
        r = metadata_parse(text, false, &metadata);
    fact_without(ret, r < 0 ? FACT_UNKNOWN : FACT_ABSENT, at);
    while (r == 0 && metadata_requires(&metadata.headers, &text)) {
        struct requirement requirement;

        if (requirement_parse(text, &requirement) == 0 &&
            package_eq(requirement.name, STR("torch")) && requirement.specifiers.len &&
            applies(ctx, requirement.marker, STR("")) == MARKER_TRUE) {
            fact_str(ret, pinned_text(requirement.specifiers), at);
            *ret_specifiers = requirement.specifiers;
            return;
        }
    }
}

/* The first companion whose metadata asks for another torch than this one. */
static void judge_companions(struct work *work)
{
    struct torch_facts *torch = &work->ctx->facts->torch;
    enum fact_state rest = work->complete ? FACT_ABSENT : FACT_UNKNOWN;
    struct version version;
    bool known =
        torch->version.state == FACT_KNOWN && version_parse(torch->version.value, &version) == 0;

    for (size_t i = 0; i < torch->packages.count; i++) {
        const struct package_facts *package = &LIST_OF(package, &torch->packages)[i];
        struct fact_str needs = { 0 };
        struct str specifiers = STR("");
        bool fits = true;

        if (str_starts(package->name.value, STR("nvidia-")) ||
            str_starts(package->name.value, STR("cuda-")) ||
            str_has(package->name.value, STR("triton")))
            continue;
        read_needs(work->ctx, package, &needs, &specifiers);
        if (str_eqz(package->name.value, "torchvision"))
            torch->torchvision_needs = needs;
        if (str_eqz(package->name.value, "torchaudio"))
            torch->torchaudio_needs = needs;
        if (needs.state == FACT_UNKNOWN || !known ||
            specifiers_match(specifiers, &version, &fits) < 0)
            rest = FACT_UNKNOWN;
        else if (!fits && rest == FACT_ABSENT && torch->companion.state != FACT_KNOWN) {
            torch->companion = package->name;
            torch->companion_needs = needs;
        }
    }
    if (torch->companion.state != FACT_KNOWN) {
        fact_without(&torch->companion, rest, torch->packages.from);
        torch->companion_needs = torch->companion;
    }
}

static void run(struct probe_ctx *ctx)
{
    static const char *const vision[] = { "torchvision", NULL }, *const audio[] = { "torchaudio",
                                                                                    NULL };
    static const char *const triton[] = { "triton", "pytorch-triton", "pytorch-triton-rocm", NULL };
    struct torch_facts *torch = &ctx->facts->torch;
    struct work work = { .ctx = ctx };

    if (!ctx->python || !ctx->python->found)
        return;
    find_packages(&work);
    record_version(&work, vision, &torch->torchvision);
    record_version(&work, audio, &torch->torchaudio);
    record_version(&work, triton, &torch->triton);
    if (!ctx->python->torch_site)
        return;
    judge_companions(&work);
    if (ctx->python->torch_headers.len) {
        add_pins(&work, ctx->python->torch_headers, STR(""));
        judge_pins(&work, torch->metadata_version.from);
    }
}

const struct probe probe_torch_packages = {
    .name = "torch-packages",
    .cost = COST_FILES,
    .run = run,
};
