/*
 * fatbin_places: where the containers of fat binaries lie, without going from one to the next.
 *
 * For each container nvcc writes a record of 24 bytes into the section .nvFatBinSegment: a magic
 * number, a version, and at byte 8 the container's address. In a shared library that address is
 * filled in when it is loaded, so what says it is the relative relocation of that place, whose
 * addend it is. Linkers put relative relocations first and sort them by place, so those of the
 * section stand in one row. (Seen in libraries of torch 2.1.2 to 2.15.0 and of its companions.)
 */
#ifndef GPUVET_FORMAT_FATBIN_PLACES_H
#define GPUVET_FORMAT_FATBIN_PLACES_H

#include "format/elf.h"

#define FATBIN_PLACES 65536 /* records; more is -E2BIG */

/* Offsets in the file, in the order of the records. */
struct fatbin_places {
    uint64_t *items;
    size_t count;
};

/* -ENOENT: it has no such section, or no such relocations. -EBADMSG: they do not stand in one row,
 * or lead nowhere. */
int fatbin_places(const struct elf *elf, const struct elf_section *sections, size_t section_count,
                  struct fatbin_places *ret);

#endif
