#include "base/fd.h"
#include "root/root.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

static int write_all(int fd, struct str bytes)
{
    while (bytes.len) {
        ssize_t done = write(fd, bytes.data, bytes.len);

        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            return -errno;
        bytes = str_from(bytes, (size_t) done);
    }
    return 0;
}

/* linkat() refuses what is there, renameat() replaces it. */
static int give_name(int folder, const char *from, const char *to, bool force)
{
    int r = force ? renameat(folder, from, folder, to) : linkat(folder, from, folder, to, 0);

    r = r < 0 ? -errno : 0;
    (void) unlinkat(folder, from, 0);
    return r;
}

int given_write(struct arena *arena, struct str folder, struct str name, struct str bytes,
                unsigned mode, bool force)
{
    const char *path = arena_copy(arena, folder).data;
    const char *aside = arena_printf(arena, ".%.*s.%d", STR_ARG(name), (int) getpid()).data;
    AUTO_CLOSE int directory = -1;
    AUTO_CLOSE int fd = -1;
    int r;

    if (mkdir(path, 0777) < 0 && errno != EEXIST)
        return -errno;
    directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory < 0)
        return -errno;
    fd = openat(directory, aside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (fd < 0)
        return -errno;
    r = write_all(fd, bytes);
    if (r < 0) {
        (void) unlinkat(directory, aside, 0);
        return r;
    }
    return give_name(directory, aside, arena_copy(arena, name).data, force);
}
