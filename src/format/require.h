/*
 * require: what an image demands of the driver, NVIDIA_REQUIRE_CUDA and its siblings:
 * "cuda>=12.4 brand=tesla,driver>=470,driver<471 brand=tesla,driver>=525,driver<526".
 *
 * Blanks divide alternatives, of which one must hold; commas divide conditions, all of which must.
 * Known are cuda, driver, arch (compute capability) and brand.
 * https://docs.nvidia.com/datacenter/cloud-native/container-toolkit/latest/docker-specialized.html#constraints
 */
#ifndef GPUVET_FORMAT_REQUIRE_H
#define GPUVET_FORMAT_REQUIRE_H

#include "base/str.h"

/* What there is; empty: not known. */
struct require_host {
    struct str cuda;   /* newest CUDA of the driver: "12.2" */
    struct str driver; /* "535.183.01" */
    struct str arch;   /* lowest compute capability: "8.6" */
    struct str family; /* what the names of its brands begin with, in NVML's words: "geforce" */
};

enum require_answer { REQUIRE_UNMET, REQUIRE_UNKNOWN, REQUIRE_MET };

/* An empty text is met. A condition that cannot be read, or whose side is not known, is unknown;
 * one condition that fails fails its alternative, whatever the others. */
enum require_answer require_holds(struct str text, const struct require_host *host);

#endif
