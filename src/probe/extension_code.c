/*
 * extension_code: the first extension that has code for other GPUs alone.
 *
 * A package may hold a file for each kind of GPU (vllm, xformers): only where no file of it has
 * code for a GPU does the package lack it. A file without a package, as torch.utils.cpp_extension
 * builds it, stands for itself.
 */
#include "base/buf.h"
#include "knowledge/coverage.h"
#include "probe/python.h"

#define TEXT_LIMIT (64u << 10)

static bool same_subject(const struct extension_facts *a, const struct extension_facts *b)
{
    if (a->package.state == FACT_KNOWN && b->package.state == FACT_KNOWN)
        return str_eq(a->package.value, b->package.value);
    return a == b;
}

/* What the files of one package have code for, all together. False where one of them could not be
 * read, or where an earlier item was of the same package. */
static bool package_code(struct arena *arena, const struct fact_list *all, size_t first,
                         struct str *ret)
{
    const struct extension_facts *items = LIST_OF(extension, all);
    struct buf text = buf_new(arena, TEXT_LIMIT);

    for (size_t i = 0; i < all->count; i++) {
        if (!same_subject(&items[i], &items[first]))
            continue;
        if (i < first || (items[i].architectures.state != FACT_KNOWN &&
                          items[i].architectures.state != FACT_ABSENT))
            return false;
        if (items[i].architectures.state == FACT_KNOWN) {
            buf_addz(&text, text.len ? " " : "");
            buf_add(&text, items[i].architectures.value);
        }
    }
    *ret = buf_str(&text);
    return text.len > 0 && !text.full;
}

/* The package; of a file without one, the module: "made" of made.so. */
static struct str subject_of(const struct extension_facts *item)
{
    struct str rest, name;

    if (item->package.state == FACT_KNOWN)
        return item->package.value;
    (void) str_cut(path_base(item->path.value), '.', &name, &rest);
    return name;
}

/* The first GPU that the code does not run on; NULL: it runs on all that are known. */
static const struct fact_str *first_uncovered(const struct fact_list *gpus, struct str code,
                                              struct gpu_capability *ret)
{
    for (size_t i = 0; i < gpus->count; i++) {
        const struct fact_str *capability = &LIST_OF(gpu, gpus)[i].capability;

        if (capability->state == FACT_KNOWN && capability_parse(capability->value, ret) &&
            archs_cover(code, *ret) == COVERAGE_NONE)
            return capability;
    }
    return NULL;
}

static void run(struct probe_ctx *ctx)
{
    struct extensions_facts *facts = &ctx->facts->extensions;
    const struct fact_list *all = &facts->all, *gpus = &ctx->facts->hardware.gpus;
    bool complete = all->state == FACT_KNOWN && !all->partial;
    struct str failed = complete ? STR("") : all->from;
    bool open = !complete || gpus->state != FACT_KNOWN || gpus->partial;

    if (facts->arch_subject.state != FACT_UNKNOWN)
        return;
    for (size_t i = 0; complete && i < all->count; i++) {
        const struct extension_facts *item = &LIST_OF(extension, all)[i];
        struct gpu_capability gpu;
        struct str code;

        if (item->architectures.state == FACT_UNKNOWN && item->architectures.from.len) {
            open = true;
            failed = item->architectures.from;
        }
        if (!package_code(ctx->arena, all, i, &code) || !first_uncovered(gpus, code, &gpu))
            continue;
        facts->arch_package = item->package;
        fact_without(&facts->arch_folder, FACT_ABSENT, item->path.from);
        if (item->package.state == FACT_ABSENT)
            fact_str(&facts->arch_folder, path_dir(item->path.value), item->path.from);
        fact_str(&facts->arch_subject, subject_of(item), item->path.from);
        fact_str(&facts->arch_has, code, item->path.from);
        fact_str(&facts->arch_gpu, arena_printf(ctx->arena, "sm_%u%u", gpu.major, gpu.minor),
                 item->path.from);
        return;
    }
    fact_without(&facts->arch_subject, open ? FACT_UNKNOWN : FACT_ABSENT,
                 open ? failed : all->from);
    facts->arch_package = facts->arch_has = facts->arch_gpu = facts->arch_subject;
    facts->arch_folder = facts->arch_subject;
}

const struct probe probe_extension_code = {
    .name = "extension-code",
    .cost = COST_NOTHING,
    .run = run,
};
