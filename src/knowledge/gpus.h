/*
 * gpus: NVIDIA's GPUs by PCI identifier and by name.
 *
 * Not every NVIDIA function on the bus is a GPU: audio (class 04), USB-C (0c) and bridges (06)
 * carry vendor 10de too. So: where pci_class_is_gpu() says no, it is no GPU; where it says yes and
 * gpu_by_pci() says no, it is a GPU that this table does not know, most likely newer than it.
 */
#ifndef GPUVET_KNOWLEDGE_GPUS_H
#define GPUVET_KNOWLEDGE_GPUS_H

#include "knowledge/table.h"

struct gpu_capability {
    unsigned major, minor; /* 8.6; 0.0: unknown */
};

struct gpu_info {
    struct str name;         /* "NVIDIA GeForce RTX 3060" */
    struct str chip;         /* "GA106" */
    struct str architecture; /* "Ampere" */
    struct gpu_capability capability;
    enum basis capability_basis;  /* DERIVED: the chip is known, and its capability from a list */
    struct str segment;           /* "GeForce", "workstation", "datacenter", "CMP", "NVS", "GRID",
                                     "Jetson/DRIVE"; empty: unknown */
    enum answer open_module;      /* does the open kernel module support it? */
    struct str first_open_driver; /* driver whose open module first lists it; may be empty */
    unsigned last_driver_branch;  /* 470: no later driver supports it; 0: support has not ended */
    enum basis last_driver_branch_basis; /* of a branch other than 0 */
    bool tegra;                          /* part of a Tegra: see gpu_capability_is_tegra() */
    struct str source;
};

/* `class` as sysfs prints it, 24 bits: 0x030200. True for display controllers (base class 3). */
bool pci_class_is_gpu(unsigned class);

/* The row for this board where there is one, else that of the device; false where the table has
 * neither. All three are 16-bit PCI numbers; the vendor is 10de. */
bool gpu_by_pci(unsigned device, unsigned subvendor, unsigned subdevice, struct gpu_info *ret);

/* Rows by PCI number; the Tegra modules, which have none, come first. False past the end. */
bool gpu_at(size_t at, struct gpu_info *ret);
bool gpu_name_at(size_t at, struct str *ret); /* the name alone, which is cheaper */
bool gpu_pci_at(size_t at, unsigned *ret_device, unsigned *ret_subvendor, unsigned *ret_subdevice);

/*
 * Search by name: case, blanks, dashes and the words "NVIDIA", "GeForce", "Tesla" and "GPU" do not
 * count, so "4060ti" finds "NVIDIA GeForce RTX 4060 Ti". Rows with just this name are found; where
 * there is none, rows whose name contains it ("A100" finds "A100 PCIe 40GB"); and where there is
 * none either, the same without memory sizes, form factors and vGPU profiles ("NVIDIA H100 80GB
 * HBM3" finds "H100").
 */
struct gpu_search {
    struct str name;
    unsigned looseness; /* 0, 1, 2: which of the three */
    size_t at;
};

/* False where no row has that name. */
bool gpu_search(struct str name, struct gpu_search *ret);
bool gpu_search_next(struct gpu_search *search, struct gpu_info *ret);

/* All that a name can mean. More than one capability: the name alone does not say which GPU it is.
 */
#define GPU_CAPABILITIES_MAX 32
struct gpu_matches {
    struct gpu_info first;
    size_t rows;
    struct gpu_capability capabilities[GPU_CAPABILITIES_MAX]; /* distinct, in order of appearance */
    size_t capability_count;
};
bool gpu_by_name(struct str name, struct gpu_matches *ret);

/* "Ampere" of 8.6; empty where no GPU of the table has that capability. */
struct str gpu_architecture(struct gpu_capability capability);

/*
 * The driver branch that first supports GPUs of this capability; 0 where no table tells. Derived.
 * From Blackwell on, which has an open kernel module alone, the branch of the first one that lists
 * such a GPU. Before, and where none does: the branch that came with the first CUDA whose compiler
 * knows the capability, since a driver makes code for its GPUs by that release's compiler.
 */
unsigned gpu_first_branch(struct gpu_capability capability);

/* Code for a Tegra runs on that Tegra only, and code for other GPUs does not run there (CUDA C++
 * programming guide, binary compatibility). */
bool gpu_capability_is_tegra(struct gpu_capability capability);

#endif
