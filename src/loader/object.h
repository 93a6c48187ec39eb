/* object: a shared object or kernel module, opened through a root for the decoders of format/. */
#ifndef GPUVET_LOADER_OBJECT_H
#define GPUVET_LOADER_OBJECT_H

#include "format/elf.h"
#include "root/root.h"

#define OBJECT_AHEAD 4096 /* bytes: what is asked for next mostly lies right behind */

struct object {
    struct root_file file;
    char ahead[OBJECT_AHEAD]; /* the `ahead_len` bytes from `ahead_at` on */
    uint64_t ahead_at;
    size_t ahead_len;
    struct window window;
    struct elf elf; /* points at the window: the struct must not be copied or moved */
};

/* Opens and reads the head. Errors of root_open() and elf_open(); nothing stays open then. */
int object_open(struct root *root, struct str path, struct arena *arena, struct object *ret);
void object_close(struct object *object);

#endif
