/* hardware: what lies on the bus, as far as files tell. */
#ifndef GPUVET_FACTS_HARDWARE_H
#define GPUVET_FACTS_HARDWARE_H

#include "facts/field.h"

struct gpu_facts {
    struct fact_str address;      /* PCI: "0000:01:00.0"; "soc" for a Tegra */
    struct fact_str device_id;    /* "10de:2504" */
    struct fact_str subsystem_id; /* "1462:3976" */
    struct fact_str name;         /* "NVIDIA GeForce RTX 3060" */
    struct fact_str architecture; /* "Ampere" */
    struct fact_str capability;   /* compute capability: "8.6" */
    struct fact_str segment;      /* "GeForce", "workstation", "datacenter" */
    struct fact_str holder;       /* kernel driver that is bound to it; ABSENT: none */
    struct fact_str open_module;  /* does the open kernel module support it: "yes", "no" */
    struct fact_int last_branch;  /* last driver branch that supports it; ABSENT: not ended */
    struct fact_int first_branch; /* the first, derived; ABSENT: the tables do not tell */
    struct fact_str uuid;         /* "GPU-…" */
    struct fact_bool virtual_gpu; /* a vGPU, as the guest sees it */
    struct fact_bool mig_enabled;
    struct fact_bool failed; /* the kernel log says that it fell off the bus or cannot start */
};

ROWS gpu_fields[] = {
    FIELD(gpu, address, "PCI address"),
    FIELD(gpu, device_id, "PCI vendor and device"),
    FIELD(gpu, subsystem_id, "PCI subsystem vendor and device"),
    FIELD(gpu, name, "product name"),
    FIELD(gpu, architecture, "architecture"),
    FIELD(gpu, capability, "compute capability"),
    FIELD(gpu, segment, "market segment: GeForce, workstation, datacenter"),
    FIELD(gpu, holder, "kernel driver bound to it"),
    FIELD(gpu, open_module, "whether the open kernel module supports it"),
    FIELD(gpu, last_branch, "last driver branch that supports it"),
    FIELD(gpu, first_branch, "first driver branch that supports it"),
    FIELD(gpu, uuid, "UUID"),
    FIELD(gpu, virtual_gpu, "whether it is a vGPU"),
    FIELD(gpu, mig_enabled, "whether MIG mode is on"),
    FIELD(gpu, failed, "whether the kernel log reports that it failed"),
};
ITEM_TYPE(gpu);

/* A display controller of another vendor: why "there is a graphics card" is no CUDA GPU. */
struct display_facts {
    struct fact_str address, device_id, vendor;
};

ROWS display_fields[] = {
    FIELD(display, address, "PCI address"),
    FIELD(display, device_id, "PCI vendor and device"),
    FIELD(display, vendor, "vendor: AMD, Intel, or its number"),
};
ITEM_TYPE(display);

struct hardware_facts {
    struct fact_list gpus;   /* NVIDIA's */
    struct fact_list others; /* display controllers of other vendors */
    struct fact_int gpu_count;
    struct fact_str summary; /* "2 × NVIDIA A100 (sm_80)" */
    struct fact_str capability_min, capability_max;
    struct fact_int nvswitches;    /* NVSwitch bridges on the bus */
    struct fact_int mig_instances; /* MIG devices that have nodes under /proc/driver/nvidia */
};

ROWS hardware_fields[] = {
    FIELD_ITEMS(hardware, gpus, gpu, "NVIDIA GPUs"),
    FIELD_ITEMS(hardware, others, display, "display controllers of other vendors"),
    FIELD(hardware, gpu_count, "how many NVIDIA GPUs there are"),
    FIELD(hardware, summary, "the GPUs in a few words"),
    FIELD(hardware, capability_min, "lowest compute capability present"),
    FIELD(hardware, capability_max, "highest compute capability present"),
    FIELD(hardware, nvswitches, "NVSwitch bridges"),
    FIELD(hardware, mig_instances, "MIG instances"),
};

#endif
