/*
 * image_fit: whether a host may take an image, by what the image's name and its variables tell.
 *
 * The driver's floor follows from the CUDA of the tag, the GPUs from the build of torch that such
 * an image has. What neither tells is open, and a host that nothing speaks against and something is
 * open of is no host that may take it: UNKNOWN.
 */
#ifndef GPUVET_PLAN_IMAGE_FIT_H
#define GPUVET_PLAN_IMAGE_FIT_H

#include "facts/facts.h"
#include "knowledge/image_names.h"

enum fit_reason {
    FIT_DRIVER_OLD,
    FIT_DRIVER_COMPAT, /* too old, but for data-centre GPUs there are compatibility packages */
    FIT_DRIVER_UNKNOWN,
    FIT_CUDA_UNKNOWN,
    FIT_GPU,         /* the build has no code for it */
    FIT_GPU_UNKNOWN, /* the GPUs, or what the build has code for */
    FIT_REASONS
};

struct image_fit {
    enum answer takes;
    unsigned reasons;  /* a bit for each */
    struct str needed; /* the oldest driver; empty: not known */
    struct str driver; /* the host's; empty: not known */
    struct str gpu;    /* of FIT_GPU: "sm_61" */
};

/* `cuda`: what the image's own variables say, where its name does not; may be empty. */
void image_fit(struct arena *arena, const struct image_name *name, struct str cuda,
               const struct facts *host, struct image_fit *ret);

/* "driver-old", "driver-compat", … */
const char *fit_reason_name(enum fit_reason reason);

#endif
