/* driver_packages: what distributions call the NVIDIA driver. */
#ifndef GPUVET_KNOWLEDGE_DRIVER_PACKAGES_H
#define GPUVET_KNOWLEDGE_DRIVER_PACKAGES_H

#include "knowledge/table.h"

struct driver_package {
    struct str os;      /* "ubuntu", or a family: "debian", "fedora", "arch", "suse" */
    struct str flavour; /* of the kernel module: "open", "proprietary" */
    struct str branch;  /* the one that it holds: "580"; empty: any, or the newest */
    struct str package; /* may hold "{branch}" */
    struct str source;
};

/* False past the end. */
bool driver_package_at(size_t at, struct driver_package *ret);

#endif
