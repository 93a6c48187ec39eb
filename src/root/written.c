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
    return fsync(fd) < 0 ? -errno : 0;
}

/* What a new file may take the place of. */
static int check_replaced(int folder, const char *name)
{
    struct stat st;

    if (fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return errno == ENOENT ? 0 : -errno;
    return S_ISREG(st.st_mode) ? 0 : S_ISLNK(st.st_mode) ? -ELOOP : -ENXIO;
}

/* linkat() refuses what is there, renameat() replaces it. */
static int give_name(int folder, const char *from, const char *to, bool force)
{
    int r = force ? check_replaced(folder, to) : 0;

    if (r < 0)
        return r;
    r = force ? renameat(folder, from, folder, to) : linkat(folder, from, folder, to, 0);
    return r < 0 ? -errno : 0;
}

/* Under another name first, which is gone afterwards. */
static int write_in(struct arena *arena, int folder, struct str name, struct str bytes,
                    unsigned mode, bool force)
{
    const char *aside = arena_printf(arena, ".%.*s.%d", STR_ARG(name), (int) getpid()).data;
    AUTO_CLOSE int fd = openat(folder, aside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    int r;

    if (fd < 0)
        return -errno;
    r = write_all(fd, bytes);
    if (r == 0)
        r = give_name(folder, aside, arena_copy(arena, name).data, force);
    (void) unlinkat(folder, aside, 0);
    if (r == 0)
        (void) fsync(folder); /* not every filesystem can */
    return r;
}

int given_write(struct arena *arena, struct str folder, struct str name, struct str bytes,
                unsigned mode, bool force)
{
    const char *path = arena_copy(arena, folder).data;
    AUTO_CLOSE int directory = -1;

    if (mkdir(path, 0777) < 0 && errno != EEXIST)
        return -errno;
    directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return directory < 0 ? -errno : write_in(arena, directory, name, bytes, mode, force);
}

int given_replace(struct arena *arena, struct str path, struct str bytes)
{
    struct str folder = path_dir(path), name = path_base(path);
    AUTO_CLOSE int directory = -1;

    if (name.len == 0)
        return -EISDIR;
    if (folder.len == 0)
        folder = str_starts(path, STR("/")) ? STR("/") : STR(".");
    directory = open(arena_copy(arena, folder).data, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return directory < 0 ? -errno : write_in(arena, directory, name, bytes, 0600, true);
}
