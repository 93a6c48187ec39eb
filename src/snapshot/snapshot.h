/*
 * snapshot: what was seen of one subject, in one small file: every answer of its files (of ELF
 * files the bytes that were read, root/record.h), what its driver said, whose eyes looked, and what
 * no look can give again (told.h). So every later rule can be asked about it, on any machine, and
 * gives what it would have given there.
 *
 * The file, "gpuvet-snapshot/1":
 *
 *     gpuvet-snapshot/1 LF
 *     a zstd frame of the body
 *     LF, SHA-256 of all before that as 43 characters of URL-safe Base64, LF
 *
 * The body is a row of items: numbers, little-endian, and texts, each after its length in 4 bytes
 * (pack.c says which). Its last item is a manifest in JSON. A reader that does not know the version
 * refuses it.
 *
 * As text, for an issue or a mail, the same bytes stand in Base64 between the lines ARMOUR_BEGIN
 * and ARMOUR_END. What stands around these is passed over, and so are "> " and blanks before lines.
 */
#ifndef GPUVET_SNAPSHOT_SNAPSHOT_H
#define GPUVET_SNAPSHOT_SNAPSHOT_H

#include "driver/heard.h"
#include "probe/probe.h"
#include "root/record.h"
#include "snapshot/told.h"

#define SNAPSHOT_HEAD "gpuvet-snapshot/"
#define ARMOUR_BEGIN "-----BEGIN GPUVET SNAPSHOT-----"
#define ARMOUR_END "-----END GPUVET SNAPSHOT-----"

/* Bytes of a file, and of what is unpacked from it. That of a full CUDA torch has under 1 MiB. */
#define SNAPSHOT_FILE_MAX ((size_t) 64 << 20)
#define SNAPSHOT_BODY_MAX ((size_t) 256 << 20)

struct snapshot {
    struct str kind, name; /* of the subject: "machine", "directory", … */
    bool redacted;
    struct eyes eyes;               /* without a root of their own: see below */
    struct str python, environment; /* of the wishes */
    struct driver_heard heard;
    struct recording *files;
    struct recording *proc; /* where /proc of a process was read through another root; else empty */
    struct told told;
    struct str facts;    /* as JSON, for other programs */
    struct str manifest; /* JSON; of a snapshot that was read */
};

struct snapshot *snapshot_new(struct arena *arena);

/*
 * Looks again: sets up the context's root, eyes and wishes, all of which must be there and empty
 * but for what the user wishes, and fills its facts.
 */
void snapshot_look(struct snapshot *snapshot, struct probe_ctx *ctx, struct eyes *eyes,
                   struct wishes *wishes);

/*
 * Renames what may name people and machines, everywhere and always alike, so that what was the same
 * still is: users (user1), hosts (host1), addresses, UUIDs and serial numbers, MAC addresses. Every
 * name keeps its length, so nothing moves within a file. Secrets become "*": tokens in the forms of
 * their issuers, passwords, private keys, and the values of variables whose names speak of one.
 * Names that every machine has (root, ubuntu, localhost) stay. recording_settle() comes before it.
 */
void snapshot_redact(struct arena *arena, struct snapshot *snapshot);

/*
 * Stars in place of the hashes that lists of installed files hold: of files that are not in the
 * snapshot they tell nothing, and no packing makes them smaller. Each list keeps its length.
 */
void snapshot_forget_hashes(struct arena *arena, struct snapshot *snapshot);

/* The body, and back. `manifest` is what the file says of itself. -EBADMSG, -E2BIG. */
void snapshot_pack(struct buf *ret, const struct snapshot *snapshot);
int snapshot_unpack(struct arena *arena, struct str body, struct snapshot *ret);

/* A body as a file. -E2BIG. */
int snapshot_seal(struct arena *arena, struct str body, struct str *ret);

/*
 * Whether these bytes are a snapshot; and its body: -EBADMSG (damaged: cut short, changed, no zstd
 * frame), -E2BIG (over the limits), -EPROTONOSUPPORT (of another version).
 */
bool snapshot_is(struct str file);
int snapshot_open(struct arena *arena, struct str file, struct str *ret_body);

/* To text and back. -EBADMSG. */
struct str armour_write(struct arena *arena, struct str file);
bool armour_is(struct str text);
int armour_read(struct arena *arena, struct str text, struct str *ret_file);

#endif
