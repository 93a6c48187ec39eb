/*
 * elf: what a program or shared library is, needs and offers, read through a window.
 *
 * Layout: the System V gABI (https://gabi.xinuos.com/) and, for versions, notes and the GNU hash,
 * the Linux Standard Base
 * (https://refspecs.linuxfoundation.org/LSB_5.0.0/LSB-Core-generic/LSB-Core-generic/book1.html).
 * ELF64 little-endian is read in full. Of ELF32 and of big-endian files only the identity is read
 * (`bits`, `big_endian`, `type`, `machine`), which is what says "wrong architecture"; everything
 * else answers -ENOTSUP for them.
 *
 * Everything found is in the arena given to elf_open(); the window must outlive the struct.
 * Errors: -ENODATA (cut short), -EBADMSG (malformed), -E2BIG (over a limit below), -ENOENT (the
 * file has no such thing), -ENOTSUP, or what the window's read gave.
 */
#ifndef GPUVET_FORMAT_ELF_H
#define GPUVET_FORMAT_ELF_H

#include "format/window.h"

#define ELF_SEGMENTS 1024           /* program headers */
#define ELF_SECTIONS 65536          /* section headers */
#define ELF_DYNAMIC 4096            /* entries of the dynamic section */
#define ELF_VERSIONS 4096           /* symbol versions, needed and defined each */
#define ELF_SYMBOLS (4u << 20)      /* dynamic symbols */
#define ELF_RELOCATIONS (16u << 20) /* relocations of one table */
#define ELF_NOTES (64u << 10)       /* bytes of one note segment that are looked at */

struct elf_segment {
    uint32_t type, flags; /* PT_*, PF_* */
    uint64_t offset, address, file_size;
};

struct elf {
    const struct window *window;
    struct arena *arena;
    unsigned bits; /* 32 or 64 */
    bool big_endian;
    uint16_t type;     /* ET_EXEC 2, ET_DYN 3, ET_REL 1, ET_CORE 4 */
    uint16_t machine;  /* EM_X86_64 62, EM_AARCH64 183, EM_386 3, EM_ARM 40, EM_PPC64 21 … */
    struct str interp; /* the loader that a program asks for; empty for libraries */
    struct elf_segment *segments;
    size_t segment_count;
    uint64_t sections_at;                  /* file offset of the section headers; 0: stripped off */
    uint16_t section_count, section_names; /* as in the header: see elf_sections() */
};

/* -EBADMSG also for what is no ELF file at all. */
int elf_open(const struct window *window, struct arena *arena, struct elf *ret);

/* File offset of an address of the loaded image, and how many bytes of the file follow it there.
 * -EBADMSG: no segment has it. */
int elf_offset(const struct elf *elf, uint64_t address, uint64_t *ret_offset, uint64_t *ret_room);

struct elf_section {
    struct str name; /* ".nv_fatbin" */
    uint32_t type, link;
    uint64_t address, offset, size;
};

/* All of them, or -ENOENT where the headers were stripped off. */
int elf_sections(const struct elf *elf, struct elf_section **ret, size_t *ret_count);

/* The first of that name, or NULL. */
const struct elf_section *elf_section(const struct elf_section *sections, size_t count,
                                      const char *name);

/* GNU build id, its raw bytes (commonly 20). */
int elf_build_id(const struct elf *elf, struct str *ret);

struct elf_abi_tag {
    uint32_t os;                  /* 0 is Linux */
    uint32_t major, minor, patch; /* the oldest kernel that glibc lets it run on */
};
int elf_abi_tag(const struct elf *elf, struct elf_abi_tag *ret);

struct elf_dynamic {
    struct str *needed; /* DT_NEEDED, in the file's order */
    size_t needed_count;
    struct str soname, rpath, runpath; /* data is NULL where there is none */
    uint64_t flags, flags_1;           /* DT_FLAGS, DT_FLAGS_1 */

    /* Where the rest lies, as addresses of the loaded image; 0: not there. */
    uint64_t strings, strings_size, symbols, versions, needs, definitions, hash, gnu_hash;
    uint64_t need_count, definition_count;
    uint64_t relocations, relocations_size, calls, calls_size; /* DT_RELA, DT_JMPREL; in bytes */
};

/* -ENOENT: statically linked, or no image at all. */
int elf_dynamic(const struct elf *elf, struct elf_dynamic *ret);

/* "GLIBC_2.34" of libc.so.6. */
struct elf_version {
    struct str library; /* empty for a version that the file itself defines */
    struct str name;
    uint16_t index; /* by which symbols refer to it */
    bool weak;      /* a need that may stay unmet */
    bool base;      /* a definition that names the file, no version */
};

/* An empty list where there are none. */
int elf_version_needs(const struct elf *elf, const struct elf_dynamic *dynamic,
                      struct elf_version **ret, size_t *ret_count);
int elf_version_definitions(const struct elf *elf, const struct elf_dynamic *dynamic,
                            struct elf_version **ret, size_t *ret_count);

/* How many dynamic symbols there are, from the hash table: works without section headers. */
int elf_symbol_count(const struct elf *elf, const struct elf_dynamic *dynamic, uint32_t *ret);

enum elf_binding {
    ELF_LOCAL,
    ELF_GLOBAL,
    ELF_WEAK,
    ELF_UNIQUE = 10,
};

struct elf_symbol {
    struct str name;
    uint32_t index; /* in the table */
    bool defined;
    unsigned binding; /* enum elf_binding, or another value */
    unsigned type;    /* STT_*: 1 object, 2 function … */
    uint64_t value, size;
    const struct elf_version *version; /* NULL: none */
    bool hidden;                       /* defined in this version, which is not the default one */
};

/* One record of the symbol table, ELF_SYMBOL_SIZE bytes; its name's place among the strings is
 * handed on, and the name left empty. */
#define ELF_SYMBOL_SIZE 24
struct elf_symbol elf_symbol_decode(struct cursor *cursor, uint64_t *ret_name);

/* Iteration over the dynamic symbols, the first (always empty) one left out. */
struct elf_symbols {
    const struct elf *elf;
    struct str strings;
    struct elf_version *needs, *definitions;
    size_t need_count, definition_count;
    uint64_t symbols_at, versions_at; /* file offsets; versions_at 0: no versions */
    uint32_t count, next;
    char *piece;                    /* symbols, and their versions behind them */
    uint32_t piece_room;            /* how many there is room for */
    uint32_t piece_from, piece_len; /* which symbols `piece` holds */
};
int elf_symbols(const struct elf *elf, const struct elf_dynamic *dynamic, struct elf_symbols *ret);

/* The symbol of that name that the file defines, by its GNU hash table: a few small reads, however
 * many there are. `version` and `hidden` are not filled. -ENOENT also where it has no such table.
 */
int elf_symbol_find(const struct elf *elf, const struct elf_dynamic *dynamic, struct str name,
                    struct elf_symbol *ret);

/* 1, 0 at the end, or a negative errno. */
int elf_symbol_next(struct elf_symbols *symbols, struct elf_symbol *ret);

/* The symbols that relocations name. Of others the loader looks for none, though they be undefined:
 * compilers leave such behind, like _ZSt21ios_base_library_initv of GCC 13. */
struct elf_relocated {
    uint8_t *bits; /* one for each dynamic symbol, the lowest of a byte first */
    uint32_t count;
};
int elf_relocated(const struct elf *elf, const struct elf_dynamic *dynamic,
                  struct elf_relocated *ret);
bool elf_is_relocated(const struct elf_relocated *relocated, uint32_t index);

#endif
