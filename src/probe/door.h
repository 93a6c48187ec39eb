/*
 * door: what the servers of a container have in common: the process, and where it listens. Only for
 * this folder.
 */
#ifndef GPUVET_PROBE_DOOR_H
#define GPUVET_PROBE_DOOR_H

#include "probe/look.h"

struct door_process {
    bool found;
    struct str pid;     /* the name of its folder in /proc */
    struct str words;   /* its command line, divided by NULs; sshd writes a title over its own */
    struct doubt doubt; /* why it may be there though it was not found */
};

/* The process with the lowest number that `is` knows by its command line. Where /proc shows no
 * process at all (files that were copied out), that is a doubt. */
void door_process_find(struct probe_ctx *ctx, bool (*is)(struct str words),
                       struct door_process *ret);

/* Where it listens. Of several sockets the widest counts, then the first. All three facts stay
 * open where that could not be seen. */
void door_listens(struct probe_ctx *ctx, const struct door_process *process,
                  struct fact_str *ret_address, struct fact_int *ret_port,
                  struct fact_bool *ret_inside_only);

/* The first of the paths at which there is a file, or true anyway for `running`. */
void door_installed(struct probe_ctx *ctx, const char *const *paths, size_t count, bool running,
                    struct fact_bool *ret);

/* An account of etc/passwd, by its name or, where `name` is a number, its uid. */
struct door_account {
    struct str name, home, shell;
    uint32_t uid, gid;
};
/* 0; -ENOENT: there is none. Or as root_read(). */
int door_account(struct probe_ctx *ctx, struct str name, struct door_account *ret);

#endif
