/*
 * sockets: who listens on TCP, from /proc/PID/net/tcp and tcp6
 * (https://man7.org/linux/man-pages/man5/proc_net.5.html, and of the state
 * include/net/tcp_states.h of Linux: TCP_LISTEN is 10).
 */
#ifndef GPUVET_FORMAT_SOCKETS_H
#define GPUVET_FORMAT_SOCKETS_H

#include "base/arena.h"

struct listener {
    struct str address; /* "127.0.0.1", "::": as inet_ntop(3) writes it */
    uint16_t port;
    bool loopback, any; /* only this machine reaches it; every address of it does */
    uint64_t inode;     /* of the socket: "socket:[INODE]" in /proc/PID/fd */
};

/* Takes lines off *rest up to the next listening socket. False at the end; lines that cannot be
 * read are passed over. */
bool listeners_next(struct str *rest, struct arena *arena, struct listener *ret);

/* The INODE of "socket:[INODE]". False: it is no socket. */
bool socket_inode(struct str link, uint64_t *ret);

#endif
