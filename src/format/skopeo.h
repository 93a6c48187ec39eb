/*
 * skopeo: what `skopeo inspect docker://…` answers about an image in a registry
 * (https://github.com/containers/skopeo/blob/main/docs/skopeo-inspect.1.md).
 */
#ifndef GPUVET_FORMAT_SKOPEO_H
#define GPUVET_FORMAT_SKOPEO_H

#include "format/oci.h"

/* Further ones are dropped; the largest repositories have thousands. */
#define SKOPEO_TAGS 65536

struct skopeo_image {
    struct str digest; /* "sha256:…", of what the tag names: a list of manifests, or one */
    struct str cuda;   /* CUDA_VERSION of its variables; empty: not set */
    struct oci_strings tags, env; /* tags: of the whole repository; empty with --no-tags */
};

/* -EBADMSG: no such answer. */
int skopeo_read(struct arena *arena, struct str json, struct skopeo_image *ret);

#endif
