#include "driver/answer.h"

#include "driver/lines.h"

/* One value in an answer: the call, the member of its line, and where it goes in the struct. A row
 * without a member keeps the call's code alone. */
struct row {
    const char *stage, *member;
    size_t offset;
};

#define NVML(stage, member, field) \
    { \
        stage, member, offsetof(struct nvml_answer, field) \
    }
#define NVML_GPU(stage, member, field) \
    { \
        stage, member, offsetof(struct nvml_gpu, field) \
    }
#define CUDA(stage, member, field) \
    { \
        stage, member, offsetof(struct cuda_answer, field) \
    }
#define CUDA_GPU(stage, member, field) \
    { \
        stage, member, offsetof(struct cuda_gpu, field) \
    }
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct row nvml_rows[] = {
    NVML("nvmlInit_v2", NULL, init),
    NVML("nvmlSystemGetNVMLVersion", "version", nvml_version),
    NVML("nvmlSystemGetDriverVersion", "version", driver_version),
    NVML("nvmlSystemGetCudaDriverVersion_v2", "value", cuda_version),
    NVML("nvmlDeviceGetCount_v2", "value", count),
};

static const struct row nvml_gpu_rows[] = {
    NVML_GPU("nvmlDeviceGetHandleByIndex_v2", NULL, handle),
    NVML_GPU("nvmlDeviceGetName", "name", name),
    NVML_GPU("nvmlDeviceGetUUID", "uuid", uuid),
    NVML_GPU("nvmlDeviceGetVbiosVersion", "vbios", vbios),
    NVML_GPU("nvmlDeviceGetPciInfo_v3", "address", address),
    NVML_GPU("nvmlDeviceGetPciInfo_v3", "vendor", vendor_id),
    NVML_GPU("nvmlDeviceGetPciInfo_v3", "device", device_id),
    NVML_GPU("nvmlDeviceGetPciInfo_v3", "subsystem_vendor", subsystem_vendor_id),
    NVML_GPU("nvmlDeviceGetPciInfo_v3", "subsystem_device", subsystem_device_id),
    NVML_GPU("nvmlDeviceGetCudaComputeCapability", "major", major),
    NVML_GPU("nvmlDeviceGetCudaComputeCapability", "minor", minor),
    NVML_GPU("nvmlDeviceGetMemoryInfo", "total", memory_total),
    NVML_GPU("nvmlDeviceGetMemoryInfo", "free", memory_free),
    NVML_GPU("nvmlDeviceGetMemoryInfo", "used", memory_used),
    NVML_GPU("nvmlDeviceGetComputeMode", "mode", compute_mode),
    NVML_GPU("nvmlDeviceGetPersistenceMode", "mode", persistence_mode),
    NVML_GPU("nvmlDeviceGetVirtualizationMode", "mode", virtualization_mode),
    NVML_GPU("nvmlDeviceGetEccMode", "current", ecc_current),
    NVML_GPU("nvmlDeviceGetEccMode", "pending", ecc_pending),
    NVML_GPU("nvmlDeviceGetTotalEccErrors", "volatile", ecc_volatile),
    NVML_GPU("nvmlDeviceGetTotalEccErrors", "aggregate", ecc_aggregate),
    NVML_GPU("nvmlDeviceGetRemappedRows", "corrected", rows_corrected),
    NVML_GPU("nvmlDeviceGetRemappedRows", "uncorrected", rows_uncorrected),
    NVML_GPU("nvmlDeviceGetRemappedRows", "pending", rows_pending),
    NVML_GPU("nvmlDeviceGetRemappedRows", "failed", rows_failed),
    NVML_GPU("nvmlDeviceGetMigMode", "current", mig_current),
    NVML_GPU("nvmlDeviceGetMigMode", "pending", mig_pending),
    NVML_GPU("nvmlDeviceGetCurrentClocksEventReasons", "reasons", clock_reasons),
    NVML_GPU("nvmlDeviceGetPowerUsage", "milliwatts", milliwatts),
    NVML_GPU("nvmlDeviceGetTemperature", "celsius", celsius),
    NVML_GPU("nvmlDeviceGetGpuFabricInfoV", "state", fabric_state),
    NVML_GPU("nvmlDeviceGetGpuFabricInfoV", "status", fabric_status),
    NVML_GPU("nvmlDeviceGetGpuFabricInfoV", "health", fabric_health),
    NVML_GPU("nvmlDeviceGetNvLinkState", "links", nvlinks),
    NVML_GPU("nvmlDeviceGetNvLinkState", "active", nvlinks_active),
    NVML_GPU("nvmlDeviceGetFieldValues", "recovery_action", recovery_action),
    NVML_GPU("nvmlDeviceGetComputeRunningProcesses_v3", "count", process_count),
};

static const struct row cuda_rows[] = {
    CUDA("cuDriverGetVersion", "value", driver_version),
    CUDA("cuInit", "us", init),
    CUDA("cuDeviceGetCount", "value", count),
};

static const struct row cuda_gpu_rows[] = {
    CUDA_GPU("cuDeviceGet", NULL, handle),
    CUDA_GPU("cuDeviceGetName", "name", name),
    CUDA_GPU("cuDeviceGetPCIBusId", "address", address),
    CUDA_GPU("cuDeviceGetUuid_v2", "uuid", uuid),
    CUDA_GPU("cuDeviceGetUuid", "uuid", uuid),
    CUDA_GPU("cuDeviceGetAttribute", "major", major),
    CUDA_GPU("cuDeviceGetAttribute", "minor", minor),
    CUDA_GPU("cuDeviceGetAttribute", "multiprocessors", multiprocessors),
    CUDA_GPU("cuDeviceGetAttribute", "compute_mode", compute_mode),
    CUDA_GPU("cuDeviceGetAttribute", "integrated", integrated),
    CUDA_GPU("cuDeviceGetAttribute", "kernel_timeout", kernel_timeout),
    CUDA_GPU("cuDeviceGetAttribute", "ecc", ecc),
    CUDA_GPU("cuDeviceTotalMem_v2", "total", memory_total),
    CUDA_GPU("cuMemGetInfo_v2", "free", memory_free),
    CUDA_GPU("cuDevicePrimaryCtxRetain", "us", context),
};

/* A call that was made twice (two ECC counters) must not lose the first answer to the second. */
static void store(struct arena *arena, const json_t *line, struct str stage, const struct row *rows,
                  size_t count, void *into)
{
    for (size_t i = 0; i < count; i++) {
        struct said *said = (struct said *) (void *) ((char *) into + rows[i].offset);
        struct said now;

        if (!str_eqz(stage, rows[i].stage))
            continue;
        now = said_in(arena, line, rows[i].member);
        if (now.state != SAID_NOTHING && said->state != SAID_VALUE)
            *said = now;
    }
}

static void read_process(struct arena *arena, const json_t *line, struct nvml_gpu *gpu)
{
    *LIST_ADD(arena, &gpu->processes) = (struct nvml_process){
        .pid = line_number(line, "pid", 0),
        .memory = line_number(line, "memory", -1),
    };
}

static void read_mig(struct arena *arena, const json_t *line, struct nvml_gpu *gpu)
{
    *LIST_ADD(arena, &gpu->mig_devices) = (struct nvml_mig){
        .index = line_number(line, "index", 0),
        .uuid = line_text(arena, line, "uuid"),
    };
}

static void read_nvml_gpu(struct arena *arena, const json_t *line, struct str stage,
                          struct nvml_gpu *gpu)
{
    if (str_eqz(stage, "process"))
        read_process(arena, line, gpu);
    else if (str_eqz(stage, "mig-device"))
        read_mig(arena, line, gpu);
    else
        store(arena, line, stage, nvml_gpu_rows, COUNT(nvml_gpu_rows), gpu);
}

void nvml_answer_read(struct arena *arena, const struct child_result *child,
                      struct nvml_answer *ret)
{
    struct nvml_answer answer = { 0 };
    struct lines lines = lines_of(arena, child, &answer.head);
    struct str stage;
    json_t *line;
    int gpu;

    while ((line = lines_next(&lines, &stage, &gpu))) {
        while (gpu >= (int) answer.gpus.count)
            (void) LIST_ADD(arena, &answer.gpus);
        if (gpu < 0)
            store(arena, line, stage, nvml_rows, COUNT(nvml_rows), &answer);
        else
            read_nvml_gpu(arena, line, stage, &answer.gpus.items[gpu]);
        json_decref(line);
    }
    *ret = answer;
}

void cuda_answer_read(struct arena *arena, const struct child_result *child,
                      struct cuda_answer *ret)
{
    struct cuda_answer answer = { 0 };
    struct lines lines = lines_of(arena, child, &answer.head);
    struct str stage;
    json_t *line;
    int gpu;

    while ((line = lines_next(&lines, &stage, &gpu))) {
        while (gpu >= (int) answer.gpus.count)
            (void) LIST_ADD(arena, &answer.gpus);
        if (gpu < 0)
            store(arena, line, stage, cuda_rows, COUNT(cuda_rows), &answer);
        else
            store(arena, line, stage, cuda_gpu_rows, COUNT(cuda_gpu_rows), &answer.gpus.items[gpu]);
        json_decref(line);
    }
    *ret = answer;
}
