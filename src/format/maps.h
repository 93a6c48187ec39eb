/*
 * maps: what a process has mapped, from /proc/PID/maps
 * (https://man7.org/linux/man-pages/man5/proc_pid_maps.5.html).
 */
#ifndef GPUVET_FORMAT_MAPS_H
#define GPUVET_FORMAT_MAPS_H

#include "base/str.h"

struct mapping {
    uint64_t start, end; /* addresses; the end is not part of it */
    bool readable, writable, executable, shared;
    uint64_t offset; /* in the file, in bytes */
    uint32_t device_major, device_minor;
    uint64_t inode;
    struct str path; /* "/usr/lib/libcuda.so.1", "[heap]", or empty; a line break in it is "\012" */
    bool deleted;    /* the file has been removed or replaced since */
};

/* Takes the next line off *rest. 1, 0 at the end, -EBADMSG (the line is taken too: go on). */
int maps_next(struct str *rest, struct mapping *ret);

#endif
