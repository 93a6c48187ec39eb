/*
 * file: roots that the kernel holds: this machine's `/`, or a folder.
 *
 * The live root resolves paths as the kernel does for us. A folder is resolved by the kernel too,
 * where it knows openat2(RESOLVE_IN_ROOT) (Linux 5.6); elsewhere, and where a seccomp filter
 * refuses that call, by a walk of our own that holds every folder open and follows no link blindly.
 */
#include "root/backend.h"

#include "base/bytes.h"
#include "base/fd.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/klog.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>

#define LINK_LIMIT 40
#define PATH_LIMIT 4096
#define NAMES_PIECE 32768 /* bytes of a folder that are read at once */
#define RECORD_NAME 19    /* bytes of a folder's record before its name */
#define LARGE (8 << 20)   /* bytes, from which on a file is read in places */

struct names_found {
    LIST(struct str) list;
};

struct folder {
    int top;         /* lives as long as the program: a run has one root, or two */
    bool confined;   /* a folder: nothing may lead out of it */
    bool no_openat2; /* the kernel, or a seccomp filter, lacks it */
};

/* --- resolving inside a folder ------------------------------------------------------------- */

static int open_at(int at, const char *name, int flags)
{
    int fd = openat(at, name, flags | O_CLOEXEC | O_NOCTTY);

    return fd < 0 ? -errno : fd;
}

static int read_link(int fd, const char *name, char *buffer, size_t size)
{
    ssize_t len = readlinkat(fd, name, buffer, size);

    if (len < 0)
        return -errno;
    if ((size_t) len >= size)
        return -ENAMETOOLONG;
    buffer[len] = '\0';
    return (int) len;
}

/* Takes the next part off `rest` (a NUL-terminated path) into `part`; false at the end. */
static bool next_part(char *rest, char *part)
{
    size_t start = strspn(rest, "/"), len = strcspn(rest + start, "/");

    if (len == 0 || len > NAME_MAX)
        return false;
    memcpy(part, rest + start, len);
    part[len] = '\0';
    memmove(rest, rest + start + len, strlen(rest + start + len) + 1);
    return true;
}

/* Puts a link's target before what is left of the path. */
static int put_before(char *rest, const char *target)
{
    size_t len = strlen(target), left = strlen(rest);

    if (len + left + 2 > PATH_LIMIT)
        return -ENAMETOOLONG;
    memmove(rest + len + 1, rest, left + 1);
    memcpy(rest, target, len);
    rest[len] = '/';
    return 0;
}

/* The folder above `fd`, never above the top: compares identities, as ".." cannot be trusted. */
static int open_parent(const struct folder *folder, int fd)
{
    struct stat here, top;

    if (fstat(fd, &here) < 0 || fstat(folder->top, &top) < 0)
        return -errno;
    if (here.st_ino == top.st_ino && here.st_dev == top.st_dev)
        return open_at(folder->top, ".", O_PATH | O_DIRECTORY);
    return open_at(fd, "..", O_PATH | O_DIRECTORY);
}

/* One step of the walk. Returns the next descriptor, or -EAGAIN after a link was spliced in. */
static int step(const struct folder *folder, int at, const char *part, char *rest, bool follow)
{
    char target[PATH_LIMIT];
    struct stat st;
    int r;

    if (strcmp(part, "..") == 0)
        return open_parent(folder, at);
    if (fstatat(at, part, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return -errno;
    if (!S_ISLNK(st.st_mode) || (!follow && rest[strspn(rest, "/")] == '\0'))
        return open_at(at, part, O_PATH | O_NOFOLLOW);
    r = read_link(at, part, target, sizeof(target));
    if (r < 0)
        return r;
    r = put_before(rest, target);
    if (r < 0)
        return r;
    return target[0] == '/' ? -ERESTART : -EAGAIN;
}

static int walk(const struct folder *folder, const char *path, bool follow)
{
    char rest[PATH_LIMIT], part[NAME_MAX + 1];
    unsigned links = 0;
    AUTO_CLOSE int at = open_at(folder->top, ".", O_PATH | O_DIRECTORY);

    if (at < 0)
        return at;
    if (strlen(path) >= sizeof(rest))
        return -ENAMETOOLONG;
    memcpy(rest, path, strlen(path) + 1);
    while (next_part(rest, part)) {
        int next;

        if (strcmp(part, ".") == 0)
            continue;
        next = step(folder, at, part, rest, follow);
        if (next == -EAGAIN || next == -ERESTART) {
            if (++links > LINK_LIMIT)
                return -ELOOP;
            if (next == -EAGAIN)
                continue;
            next = open_at(folder->top, ".", O_PATH | O_DIRECTORY);
        }
        if (next < 0)
            return next;
        (void) close(at);
        at = next;
    }
    return rest[strspn(rest, "/")] ? -ENAMETOOLONG : take_fd(&at);
}

/* An O_PATH descriptor of what lies at the path, found without leaving the folder. */
static int locate(struct folder *folder, const char *path, bool follow)
{
    struct open_how how = {
        .flags = O_PATH | O_CLOEXEC | (follow ? 0 : O_NOFOLLOW),
        .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
    };
    int fd;

    if (folder->no_openat2)
        return walk(folder, path, follow);
    fd = (int) syscall(SYS_openat2, folder->top, path, &how, sizeof(how));
    if (fd >= 0)
        return fd;
    if (errno == EAGAIN) /* a rename raced; our own walk decides */
        return walk(folder, path, follow);
    if (errno != ENOSYS && errno != EPERM)
        return -errno;
    folder->no_openat2 = true;
    return walk(folder, path, follow);
}

/* Opens what an O_PATH descriptor names, which only /proc can do. */
static int reopen(int path_fd, int flags)
{
    char link[32];

    (void) snprintf(link, sizeof(link), "/proc/self/fd/%d", path_fd);
    return open_at(AT_FDCWD, link, flags);
}

/* The three ways to reach a node; each takes the shortest road for the live root. */

static int open_node(struct folder *folder, const char *path, int flags)
{
    AUTO_CLOSE int at = -1;

    if (!folder->confined)
        return open_at(folder->top, path, flags);
    at = locate(folder, path, true);
    return at < 0 ? at : reopen(at, flags);
}

static int stat_node(struct folder *folder, const char *path, bool follow, struct stat *ret)
{
    AUTO_CLOSE int at = -1;
    int r;

    if (!folder->confined) {
        r = fstatat(folder->top, path, ret, follow ? 0 : AT_SYMLINK_NOFOLLOW);
        return r < 0 ? -errno : 0;
    }
    at = locate(folder, path, follow);
    if (at < 0)
        return at;
    return fstat(at, ret) < 0 ? -errno : 0;
}

static int link_node(struct folder *folder, const char *path, char *buffer, size_t size)
{
    AUTO_CLOSE int at = -1;
    int r;

    if (!folder->confined)
        return read_link(folder->top, path, buffer, size);
    at = locate(folder, path, false);
    if (at < 0)
        return at;
    r = read_link(at, "", buffer, size);
    return r == -ENOENT ? -EINVAL : r; /* what readlinkat() says of a descriptor of no link */
}

/* --- the backend --------------------------------------------------------------------------- */

static void node_of(const struct stat *st, struct node *ret)
{
    enum node_kind kind = S_ISREG(st->st_mode)   ? NODE_FILE
                          : S_ISDIR(st->st_mode) ? NODE_DIRECTORY
                          : S_ISLNK(st->st_mode) ? NODE_LINK
                          : S_ISCHR(st->st_mode) ? NODE_CHAR
                          : S_ISBLK(st->st_mode) ? NODE_BLOCK
                                                 : NODE_OTHER;

    *ret = (struct node){
        .kind = kind,
        .mode = st->st_mode & 07777,
        .uid = st->st_uid,
        .gid = st->st_gid,
        .size = (uint64_t) st->st_size,
        .major = major(st->st_rdev),
        .minor = minor(st->st_rdev),
        .fs_major = major(st->st_dev),
        .fs_minor = minor(st->st_dev),
        .inode = st->st_ino,
        .mtime = st->st_mtim.tv_sec,
    };
}

/* Paths come as views; system calls take C strings. */
static int path_text(struct str path, char text[PATH_LIMIT])
{
    if (path.len >= PATH_LIMIT)
        return -ENAMETOOLONG;
    if (str_find_char(path, '\0') != STR_NONE)
        return -ENOENT;
    memcpy(text, path.data, path.len);
    text[path.len] = '\0';
    return 0;
}

/* A large file is read in places. The kernel would read much around each: of libtorch_cuda.so,
 * whose headers are 0.2 MB of 520 MB, 241 MB. */
static int file_open(void *self, struct str path, void **ret_handle, struct node *ret_node)
{
    char text[PATH_LIMIT];
    struct stat st;
    int fd, r = path_text(path, text);

    if (r < 0)
        return r;
    r = stat_node(self, text, true, &st);
    if (r < 0)
        return r;
    if (!S_ISREG(st.st_mode))
        return S_ISDIR(st.st_mode) ? -EISDIR : -ENXIO;
    fd = open_node(self, text, O_RDONLY | O_NONBLOCK);
    if (fd < 0)
        return fd;
    if (st.st_size >= LARGE)
        (void) posix_fadvise(fd, 0, 0, POSIX_FADV_RANDOM);
    node_of(&st, ret_node);
    *ret_handle = (void *) (intptr_t) (fd + 1); /* descriptor 0 must not look like no handle */
    return 0;
}

static int handle_fd(void *handle)
{
    return (int) (intptr_t) handle - 1;
}

static int file_read(void *self, void *handle, uint64_t offset, void *buffer, size_t size)
{
    ssize_t got;

    (void) self;
    if (offset > INT64_MAX)
        return 0;
    do
        got = pread(handle_fd(handle), buffer, size, (off_t) offset);
    while (got < 0 && errno == EINTR);
    return got < 0 ? -errno : (int) got;
}

static void file_close(void *self, void *handle)
{
    (void) self;
    (void) close(handle_fd(handle));
}

static int file_stat(void *self, struct str path, bool follow, struct node *ret)
{
    char text[PATH_LIMIT];
    struct stat st;
    int r = path_text(path, text);

    if (r < 0)
        return r;
    r = stat_node(self, text, follow, &st);
    if (r < 0)
        return r;
    node_of(&st, ret);
    return 0;
}

static int file_link(void *self, struct str path, struct arena *arena, struct str *ret)
{
    char text[PATH_LIMIT], target[PATH_LIMIT];
    int r = path_text(path, text);

    if (r < 0)
        return r;
    r = link_node(self, text, target, sizeof(target));
    if (r < 0)
        return r;
    *ret = arena_copy(arena, (struct str){ target, (size_t) r });
    return 0;
}

/* Adds the names of one piece: records of u64 inode, u64 position, u16 size, u8 kind, and the name
 * up to its NUL. https://man7.org/linux/man-pages/man2/getdents.2.html */
static int add_names(struct str piece, size_t limit, struct arena *arena, struct names_found *found)
{
    struct cursor cursor = cursor_of(piece);

    while (cursor_left(&cursor) > 0) {
        size_t start = cursor.at;
        struct str name;
        unsigned size;

        cursor_skip(&cursor, 16);
        size = (unsigned) cursor_le(&cursor, 2);
        if (cursor.failed || size <= RECORD_NAME ||
            bytes_text(piece, start + RECORD_NAME, &name) < 0)
            return -EBADMSG;
        cursor_seek(&cursor, start + size);
        if (str_eqz(name, ".") || str_eqz(name, ".."))
            continue;
        if (found->list.count == limit)
            return -E2BIG;
        *LIST_ADD(arena, &found->list) = arena_copy(arena, name);
    }
    return 0;
}

/* Not readdir(), which asks twice more about each folder. */
static int read_names(int fd, size_t limit, struct arena *arena, struct names *ret)
{
    struct names_found found = { .list = { 0 } };
    char piece[NAMES_PIECE];
    ssize_t got;
    int r = 0;

    while (r == 0 && (got = getdents64(fd, piece, sizeof(piece))) != 0)
        r = got < 0 ? -errno : add_names((struct str){ piece, (size_t) got }, limit, arena, &found);
    if (r == 0)
        *ret = (struct names){ found.list.items, found.list.count };
    return r;
}

static int file_list(void *self, struct str path, size_t limit, struct arena *arena,
                     struct names *ret)
{
    char text[PATH_LIMIT];
    int r = path_text(path, text);
    AUTO_CLOSE int fd = r < 0 ? r : open_node(self, text, O_RDONLY | O_DIRECTORY);

    return fd < 0 ? fd : read_names(fd, limit, arena, ret);
}

static int file_may_open(void *self, struct str path, bool really)
{
    struct folder *folder = self;
    char text[PATH_LIMIT];
    struct stat st;
    int fd, r = path_text(path, text);

    if (r < 0)
        return r;
    if (folder->confined) { /* another machine's users are not ours: only "everybody" can be said */
        r = stat_node(folder, text, true, &st);
        if (r < 0)
            return r;
        return (st.st_mode & 0666) == 0666 ? 0 : -ENOTSUP;
    }
    if (!really)
        return faccessat(folder->top, text, R_OK | W_OK, AT_EACCESS) < 0 ? -errno : 0;
    fd = open_at(folder->top, text, O_RDWR | O_NONBLOCK);
    if (fd < 0)
        return fd;
    (void) close(fd);
    return 0;
}

/*
 * syslog(2) rather than /dev/kmsg, which gives one record a read: thousands of calls. Both ask for
 * the same right. https://man7.org/linux/man-pages/man2/syslog.2.html
 */
static int live_kernel_log(void *self, size_t limit, struct arena *arena, struct str *ret)
{
    enum { READ_ALL = 3, SIZE_BUFFER = 10 };
    int size = klogctl(SIZE_BUFFER, NULL, 0);
    char *bytes;

    (void) self;
    if (size < 0)
        return -errno;
    if ((size_t) size > limit)
        size = (int) limit;
    bytes = arena_alloc(arena, (size_t) size);
    size = klogctl(READ_ALL, bytes, size);
    if (size < 0)
        return -errno;
    *ret = (struct str){ bytes, (size_t) size };
    return 0;
}

static int folder_kernel_log(void *self, size_t limit, struct arena *arena, struct str *ret)
{
    (void) self;
    (void) limit;
    (void) arena;
    (void) ret;
    return -ENOENT;
}

#define FILE_BACKEND \
    .open = file_open, .read = file_read, .close = file_close, .stat = file_stat, \
    .link = file_link, .list = file_list, .may_open = file_may_open

static const struct root_backend live_files = {
    FILE_BACKEND,
    .kernel_log = live_kernel_log,
    .live = true,
};
static const struct root_backend folder_files = { FILE_BACKEND, .kernel_log = folder_kernel_log };

struct root *root_live(struct arena *arena)
{
    struct folder *folder = ARENA_NEW(arena, struct folder);

    folder->top = open_at(AT_FDCWD, "/", O_PATH | O_DIRECTORY);
    return root_new(arena, &live_files, folder);
}

int root_directory(struct arena *arena, struct str path, struct root **ret)
{
    struct folder *folder = ARENA_NEW(arena, struct folder);

    folder->top = open_at(AT_FDCWD, arena_copy(arena, path).data, O_PATH | O_DIRECTORY);
    if (folder->top < 0)
        return folder->top;
    folder->confined = true;
    *ret = root_new(arena, &folder_files, folder);
    return 0;
}
