#include "root/root.h"

#include "base/buf.h"
#include "base/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>

int given_open(struct arena *arena, struct str path, struct given_file *ret)
{
    int fd = STDIN_FILENO;

    if (!str_eqz(path, "-"))
        fd = open(arena_copy(arena, path).data, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return -errno;
    ret->fd = fd;
    return 0;
}

int given_open_in(struct arena *arena, int folder, struct str name, struct given_file *ret,
                  uint64_t *ret_size)
{
    struct open_how how = { .flags = O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK,
                            .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS };
    struct stat st;
    AUTO_CLOSE int fd =
        (int) syscall(SYS_openat2, folder, arena_copy(arena, name).data, &how, sizeof(how));

    if (fd < 0 || fstat(fd, &st) < 0)
        return -errno;
    if (!S_ISREG(st.st_mode))
        return -ENXIO;
    ret->fd = take_fd(&fd);
    *ret_size = (uint64_t) st.st_size;
    return 0;
}

ssize_t given_read(const struct given_file *given, void *buffer, size_t size)
{
    ssize_t got;

    do
        got = read(given->fd, buffer, size);
    while (got < 0 && errno == EINTR);
    return got < 0 ? -errno : got;
}

void given_close(struct given_file *given)
{
    if (given->fd != STDIN_FILENO)
        fd_close_at(&given->fd);
}

bool given_is_folder(const struct given_file *given)
{
    struct stat st;

    return fstat(given->fd, &st) == 0 && S_ISDIR(st.st_mode);
}

bool given_exists(struct arena *arena, struct str path)
{
    return path.len && access(arena_copy(arena, path).data, F_OK) == 0;
}

static int read_all(const struct given_file *given, struct buf *bytes)
{
    char block[16384];
    ssize_t got;

    while ((got = given_read(given, block, sizeof(block))) > 0) {
        buf_add(bytes, (struct str){ block, (size_t) got });
        if (bytes->full)
            return -E2BIG;
    }
    return (int) got;
}

int root_read_given(struct arena *arena, struct str path, size_t limit, struct str *ret)
{
    struct buf bytes = buf_new(arena, limit);
    struct given_file given = { .fd = -1 };
    int r = given_open(arena, path, &given);

    if (r < 0)
        return r;
    r = read_all(&given, &bytes);
    given_close(&given);
    if (r < 0)
        return r;
    *ret = buf_str(&bytes);
    return 0;
}

int temporary_open(void)
{
    const char *folders[] = { getenv("TMPDIR"), "/var/tmp", "/tmp" };
    int fd = -ENOENT;

    for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]) && fd < 0; i++) {
        if (!folders[i] || folders[i][0] != '/')
            continue;
        fd = open(folders[i], O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
        if (fd < 0)
            fd = -errno;
    }
    return fd;
}
