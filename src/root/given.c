#include "root/root.h"

#include "base/buf.h"
#include "base/fd.h"

#include <errno.h>
#include <fcntl.h>

static int read_all(int fd, struct buf *bytes)
{
    char block[16384];
    ssize_t got;

    while ((got = read(fd, block, sizeof(block))) != 0) {
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return -errno;
        buf_add(bytes, (struct str){ block, (size_t) got });
        if (bytes->full)
            return -E2BIG;
    }
    return 0;
}

int root_read_given(struct arena *arena, struct str path, size_t limit, struct str *ret)
{
    struct buf bytes = buf_new(arena, limit);
    AUTO_CLOSE int opened = -1;
    int r;

    if (!str_eqz(path, "-")) {
        opened = open(arena_copy(arena, path).data, O_RDONLY | O_CLOEXEC | O_NOCTTY);
        if (opened < 0)
            return -errno;
    }
    r = read_all(opened < 0 ? STDIN_FILENO : opened, &bytes);
    if (r < 0)
        return r;
    *ret = buf_str(&bytes);
    return 0;
}
