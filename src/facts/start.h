/* start: a container that is to be started. Only `gpuvet run` fills this layer; elsewhere `asked`
 * is ABSENT. */
#ifndef GPUVET_FACTS_START_H
#define GPUVET_FACTS_START_H

#include "facts/field.h"

struct start_facts {
    struct fact_bool asked;
    struct fact_str engine;       /* the client that starts it; ABSENT: none is installed */
    struct fact_str engine_error; /* why it could not be asked, in its own words; ABSENT: it was */
    struct fact_str image;        /* its name, as it was given */
    struct fact_str stored;       /* its id in the engine's store; ABSENT: it is not there */
    struct fact_bool own;         /* `gpuvet image new` wrote it */
    struct fact_str driver;       /* oldest driver for what the image is built for: "525.60.13" */
    struct fact_str cuda, cuda_driver; /* the CUDA that its name tells of, and the oldest driver for
                                          that */
    struct fact_bool fits_architecture; /* the image is built for this machine's processor */
    struct fact_str name;               /* of the container */
    struct fact_str name_state;         /* of the one that has this name; ABSENT: none has */
    struct fact_str wanted;             /* "ssh", "jupyter", "both"; ABSENT: no door */
    struct fact_bool ssh_server, jupyter_server; /* the image has it, and it is wanted */
    struct fact_int port;        /* of the host: the first that is held, else the first door's */
    struct fact_str port_holder; /* "sshd (PID 12)", "?" for another user's program; ABSENT: it is
                                    free */
    struct fact_int port_free;   /* the next one that is */
    struct fact_str mount;       /* the first that is not there; ABSENT: none */
    struct fact_str keys;        /* the public key that is given to the SSH server; ABSENT: none */
    struct fact_str ended;       /* the container's last words, where it ended; ABSENT: it runs */
};

ROWS start_fields[] = {
    FIELD(start, asked, "whether a container is to be started"),
    FIELD(start, engine, "the engine that starts it"),
    FIELD(start, engine_error, "why the engine could not be asked"),
    FIELD(start, image, "the image, as it was named"),
    FIELD(start, stored, "its id in the engine's store"),
    FIELD(start, own, "whether gpuvet image new wrote the image"),
    FIELD(start, driver, "the oldest driver for what it is built for"),
    FIELD(start, cuda, "the CUDA that its name tells of"),
    FIELD(start, cuda_driver, "the oldest driver for that CUDA"),
    FIELD(start, fits_architecture, "whether it is built for this machine's processor"),
    FIELD(start, name, "the name that it is to have"),
    FIELD(start, name_state, "state of the container that has this name already"),
    FIELD(start, wanted, "the doors that are to be opened: ssh, jupyter, both"),
    FIELD(start, ssh_server, "whether the image has an SSH server"),
    FIELD(start, jupyter_server, "whether the image has Jupyter"),
    FIELD(start, port, "the host's port for the door"),
    FIELD(start, port_holder, "what holds that port already"),
    FIELD(start, port_free, "the next port that is free"),
    FIELD(start, mount, "a folder that is to be mounted, and is not there"),
    FIELD(start, keys, "the public key that may log in"),
    FIELD(start, ended, "last words of the container that ended"),
};

#endif
