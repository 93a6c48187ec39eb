/*
 * cuda_visible: how many GPUs the variables leave visible.
 *
 * CUDA_VISIBLE_DEVICES lists indices or UUIDs; the first entry that names no GPU ends the list
 * (https://docs.nvidia.com/cuda/cuda-programming-guide/05-appendices/environment-variables.html).
 * That a repeated entry leaves nothing visible, and how entries are read ("1x" is 1), is as
 * _parse_visible_devices() of torch/cuda/__init__.py has it. NVIDIA_VISIBLE_DEVICES is the
 * container toolkit's: outside of a container nobody reads it.
 */
#include "probe/probe.h"

#define ENTRIES 256

enum entry_kind { ENTRY_GPU, ENTRY_END, ENTRY_BAD, ENTRY_UNKNOWN };

/* Which GPU the entry names. Out of range is bad only where the number of GPUs is known: in a
 * container the driver has those that it was given, and the bus shows all. */
static enum entry_kind read_index(const struct facts *facts, struct str entry, uint64_t *ret)
{
    const struct fact_int *told = &facts->nvml.device_count;
    const struct fact_int *all = told->state == FACT_KNOWN ? told : &facts->hardware.gpu_count;
    size_t digits = 0;

    if (str_starts(entry, STR("-")))
        return ENTRY_END;
    if (str_starts(entry, STR("+")))
        entry = str_from(entry, 1);
    while (digits < entry.len && entry.data[digits] >= '0' && entry.data[digits] <= '9')
        digits++;
    if (str_u64(str_slice(entry, 0, digits), 10, ret) < 0)
        return ENTRY_BAD;
    if (all->state != FACT_KNOWN)
        return ENTRY_UNKNOWN;
    return *ret < (uint64_t) all->value ? ENTRY_GPU : ENTRY_BAD;
}

/* A start of a UUID that fits one GPU only names it. */
static enum entry_kind read_uuid(const struct hardware_facts *hardware, struct str entry,
                                 uint64_t *ret)
{
    size_t matches = 0;

    for (size_t i = 0; i < hardware->gpus.count; i++) {
        const struct fact_str *uuid = &LIST_OF(gpu, &hardware->gpus)[i].uuid;

        if (uuid->state != FACT_KNOWN)
            return ENTRY_UNKNOWN;
        if (str_starts(uuid->value, entry)) {
            matches++;
            *ret = i;
        }
    }
    if (hardware->gpus.state != FACT_KNOWN || hardware->gpus.partial)
        return ENTRY_UNKNOWN;
    return matches == 1 ? ENTRY_GPU : ENTRY_BAD;
}

/* MIG devices are known from NVML alone. They count behind the GPUs. */
static enum entry_kind read_mig(const struct nvml_facts *nvml, struct str entry, uint64_t *ret)
{
    size_t matches = 0, number = nvml->devices.count;

    for (size_t i = 0; i < nvml->devices.count; i++) {
        const struct nvml_device_facts *device = &LIST_OF(nvml_device, &nvml->devices)[i];
        struct str uuids = device->mig_uuids.value, uuid;

        if (device->mig.state != FACT_KNOWN && device->mig.state != FACT_ABSENT)
            return ENTRY_UNKNOWN;
        for (; str_next_word(&uuids, &uuid); number++)
            if (str_starts(uuid, entry)) {
                matches++;
                *ret = number;
            }
    }
    if (nvml->devices.state != FACT_KNOWN || nvml->devices.partial)
        return ENTRY_UNKNOWN;
    return matches == 1 ? ENTRY_GPU : ENTRY_BAD;
}

static enum entry_kind read_entry(const struct facts *facts, struct str entry, uint64_t *ret)
{
    if (str_starts(entry, STR("MIG-")))
        return read_mig(&facts->nvml, entry, ret);
    if (str_starts(entry, STR("GPU-")))
        return read_uuid(&facts->hardware, entry, ret);
    return read_index(facts, entry, ret);
}

struct visible {
    size_t count;
    bool unknown; /* an entry could not be resolved */
    bool ended;   /* by -1, or by an empty list: on purpose */
    struct str bad;
};

static struct visible read_list(const struct facts *facts, struct str list)
{
    struct visible visible = { 0 };
    uint64_t seen[ENTRIES];
    struct str entry;

    while (visible.count < ENTRIES && str_next_part(&list, ',', &entry)) {
        uint64_t gpu = 0;

        entry = str_trim(entry);
        switch (read_entry(facts, entry, &gpu)) {
        case ENTRY_UNKNOWN:
            visible.unknown = true;
            return visible;
        case ENTRY_END:
            visible.ended = true;
            return visible;
        case ENTRY_BAD:
            visible.ended = !entry.len;
            visible.bad = entry;
            return visible;
        case ENTRY_GPU:
            break;
        }
        for (size_t i = 0; i < visible.count; i++)
            if (seen[i] == gpu)
                return (struct visible){ .bad = entry };
        seen[visible.count++] = gpu;
    }
    return visible;
}

/* The toolkit gives a container no GPU for these
 * (https://docs.nvidia.com/datacenter/cloud-native/container-toolkit/latest/docker-specialized.html).
 */
static bool container_hides(const struct facts *facts)
{
    const struct fact_str *value = &facts->process.nvidia_visible_devices;

    return fact_true(&facts->container.inside) && !fact_true(&facts->container.gpu_injected) &&
           value->state == FACT_KNOWN &&
           (!value->value.len || str_eqz(value->value, "void") || str_eqz(value->value, "none"));
}

/* Or may have: a failed look at the instances has an origin. */
static bool any_mig(const struct hardware_facts *hardware)
{
    const struct fact_int *instances = &hardware->mig_instances;

    if (instances->state == FACT_DENIED ||
        (instances->state == FACT_UNKNOWN && instances->from.len))
        return true;
    for (size_t i = 0; i < hardware->gpus.count; i++)
        if (fact_true(&LIST_OF(gpu, &hardware->gpus)[i].mig_enabled))
            return true;
    return false;
}

static void set_str(struct fact_str *fact, struct fact_str value)
{
    if (fact->state == FACT_UNKNOWN)
        *fact = value;
}

static void set_int(struct fact_int *fact, int64_t value, struct str from)
{
    if (fact->state == FACT_UNKNOWN)
        fact_int(fact, value, from);
}

/* An index that is out of range on a machine without a GPU hides nothing. */
static void record_list(struct facts *facts, struct visible visible)
{
    struct process_facts *process = &facts->process;
    struct str from = process->cuda_visible_devices.from;
    bool no_gpu = facts->hardware.gpu_count.state == FACT_KNOWN && !facts->hardware.gpu_count.value;
    bool bad = visible.bad.len && !no_gpu;
    bool hides = visible.ended || bad || str_trim(process->cuda_visible_devices.value).len == 0;
    struct fact_str absent = { .state = FACT_ABSENT, .from = from };

    if (visible.unknown)
        return;
    set_str(&process->bad_index, bad ? (struct fact_str){ FACT_KNOWN, visible.bad, from } : absent);
    if (visible.count == 0 && hides)
        set_str(&process->hidden_by,
                (struct fact_str){ FACT_KNOWN, STR("CUDA_VISIBLE_DEVICES"), from });
    else
        set_str(&process->hidden_by, absent);
    if (visible.count == 0 || !any_mig(&facts->hardware))
        set_int(&process->visible_count, (int64_t) visible.count, from);
}

static void run(struct probe_ctx *ctx)
{
    struct facts *facts = ctx->facts;
    struct process_facts *process = &facts->process;
    const struct fact_str *list = &process->cuda_visible_devices;
    const struct fact_int *count = &facts->hardware.gpu_count;
    struct fact_str absent = { .state = FACT_ABSENT, .from = list->from };

    if (container_hides(facts)) {
        struct str from = process->nvidia_visible_devices.from;

        set_str(&process->hidden_by,
                (struct fact_str){ FACT_KNOWN, STR("NVIDIA_VISIBLE_DEVICES"), from });
        set_int(&process->visible_count, 0, from);
    }
    if (list->state == FACT_KNOWN) {
        record_list(facts, read_list(facts, list->value));
    } else if (list->state == FACT_ABSENT) {
        set_str(&process->hidden_by, absent);
        set_str(&process->bad_index, absent);
        if (count->state == FACT_KNOWN && !any_mig(&facts->hardware))
            set_int(&process->visible_count, count->value, count->from);
    }
}

const struct probe probe_cuda_visible = {
    .name = "cuda-visible",
    .cost = COST_NOTHING,
    .run = run,
};
