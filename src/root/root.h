/*
 * root: the only door to files. Everything gpuvet examines is read through a root.
 *
 * A root is somebody's `/`: this machine's, a folder that holds another machine's, a running
 * process's, or a tree in memory (a fixture; later a snapshot or an image). Paths are bytes,
 * relative to the root, with or without a leading slash. Symbolic links resolve inside the root: an
 * absolute link starts again at its top, ".." stops there, and nothing can leave it.
 *
 * Looking is bounded: a file is read up to a limit that the caller states; what is no regular file
 * (a FIFO, a device, a socket) is never opened for reading; link chains end after 40.
 *
 * A root remembers what was asked of it, in order: what was read, what was absent, what was
 * refused. Reports, budgets in tests and snapshots come from that log.
 *
 * Errors, everywhere: -ENOENT and -ENOTDIR (not there), -EACCES and -EPERM (there, but not for us),
 * -ELOOP (links without end), -E2BIG (over the limit), -EISDIR, -ENXIO (no regular file), or the
 * system's own. fact_state_of_error() says what each means for a fact.
 *
 * Everything returned lives in the arena that the root was made with.
 */
#ifndef GPUVET_ROOT_ROOT_H
#define GPUVET_ROOT_ROOT_H

#include "base/arena.h"
#include "base/fact.h"

#include <sys/types.h>

struct root;

enum node_kind { NODE_FILE, NODE_DIRECTORY, NODE_LINK, NODE_CHAR, NODE_BLOCK, NODE_OTHER };

struct node {
    enum node_kind kind;
    uint32_t mode; /* permission bits, 07777 */
    uint32_t uid, gid;
    uint64_t size;               /* bytes; 0 for most files of /proc and /sys, whatever they hold */
    uint32_t major, minor;       /* of a device */
    uint32_t fs_major, fs_minor; /* of the filesystem that it lies on */
    uint64_t inode;
    int64_t mtime; /* seconds since 1970 */
};

/* This machine, or the process's own root where that is another. */
struct root *root_live(struct arena *arena);

/* A folder as `/`. -ENOENT, -EACCES, -ENOTDIR. */
int root_directory(struct arena *arena, struct str path, struct root **ret);

/* Whether facts may be asked of the running system through this root (its kernel, its driver). */
bool root_is_live(const struct root *root);

/* The whole file, which must not be over `limit` bytes. Ends in a NUL that the view does not count.
 */
int root_read(struct root *root, struct str path, size_t limit, struct str *ret);

/*
 * The first line of a short file (4 KiB), trimmed, as a fact with its origin: ABSENT, DENIED or
 * UNKNOWN where it cannot be had.
 */
void root_line(struct root *root, const char *path, struct fact_str *ret);

/*
 * A file that is read in places: shared libraries, which are too large to load. Several probes open
 * the same ones: the first ROOT_STAY of them stay open when they are closed, and whoever asks
 * for the path again is given the same file.
 */
#define ROOT_STAY 192
struct root_file {
    struct root *root;
    void *handle; /* the root's own */
    struct node node;
    size_t entry;             /* of the log */
    struct known_file *known; /* what the root remembers of it; NULL: nothing */
};
int root_open(struct root *root, struct str path, struct root_file *ret);

/* Closes those that stay open: for a program that makes many roots. */
void root_let_go(struct root *root);

/* Up to `size` bytes from `offset`; returns how many there were (0 at the end) or an error. */
int root_file_read(struct root_file *file, uint64_t offset, void *buffer, size_t size);

/* All `size` bytes from `offset` on. -ENODATA: the file ends before. */
int root_file_fill(struct root_file *file, uint64_t offset, void *buffer, size_t size);

/* The same, kept for the root's life: heads and tables, which are asked for at each opening. */
int root_file_keep(struct root_file *file, uint64_t offset, size_t size, struct str *ret);

/* The bytes, where a piece that was kept has them all. */
bool root_file_recall(const struct root_file *file, uint64_t offset, size_t size, struct str *ret);
void root_file_close(struct root_file *file);

/* What is at the path: root_stat() follows a link at its end, root_lstat() does not. */
int root_stat(struct root *root, struct str path, struct node *ret);
int root_lstat(struct root *root, struct str path, struct node *ret);

/* What a link holds, unresolved. -EINVAL where it is no link. */
int root_link(struct root *root, struct str path, struct str *ret);

/* Names in a folder, in byte order, without "." and "..". -E2BIG over `limit` names. */
struct names {
    struct str *items;
    size_t count;
};
int root_list(struct root *root, struct str path, size_t limit, struct names *ret);

/*
 * May the user whose eyes this root has open the node for reading and writing? 0; -EACCES (its
 * mode), -EPERM (a device rule); -ENOTSUP where that cannot be said (a folder of another machine).
 * With `really`, a live root opens the node and closes it: only for nodes where that does nothing.
 */
int root_may_open(struct root *root, struct str path, bool really);

/*
 * The kernel's own log since it started, as far as it still holds it: the last `limit` bytes. Lines
 * are "<6>[   12.345678] text"; a tree gives its file dev/kmsg as it is. -EPERM: for root only.
 * -ENOENT: a folder of another machine has none. The log has it under dev/kmsg.
 */
int root_kernel_log(struct root *root, size_t limit, struct str *ret);

/* The path without links: what really lies at it. Each link on the way is looked at once in the
 * root's life. */
int root_resolve(struct root *root, struct str path, struct str *ret);

/*
 * A file that the user named on the command line, which may also be a pipe or, as "-", standard
 * input: relative to the working directory. Not part of any root, and not logged.
 */
struct given_file {
    int fd;
};
int given_open(struct arena *arena, struct str path, struct given_file *ret);

/* A regular file below a folder that is open: no link is followed, and nothing leads out.
 * *ret_size: its bytes. -ENOSYS before Linux 5.6. */
int given_open_in(struct arena *arena, int folder, struct str name, struct given_file *ret,
                  uint64_t *ret_size);

/* Up to `size` bytes more; returns how many there were (0 at the end) or an error. */
ssize_t given_read(const struct given_file *given, void *buffer, size_t size);
void given_close(struct given_file *given);
bool given_is_folder(const struct given_file *given);

/* Whether there is something of that name that could be read so. */
bool given_exists(struct arena *arena, struct str path);

/*
 * Writes a file of this name into a folder that the user named, which is made where it is missing.
 * -EEXIST where there is such a file already, but for `force`. What is written is whole: another
 * name is given to it until then.
 */
int given_write(struct arena *arena, struct str folder, struct str name, struct str bytes,
                unsigned mode, bool force);

/*
 * Writes a file of the user's name, for its owner alone, over one that stands there: which stays as
 * it was until the new one is on the disk, and on any error. -ELOOP: a link stands there; -ENXIO:
 * something else that is no file.
 */
int given_replace(struct arena *arena, struct str path, struct str bytes);

/* Read whole. -E2BIG. */
int root_read_given(struct arena *arena, struct str path, size_t limit, struct str *ret);

/* A file for this run's own use, in $TMPDIR, /var/tmp or /tmp. It has no name, so it is gone with
 * the program, however that ends. A descriptor, or an error. */
int temporary_open(void);

enum root_verb { ROOT_READ, ROOT_OPENED, ROOT_STATTED, ROOT_LISTED, ROOT_LINKED };

/* One line of the log. */
struct observation {
    enum root_verb verb;
    struct str path;
    int error;      /* 0 or a negative errno */
    uint64_t bytes; /* read, of a file */
};
struct observations {
    const struct observation *items;
    size_t count;
};
struct observations root_log(const struct root *root);

/* Was this refused for what it is (too large, no regular file, a loop), rather than absent or
 * denied? */
bool observation_is_refusal(const struct observation *seen);

#endif
