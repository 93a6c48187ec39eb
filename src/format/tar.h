/*
 * tar: the entries of a tar archive, block by block: ustar, pax and GNU's long names
 * (https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html,
 * https://www.gnu.org/software/tar/manual/html_node/Standard.html).
 *
 * A reader hands in every block of 512 bytes that is no content; tar_block() says what to read
 * next. Paths are bytes and come as they stand in the archive: whoever uses them keeps them inside.
 */
#ifndef GPUVET_FORMAT_TAR_H
#define GPUVET_FORMAT_TAR_H

#include "base/str.h"

#define TAR_BLOCK 512u
#define TAR_PATH 4096u            /* of a path or a link's target, without a NUL */
#define TAR_NOTES (1024u * 1024u) /* bytes of a pax header, or of a long name */

enum tar_kind {
    TAR_FILE,
    TAR_HARD_LINK, /* `target` is the path of an earlier entry */
    TAR_LINK,
    TAR_CHAR,
    TAR_BLOCK_DEVICE,
    TAR_DIRECTORY,
    TAR_FIFO,
    TAR_SPARSE, /* GNU's or pax's form with holes: its bytes are not the file's */
};

struct tar_text {
    char bytes[TAR_PATH];
    size_t len; /* 0: none */
};

struct tar_entry {
    enum tar_kind kind;
    struct tar_text path, target;
    uint32_t mode, uid, gid, major, minor;
    uint64_t size; /* of the content that follows, padded to whole blocks */
    int64_t mtime; /* seconds since 1970 */
};

/* What a pax header or a long name said of the next entry, or of all. */
struct tar_said {
    struct tar_text path, target;
    uint64_t size, uid, gid;
    bool has_size, has_uid, has_gid, sparse;
};

/* Zeroed, it stands at an archive's start. Large: keep it in an arena. */
struct tar {
    struct tar_said next, all;
    struct tar_entry entry;
    char notes_kind; /* 'x', 'g', 'L', 'K': what the notes to come are; 0: none */
};

enum tar_step {
    TAR_END,   /* the archive ends here */
    TAR_ENTRY, /* tar->entry: its content follows */
    TAR_NOTE,  /* read *ret_size bytes, padded to blocks, and hand them to tar_notes() */
    TAR_SKIP,  /* skip *ret_size bytes, padded to blocks: a kind of entry that means nothing here */
};

/* -EBADMSG: no header. -E2BIG: a path or notes over the limit. */
int tar_block(struct tar *tar, struct str block, enum tar_step *ret_step, uint64_t *ret_size);
int tar_notes(struct tar *tar, struct str notes);

/* How many bytes `size` bytes take with their padding. */
uint64_t tar_padded(uint64_t size);

#endif
