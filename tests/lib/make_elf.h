/*
 * make_elf: small valid ELF64 files for fake machines. They hold what a loader reads (dynamic
 * section, names, version definitions) or what modinfo reads, and no code.
 *
 * Format: System V ABI, and Linux's include/uapi/linux/elf.h. Addresses equal file offsets.
 */
#ifndef GPUVET_TESTS_MAKE_ELF_H
#define GPUVET_TESTS_MAKE_ELF_H

#include "base/arena.h"

#define ELF_X86_64 62
#define ELF_AARCH64 183

/* Lists are separated by commas; an empty view leaves the entry out. */
struct elf_shape {
    unsigned machine; /* ELF_X86_64, ELF_AARCH64 */
    struct str interpreter;
    struct str soname;
    struct str needed;
    struct str rpath, runpath;
    struct str versions;         /* that it defines: "GLIBC_2.2.5,GLIBC_2.36" */
    struct str needs;            /* versions that it needs: "libc.so.6:GLIBC_2.38" */
    struct str imports, exports; /* dynamic symbols: names without a definition, and with one */
    struct str leftovers;        /* names without a definition that nothing refers to */
    bool old_hashes;             /* in DT_HASH alone, as old linkers made it */
    struct str gpu;              /* of which it holds code: "80,90"; no code, but its headers */
    struct str text;             /* of its .rodata */
    struct str symbol;           /* the name under which it exports that; the last of its exports */
};

/* A shared object, or with an interpreter a program. */
struct str make_elf(struct arena *arena, const struct elf_shape *shape);

/* A kernel module whose .modinfo holds these lines ("version=550.54.14"). */
struct str make_kernel_module(struct arena *arena, unsigned machine, struct str lines);

#endif
