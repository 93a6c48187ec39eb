/*
 * A libnvidia-ml.so.1 that does as FAKE_NVML says (script.h). Its own keys: count (GPUs, 1), mig
 * (MIG devices a GPU, 0), processes (0), links (NVLinks, 0), compute-mode, virtualization (0), free
 * (memory, MiB). Built with -DOLD it lacks what older drivers lack.
 */
#include "script.h"

#include "../../helper/nvml_api.h"

#include <stdio.h>
#include <string.h>

const char *const script_variable = "FAKE_NVML";

#define GIB (1ULL << 30)

/* A handle is 1 + GPU, and 1000 * (1 + GPU) + MIG device for those. */
static nvml_device handle(long number)
{
    return (nvml_device) number;
}

static int gpu_of(nvml_device device)
{
    long number = (long) device;

    return (int) (number >= 1000 ? number / 1000 : number) - 1;
}

#define ACT(gpu) \
    do { \
        int code_; \
        if (script_act(__func__, (gpu), &code_)) \
            return code_; \
    } while (0)

#define NUMBER(name, value) \
    int name(nvml_device device, unsigned *ret); \
    int name(nvml_device device, unsigned *ret) \
    { \
        ACT(gpu_of(device)); \
        *ret = (value); \
        return 0; \
    }
#define NUMBERS(name, first, second) \
    int name(nvml_device device, unsigned *ret_first, unsigned *ret_second); \
    int name(nvml_device device, unsigned *ret_first, unsigned *ret_second) \
    { \
        ACT(gpu_of(device)); \
        *ret_first = (first); \
        *ret_second = (second); \
        return 0; \
    }
#define SYSTEM_TEXT(name, text) \
    int name(char *ret, unsigned size); \
    int name(char *ret, unsigned size) \
    { \
        ACT(-1); \
        (void) snprintf(ret, size, "%s", text); \
        return 0; \
    }

SYSTEM_TEXT(nvmlSystemGetDriverVersion, "550.54.14")
SYSTEM_TEXT(nvmlSystemGetNVMLVersion, "12.550.54.14")
NUMBER(nvmlDeviceGetComputeMode, (unsigned) script_number("compute-mode", 0))
NUMBER(nvmlDeviceGetPersistenceMode, 1)
NUMBER(nvmlDeviceGetVirtualizationMode, (unsigned) script_number("virtualization", 0))
NUMBER(nvmlDeviceGetPowerUsage, 71000)
NUMBERS(nvmlDeviceGetCudaComputeCapability, 9, 0)
NUMBERS(nvmlDeviceGetEccMode, 1, 1)
NUMBERS(nvmlDeviceGetMigMode, script_number("mig", 0) > 0, script_number("mig", 0) > 0)

int nvmlInit_v2(void);
int nvmlInit_v2(void)
{
    ACT(-1);
    return 0;
}

int nvmlSystemGetCudaDriverVersion(int *ret);
int nvmlSystemGetCudaDriverVersion(int *ret)
{
    ACT(-1);
    *ret = 12040;
    return 0;
}

int nvmlDeviceGetCount_v2(unsigned *ret);
int nvmlDeviceGetCount_v2(unsigned *ret)
{
    ACT(-1);
    *ret = (unsigned) script_number("count", 1);
    return 0;
}

int nvmlDeviceGetHandleByIndex_v2(unsigned index, nvml_device *ret);
int nvmlDeviceGetHandleByIndex_v2(unsigned index, nvml_device *ret)
{
    ACT((int) index);
    *ret = handle((long) index + 1);
    return 0;
}

int nvmlDeviceGetName(nvml_device device, char *ret, unsigned size);
int nvmlDeviceGetName(nvml_device device, char *ret, unsigned size)
{
    ACT(gpu_of(device));
    (void) snprintf(ret, size, "Fake GPU \"%d\" \xe6\x98\xbe", gpu_of(device));
    return 0;
}

int nvmlDeviceGetVbiosVersion(nvml_device device, char *ret, unsigned size);
int nvmlDeviceGetVbiosVersion(nvml_device device, char *ret, unsigned size)
{
    ACT(gpu_of(device));
    (void) snprintf(ret, size, "96.00.00.00.01");
    return 0;
}

int nvmlDeviceGetUUID(nvml_device device, char *ret, unsigned size);
int nvmlDeviceGetUUID(nvml_device device, char *ret, unsigned size)
{
    long number = (long) device;

    ACT(gpu_of(device));
    (void) snprintf(ret, size, "%s-00000000-0000-0000-0000-%012ld", number >= 1000 ? "MIG" : "GPU",
                    number);
    return 0;
}

int nvmlDeviceGetPciInfo_v3(nvml_device device, struct nvml_pci *ret);
int nvmlDeviceGetPciInfo_v3(nvml_device device, struct nvml_pci *ret)
{
    ACT(gpu_of(device));
    memset(ret, 0, sizeof(*ret));
    ret->bus = 0x10u + (unsigned) gpu_of(device);
    ret->device_id = 0x233010deu;
    ret->subsystem_id = 0x16c110deu;
    (void) snprintf(ret->address, sizeof(ret->address), "00000000:%02X:00.0", ret->bus);
    return 0;
}

int nvmlDeviceGetMemoryInfo(nvml_device device, struct nvml_memory *ret);
int nvmlDeviceGetMemoryInfo(nvml_device device, struct nvml_memory *ret)
{
    ACT(gpu_of(device));
    *ret = (struct nvml_memory){ .total = 80 * GIB, .used = GIB };
    ret->free = (unsigned long long) script_number("free", 79 * 1024) << 20;
    return 0;
}

int nvmlDeviceGetTotalEccErrors(nvml_device device, int type, int counter, unsigned long long *ret);
int nvmlDeviceGetTotalEccErrors(nvml_device device, int type, int counter, unsigned long long *ret)
{
    ACT(gpu_of(device));
    *ret =
        type == 1 ? (unsigned long long) script_number(counter ? "aggregate" : "volatile", 0) : 99;
    return 0;
}

int nvmlDeviceGetRemappedRows(nvml_device device, unsigned *ret_corrected,
                              unsigned *ret_uncorrected, unsigned *ret_pending,
                              unsigned *ret_failed);
int nvmlDeviceGetRemappedRows(nvml_device device, unsigned *ret_corrected,
                              unsigned *ret_uncorrected, unsigned *ret_pending,
                              unsigned *ret_failed)
{
    ACT(gpu_of(device));
    *ret_corrected = 1;
    *ret_uncorrected = 2;
    *ret_pending = 0;
    *ret_failed = (unsigned) script_number("rows-failed", 0);
    return 0;
}

int nvmlDeviceGetTemperature(nvml_device device, int sensor, unsigned *ret);
int nvmlDeviceGetTemperature(nvml_device device, int sensor, unsigned *ret)
{
    ACT(gpu_of(device));
    *ret = sensor == 0 ? 34 : 0;
    return 0;
}

int nvmlDeviceGetComputeRunningProcesses_v3(nvml_device device, unsigned *count,
                                            struct nvml_process *ret);
int nvmlDeviceGetComputeRunningProcesses_v3(nvml_device device, unsigned *count,
                                            struct nvml_process *ret)
{
    unsigned processes = (unsigned) script_number("processes", 0), room = *count;

    ACT(gpu_of(device));
    *count = processes;
    if (processes > room)
        return NVML_INSUFFICIENT_SIZE;
    for (unsigned i = 0; i < processes; i++)
        ret[i] = (struct nvml_process){ .pid = 4000 + i, .memory = i ? GIB : NVML_VALUE_NONE };
    return 0;
}

int nvmlDeviceGetNvLinkState(nvml_device device, unsigned link, unsigned *ret);
int nvmlDeviceGetNvLinkState(nvml_device device, unsigned link, unsigned *ret)
{
    ACT(gpu_of(device));
    if (link >= (unsigned) script_number("links", 0))
        return NVML_NOT_SUPPORTED;
    *ret = link > 0; /* the first one is down */
    return 0;
}

int nvmlDeviceGetMigDeviceHandleByIndex(nvml_device device, unsigned index, nvml_device *ret);
int nvmlDeviceGetMigDeviceHandleByIndex(nvml_device device, unsigned index, nvml_device *ret)
{
    ACT(gpu_of(device));
    if (index >= (unsigned) script_number("mig", 0))
        return 6; /* NVML_ERROR_NOT_FOUND */
    *ret = handle(1000L * (gpu_of(device) + 1) + (long) index);
    return 0;
}

int nvmlDeviceGetCurrentClocksThrottleReasons(nvml_device device, unsigned long long *ret);
int nvmlDeviceGetCurrentClocksThrottleReasons(nvml_device device, unsigned long long *ret)
{
    ACT(gpu_of(device));
    *ret = 1;
    return 0;
}

#ifndef OLD
int nvmlDeviceGetGpuFabricInfoV(nvml_device device, struct nvml_fabric_2 *ret);
int nvmlDeviceGetGpuFabricInfoV(nvml_device device, struct nvml_fabric_2 *ret)
{
    ACT(gpu_of(device));
    if (ret->version != NVML_FABRIC_2)
        return 25; /* NVML_ERROR_ARGUMENT_VERSION_MISMATCH */
    ret->state = (unsigned char) script_number("fabric", 3);
    return 0;
}

int nvmlDeviceGetFieldValues(nvml_device device, int count, struct nvml_field *values);
int nvmlDeviceGetFieldValues(nvml_device device, int count, struct nvml_field *values)
{
    ACT(gpu_of(device));
    for (int i = 0; i < count; i++) {
        values[i].code = values[i].id == NVML_FIELD_RECOVERY_ACTION ? 0 : NVML_NOT_SUPPORTED;
        values[i].type = 1;
        values[i].value.narrow = (unsigned) script_number("recovery", 0);
    }
    return 0;
}
#endif
