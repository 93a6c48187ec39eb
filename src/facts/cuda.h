/*
 * cuda: what libcuda said to a program that would compute, in the user's own environment. It tells
 * of the GPUs that the process may use alone.
 */
#ifndef GPUVET_FACTS_CUDA_H
#define GPUVET_FACTS_CUDA_H

#include "facts/field.h"

struct cuda_device_facts {
    struct fact_int index;
    struct fact_int code;    /* of cuDeviceGet */
    struct fact_str error;   /* its name: "CUDA_ERROR_INVALID_DEVICE"; ABSENT where it is 0 */
    struct fact_str name;    /* "NVIDIA H100 80GB HBM3" */
    struct fact_str uuid;    /* "GPU-…"; of a MIG device "MIG-…" */
    struct fact_str address; /* PCI, as in hardware */
    struct fact_str capability;
    struct fact_int memory_total, memory_free; /* bytes */
    struct fact_str compute_mode;              /* as in nvml */
    struct fact_bool integrated;
    struct fact_int context_code; /* of its primary context; UNKNOWN: none was asked for */
    struct fact_str context_error;
};

ROWS cuda_device_fields[] = {
    FIELD(cuda_device, index, "ordinal in this process"),
    FIELD(cuda_device, code, "code of cuDeviceGet"),
    FIELD(cuda_device, error, "name of that code"),
    FIELD(cuda_device, name, "product name"),
    FIELD(cuda_device, uuid, "UUID"),
    FIELD(cuda_device, address, "PCI address"),
    FIELD(cuda_device, capability, "compute capability"),
    FIELD(cuda_device, memory_total, "memory in bytes"),
    FIELD(cuda_device, memory_free, "free memory in bytes"),
    FIELD(cuda_device, compute_mode, "compute mode"),
    FIELD(cuda_device, integrated, "whether it shares the host's memory"),
    FIELD(cuda_device, context_code, "code of taking its primary context"),
    FIELD(cuda_device, context_error, "name of that code"),
};
ITEM_TYPE(cuda_device);

struct cuda_facts {
    struct fact_str outcome; /* as nvml.outcome */
    struct fact_str load_error, path, within;
    struct fact_int init_code;    /* of cuInit */
    struct fact_str init_error;   /* its name; ABSENT where it is 0 */
    struct fact_int init_ms;      /* milliseconds that cuInit took */
    struct fact_str version;      /* newest CUDA of the driver: "13.0" */
    struct fact_int device_count; /* ABSENT where cuInit failed */
    struct fact_list devices;
    struct fact_bool slow;      /* cuInit took over a second for each GPU, or never ended */
    struct fact_str slow_cause; /* the likely one: "persistence"; ABSENT: none is known */
    struct fact_str clean_outcome, clean_path; /* as in nvml */
    struct fact_int clean_init_code, clean_device_count;
};

ROWS cuda_fields[] = {
    FIELD(cuda, outcome, "how asking libcuda ended"),
    FIELD(cuda, load_error, "why libcuda.so.1 could not be loaded"),
    FIELD(cuda, path, "the libcuda that was loaded"),
    FIELD(cuda, within, "the call that never ended"),
    FIELD(cuda, init_code, "code of cuInit"),
    FIELD(cuda, init_error, "name of that code"),
    FIELD(cuda, init_ms, "milliseconds that cuInit took"),
    FIELD(cuda, version, "newest CUDA that this libcuda supports"),
    FIELD(cuda, device_count, "GPUs that the process may use"),
    FIELD_ITEMS(cuda, devices, cuda_device, "what libcuda says of each GPU"),
    FIELD(cuda, slow, "whether the driver starts slowly"),
    FIELD(cuda, slow_cause, "why, likely"),
    FIELD(cuda, clean_outcome, "outcome without LD_LIBRARY_PATH and LD_PRELOAD"),
    FIELD(cuda, clean_path, "the file that is loaded then"),
    FIELD(cuda, clean_init_code, "code of cuInit then"),
    FIELD(cuda, clean_device_count, "GPUs then"),
};

#endif
