/*
 * net: TCP with deadlines of our own. A static program cannot load the name services, so a name is
 * resolved by a child (getent, where the system has it); numeric addresses need none.
 */
#ifndef GPUVET_ACCESS_NET_H
#define GPUVET_ACCESS_NET_H

#include "access/access.h"

#define NET_ADDRESSES 8
#define NET_CONNECT_US 5000000 /* for all addresses of a name together */

/*
 * Fills facts.host, port, address, loopback and connect. Returns a socket that does not block, or
 * -1 where the door is not open; the facts then say why.
 */
int net_knock(const struct knocker *knocker, struct str host, uint16_t port);

/* All of it: 0, -ETIMEDOUT, or the system's error. */
int net_write(int fd, struct str bytes, int64_t deadline_us);

/* What comes next: how many bytes, 0 at the end, -ETIMEDOUT, or the system's error. */
ssize_t net_read(int fd, char *buffer, size_t size, int64_t deadline_us);

#endif
