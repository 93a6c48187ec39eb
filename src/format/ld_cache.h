/*
 * ld_cache: where the dynamic loader finds libraries: /etc/ld.so.cache and ld.so.conf.
 *
 * The cache's layout is that of glibc's sysdeps/generic/dl-cache.h
 * (https://sourceware.org/git/?p=glibc.git;a=blob;f=sysdeps/generic/dl-cache.h). Since glibc 2.32
 * only the new format is written; before, it lies behind one in the old format, or stands alone.
 * The old format alone is read too. A cache of the other endianness is -ENOTSUP.
 * Views point into the bytes given.
 */
#ifndef GPUVET_FORMAT_LD_CACHE_H
#define GPUVET_FORMAT_LD_CACHE_H

#include "base/str.h"

#define LD_CACHE_ENTRIES (1u << 20) /* more is -E2BIG */

/* Bits of ld_cache_entry.flags: the loader takes an entry only where all of them fit it. */
enum {
    LD_CACHE_LIBC6 = 0x0003,  /* under the mask 0x00ff: an ELF library for glibc */
    LD_CACHE_X86_64 = 0x0300, /* under the mask 0xff00, as are the next */
    LD_CACHE_AARCH64 = 0x0a00,
    LD_CACHE_I386 = 0x0000,
};

struct ld_cache {
    struct str bytes;   /* what string offsets count from */
    struct str entries; /* the table */
    bool is_old;        /* old format: no hwcaps */
    uint32_t count;
    struct str hwcaps; /* string offsets, 4 bytes each, of subfolders like "x86-64-v3" */
};

/* 0, -ENODATA, -EBADMSG (not a cache), -E2BIG, -ENOTSUP. */
int ld_cache_open(struct str bytes, struct ld_cache *ret);

struct ld_cache_entry {
    struct str soname; /* "libcuda.so.1" */
    struct str path;   /* "/usr/lib/x86_64-linux-gnu/libcuda.so.1" */
    uint32_t flags;
    uint64_t hwcap;    /* raw; 0: for every processor */
    struct str subdir; /* its folder under glibc-hwcaps/, "x86-64-v3"; empty for none */
};

/* The entry `index`, below `count`, in the loader's order. 0, -ENODATA, or -EBADMSG. */
int ld_cache_entry(const struct ld_cache *cache, uint32_t index, struct ld_cache_entry *ret);

enum ld_conf_kind {
    LD_CONF_DIRECTORY,
    LD_CONF_INCLUDE, /* patterns for files, divided by blanks; relative to the file's own folder */
    LD_CONF_HWCAP,   /* obsolete, without effect */
};

struct ld_conf_line {
    enum ld_conf_kind kind;
    struct str text;
};

/* Takes the next line of ld.so.conf that counts off *rest. False at the end. */
bool ld_conf_next(struct str *rest, struct ld_conf_line *ret);

#endif
