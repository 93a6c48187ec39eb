/*
 * mapped: the libraries that a running process has mapped, and what lies at their paths now.
 *
 * A file counts where its name is a library's (".so" in it) and it is mapped privately, as the
 * dynamic loader does. Paths in maps are those of the process's own mount namespace, so they are
 * looked up in its root.
 *
 * When is a mapped file no longer the one at its path?
 * - The kernel marks it " (deleted)" once its name was unlinked or renamed over, on every
 *   filesystem (https://man7.org/linux/man-pages/man5/proc_pid_maps.5.html). NFS keeps such a file
 *   under a name that begins with ".nfs" (https://nfs.sourceforge.net/#faq_d2).
 * - Without the mark (another machine replaced it on a shared filesystem) by its inode, but only
 *   where maps and stat() name the same device. On overlayfs and btrfs they name different ones,
 *   and on overlayfs over several filesystems the inodes differ, too
 *   (https://docs.kernel.org/filesystems/overlayfs.html#inode-properties): then only the mark
 *   counts. /proc/PID/map_files would say more, but to root alone.
 */
#ifndef GPUVET_PROBE_MAPPED_H
#define GPUVET_PROBE_MAPPED_H

#include "loader/torch_import.h"
#include "probe/look.h"

enum mapped_disk { MAPPED_SAME, MAPPED_REPLACED, MAPPED_DELETED };

struct mapped_file {
    struct str path;
    enum mapped_disk disk;
};

/* Filled by the probe. */
struct mapped {
    LIST(struct mapped_file) files; /* each once, in the order of their addresses */
    struct str from;                /* "proc/4711/maps" */
    int error;                      /* why that could not be read; 0: it could */
    bool torch;                     /* torch has been imported: libtorch_python.so is there */
};

/*
 * Puts what is mapped in the place of what was predicted: by SONAME, since glibc takes a library
 * that is loaded before it searches. What is mapped besides comes last. A prediction that is as
 * mapped keeps its rule. Does nothing where no process is examined.
 */
void mapped_impose(struct probe_ctx *ctx, struct torch_import *import);

/* Records loader.mapped. `import` has been through mapped_impose(). */
void mapped_record(struct probe_ctx *ctx, const struct torch_import *import);

#endif
