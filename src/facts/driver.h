/* driver: the NVIDIA driver's kernel side, its device nodes, and its libraries, from files. */
#ifndef GPUVET_FACTS_DRIVER_H
#define GPUVET_FACTS_DRIVER_H

#include "facts/field.h"

struct device_node_facts {
    struct fact_str path; /* "dev/nvidia0" */
    struct fact_str mode; /* "0666" */
    struct fact_int uid, gid;
    struct fact_str group;     /* name of the group, from etc/group */
    struct fact_bool openable; /* by the user whose eyes look */
    struct fact_str refusal;   /* "mode", or "device rule": why it may not be opened */
};

ROWS device_node_fields[] = {
    FIELD(device_node, path, "path"),
    FIELD(device_node, mode, "permission bits, octal"),
    FIELD(device_node, uid, "owner"),
    FIELD(device_node, gid, "group"),
    FIELD(device_node, group, "name of the group"),
    FIELD(device_node, openable, "whether this user may open it"),
    FIELD(device_node, refusal, "why not: mode, or device rule"),
};
ITEM_TYPE(device_node);

struct driver_library_facts {
    struct fact_str soname;  /* "libcuda.so.1", "libnvidia-ml.so.1" */
    struct fact_str path;    /* the file behind the links */
    struct fact_str version; /* "535.183.01", from its name */
    struct fact_str origin;  /* "native", "stub", "compat", "wsl", "tegra" */
    struct fact_str rule;    /* how the loader finds it: "LD_LIBRARY_PATH", "cache", "default";
                                ABSENT: it lies there, but the loader does not look there */
    struct fact_bool first;  /* the one that programs load */
};

ROWS driver_library_fields[] = {
    FIELD(driver_library, soname, "SONAME"),
    FIELD(driver_library, path, "the file behind the links"),
    FIELD(driver_library, version, "version in its name"),
    FIELD(driver_library, origin, "native, stub, compat, wsl or tegra"),
    FIELD(driver_library, rule, "how the loader finds it"),
    FIELD(driver_library, first, "whether programs load this one"),
};
ITEM_TYPE(driver_library);

struct driver_facts {
    struct fact_bool installed; /* any part of it: module, module file, or library */
    struct fact_str version;    /* the driver in force: module's, else library's */
    struct fact_str branch;     /* "535" */
    struct fact_str max_cuda;   /* newest CUDA that it supports: "12.2" */
    struct fact_bool module_loaded;
    struct fact_str module_version; /* of the loaded kernel module */
    struct fact_str module_flavour; /* "open", "proprietary" */
    struct fact_bool module_file;   /* there is one for the running kernel */
    struct fact_str module_file_path;
    struct fact_str module_file_version;
    struct fact_str module_file_flavour;
    struct fact_str module_other_kernel; /* a kernel, not the running one, that has the module */
    struct fact_str dkms; /* for this kernel: "installed", "built", "added"; ABSENT */
    struct fact_str dkms_version;
    struct fact_bool headers; /* kernel headers of the running kernel are installed */
    struct fact_str holder;   /* another module that holds a GPU: "nouveau", "vfio-pci" */
    struct fact_bool nouveau_loaded;
    struct fact_bool uvm_loaded;
    struct fact_bool modprobe;       /* nvidia-modprobe is there, and runs as root for everybody */
    struct fact_list nodes;          /* /dev/nvidia* */
    struct fact_bool control_node;   /* /dev/nvidiactl is there */
    struct fact_bool gpu_nodes;      /* a /dev/nvidiaN is there (/dev/dxg on WSL) */
    struct fact_bool uvm_node;       /* /dev/nvidia-uvm is there */
    struct fact_bool nodes_openable; /* all of them, by this user */
    struct fact_str node_refused;    /* the first that may not be opened */
    struct fact_str node_refusal;    /* "mode" or "device rule" */
    struct fact_str node_group;      /* the group that may open it; ABSENT: root alone */
    struct fact_list libraries;
    struct fact_str library_path; /* libcuda.so.1 that programs load */
    struct fact_str library_version;
    struct fact_str library_origin; /* "native", "stub", "compat", "wsl", "tegra" */
    struct fact_str library_rule;
    struct fact_str ml_version; /* libnvidia-ml.so.1 that programs load */
    struct fact_str ml_path;
    struct fact_str native_version; /* newest libcuda of the driver itself, on the path or not */
    struct fact_str legacy_branch;  /* last branch for the oldest GPU present; ABSENT: none ended */
    struct fact_str first_branch;   /* first branch for the newest GPU present; derived */
    struct fact_str needs_flavour;  /* "open" or "proprietary", where a GPU takes only that */
    struct fact_bool fabric_manager; /* its program is installed */
    struct fact_bool asked;          /* NVML and libcuda themselves were asked */
    struct fact_str woken_modules;   /* kernel modules that asking loaded: "nvidia_uvm"; ABSENT */
    struct fact_str woken_nodes;     /* device nodes that asking made */
};

ROWS driver_fields[] = {
    FIELD(driver, installed, "whether any part of the NVIDIA driver is installed"),
    FIELD(driver, version, "version of the driver in force"),
    FIELD(driver, branch, "its branch"),
    FIELD(driver, max_cuda, "newest CUDA that it supports"),
    FIELD(driver, module_loaded, "whether the nvidia kernel module is loaded"),
    FIELD(driver, module_version, "version of the loaded nvidia kernel module"),
    FIELD(driver, module_flavour, "open or proprietary kernel module"),
    FIELD(driver, module_file, "whether the running kernel has a module file"),
    FIELD(driver, module_file_path, "the module file for the running kernel"),
    FIELD(driver, module_file_version, "its version"),
    FIELD(driver, module_file_flavour, "open or proprietary"),
    FIELD(driver, module_other_kernel, "another kernel that has the module"),
    FIELD(driver, dkms, "state of the module in DKMS, for the running kernel"),
    FIELD(driver, dkms_version, "version that DKMS holds"),
    FIELD(driver, headers, "whether headers of the running kernel are installed"),
    FIELD(driver, holder, "another kernel module that holds a GPU"),
    FIELD(driver, nouveau_loaded, "whether nouveau is loaded"),
    FIELD(driver, uvm_loaded, "whether nvidia_uvm is loaded"),
    FIELD(driver, modprobe, "whether nvidia-modprobe can make device nodes for users"),
    FIELD_ITEMS(driver, nodes, device_node, "device nodes"),
    FIELD(driver, control_node, "whether /dev/nvidiactl is there"),
    FIELD(driver, gpu_nodes, "whether a GPU has its device node"),
    FIELD(driver, uvm_node, "whether /dev/nvidia-uvm is there"),
    FIELD(driver, nodes_openable, "whether this user may open the device nodes"),
    FIELD(driver, node_refused, "the first device node that this user may not open"),
    FIELD(driver, node_refusal, "why: mode, or device rule"),
    FIELD(driver, node_group, "the group that may open it"),
    FIELD_ITEMS(driver, libraries, driver_library, "copies of the driver's libraries"),
    FIELD(driver, library_path, "the libcuda that programs load"),
    FIELD(driver, library_version, "version of the libcuda that programs load"),
    FIELD(driver, library_origin, "native, stub, compat, wsl or tegra"),
    FIELD(driver, library_rule, "how the loader finds it"),
    FIELD(driver, ml_version, "version of the libnvidia-ml that programs load"),
    FIELD(driver, ml_path, "the libnvidia-ml that programs load"),
    FIELD(driver, native_version, "version of the driver's own libcuda, on the path or not"),
    FIELD(driver, legacy_branch, "last driver branch for the oldest GPU present"),
    FIELD(driver, first_branch, "first driver branch for the newest GPU present"),
    FIELD(driver, needs_flavour, "kernel module that a GPU present demands"),
    FIELD(driver, fabric_manager, "whether the fabric manager is installed"),
    FIELD(driver, asked, "whether the driver itself was asked"),
    FIELD(driver, woken_modules, "kernel modules that asking it loaded"),
    FIELD(driver, woken_nodes, "device nodes that asking it made"),
};

#endif
