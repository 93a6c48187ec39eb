/*
 * inspect: what a container engine's own client says of one container, as JSON.
 *
 * Four forms are read; where each member stands is a table in inspect.c:
 *   INSPECT_DOCKER     `docker|podman|nerdctl container inspect` (an array of one object):
 *                      https://docs.docker.com/reference/api/engine/ (ContainerInspect),
 *                      https://docs.podman.io/en/latest/markdown/podman-container-inspect.1.html
 *   INSPECT_CRI        `crictl inspect`: https://github.com/kubernetes-sigs/cri-tools, the
 *                      ContainerStatus of CRI and, under "info", the runtime's specification
 *   INSPECT_INCUS      `incus|lxc list --format json` (an array):
 *                      https://linuxcontainers.org/incus/docs/main/rest-api-spec/
 *   INSPECT_APPTAINER  `apptainer|singularity instance list --json`:
 *                      https://apptainer.org/docs/user/latest/running_services.html
 *
 * Everything is bounded: INSPECT_TEXT bytes, OCI_STRINGS strings in a list. Views are in the arena.
 */
#ifndef GPUVET_FORMAT_INSPECT_H
#define GPUVET_FORMAT_INSPECT_H

#include "format/oci.h"

#define INSPECT_TEXT (8u << 20)

enum inspect_form { INSPECT_DOCKER, INSPECT_CRI, INSPECT_INCUS, INSPECT_APPTAINER };

/* A port of the container, and the host's address that leads to it; empty where none does. */
struct inspect_port {
    struct str port; /* "8888/tcp" */
    struct str address, host_port;
};

/* Empty and 0: not said. */
struct inspect {
    struct str id, name;
    struct str state; /* the engine's own word: "running", "exited", "CONTAINER_RUNNING" */
    struct str error; /* why it could not be started */
    uint64_t pid;     /* of its first process, in the engine's own machine; 0: it does not run */
    struct str image, image_id;
    struct str manifest; /* digest of the image's manifest, where the engine keeps it */
    struct str runtime;  /* "runc", "nvidia", "crun" */
    struct str user, directory, network, ipc;
    uint64_t shm_bytes;
    bool privileged, tells_privileged;
    bool tells_requests;         /* this form says whether the GPU was asked for */
    struct str request;          /* how: "gpus", "cdi", "runtime", "devices"; empty: it was not */
    struct str requested;        /* what, in the engine's own words: "all", "nvidia.com/gpu=0" */
    struct oci_strings env;      /* "NAME=value" */
    struct oci_strings security; /* "label=disable", "apparmor=…" */
    struct oci_strings added;    /* capabilities */
    struct oci_strings devices;  /* "/dev/nvidia0", "nvidia.com/gpu=all" */
    struct inspect_port *ports;
    size_t port_count;
};

/* -EBADMSG: no such JSON; -ENOENT: an empty answer, or none of that name; -E2BIG. `name` picks the
 * one that is meant from forms that list several. */
int inspect_read(struct arena *arena, struct str json, enum inspect_form form, struct str name,
                 struct inspect *ret);

/* The value of NAME in a list of "NAME=value". */
bool inspect_variable(const struct oci_strings *env, const char *name, struct str *ret);

#endif
