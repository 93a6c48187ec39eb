/*
 * nvml: what the management library said, asked in the user's own environment. It tells of all GPUs
 * of the machine (or container), whatever CUDA_VISIBLE_DEVICES hides.
 */
#ifndef GPUVET_FACTS_NVML_H
#define GPUVET_FACTS_NVML_H

#include "facts/field.h"

struct nvml_device_facts {
    struct fact_int index;
    struct fact_int code;    /* of taking its handle; where not 0 nothing else was asked */
    struct fact_str error;   /* the code's name: "NVML_ERROR_GPU_IS_LOST"; ABSENT where it is 0 */
    struct fact_str within;  /* the call about this GPU that never ended; ABSENT: all ended */
    struct fact_str name;    /* "NVIDIA H100 80GB HBM3" */
    struct fact_str uuid;    /* "GPU-…" */
    struct fact_str address; /* PCI, as in hardware: "0000:65:00.0" */
    struct fact_str capability;
    struct fact_int memory_total, memory_free; /* bytes */
    struct fact_str compute_mode;              /* "default", "exclusive-thread", "prohibited",
                                                  "exclusive-process" */
    struct fact_bool persistence;
    struct fact_str virtualization; /* "none", "passthrough", "vgpu", "host-vgpu", "host-vsga" */
    struct fact_bool ecc;
    struct fact_int ecc_errors;                 /* uncorrected, since the driver was loaded */
    struct fact_bool rows_pending, rows_failed; /* remapped rows: wait for a reset; cannot */
    struct fact_str recovery;    /* "none", "reset", "reboot", "drain-p2p", "drain-and-reset" */
    struct fact_str clocks;      /* why they are held down: "idle sw-power-cap"; "": nothing does */
    struct fact_str fabric;      /* "not-supported", "not-started", "in-progress", "completed" */
    struct fact_int fabric_code; /* NVML code of a registration that is completed */
    struct fact_int links, links_active; /* NVLinks */
    struct fact_bool mig, mig_pending;   /* mode now, and after the next reset */
    struct fact_int mig_count;
    struct fact_str mig_uuids; /* "MIG-… MIG-…" */
    struct fact_int processes;
    struct fact_int processes_memory; /* bytes, of those that tell */
};

ROWS nvml_device_fields[] = {
    FIELD(nvml_device, index, "number that NVML gives it"),
    FIELD(nvml_device, code, "code of taking its handle"),
    FIELD(nvml_device, error, "name of that code"),
    FIELD(nvml_device, within, "the call about it that never ended"),
    FIELD(nvml_device, name, "product name"),
    FIELD(nvml_device, uuid, "UUID"),
    FIELD(nvml_device, address, "PCI address"),
    FIELD(nvml_device, capability, "compute capability"),
    FIELD(nvml_device, memory_total, "memory in bytes"),
    FIELD(nvml_device, memory_free, "free memory in bytes"),
    FIELD(nvml_device, compute_mode, "compute mode"),
    FIELD(nvml_device, persistence, "whether persistence mode is on"),
    FIELD(nvml_device, virtualization, "none, passthrough, vgpu, host-vgpu or host-vsga"),
    FIELD(nvml_device, ecc, "whether ECC is on"),
    FIELD(nvml_device, ecc_errors, "uncorrected memory errors since the driver was loaded"),
    FIELD(nvml_device, rows_pending, "whether remapped rows wait for a reset"),
    FIELD(nvml_device, rows_failed, "whether remapping a row failed"),
    FIELD(nvml_device, recovery, "what the driver says it needs"),
    FIELD(nvml_device, clocks, "what holds its clocks down"),
    FIELD(nvml_device, fabric, "state of its registration with the NVLink fabric"),
    FIELD(nvml_device, fabric_code, "code of that registration"),
    FIELD(nvml_device, links, "NVLinks"),
    FIELD(nvml_device, links_active, "NVLinks that are active"),
    FIELD(nvml_device, mig, "whether MIG mode is on"),
    FIELD(nvml_device, mig_pending, "whether MIG mode is on after the next reset"),
    FIELD(nvml_device, mig_count, "MIG devices"),
    FIELD(nvml_device, mig_uuids, "UUIDs of its MIG devices"),
    FIELD(nvml_device, processes, "processes that compute on it"),
    FIELD(nvml_device, processes_memory, "memory in bytes that they hold"),
};
ITEM_TYPE(nvml_device);

struct nvml_facts {
    struct fact_str outcome;    /* "answered", "late", "crashed", "exited", "no-loader",
                                   "not-started", "not-loaded", "cut-off"; DENIED: not ours to ask */
    struct fact_str load_error; /* the loader's words; ABSENT: it was loaded */
    struct fact_str path;       /* the file that the loader took */
    struct fact_str within;     /* the call that never ended; ABSENT: all ended */
    struct fact_int init_code;
    struct fact_str init_error; /* its name; ABSENT where it is 0 */
    struct fact_str version;    /* of the library: "12.535.183.01" */
    struct fact_str driver_version;
    struct fact_str cuda_version; /* newest CUDA of the driver: "13.0" */
    struct fact_int device_count;
    struct fact_list devices;
    /* In the same environment without LD_LIBRARY_PATH and LD_PRELOAD; ABSENT: neither was set. */
    struct fact_str clean_outcome, clean_path;
    struct fact_int clean_init_code, clean_device_count;
};

ROWS nvml_fields[] = {
    FIELD(nvml, outcome, "how asking NVML ended"),
    FIELD(nvml, load_error, "why libnvidia-ml.so.1 could not be loaded"),
    FIELD(nvml, path, "the libnvidia-ml that was loaded"),
    FIELD(nvml, within, "the call that never ended"),
    FIELD(nvml, init_code, "code of nvmlInit_v2"),
    FIELD(nvml, init_error, "name of that code"),
    FIELD(nvml, version, "version of the library"),
    FIELD(nvml, driver_version, "version of the driver"),
    FIELD(nvml, cuda_version, "newest CUDA that the driver supports"),
    FIELD(nvml, device_count, "GPUs"),
    FIELD_ITEMS(nvml, devices, nvml_device, "what NVML says of each GPU"),
    FIELD(nvml, clean_outcome, "outcome without LD_LIBRARY_PATH and LD_PRELOAD"),
    FIELD(nvml, clean_path, "the file that is loaded then"),
    FIELD(nvml, clean_init_code, "code of nvmlInit_v2 then"),
    FIELD(nvml, clean_device_count, "GPUs then"),
};

#endif
