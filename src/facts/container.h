/* container: what surrounds the process: the container, its image, and how it was started. */
#ifndef GPUVET_FACTS_CONTAINER_H
#define GPUVET_FACTS_CONTAINER_H

#include "facts/field.h"

struct port_facts {
    struct fact_str port;      /* "8888/tcp", in the container */
    struct fact_str address;   /* of the host; ABSENT: it leads nowhere */
    struct fact_str host_port; /* "8888" */
};

ROWS port_fields[] = {
    FIELD(port, port, "port in the container"),
    FIELD(port, address, "address of the host that leads there"),
    FIELD(port, host_port, "port of the host that leads there"),
};
ITEM_TYPE(port);

struct container_facts {
    struct fact_bool inside; /* the process runs in a container */
    struct fact_str engine;  /* "docker", "podman", "kubernetes", "containerd", "apptainer", "lxc",
                                "systemd-nspawn" */
    struct fact_bool gpu_injected; /* device nodes or driver libraries of the host are there */
    struct fact_bool nodes_injected, libraries_injected; /* which of them */
    struct fact_int shm_bytes;                           /* size of /dev/shm */
    struct fact_bool asked; /* the engine, an image or a pod file was asked about it */
    struct fact_str name, id, state, error;
    struct fact_int pid;
    struct fact_bool gpu_requested;
    struct fact_str request;   /* "gpus", "cdi", "runtime", "devices", "gpu device", "limits";
                                  ABSENT: it was not requested */
    struct fact_str requested; /* "all", "nvidia.com/gpu=0" */
    struct fact_str runtime;   /* "runc", "nvidia" */
    struct fact_str user, network, ipc;
    struct fact_str security; /* options, with blanks between them */
    struct fact_bool privileged;
    struct fact_bool user_namespace; /* its root is not the machine's: a rootless engine */
    struct fact_str devices;         /* with blanks between them */
    struct fact_list ports;
    struct fact_str image_name, image_digest, image_architecture;
    struct fact_str image_digest_of; /* "manifest", or "configuration": what that digest is of */
    struct fact_str image_user, image_entry_point;
    struct fact_str image_require;      /* NVIDIA_REQUIRE_CUDA */
    struct fact_str image_capabilities; /* NVIDIA_DRIVER_CAPABILITIES */
    struct fact_str image_visible;      /* NVIDIA_VISIBLE_DEVICES */
    struct fact_str image_library_path; /* LD_LIBRARY_PATH */
    struct fact_str image_driver;       /* version of a libcuda that the image brings itself */
    struct fact_bool image_partial;     /* packed: what was not kept of it is unknown */
    struct fact_bool image_full;        /* something that is asked for found no room */
    struct fact_int image_refused;      /* entries that lead out of it */
    struct fact_bool requirement_met;   /* image_require, on this host */
};

ROWS container_fields[] = {
    FIELD(container, inside, "whether the process runs in a container"),
    FIELD(container, engine, "the engine that made it"),
    FIELD(container, gpu_injected, "whether the host's driver was put into it"),
    FIELD(container, nodes_injected, "whether the host's device nodes were put into it"),
    FIELD(container, libraries_injected, "whether the host's driver libraries were put into it"),
    FIELD(container, shm_bytes, "size of /dev/shm"),
    FIELD(container, asked, "whether an engine, an image or a pod file told about it"),
    FIELD(container, name, "its name"),
    FIELD(container, id, "its id"),
    FIELD(container, state, "its state, in the engine's own word"),
    FIELD(container, error, "why it could not be started"),
    FIELD(container, pid, "its first process"),
    FIELD(container, gpu_requested, "whether the GPU was requested at its start"),
    FIELD(container, request, "how: gpus, cdi, runtime, devices, gpu device, limits"),
    FIELD(container, requested, "which GPUs, in the engine's own words"),
    FIELD(container, runtime, "the runtime that started it"),
    FIELD(container, user, "its user"),
    FIELD(container, network, "its network mode"),
    FIELD(container, ipc, "its IPC mode"),
    FIELD(container, security, "its security options"),
    FIELD(container, privileged, "whether it is privileged"),
    FIELD(container, user_namespace, "whether its root is another user of the machine"),
    FIELD(container, devices, "devices that it was given by name"),
    FIELD_ITEMS(container, ports, port, "its ports"),
    FIELD(container, image_name, "name of the image"),
    FIELD(container, image_digest, "digest of the image"),
    FIELD(container, image_digest_of, "what it is the digest of: manifest or configuration"),
    FIELD(container, image_architecture, "architecture of the image"),
    FIELD(container, image_user, "user that the image starts as"),
    FIELD(container, image_entry_point, "program that the image starts"),
    FIELD(container, image_require, "NVIDIA_REQUIRE_CUDA of the image"),
    FIELD(container, image_capabilities, "NVIDIA_DRIVER_CAPABILITIES of the image"),
    FIELD(container, image_visible, "NVIDIA_VISIBLE_DEVICES of the image"),
    FIELD(container, image_library_path, "LD_LIBRARY_PATH of the image"),
    FIELD(container, image_driver, "version of a libcuda that the image brings itself"),
    FIELD(container, image_partial, "whether not every file of the image could be kept"),
    FIELD(container, image_full, "whether something that is asked for found no room"),
    FIELD(container, image_refused, "entries that lead out of the image"),
    FIELD(container, requirement_met, "whether the host meets what the image requires"),
};

#endif
