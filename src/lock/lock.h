/*
 * lock: the combination that works, written down; and whether what is there still is one.
 *
 * A lock holds what its stack needs (the drivers, the GPUs, the C library: worked out, not what
 * happened to be there), the stack itself, and the SHA-256 of its libraries. It is JSON, each
 * object sorted by name, one fact a line:
 *
 *     {
 *       "schema": "gpuvet-lock/1",
 *       "hashes": { "{site}/torch/lib/libc10.so": "…" },
 *       "known": [ "hardware/no-gpu" ],              causes that were there already
 *       "needs": { "driver_min": "525.60.13", … },   the layer lock of the facts
 *       "stack": { "torch": { "version": "2.6.0+cu124", … }, … }
 *     }
 *
 * What is null was not there; what is left out was not seen. A list is an object by its items'
 * first member. Paths begin with {site} (the folder of packages that torch lies in) or {env} (its
 * environment) where they lie below these, so that a lock holds wherever the environment does.
 *
 * Which facts are locked is a table (stack.c). Read back, a lock is facts, and they are compared
 * with others reduced to the same: every difference is judged by the rows of knowledge/lock.toml.
 */
#ifndef GPUVET_LOCK_LOCK_H
#define GPUVET_LOCK_LOCK_H

#include "diagnosis/diagnosis.h"
#include "probe/probe.h"

#define LOCK_HEAD "gpuvet-lock/"
#define LOCK_SCHEMA "gpuvet-lock/1"

/* Bytes of a lock that is read; that of a full CUDA torch has 20 KiB. */
#define LOCK_FILE_MAX ((size_t) 4 << 20)

#define LOCK_MEMBERS 4

/* A fact that is locked. */
struct lock_entry {
    const char *fact;                  /* "torch.version"; of a list also */
    const char *members[LOCK_MEMBERS]; /* the item's: its key first; NULL: no more */
    bool no_key;                       /* the list is an array: its items have no name */
    bool always;   /* judged wherever it is there, for its bound does not hang on what was there */
    bool of_host;  /* an image has none: where it is unknown it was not looked at */
    bool unjudged; /* for readers: the change shows in another entry */
};

/* Sorted by name. NULL past the end. */
const struct lock_entry *lock_entry_at(size_t at);

/* Where the entry's fact lies, and its row; and the row of an item's member. */
void *lock_entry_fact(const struct lock_entry *entry, struct facts *facts,
                      const struct field **ret_field);
const struct field *lock_member(const struct field *list, const char *name);

struct lock_hash {
    struct str path; /* as in the lock */
    struct str hash; /* HASH_TEXT characters; empty: the file could not be read */
};
struct lock_hashes {
    struct lock_hash *items;
    size_t count, room;
};

struct lock {
    struct facts facts; /* what is locked, and the needs; everything else is unknown */
    struct lock_hashes hashes;
    struct names known; /* causes */
};

/*
 * What of these facts is locked: the entries alone, without origins, paths made relative, lists
 * sorted. Of the libraries that torch maps, those of the environment and those of CUDA; with
 * `whole`, all of them.
 */
void lock_reduce(struct arena *arena, const struct facts *from, bool whole, struct facts *ret);

/* Fills what the stack needs, in the layer lock of what these facts were reduced to. */
void lock_needs(struct arena *arena, const struct facts *facts, struct facts *locked);

/* "/venv/lib/…/site-packages/torch/x.so" as "{site}/torch/x.so", and back. */
struct str lock_path(struct arena *arena, const struct facts *facts, struct str path);
struct str lock_path_here(struct arena *arena, const struct facts *facts, struct str path);

/* Whether it is one of the environment: "{site}/…" or "{env}/…". */
bool lock_path_is_inside(struct str path);

/* The environment's libraries that these facts, which were reduced, name; without hashes. */
void lock_files(struct arena *arena, const struct facts *locked, struct lock_hashes *ret);

/* Fills their hashes, on all cores. The context is the one that filled the subject's facts. */
void lock_hash(struct probe_ctx *ctx, struct lock_hashes *files);

/* A lock of what the facts tell, without hashes. */
void lock_make(struct arena *arena, const struct facts *facts, const struct verdict *verdict,
               struct lock *ret);

void lock_write(struct buf *buf, const struct lock *lock);

/*
 * Whether the bytes are a lock of some version; and what it says. `from` names it.
 * -EPROTONOSUPPORT: of another version; -EBADMSG: damaged; -E2BIG. *ret_why: where and what.
 */
bool lock_is(struct str bytes);
int lock_read(struct arena *arena, struct str bytes, struct str from, struct lock *ret,
              struct str *ret_why);

#endif
