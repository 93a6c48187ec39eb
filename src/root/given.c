#include "root/root.h"

#include "base/buf.h"
#include "base/fd.h"

#include <errno.h>
#include <fcntl.h>

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
    struct given_file given;
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
