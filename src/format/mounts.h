/*
 * mounts: what is mounted where, from /proc/PID/mountinfo
 * (https://man7.org/linux/man-pages/man5/proc_pid_mountinfo.5.html).
 */
#ifndef GPUVET_FORMAT_MOUNTS_H
#define GPUVET_FORMAT_MOUNTS_H

#include "base/arena.h"

#define MOUNTS_LINE 65536 /* bytes of one line; longer is -E2BIG. overlay names many folders */

struct mount {
    uint64_t id, parent;
    uint32_t device_major, device_minor;
    struct str root;          /* the part of the file system that is seen: "/" or a bound folder */
    struct str point;         /* where */
    struct str options;       /* of this mount: "rw,nosuid" */
    struct str type;          /* "overlay", "ext4", "proc" */
    struct str source;        /* "/dev/sda1", "overlay", "none" */
    struct str super_options; /* of the file system, escapes left in: see mount_option() */
};

/*
 * Takes the next line off *rest. 1, 0 at the end, -EBADMSG, -E2BIG (the line is taken too: go on).
 * Octal escapes ("\040") are resolved; what has some is copied into the arena.
 */
int mounts_next(struct str *rest, struct arena *arena, struct mount *ret);

/* The value of "name=value" in a list of options, its escapes resolved. False where it is not
 * there. Of an overlay, "lowerdir" is a list divided by ":". */
bool mount_option(struct str options, const char *name, struct arena *arena, struct str *ret);

#endif
