/*
 * fatbin: for which GPUs a library holds code, from the headers of its CUDA fat binaries.
 *
 * The sections .nv_fatbin (and __nv_relfatbin, of relocatable device code) hold containers: a
 * header of 16 bytes (magic, u16 version 1, u16 size of this header, u64 bytes behind it) and
 * entries, each a header and a payload. Only headers are read; payloads, compressed or not, are
 * jumped over. NVIDIA documents none of this: the layout below was read from what nvcc 13.0 writes
 * for known targets, and agrees with cuobjdump --list-elf and --list-ptx; libraries of CUDA 11.8
 * and 12.9 (libnvjpeg) have the same.
 *
 *     0x00 u16 kind          0x08 u64 payload size, padded   0x1c u32 capability, 90 for sm_90
 *     0x04 u32 header size   0x10 u32 its compressed size    0x28 u64 flags
 *     0x18 u16 minor, u16 major: PTX language version of a PTX entry
 *     0x38 u64 size once decompressed, 0 where it is not compressed
 *
 * Seen flags: 0x2 debug code, 0x2000 compressed (CUDA 11 and 12), 0x8000 compressed by zstd,
 * 0x100000 "a" target, 0x200000 "f" target, 0x1000000 cubins for sm_100 and later, plain ones too:
 * it does not tell "a" or "f".
 */
#ifndef GPUVET_FORMAT_FATBIN_H
#define GPUVET_FORMAT_FATBIN_H

#include "format/window.h"

#define FATBIN_ENTRIES 1000000 /* entries of one section; more is -E2BIG */

enum fatbin_kind {
    FATBIN_PTX = 1,
    FATBIN_ELF = 2,  /* a cubin: machine code */
    FATBIN_NVVM = 8, /* for link-time optimisation: code for no GPU yet */
};

enum fatbin_target {
    FATBIN_PLAIN,
    FATBIN_EXACT,  /* "a": this very GPU and no other */
    FATBIN_FAMILY, /* "f": GPUs of this family */
};

struct fatbin_entry {
    unsigned kind; /* enum fatbin_kind, or another value */
    enum fatbin_target target;
    unsigned capability;           /* 10 × major + minor: 90 for sm_90 and compute_90 */
    unsigned ptx_major, ptx_minor; /* PTX only, else 0 */
    uint64_t flags;
    uint64_t payload_at, payload_size; /* in the window; the size includes padding */
    bool compressed;
    uint64_t container_at; /* entries of one container were compiled together */
};

/* Iteration over one section. */
struct fatbin {
    const struct window *window;
    uint64_t at, end;                     /* what is left of the section */
    uint64_t container_at, container_end; /* the container that `at` is in */
    unsigned containers, entries;         /* entered, and given, so far */
};

/* Over the `size` bytes from `offset` on, which should be a section, or a whole .fatbin file. */
struct fatbin fatbin_in(const struct window *window, uint64_t offset, uint64_t size);

/*
 * The next entry. 1; 0 at the end; -ENODATA (cut short), -EBADMSG (no container, or no entry,
 * where one should be), -E2BIG, or what the window's read gave. After an error it stays there.
 */
int fatbin_next(struct fatbin *fatbin, struct fatbin_entry *ret);

/* Passes over what is left of the container that the last entry was in. */
void fatbin_skip_container(struct fatbin *fatbin);

#endif
