#include "driver/facts.h"

#include "driver/tell.h"

#define LIBNVML "libnvidia-ml.so.1"
#define LIBCUDA "libcuda.so.1"
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* cuInit takes a tenth of a second where the driver stays loaded. */
#define SLOW_MS 1000

/* NVML's numbers: https://docs.nvidia.com/deploy/nvml-api/ (enumerations of each name). */
static const char *const compute_modes[] = { "default", "exclusive-thread", "prohibited",
                                             "exclusive-process", NULL };
static const char *const virtualizations[] = { "none",      "passthrough", "vgpu",
                                               "host-vgpu", "host-vsga",   NULL };
static const char *const recoveries[] = { "none",      "reset",           "reboot",
                                          "drain-p2p", "drain-and-reset", NULL };
static const char *const fabrics[] = { "not-supported", "not-started", "in-progress", "completed",
                                       NULL };
static const char *const clocks[] = {
    "idle",
    "application-clocks",
    "sw-power-cap",
    "hw-slowdown",
    "sync-boost",
    "sw-thermal-slowdown",
    "hw-thermal-slowdown",
    "hw-power-brake",
    "display",
    NULL,
};

#define NVML_GPU(how, said, fact, call) \
    { \
        how, offsetof(struct nvml_gpu, said), offsetof(struct nvml_device_facts, fact), call, NULL \
    }
#define NVML_WORD(how, said, fact, call, words) \
    { \
        how, offsetof(struct nvml_gpu, said), offsetof(struct nvml_device_facts, fact), call, \
            words \
    }

static const struct telling nvml_gpu_rows[] = {
    NVML_GPU(TELL_TEXT, name, name, "nvmlDeviceGetName"),
    NVML_GPU(TELL_TEXT, uuid, uuid, "nvmlDeviceGetUUID"),
    NVML_GPU(TELL_ADDRESS, address, address, "nvmlDeviceGetPciInfo_v3"),
    NVML_GPU(TELL_NUMBER, memory_total, memory_total, "nvmlDeviceGetMemoryInfo"),
    NVML_GPU(TELL_NUMBER, memory_free, memory_free, "nvmlDeviceGetMemoryInfo"),
    NVML_WORD(TELL_WORD, compute_mode, compute_mode, "nvmlDeviceGetComputeMode", compute_modes),
    NVML_GPU(TELL_TRUTH, persistence_mode, persistence, "nvmlDeviceGetPersistenceMode"),
    NVML_WORD(TELL_WORD, virtualization_mode, virtualization, "nvmlDeviceGetVirtualizationMode",
              virtualizations),
    NVML_GPU(TELL_TRUTH, ecc_current, ecc, "nvmlDeviceGetEccMode"),
    NVML_GPU(TELL_NUMBER, ecc_volatile, ecc_errors, "nvmlDeviceGetTotalEccErrors"),
    NVML_GPU(TELL_TRUTH, rows_pending, rows_pending, "nvmlDeviceGetRemappedRows"),
    NVML_GPU(TELL_TRUTH, rows_failed, rows_failed, "nvmlDeviceGetRemappedRows"),
    NVML_WORD(TELL_WORD, recovery_action, recovery, "nvmlDeviceGetFieldValues", recoveries),
    NVML_WORD(TELL_BITS, clock_reasons, clocks, "nvmlDeviceGetCurrentClocksEventReasons", clocks),
    NVML_WORD(TELL_WORD, fabric_state, fabric, "nvmlDeviceGetGpuFabricInfoV", fabrics),
    NVML_GPU(TELL_NUMBER, fabric_status, fabric_code, "nvmlDeviceGetGpuFabricInfoV"),
    NVML_GPU(TELL_NUMBER, nvlinks, links, "nvmlDeviceGetNvLinkState"),
    NVML_GPU(TELL_NUMBER, nvlinks_active, links_active, "nvmlDeviceGetNvLinkState"),
    NVML_GPU(TELL_TRUTH, mig_current, mig, "nvmlDeviceGetMigMode"),
    NVML_GPU(TELL_TRUTH, mig_pending, mig_pending, "nvmlDeviceGetMigMode"),
    NVML_GPU(TELL_NUMBER, process_count, processes, "nvmlDeviceGetComputeRunningProcesses_v3"),
};

#define NVML_TOP(how, said, fact, call) \
    { \
        how, offsetof(struct nvml_answer, said), offsetof(struct nvml_facts, fact), call, NULL \
    }
static const struct telling nvml_rows[] = {
    NVML_TOP(TELL_TEXT, nvml_version, version, "nvmlSystemGetNVMLVersion"),
    NVML_TOP(TELL_TEXT, driver_version, driver_version, "nvmlSystemGetDriverVersion"),
    NVML_TOP(TELL_VERSION, cuda_version, cuda_version, "nvmlSystemGetCudaDriverVersion_v2"),
    NVML_TOP(TELL_NUMBER, count, device_count, "nvmlDeviceGetCount_v2"),
};

#define CUDA_GPU(how, said, fact, call, words) \
    { \
        how, offsetof(struct cuda_gpu, said), offsetof(struct cuda_device_facts, fact), call, \
            words \
    }
static const struct telling cuda_gpu_rows[] = {
    CUDA_GPU(TELL_TEXT, name, name, "cuDeviceGetName", NULL),
    CUDA_GPU(TELL_ADDRESS, address, address, "cuDeviceGetPCIBusId", NULL),
    CUDA_GPU(TELL_NUMBER, memory_total, memory_total, "cuDeviceTotalMem_v2", NULL),
    CUDA_GPU(TELL_NUMBER, memory_free, memory_free, "cuMemGetInfo_v2", NULL),
    CUDA_GPU(TELL_WORD, compute_mode, compute_mode, "cuDeviceGetAttribute", compute_modes),
    CUDA_GPU(TELL_TRUTH, integrated, integrated, "cuDeviceGetAttribute", NULL),
};

static const struct telling cuda_rows[] = {
    { TELL_VERSION, offsetof(struct cuda_answer, driver_version),
      offsetof(struct cuda_facts, version), "cuDriverGetVersion", NULL },
    { TELL_NUMBER, offsetof(struct cuda_answer, count), offsetof(struct cuda_facts, device_count),
      "cuDeviceGetCount", NULL },
};

/* Where the library could not even be loaded, or did not initialise, what lies behind is not there.
 */
static void settle_count(const struct fact_str *load_error, const struct fact_int *init_code,
                         const char *library, struct fact_int *ret_init, struct fact_int *ret_count)
{
    struct fact_int absent = { .state = FACT_ABSENT, .from = str_of(library) };

    if (load_error->state == FACT_KNOWN)
        *ret_init = *ret_count = absent;
    else if (init_code->state == FACT_KNOWN && init_code->value != 0)
        *ret_count = (struct fact_int){ .state = FACT_ABSENT, .from = init_code->from };
}

/* --- NVML ---------------------------------------------------------------------------------- */

static void tell_processes(const struct nvml_gpu *gpu, struct nvml_device_facts *device)
{
    int64_t memory = 0;

    for (size_t i = 0; i < gpu->processes.count; i++)
        if (gpu->processes.items[i].memory > 0)
            memory += gpu->processes.items[i].memory;
    if (device->processes.state == FACT_KNOWN)
        fact_int(&device->processes_memory, memory, device->processes.from);
}

static void tell_mig(struct arena *arena, const struct nvml_gpu *gpu,
                     struct nvml_device_facts *device)
{
    struct buf uuids = buf_new(arena, 4096);

    if (device->mig.state != FACT_KNOWN)
        return;
    for (size_t i = 0; i < gpu->mig_devices.count; i++) {
        buf_addz(&uuids, i ? " " : "");
        buf_add(&uuids, gpu->mig_devices.items[i].uuid);
    }
    fact_int(&device->mig_count, (int64_t) gpu->mig_devices.count, device->mig.from);
    fact_str(&device->mig_uuids, buf_str(&uuids), device->mig.from);
}

static void tell_nvml_gpu(struct arena *arena, const struct nvml_answer *said, size_t number,
                          struct nvml_device_facts *device)
{
    const struct nvml_gpu *gpu = &said->gpus.items[number];
    struct str from = STR("nvmlDeviceGetHandleByIndex_v2");

    fact_int(&device->index, (int64_t) number, from);
    tell_code(arena, ERROR_NVML, &gpu->handle, from.data, &device->code, &device->error);
    device->within.from = from;
    if (said->head.within.len && said->head.within_gpu == (int) number)
        fact_str(&device->within, said->head.within, from);
    else if (said->head.done)
        device->within.state = FACT_ABSENT;
    tell_all(arena, nvml_gpu_rows, COUNT(nvml_gpu_rows), gpu, device);
    tell_capability(arena, &gpu->major, &gpu->minor, "nvmlDeviceGetCudaComputeCapability",
                    &device->capability);
    tell_processes(gpu, device);
    tell_mig(arena, gpu, device);
}

static void tell_nvml(struct arena *arena, const struct nvml_answer *said, struct nvml_facts *nvml)
{
    tell_head(&said->head, LIBNVML, &nvml->outcome, &nvml->path, &nvml->within, &nvml->load_error);
    tell_code(arena, ERROR_NVML, &said->init, "nvmlInit_v2", &nvml->init_code, &nvml->init_error);
    tell_all(arena, nvml_rows, COUNT(nvml_rows), said, nvml);
    settle_count(&nvml->load_error, &nvml->init_code, LIBNVML, &nvml->init_code,
                 &nvml->device_count);
    if (nvml->device_count.state != FACT_KNOWN)
        return;
    nvml->devices = (struct fact_list){ .state = FACT_KNOWN, .from = nvml->device_count.from };
    for (size_t i = 0; i < said->gpus.count; i++)
        tell_nvml_gpu(arena, said, i,
                      fact_list_add(arena, &nvml->devices, sizeof(struct nvml_device_facts)));
    nvml->devices.partial = (int64_t) nvml->devices.count < nvml->device_count.value;
}

/* --- libcuda ------------------------------------------------------------------------------- */

/* libcuda gives the bytes of a UUID alone; NVML, whose GPU or MIG device it is, gives the prefix.
 */
static struct str whole_uuid(struct arena *arena, struct str bytes, const struct nvml_answer *nvml)
{
    for (size_t i = 0; i < nvml->gpus.count; i++)
        for (size_t m = 0; m < nvml->gpus.items[i].mig_devices.count; m++)
            if (str_ends(nvml->gpus.items[i].mig_devices.items[m].uuid, bytes))
                return nvml->gpus.items[i].mig_devices.items[m].uuid;
    return arena_printf(arena, "GPU-%.*s", STR_ARG(bytes));
}

static void tell_cuda_gpu(struct arena *arena, const struct driver_answer *said, size_t number,
                          struct cuda_device_facts *device)
{
    const struct cuda_gpu *gpu = &said->cuda.gpus.items[number];

    fact_int(&device->index, (int64_t) number, STR("cuDeviceGet"));
    tell_code(arena, ERROR_CUDA_DRIVER, &gpu->handle, "cuDeviceGet", &device->code, &device->error);
    tell_all(arena, cuda_gpu_rows, COUNT(cuda_gpu_rows), gpu, device);
    tell_capability(arena, &gpu->major, &gpu->minor, "cuDeviceGetAttribute", &device->capability);
    if (gpu->uuid.state == SAID_VALUE)
        fact_str(&device->uuid, whole_uuid(arena, gpu->uuid.text, &said->nvml),
                 STR("cuDeviceGetUuid"));
    tell_code(arena, ERROR_CUDA_DRIVER, &gpu->context, "cuDevicePrimaryCtxRetain",
              &device->context_code, &device->context_error);
}

static void tell_cuda(struct arena *arena, const struct driver_answer *said,
                      struct cuda_facts *cuda)
{
    const struct cuda_answer *answer = &said->cuda;

    tell_head(&answer->head, LIBCUDA, &cuda->outcome, &cuda->path, &cuda->within,
              &cuda->load_error);
    tell_code(arena, ERROR_CUDA_DRIVER, &answer->init, "cuInit", &cuda->init_code,
              &cuda->init_error);
    tell_all(arena, cuda_rows, COUNT(cuda_rows), answer, cuda);
    settle_count(&cuda->load_error, &cuda->init_code, LIBCUDA, &cuda->init_code,
                 &cuda->device_count);
    if (answer->init.number)
        fact_int(&cuda->init_ms, answer->init.number / 1000, STR("cuInit"));
    if (cuda->device_count.state != FACT_KNOWN)
        return;
    cuda->devices = (struct fact_list){ .state = FACT_KNOWN, .from = cuda->device_count.from };
    for (size_t i = 0; i < answer->gpus.count; i++)
        tell_cuda_gpu(arena, said, i,
                      fact_list_add(arena, &cuda->devices, sizeof(struct cuda_device_facts)));
    cuda->devices.partial = (int64_t) cuda->devices.count < cuda->device_count.value;
}

/* Without persistence mode the driver starts every GPU anew for every first program
 * (https://docs.nvidia.com/deploy/driver-persistence/). */
static void tell_slow(const struct nvml_facts *nvml, struct cuda_facts *cuda)
{
    bool late = cuda->within.state == FACT_KNOWN && str_eqz(cuda->within.value, "cuInit");
    bool unsure = nvml->devices.state != FACT_KNOWN || nvml->devices.partial;

    if (cuda->init_ms.state == FACT_KNOWN || late)
        fact_bool(&cuda->slow, late || cuda->init_ms.value >= SLOW_MS, STR("cuInit"));
    if (fact_false(&cuda->slow))
        cuda->slow_cause = (struct fact_str){ .state = FACT_ABSENT, .from = cuda->slow.from };
    if (!fact_true(&cuda->slow))
        return;
    for (size_t i = 0; i < nvml->devices.count; i++) {
        const struct fact_bool *persistence = &LIST_OF(nvml_device, &nvml->devices)[i].persistence;

        if (fact_false(persistence)) {
            fact_str(&cuda->slow_cause, STR("persistence"), persistence->from);
            return;
        }
        unsure |= persistence->state != FACT_KNOWN;
    }
    if (!unsure)
        cuda->slow_cause = (struct fact_str){ .state = FACT_ABSENT, .from = nvml->devices.from };
}

/* --- both ---------------------------------------------------------------------------------- */

static void tell_clean(struct arena *arena, const struct driver_answer *clean, struct facts *facts)
{
    struct nvml_facts *nvml = &facts->nvml, nvml_then = { 0 };
    struct cuda_facts *cuda = &facts->cuda, cuda_then = { 0 };
    struct fact_str same = { .state = FACT_ABSENT, .from = STR("environment") };
    struct fact_int same_number = { .state = FACT_ABSENT, .from = same.from };

    if (clean) {
        tell_nvml(arena, &clean->nvml, &nvml_then);
        tell_cuda(arena, clean, &cuda_then);
    } else {
        nvml_then.outcome = nvml_then.path = cuda_then.outcome = cuda_then.path = same;
        nvml_then.init_code = nvml_then.device_count = same_number;
        cuda_then.init_code = cuda_then.device_count = same_number;
    }
    nvml->clean_outcome = nvml_then.outcome;
    nvml->clean_path = nvml_then.path;
    nvml->clean_init_code = nvml_then.init_code;
    nvml->clean_device_count = nvml_then.device_count;
    cuda->clean_outcome = cuda_then.outcome;
    cuda->clean_path = cuda_then.path;
    cuda->clean_init_code = cuda_then.init_code;
    cuda->clean_device_count = cuda_then.device_count;
}

void driver_facts(struct arena *arena, const struct driver_answer *own,
                  const struct driver_answer *clean, struct facts *facts)
{
    fact_bool(&facts->driver.asked, true, STR(LIBCUDA));
    fact_bool(&facts->verify.ran, false, STR(LIBCUDA));
    if (own->nvml.head.child)
        tell_nvml(arena, &own->nvml, &facts->nvml);
    tell_cuda(arena, own, &facts->cuda);
    tell_slow(&facts->nvml, &facts->cuda);
    tell_clean(arena, clean, facts);
    driver_complete(arena, own, facts);
}

void driver_not_asked(struct facts *facts, enum fact_state outcome, struct str from)
{
    fact_bool(&facts->driver.asked, false, from);
    fact_bool(&facts->verify.ran, false, from);
    facts->nvml.outcome = (struct fact_str){ .state = outcome, .from = from };
    facts->cuda.outcome = facts->nvml.outcome;
}
