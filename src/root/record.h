/*
 * record: what a root answered, kept, and given again.
 *
 *     struct recording *recording = recording_new(arena);
 *     struct root *root = record_root(recording, live);       asks the other root, and keeps
 *     …
 *     struct root *again = replay_root(recording);            answers the same, and asks nobody
 *
 * Of files, exactly the bytes that were read are kept. Where a question comes twice, its first
 * answer is kept, for that is the one that probes had before the driver was asked.
 *
 * A replay answers what follows from what is kept: a folder whose names are known holds no other;
 * what could not be found by one question is not there for the next. To everything else it says
 * -ENODATA, which leaves facts unknown: that nobody asked proves nothing.
 *
 * Questions bring paths as text and only look them up, so a replay can lead nowhere.
 */
#ifndef GPUVET_ROOT_RECORD_H
#define GPUVET_ROOT_RECORD_H

#include "root/root.h"

enum asked {
    ASKED_OPEN,
    ASKED_STAT,
    ASKED_LSTAT,
    ASKED_LINK,
    ASKED_LIST,
    ASKED_MAY_OPEN,
    ASKED_KERNEL_LOG,
    ASKED_COUNT
};

/* Bytes of a file that were read. */
struct piece {
    uint64_t offset;
    struct str bytes;
};

struct kept_answer {
    enum asked question;
    struct str path;   /* as it was asked for, without a leading slash */
    int error;         /* 0 or a negative errno */
    struct node node;  /* of open, stat, lstat */
    struct str text;   /* a link's target; the kernel's log */
    struct names list; /* of a folder */
    LIST(struct piece) pieces;
    int read_error; /* the first read that failed, */
    uint64_t failed_at;
    uint64_t
        short_end; /* where the last read ended that gave less than was asked for; 0: none did */
    bool ended;    /* a read gave nothing, */
    uint64_t end;  /* here */
};

struct recording {
    struct arena *arena;
    LIST(struct kept_answer) answers;
    uint32_t *slots; /* open addressing: index into answers + 1 */
    size_t slot_count;
};

struct recording *recording_new(struct arena *arena);

/* Adds an answer to `question`; NULL where there is one already. Good until the next addition. */
struct kept_answer *recording_add(struct recording *recording, enum asked question,
                                  struct str path);

/* NULL: it was not asked. */
struct kept_answer *recording_find(const struct recording *recording, enum asked question,
                                   struct str path);

/* Sorts the pieces of every file and joins those that overlap or touch: before a replay. */
void recording_settle(struct recording *recording);

/* After paths were changed. */
void recording_index(struct recording *recording);

/* `inner` must outlive it, and is live if that is. */
struct root *record_root(struct recording *recording, struct root *inner);
struct root *replay_root(struct recording *recording);

#endif
