/* object: a shared object or kernel module, opened through a root for the decoders of format/. */
#ifndef GPUVET_LOADER_OBJECT_H
#define GPUVET_LOADER_OBJECT_H

#include "format/elf.h"
#include "root/root.h"

#define OBJECT_AHEAD 16384 /* bytes: what is asked for next mostly lies right behind */
#define OBJECT_BEFORE 4096 /* or before: a piece begins at a multiple of this */
#define OBJECT_CLOSE 256   /* where it lies far off, but for a header or two */
#define OBJECT_JUMPS 4     /* or as far on as the last time: this many such jumps */

/* `len` bytes of the file from `at` on. */
struct object_piece {
    char bytes[OBJECT_AHEAD];
    uint64_t at;
    size_t len;
};

struct object {
    struct root_file file;
    size_t jumps; /* set by who jumps from header to header: how long a piece may be at most; none
                     is kept then. 0: nobody jumps */
    uint64_t last;
    struct object_piece jumped;
    struct window window;
    struct elf elf; /* points at the window: the struct must not be copied or moved */
};

/* Opens and reads the head. Errors of root_open() and elf_open(); nothing stays open then. */
int object_open(struct root *root, struct str path, struct arena *arena, struct object *ret);
void object_close(struct object *object);

/* What a file says of itself to the dynamic loader. */
struct object_known {
    struct str path;
    int open_error; /* of root_open(); nothing more is known then */
    struct node node;
    int elf_error; /* of elf_open(); nothing more is known then */
    unsigned bits;
    bool big_endian;
    uint16_t machine;
    struct str interp;
    int dynamic_error; /* of elf_dynamic() */
    struct elf_dynamic dynamic;
};

/* Starts zeroed. */
struct object_memory {
    LIST(struct object_known *) known;
};

/* Looks at each path once, whatever comes of it. */
const struct object_known *object_look(struct object_memory *memory, struct root *root,
                                       struct arena *arena, struct str path);

#endif
