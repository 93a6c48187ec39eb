/* gpu_summary: the GPUs in a few words, and their range of capabilities. */
#include "probe/look.h"

#define SUMMARY 512

static bool same_model(const struct gpu_facts *a, const struct gpu_facts *b)
{
    return str_eq(a->name.value, b->name.value) && str_eq(a->capability.value, b->capability.value);
}

/* "sm_86" of "8.6". */
static void add_architecture(struct buf *buf, struct str capability)
{
    struct str major, minor;

    if (str_cut(capability, '.', &major, &minor))
        buf_addf(buf, " (sm_%.*s%.*s)", STR_ARG(major), STR_ARG(minor));
}

/* "2 × NVIDIA A100 (sm_80), 1 × NVIDIA T4 (sm_75)": alike ones counted together. */
static struct str in_words(struct arena *arena, const struct gpu_facts *gpus, size_t count)
{
    struct buf buf = buf_new(arena, SUMMARY);

    for (size_t i = 0; i < count && !buf.full; i++) {
        unsigned alike = 0;
        bool seen = false;

        for (size_t j = 0; j < count; j++) {
            alike += same_model(&gpus[i], &gpus[j]);
            seen |= j < i && same_model(&gpus[i], &gpus[j]);
        }
        if (seen)
            continue;
        buf_addf(&buf, "%s%u × ", i ? ", " : "", alike);
        if (gpus[i].name.value.len)
            buf_add(&buf, gpus[i].name.value);
        else
            buf_addf(&buf, "GPU %.*s", STR_ARG(gpus[i].device_id.value));
        add_architecture(&buf, gpus[i].capability.value);
    }
    return buf_str(&buf);
}

static int compare_capability(struct str a, struct str b)
{
    uint64_t left[2] = { 0, 0 }, right[2] = { 0, 0 };
    struct str major, minor;

    (void) str_cut(a, '.', &major, &minor);
    (void) str_u64(major, 10, &left[0]);
    (void) str_u64(minor, 10, &left[1]);
    (void) str_cut(b, '.', &major, &minor);
    (void) str_u64(major, 10, &right[0]);
    (void) str_u64(minor, 10, &right[1]);
    if (left[0] != right[0])
        return left[0] < right[0] ? -1 : 1;
    return left[1] < right[1] ? -1 : left[1] > right[1];
}

/* Known only where every GPU's capability is. */
static void range(struct hardware_facts *hardware)
{
    const struct gpu_facts *gpus = LIST_OF(gpu, &hardware->gpus);
    const struct fact_str *low = &gpus[0].capability, *high = low;

    for (size_t i = 0; i < hardware->gpus.count; i++) {
        const struct fact_str *capability = &gpus[i].capability;

        if (capability->state != FACT_KNOWN)
            return;
        if (compare_capability(capability->value, low->value) < 0)
            low = capability;
        if (compare_capability(capability->value, high->value) > 0)
            high = capability;
    }
    if (hardware->capability_min.state == FACT_UNKNOWN)
        hardware->capability_min = *low;
    if (hardware->capability_max.state == FACT_UNKNOWN)
        hardware->capability_max = *high;
}

static void run(struct probe_ctx *ctx)
{
    struct hardware_facts *hardware = &ctx->facts->hardware;
    const struct fact_list *gpus = &hardware->gpus;

    if (gpus->state != FACT_KNOWN || gpus->partial)
        return;
    if (hardware->gpu_count.state == FACT_UNKNOWN)
        fact_int(&hardware->gpu_count, (int64_t) gpus->count, gpus->from);
    if (gpus->count == 0)
        return;
    range(hardware);
    if (hardware->summary.state != FACT_UNKNOWN)
        return;
    for (size_t i = 0; i < gpus->count; i++) {
        const struct fact_str *name = &LIST_OF(gpu, gpus)[i].name;

        if (name->state != FACT_KNOWN && name->from.len) /* a look for it failed */
            return;
    }
    fact_str(&hardware->summary, in_words(ctx->arena, LIST_OF(gpu, gpus), gpus->count), gpus->from);
}

const struct probe probe_gpu_summary = {
    .name = "gpu-summary",
    .cost = COST_NOTHING,
    .run = run,
};
