/*
 * fd: file descriptors that close themselves, and are handed over explicitly.
 *     AUTO_CLOSE int fd = open(…);
 *     return take_fd(&fd);
 */
#ifndef GPUVET_BASE_FD_H
#define GPUVET_BASE_FD_H

#include <unistd.h>

static inline void fd_close_at(int *fd)
{
    if (*fd >= 0)
        (void) close(*fd);
}
#define AUTO_CLOSE __attribute__((cleanup(fd_close_at)))

/* Gives the descriptor away: the variable no longer closes it. */
static inline int take_fd(int *fd)
{
    int taken = *fd;

    *fd = -1;
    return taken;
}

#endif
