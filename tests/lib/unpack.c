/*
 * unpack ROOT FOLDER: writes the machine that the description ROOT (below tests/roots) makes into a
 * new folder, for tests of --root, and prints its variables, one NAME=value a line.
 *
 * Device nodes and owners need root: without it nodes are left out, and owners are the caller's.
 * What the description refuses becomes an empty file without permissions.
 */
#include "lib/machine.h"

#include "base/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#define NAME_LIMIT 100000
#define FILE_LIMIT ((size_t) 64 << 20)
#define PIECE 65536

static void no_memory(void)
{
    (void) fprintf(stderr, "out of memory\n");
    exit(70);
}

static int write_all(int fd, struct str bytes)
{
    while (bytes.len) {
        ssize_t n = write(fd, bytes.data, bytes.len);

        if (n < 0)
            return -errno;
        bytes = str_from(bytes, (size_t) n);
    }
    return 0;
}

/* The content first; a file that says it is larger than that gets a hole at its end. */
static int copy_file(struct root *root, struct str path, const struct node *node, const char *to)
{
    AUTO_CLOSE int fd = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    char piece[PIECE];
    struct root_file file;
    uint64_t at = 0;
    int r;

    if (fd < 0)
        return -errno;
    if (root_open(root, path, &file) < 0)
        return fchmod(fd, 0) < 0 ? -errno : 0;
    while ((r = root_file_read(&file, at, piece, sizeof(piece))) > 0 && at < FILE_LIMIT) {
        at += (uint64_t) r;
        r = write_all(fd, (struct str){ piece, (size_t) r });
        if (r < 0)
            break;
    }
    root_file_close(&file);
    if (r == 0 && ftruncate(fd, (off_t) node->size) < 0)
        r = -errno;
    if (r == 0 && fchmod(fd, node->mode) < 0)
        r = -errno;
    return r;
}

static int copy_link(struct root *root, struct str path, const char *to)
{
    struct str target;

    if (root_link(root, path, &target) < 0)
        return 0;
    return symlink(target.data, to) < 0 ? -errno : 0;
}

static int copy_device(const struct node *node, const char *to)
{
    mode_t kind = node->kind == NODE_CHAR ? S_IFCHR : S_IFBLK;

    if (mknod(to, kind | node->mode, makedev(node->major, node->minor)) < 0)
        return errno == EPERM ? 0 : -errno;
    return chmod(to, node->mode) < 0 ? -errno : 0; /* whatever the umask */
}

static int copy_node(struct root *root, struct str path, const struct node *node, const char *to)
{
    switch (node->kind) {
    case NODE_FILE:
        return copy_file(root, path, node, to);
    case NODE_LINK:
        return copy_link(root, path, to);
    case NODE_CHAR:
    case NODE_BLOCK:
        return copy_device(node, to);
    case NODE_DIRECTORY:
        return mkdir(to, 0700) < 0 ? -errno : 0;
    case NODE_OTHER:
        break;
    }
    return mkfifo(to, node->mode) < 0 ? -errno : 0;
}

static int copy(struct arena *arena, struct root *root, struct str path, struct str to)
{
    struct names names = { NULL, 0 };
    struct node node;
    int r = root_lstat(root, path, &node);

    if (r < 0)
        return r;
    r = copy_node(root, path, &node, to.data);
    if (r < 0)
        return r;
    if (node.kind == NODE_DIRECTORY)
        (void) root_list(root, path, NAME_LIMIT, &names);
    for (size_t i = 0; r == 0 && i < names.count; i++)
        r = copy(arena, root, arena_join(arena, path, names.items[i]),
                 arena_join(arena, to, names.items[i]));
    if (node.kind == NODE_DIRECTORY && chmod(to.data, node.mode) < 0)
        return -errno;
    if (geteuid() == 0 && node.kind != NODE_LINK)
        (void) !lchown(to.data, node.uid, node.gid); /* a namespace may not know the owner */
    return r;
}

int main(int argc, char **argv)
{
    /* What only its owner may read is unpacked, too. */
    const struct overlay all = { STR_INIT("user 0\n"), STR_INIT("unpack"), 0 };
    AUTO_ARENA *arena = arena_new(no_memory);
    struct root *roots;
    struct machine machine;
    struct str path, why;
    int r;

    if (argc != 3) {
        (void) fprintf(stderr, "usage: unpack ROOT FOLDER\n");
        return 64;
    }
    if (root_directory(arena, STR(TESTS_FOLDER "/roots"), &roots) < 0)
        return 66;
    path = arena_printf(arena, "%s.root", argv[1]);
    if (machine_read(arena, roots, path, &all, &machine, &why) < 0) {
        (void) fprintf(stderr, "%.*s\n", STR_ARG(why));
        return 66;
    }
    r = copy(arena, machine.root, STR("."), arena_copy(arena, str_of(argv[2])));
    if (r < 0) {
        (void) fprintf(stderr, "%s: %s\n", argv[2], strerrorname_np(-r));
        return 73;
    }
    for (size_t i = 0; i < machine.eyes.variable_count; i++)
        (void) printf("%.*s\n", STR_ARG(machine.eyes.variables[i]));
    return 0;
}
