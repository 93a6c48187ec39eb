/*
 * os_release: which distribution this is, from /etc/os-release
 * (https://www.freedesktop.org/software/systemd/man/latest/os-release.html).
 */
#ifndef GPUVET_FORMAT_OS_RELEASE_H
#define GPUVET_FORMAT_OS_RELEASE_H

#include "base/arena.h"

/* Empty where the file does not say. */
struct os_release {
    struct str id;         /* "ubuntu", "debian", "rhel" */
    struct str id_like;    /* "debian", "rhel fedora": what it descends from */
    struct str version_id; /* "22.04"; rolling ones have none */
    struct str codename;   /* "jammy" */
    struct str variant_id; /* "server" */
    struct str name;       /* PRETTY_NAME: "Ubuntu 22.04.4 LTS" */
};

/* Lines that make no sense are passed over. Quoted values are copied into the arena. */
struct os_release os_release_parse(struct str text, struct arena *arena);

#endif
