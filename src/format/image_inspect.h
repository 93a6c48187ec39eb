/*
 * image_inspect: what an engine's own client says of an image in its store, `docker|podman|nerdctl
 * image inspect`: an array of one object (ImageInspect of
 * https://docs.docker.com/reference/api/engine/,
 * https://docs.podman.io/en/latest/markdown/podman-image-inspect.1.html).
 */
#ifndef GPUVET_FORMAT_IMAGE_INSPECT_H
#define GPUVET_FORMAT_IMAGE_INSPECT_H

#include "format/oci.h"

/* Empty: not said. */
struct image_inspect {
    struct str id, architecture, user;
    struct oci_strings env, entry_point, command;
    struct oci_strings ports; /* "8888/tcp" */
    struct str driver;        /* label gpuvet.driver: the oldest that the image works with */
};

/* -EBADMSG, -E2BIG. */
int image_inspect_read(struct arena *arena, struct str json, struct image_inspect *ret);

#endif
