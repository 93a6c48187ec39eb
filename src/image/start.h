/*
 * start: the command with which an engine starts an image as it must be started. What differs
 * between engines stands in a table; nothing is run here.
 */
#ifndef GPUVET_IMAGE_START_H
#define GPUVET_IMAGE_START_H

#include "image/engine.h"

#define START_WORDS 128
#define START_DOORS 2

struct start_form {
    const char *engine;  /* of the engine's table */
    const char *request; /* container.request: "gpus", "cdi" */
    const char *all;     /* GPU option: `gpu` "all" */
    const char *gpu;     /* "--gpus", "--device" */
    const char *prefix;  /* of each GPU's number: "nvidia.com/gpu="; NULL: "device=0,1" at once */
    const char *unlabelled; /* where SELinux is enforcing; NULL: nothing */
    bool own_limits;        /* it runs as the user, who cannot raise limits above his own */
};

/* NULL: this engine starts nothing. */
const struct start_form *start_form_of(const struct engine *engine);

/* A door: a port of the host that leads to one of the container. */
struct start_door {
    const char *kind; /* "ssh", "jupyter" */
    struct str address;
    uint16_t host_port, port;
};

struct start {
    const struct start_form *form;
    struct str name, image;
    struct str shm_size; /* empty: the engine's own, 64 MB unless its configuration has another */
    struct str gpus;     /* "all", "none", "0,1" */
    bool detached, terminal;
    bool raise_limits; /* memlock may be lifted */
    bool selinux;      /* it is enforcing */
    struct start_door doors[START_DOORS];
    size_t door_count;
    struct str token;         /* variable with Jupyter's token: "JUPYTER_TOKEN"; or empty */
    const struct str *mounts; /* "/a:/b:ro" */
    size_t mount_count;
    const struct str *options, *command; /* the user's own */
    size_t option_count, command_count;
};

/* The words of the command, the engine's name first. -E2BIG: over START_WORDS. */
int start_words(struct arena *arena, const struct start *start, const char *const **ret);

/* As one line that a shell takes. */
struct str start_line(struct arena *arena, const char *const *words);

#endif
