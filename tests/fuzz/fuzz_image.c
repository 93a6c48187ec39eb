/* An image from a file, as docker save and OCI write it: index, layers, what its files hold. */
#include "fuzz.h"

#include "base/fd.h"
#include "image/image.h"

#include <sys/mman.h>

#define LISTED 64

static void look(struct root *root)
{
    struct str content;
    struct names names;

    (void) root_read(root, STR("etc/os-release"), 65536, &content);
    if (root_list(root, STR("/"), LISTED, &names) < 0)
        return;
    for (size_t i = 0; i < names.count; i++)
        (void) root_read(root, names.items[i], 65536, &content);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO_ARENA *arena = arena_new(fuzz_no_memory);
    AUTO_CLOSE int fd = memfd_create("image", MFD_CLOEXEC);
    struct image image;
    struct str why;

    if (fd < 0 || pwrite(fd, data, size, 0) != (ssize_t) size)
        return 0;
    if (image_of_fd(arena, fd, STR("amd64"), &image, &why) == 0)
        look(image.root);
    return 0;
}
