/*
 * search: where the dynamic loader looks for a library that a program asks for by name.
 *
 * glibc (https://man7.org/linux/man-pages/man8/ld.so.8.html): the folders of LD_LIBRARY_PATH, then
 * /etc/ld.so.cache, then the default folders. musl (https://musl.libc.org/doc/1.1.24/manual.html):
 * LD_LIBRARY_PATH, then the folders of /etc/ld-musl-ARCH.path, or /lib, /usr/local/lib and /usr/lib
 * where there is no such file. A file for another processor is passed over. What the asking object
 * adds (RPATH, RUNPATH), glibc-hwcaps folders, and $ORIGIN in the variable are left out here.
 *
 * Paths are a root's: without their leading slash.
 */
#ifndef GPUVET_LOADER_SEARCH_H
#define GPUVET_LOADER_SEARCH_H

#include "base/bytes.h"
#include "format/ld_cache.h"
#include "root/root.h"

enum search_rule { SEARCH_LIBRARY_PATH, SEARCH_CACHE, SEARCH_DEFAULT };

/* "LD_LIBRARY_PATH", "cache", "default". */
struct str search_rule_name(enum search_rule rule);

struct search_wish {
    struct str library_path;      /* LD_LIBRARY_PATH; empty where it is not set */
    struct str working_directory; /* what an empty or relative part of it starts from */
    bool musl;
    bool aarch64; /* else x86_64 */
};

struct search {
    struct root *root;
    struct arena *arena;
    struct search_wish wish;
    struct str *library_path, *defaults; /* folders, in order */
    size_t library_path_count, default_count;
    struct ld_cache cache; /* no entries: none, or musl */
    int cache_error;       /* why it could not be read, where it may be there */
};

/* Reads the cache, or musl's list of folders. */
struct search search_new(struct root *root, struct arena *arena, const struct search_wish *wish);

struct search_hit {
    struct str path; /* as the loader finds it, links unresolved */
    enum search_rule rule;
    struct node node;
};

/*
 * All files that the search could find, in its order: programs load the first. A look that failed
 * is named; hits behind it may not be the first.
 */
struct search_result {
    LIST(struct search_hit) hits;
    int error; /* of the first look that failed; 0: none did */
    struct str from;
    size_t certain; /* hits before that look */
};
struct search_result search_all(const struct search *search, struct str soname);

/* Whether the winner, or that there is none, is certain. */
static inline bool search_is_certain(const struct search_result *result)
{
    return result->error == 0 || result->certain > 0;
}

#endif
