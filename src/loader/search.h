/*
 * search: where the dynamic loader looks for a library that is asked for by name.
 *
 * glibc (elf/dl-load.c, _dl_map_object(); https://man7.org/linux/man-pages/man8/ld.so.8.html), in
 * this order: DT_RPATH of the asking object, of the object that loaded it, and so on up to the
 * program, unless the asking object has a DT_RUNPATH; LD_LIBRARY_PATH; DT_RUNPATH of the asking
 * object alone; /etc/ld.so.cache; the default folders. In each folder glibc-hwcaps/ comes first,
 * highest level first. The subfolders of glibc before 2.37 (tls, haswell) are not looked at. A file
 * for another processor or word size is passed over; what is no ELF file ends the search: loading
 * it will fail.
 *
 * musl (ldso/dynlink.c, load_library()): LD_LIBRARY_PATH, then RPATH or RUNPATH of the asking
 * object and of those that loaded it, then the folders of /etc/ld-musl-ARCH.path, or /lib,
 * /usr/local/lib and /usr/lib where there is no such file. It passes over nothing.
 *
 * Paths are a root's: without their leading slash. "$ORIGIN/../lib" keeps its "..", as the loader's
 * own messages do.
 */
#ifndef GPUVET_LOADER_SEARCH_H
#define GPUVET_LOADER_SEARCH_H

#include "format/ld_cache.h"
#include "root/root.h"

enum search_rule {
    SEARCH_PROGRAM,      /* no search: the program, or its interpreter */
    SEARCH_PATH,         /* no search: asked for by path */
    SEARCH_PRELOAD,      /* no search: LD_PRELOAD by path */
    SEARCH_PRELOAD_FILE, /* no search: /etc/ld.so.preload by path */
    SEARCH_LOADED,       /* a library of that name is loaded already */
    SEARCH_RPATH,
    SEARCH_LIBRARY_PATH,
    SEARCH_RUNPATH,
    SEARCH_CACHE,
    SEARCH_DEFAULT,
    SEARCH_MAPPED, /* no search: the process has it mapped */
};

/* "program", "path", "LD_PRELOAD", "ld.so.preload", "loaded", "rpath", "LD_LIBRARY_PATH",
 * "runpath", "cache", "default", "mapped". */
struct str search_rule_name(enum search_rule rule);

struct search_wish {
    struct str library_path;      /* LD_LIBRARY_PATH; empty where it is not set */
    struct str working_directory; /* what an empty or relative part of it starts from */
    struct str origin;            /* folder of the program, for $ORIGIN in it; may be empty */
    int cpu_level;                /* of x86-64, 1 to 4; 0: not known, taken as 1 */
    bool musl;
    bool aarch64; /* else x86_64 */
    bool secure;  /* a set-user-ID program: LD_LIBRARY_PATH does not count */
};

struct search_folders {
    struct str *items;
    size_t count;
};

struct search_memory; /* which folders there are, and what files say of themselves */

struct search {
    struct root *root;
    struct arena *arena;
    struct search_wish wish;
    struct search_folders library_path, defaults; /* in order */
    struct ld_cache cache;                        /* no entries: none, or musl */
    int cache_error; /* why it could not be read, where it may be there */
    struct str lib;  /* what $LIB stands for */
    struct search_memory *memory;
};

/* Reads the cache, or musl's list of folders. */
struct search search_new(struct root *root, struct arena *arena, const struct search_wish *wish);

/* The folders of a DT_RPATH, DT_RUNPATH or LD_LIBRARY_PATH, each once, with $ORIGIN, $LIB and
 * $PLATFORM worked out. `origin` is the folder of the object that the text is from. */
struct search_folders search_folders(const struct search *search, struct str text,
                                     const char *separators, struct str origin);

/* An object that asks: what it adds to the search. */
struct search_asker {
    struct search_folders rpath;      /* DT_RPATH, which a DT_RUNPATH beside it disables */
    struct search_folders runpath;    /* DT_RUNPATH */
    bool has_runpath;                 /* even if that is empty */
    bool no_default;                  /* DF_1_NODEFLIB */
    struct str path;                  /* of the object */
    const struct search_asker *asker; /* the object that loaded it; NULL at the program */
};

/* One path that was tried. */
struct search_try {
    struct str path;
    enum search_rule rule;
    struct str owner; /* the object whose RPATH or RUNPATH led there; else empty */
    int result; /* 0: found; -ENOENT: not there; -ENOEXEC: for another processor; -EACCES … */
};
struct search_tries {
    struct search_try *items;
    size_t count, room;
};

/* How the search for one name went. The winner, where there is one, is the last try. */
struct search_answer {
    struct search_tries tries;
    bool found;
    int error; /* of the first look that failed, so that the answer may be wrong; 0: none did */
    struct str from;
};

/*
 * Searches a name without a slash. `asker` may be NULL: then nothing but the system counts.
 * `program` is the object whose RPATH counts for all (glibc); may be NULL.
 */
struct search_answer search_name(const struct search *search, const struct search_asker *asker,
                                 const struct search_asker *program, struct str name);

struct search_hit {
    struct str path; /* as the loader finds it, links unresolved */
    enum search_rule rule;
    struct node node;
};

/*
 * All files that the system's own search could find, in its order: programs load the first. A look
 * that failed is named; hits behind it may not be the first.
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

/* "found", "not there", "for another processor", "may not be read", "not a shared library", "cut
 * short", or the system's name of an error. */
struct str search_result_name(int result);

#endif
