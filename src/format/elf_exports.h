/*
 * elf_exports: whether a shared library defines a symbol, from its GNU hash table alone.
 *
 * The table (https://sourceware.org/legacy-ml/binutils/2006-10/msg00377.html) holds 31 bits of the
 * hash of each defined symbol, so that neither symbols nor their names need to be read: 0.5 MB in
 * place of 6.5 MB for libtorch_cpu.so. A symbol without an entry is certainly not defined. One that
 * has an entry is: that another symbol of the same bucket has the same hash happens once in 2^31
 * for each symbol of the bucket.
 *
 * Where a library has only the older table, which holds no hashes (libnvJitLink.so.12 of
 * CUDA 12.4), they are worked out from the names of its symbols, up to ELF_NAMED of them.
 */
#ifndef GPUVET_FORMAT_ELF_EXPORTS_H
#define GPUVET_FORMAT_ELF_EXPORTS_H

#include "format/elf.h"

#define ELF_NAMED 65536 /* dynamic symbols whose names are read */

struct elf_exports {
    uint32_t first;     /* symbols before this one are not in the table */
    struct str buckets; /* the first symbol of each, 4 bytes each; empty: defines nothing */
    struct str chains;  /* a hash for each symbol from `first` on, 4 bytes each */
};

/* -ENOTSUP: the library has only a table of the old kind, and too many symbols. A library without
 * any table defines nothing. */
int elf_exports(const struct elf *elf, const struct elf_dynamic *dynamic, struct elf_exports *ret);

/* The hash that the table is about. */
uint32_t elf_symbol_hash(struct str name);

bool elf_exports_has(const struct elf_exports *exports, uint32_t hash);

#endif
