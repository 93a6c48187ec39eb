/*
 * nvml_api: the few types of NVML that we pass, declared from its public documentation
 * (https://docs.nvidia.com/deploy/nvml-api/). Types that end in a version are laid out as in that
 * version, which every later library still takes.
 */
#ifndef GPUVET_HELPER_NVML_API_H
#define GPUVET_HELPER_NVML_API_H

#define NVML_VALUE_NONE 0xffffffffffffffffULL /* NVML_VALUE_NOT_AVAILABLE */

#define NVML_NOT_SUPPORTED 3
#define NVML_INSUFFICIENT_SIZE 7

#define NVML_NVLINKS_MAX 36 /* NVML_NVLINK_MAX_LINKS of NVML 13 */

#define NVML_FIELD_RECOVERY_ACTION 230 /* NVML_FI_DEV_GET_GPU_RECOVERY_ACTION */

typedef struct nvml_device *nvml_device;

struct nvml_pci { /* nvmlPciInfo_t of nvmlDeviceGetPciInfo_v3 */
    char legacy_address[16];
    unsigned domain, bus, device;
    unsigned device_id;    /* device << 16 | vendor */
    unsigned subsystem_id; /* the same, of the board */
    char address[32];      /* "00000000:65:00.0" */
};

struct nvml_memory { /* nvmlMemory_t, bytes */
    unsigned long long total, free, used;
};

struct nvml_process { /* nvmlProcessInfo_v2_t, also what the _v3 call takes */
    unsigned pid;
    unsigned long long memory; /* bytes, or NVML_VALUE_NONE */
    unsigned gpu_instance, compute_instance;
};

struct nvml_field { /* nvmlFieldValue_t */
    unsigned id, scope;
    long long timestamp, latency;
    int type; /* nvmlValueType_t */
    int code;
    union {
        double real;
        unsigned narrow;
        unsigned long long wide;
    } value;
};

struct nvml_fabric_2 { /* nvmlGpuFabricInfo_v2_t */
    unsigned version;
    unsigned char cluster[16];
    int status;
    unsigned clique;
    unsigned char state;
    unsigned health;
};
#define NVML_FABRIC_2 ((unsigned) sizeof(struct nvml_fabric_2) | 2u << 24)

struct nvml_fabric_1 { /* nvmlGpuFabricInfo_t */
    unsigned char cluster[16];
    int status;
    unsigned clique;
    unsigned char state;
};

#endif
