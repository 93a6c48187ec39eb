/* service: what a compose service and a devcontainer have in common. Only for this folder. */
#ifndef GPUVET_IMAGE_SERVICE_H
#define GPUVET_IMAGE_SERVICE_H

#include "image/place.h"

struct service {
    struct place place;
    unsigned line;
    struct str name;
    bool gpu;              /* one is asked for */
    struct str gpu_form;   /* how; "device-files" and "privileged" ask for none; may be empty */
    struct str gpu_reason; /* what shows that one is needed; may be empty */
    bool shared_memory, public_port;
    unsigned port_line; /* of the first public port; 0: there is none */
    struct str workers; /* what shows that loader processes share memory; may be empty */
};

void service_gpu(struct service *service, bool asked, const char *form);
void service_reason(struct service *service, struct str reason);

/* A variable of the container, and the image that it starts from. */
void service_env(struct service *service, unsigned line, struct str name, struct str value,
                 bool known);
void service_image(struct service *service, struct str image, bool known);

/* "--gpus", "--device=nvidia.com/gpu=all", "--shm-size 8g": an option of docker run or podman run.
 */
void service_option(struct service *service, struct str word, struct str next);

/* "/dev/nvidia0", "nvidia.com/gpu=all"; a host's path, ":" and what follows. */
void service_device(struct service *service, struct str device);
void service_mount(struct service *service, unsigned line, struct str mount);

/* The statement of the service itself, when all of it is known. */
void service_add(struct service *service);

#endif
