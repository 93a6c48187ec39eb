/*
 * backend: what a kind of root must be able to do. root.c does the rest: limits and the log.
 *
 * Paths come in as they were asked for, without their leading slash and never empty ("." is the
 * top). A backend resolves links inside itself. Errors as in root.h.
 */
#ifndef GPUVET_ROOT_BACKEND_H
#define GPUVET_ROOT_BACKEND_H

#include "root/root.h"

struct root_backend {
    int (*open)(void *self, struct str path, void **ret_handle, struct node *ret_node);
    int (*read)(void *self, void *handle, uint64_t offset, void *buffer, size_t size);
    void (*close)(void *self, void *handle);
    int (*stat)(void *self, struct str path, bool follow, struct node *ret);
    int (*link)(void *self, struct str path, struct arena *arena, struct str *ret);
    int (*list)(void *self, struct str path, size_t limit, struct arena *arena, struct names *ret);
    int (*may_open)(void *self, struct str path, bool really);
    int (*kernel_log)(void *self, size_t limit, struct arena *arena, struct str *ret);
    bool live;
};

/*
 * The path without links, as text: "a/link/../b" becomes where that leads, never above the top.
 * `link` gives a link's target, -EINVAL for what is no link, or why it cannot be had. The last
 * part's own link is followed where `follow_last`. -ELOOP after 40 links.
 */
int resolve_links(struct arena *arena,
                  int (*link)(void *self, struct str path, struct arena *arena, struct str *ret),
                  void *self, struct str path, bool follow_last, struct str *ret);

/* A root over any backend. Both must outlive it. */
struct root *root_new(struct arena *arena, const struct root_backend *backend, void *self);

#endif
