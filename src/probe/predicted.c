/*
 * predicted: what torch.cuda.is_available() and device_count() will answer in this environment.
 *
 * As torch/cuda/__init__.py has it since 2.0: is_available() is what the CUDA runtime counts, which
 * is 0 for every failure; device_count() is what NVML counts, cut to CUDA_VISIBLE_DEVICES by
 * torch's own reading of it, and only where NVML gives no answer what the runtime counts. With
 * PYTORCH_NVML_BASED_CUDA_CHECK=1 is_available() follows device_count(). Before 2.0 the two ways
 * are told only where they agree. The origin names the facts that decided.
 */
#include "probe/probe.h"

#include "knowledge/dotted.h"

#define ORDINALS 64 /* as torch has it, where the variable is not set */

/* A count; -1: NVML gives none, so that torch asks the runtime. */
struct count {
    bool known;
    int64_t value;
    const char *because;
};

static struct count count_of(int64_t value, const char *because)
{
    return (struct count){ true, value, because };
}

static const struct count not_known = { 0 };

/* --- what the CUDA runtime counts ----------------------------------------------------------- */

/* From CUDA 11 on a runtime runs on every driver of its own major version or a later one
 * (https://docs.nvidia.com/deploy/cuda-compatibility/minor-version-compatibility.html). */
static bool same_major(const struct facts *facts)
{
    const struct fact_str *driver = &facts->cuda.version, *runtime = &facts->runtime.version;
    unsigned has, wants;

    return driver->state == FACT_KNOWN && runtime->state == FACT_KNOWN &&
           dotted_first(driver->value, &has) == 0 && dotted_first(runtime->value, &wants) == 0 &&
           wants >= 11 && has >= wants;
}

static struct count runtime_counts(const struct facts *facts)
{
    const struct cuda_facts *cuda = &facts->cuda;

    if (!fact_true(&facts->driver.asked)) /* files alone can show that it fails */
        return facts->process.hidden_by.state == FACT_KNOWN ? count_of(0, "process.hidden_by")
                                                            : not_known;
    if (fact_is(&cuda->outcome, STR("not-loaded")))
        return count_of(0, "cuda.outcome");
    if (cuda->init_code.state != FACT_KNOWN)
        return not_known;
    if (cuda->init_code.value != 0)
        return count_of(0, "cuda.init_code");
    if (cuda->device_count.state != FACT_KNOWN)
        return not_known;
    if (cuda->device_count.value == 0 || same_major(facts) ||
        fact_true(&facts->runtime.driver_suffices))
        return count_of(cuda->device_count.value, "cuda.device_count");
    return fact_false(&facts->runtime.driver_suffices) ? count_of(0, "runtime.driver_suffices")
                                                       : not_known;
}

/* --- what NVML counts ----------------------------------------------------------------------- */

enum reading { READ_NUMBER, READ_END, READ_RAISES };

/* torch's _strtoul(): the number that the entry starts with; none, or a negative one, ends the
 * list. A sign alone makes int() raise. */
static enum reading read_ordinal(struct str entry, uint64_t *ret)
{
    bool sign = str_starts(entry, STR("-")) || str_starts(entry, STR("+"));
    size_t at = sign, digits;

    while (at < entry.len && entry.data[at] >= '0' && entry.data[at] <= '9')
        at++;
    if (at < entry.len && (unsigned char) entry.data[at] >= 0x80)
        return READ_RAISES; /* or it is a digit of another script, a number to Python */
    digits = at - sign;
    if (digits == 0)
        return sign ? READ_RAISES : READ_END;
    if (str_u64(str_slice(entry, sign, at), 10, ret) < 0)
        *ret = UINT64_MAX;
    return str_starts(entry, STR("-")) && *ret > 0 ? READ_END : READ_NUMBER;
}

static bool has_number(const uint64_t *numbers, size_t count, uint64_t number)
{
    for (size_t i = 0; i < count; i++)
        if (numbers[i] == number)
            return true;
    return false;
}

/* How many entries of the list name a GPU below `all`: the first that does not ends it. The whole
 * list is read first, as torch does: a repeated number anywhere empties it. */
static struct count count_ordinals(struct str list, int64_t all)
{
    uint64_t numbers[ORDINALS];
    size_t count = 0, valid = 0;
    struct str entry;

    while (count < ORDINALS && str_next_part(&list, ',', &entry)) {
        enum reading reading = read_ordinal(str_trim(entry), &numbers[count]);

        if (reading == READ_RAISES)
            return not_known;
        if (reading == READ_END)
            break;
        if (has_number(numbers, count, numbers[count]))
            return count_of(0, "process.cuda_visible_devices");
        count++;
    }
    if (count == 0)
        return count_of(0, "process.cuda_visible_devices");
    if (all <= 0)
        return count_of(all, "nvml.device_count");
    while (valid < count && numbers[valid] < (uint64_t) all)
        valid++;
    return count_of((int64_t) valid, "process.cuda_visible_devices, nvml.device_count");
}

/* The one GPU whose UUID starts so; -1 where none or several do; -2 where one is not known. */
static int64_t find_uuid(const struct nvml_facts *nvml, struct str start)
{
    int64_t found = -1;

    for (size_t i = 0; i < nvml->devices.count; i++) {
        const struct fact_str *uuid = &LIST_OF(nvml_device, &nvml->devices)[i].uuid;

        if (uuid->state != FACT_KNOWN)
            return -2;
        if (!str_starts(uuid->value, start))
            continue;
        if (found >= 0)
            return -1;
        found = (int64_t) i;
    }
    return found;
}

/* The same word twice before the first that is no UUID: torch takes the list for empty. */
static bool repeats_itself(struct str list)
{
    struct str words[ORDINALS], word;

    for (size_t count = 0; count < ORDINALS && str_next_part(&list, ',', &word); count++) {
        for (size_t i = 0; i < count; i++)
            if (str_eq(words[i], word))
                return true;
        if (!str_starts(word, STR("GPU-")))
            return false;
        words[count] = word;
    }
    return false;
}

static struct count count_uuids(const struct nvml_facts *nvml, struct str list)
{
    uint64_t gpus[ORDINALS];
    size_t count = 0;
    struct str entry;

    while (count < ORDINALS && str_next_part(&list, ',', &entry)) {
        int64_t gpu;

        if (!str_starts(entry, STR("GPU-")))
            break;
        gpu = find_uuid(nvml, entry);
        if (gpu == -2)
            return not_known;
        if (gpu == -1)
            break;
        if (has_number(gpus, count, (uint64_t) gpu))
            return count_of(0, "process.cuda_visible_devices");
        gpus[count++] = (uint64_t) gpu;
    }
    return count_of((int64_t) count, "process.cuda_visible_devices, nvml.devices");
}

/* All GPUs; -1 where NVML cannot say; not known where it hung, or lost one. */
static struct count nvml_all(const struct facts *facts)
{
    const struct nvml_facts *nvml = &facts->nvml;

    if (fact_is(&nvml->outcome, STR("not-loaded")))
        return count_of(-1, "nvml.outcome");
    if (nvml->init_code.state == FACT_KNOWN && nvml->init_code.value != 0)
        return count_of(-1, "nvml.init_code");
    if (nvml->device_count.state != FACT_KNOWN)
        return not_known;
    /* torch calls nvmlInit(), which fails where a GPU has failed; we call nvmlInit_v2(). */
    for (size_t i = 0; i < nvml->devices.count; i++) {
        const struct fact_int *code = &LIST_OF(nvml_device, &nvml->devices)[i].code;

        if (code->state != FACT_KNOWN || code->value != 0)
            return not_known;
    }
    return count_of(nvml->device_count.value, "nvml.device_count");
}

static struct count nvml_counts(const struct facts *facts)
{
    const struct fact_str *list = &facts->process.cuda_visible_devices;
    struct count all = nvml_all(facts), of_list;

    if (list->state == FACT_ABSENT) {
        if (all.value > ORDINALS)
            all.value = ORDINALS;
        return all;
    }
    if (list->state != FACT_KNOWN)
        return not_known;
    if (str_starts(list->value, STR("MIG-")))
        return count_of(-1, "process.cuda_visible_devices");
    if (!str_starts(list->value, STR("GPU-"))) {
        of_list = count_ordinals(list->value, all.value);
        return all.known || (of_list.known && of_list.value == 0 &&
                             str_eqz(str_of(of_list.because), "process.cuda_visible_devices"))
                   ? of_list
                   : not_known;
    }
    if (repeats_itself(list->value))
        return count_of(0, "process.cuda_visible_devices");
    if (all.known && all.value < 0)
        return all;
    return all.known ? count_uuids(&facts->nvml, list->value) : not_known;
}

/* --- what torch answers --------------------------------------------------------------------- */

static struct count joined(struct count nvml, struct count runtime, bool exact)
{
    if (exact)
        return nvml.known && nvml.value >= 0 ? nvml : nvml.known ? runtime : not_known;
    if (!nvml.known || !runtime.known || (nvml.value >= 0 && nvml.value != runtime.value))
        return not_known;
    return runtime;
}

static void predict(struct torch_facts *torch, struct count available, struct count devices)
{
    if (available.known && torch->predicted_is_available.state == FACT_UNKNOWN)
        fact_bool(&torch->predicted_is_available, available.value > 0, str_of(available.because));
    if (devices.known && torch->predicted_device_count.state == FACT_UNKNOWN)
        fact_int(&torch->predicted_device_count, devices.value, str_of(devices.because));
}

/* A torch that cannot be imported answers nothing. */
static bool may_fail_to_load(const struct facts *facts)
{
    return fact_false(&facts->runtime.system_suffices) || fact_false(&facts->loader.imports) ||
           facts->torch.missing_package.state == FACT_KNOWN ||
           fact_false(&facts->torch.metadata_matches);
}

static void run(struct probe_ctx *ctx)
{
    const struct facts *facts = ctx->facts;
    struct torch_facts *torch = &ctx->facts->torch;
    const struct fact_str *check = &facts->process.nvml_based_check;
    struct count none = count_of(0, "torch.build"), runtime, nvml, devices;
    bool exact, by_nvml = fact_is(check, STR("1"));

    if (fact_false(&torch->installed) && fact_true(&torch->search_path_exact)) {
        none.because = "torch.installed";
        predict(torch, none, none);
        return;
    }
    if (fact_is(&torch->build, STR("cpu")) || fact_is(&torch->build, STR("xpu")))
        predict(torch, none, none);
    if (!fact_is(&torch->build, STR("cuda")) || torch->release.state != FACT_KNOWN ||
        may_fail_to_load(facts))
        return;
    exact = dotted_compare(torch->release.value, STR("2.0")) >= 0;
    runtime = runtime_counts(facts);
    nvml = nvml_counts(facts);
    devices = joined(nvml, runtime, exact);
    if (check->state != FACT_KNOWN && check->state != FACT_ABSENT)
        runtime = devices.known && runtime.known && (devices.value > 0) == (runtime.value > 0)
                      ? runtime
                      : not_known;
    predict(torch, by_nvml ? devices : runtime, devices);
}

const struct probe probe_predicted = {
    .name = "predicted",
    .cost = COST_NOTHING,
    .run = run,
};
