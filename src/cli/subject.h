/* subject: what the options ask about, as facts. */
#ifndef GPUVET_CLI_SUBJECT_H
#define GPUVET_CLI_SUBJECT_H

#include "cli/cli.h"
#include "facts/facts.h"
#include "image/engine.h"
#include "lock/lock.h"
#include "probe/probe.h"
#include "snapshot/snapshot.h"
#include "verify/verify.h"

/* Bytes of a facts object; that of a large machine is under a megabyte. */
#define FACTS_LIMIT (64u * 1024u * 1024u)

/* What looks: points at itself, so it must not be copied or moved. */
struct looking {
    struct eyes eyes;
    struct wishes wishes;
    struct probe_ctx ctx;
};

struct subject {
    struct str kind; /* "machine", "process", "directory", "image", "container", "pod", "snapshot",
                        "facts", "lock", "text", "door" */
    struct str name;
    const struct quotes *quotes; /* of a text; NULL else */
    struct facts facts;
    struct looking looking; /* what filled the facts; no root where they were given */
    struct snapshot *kept; /* set before examining, it keeps all that is seen; the snapshot that was
                              replayed; or NULL */
};

/* This machine, with the eyes of the shell that gpuvet was started from. */
void look_at_machine(struct arena *arena, const struct options *options, struct facts *facts,
                     struct looking *ret);
const char *const *environment_of(struct arena *arena, const struct eyes *eyes);

/* From facts to a verdict, which is printed: the exit code. `verification` may be NULL. */
int conclude(struct arena *arena, const struct options *options, struct subject *subject,
             const struct verification *verification);

/* From here on the roots that look remember what they see, where that is wanted. Once, after
 * `looking` was filled and before it is used. */
void keep_looks(struct subject *subject);

/* Around what is told to its facts, so that what is kept tells it again. */
const struct facts *before_telling(struct arena *arena, const struct subject *subject);
void keep_told(struct arena *arena, struct subject *subject, const struct facts *before);

/* The driver gives no answer, for the reason `from`. */
void ask_nobody(struct subject *subject, enum fact_state asking, struct str from);

/* The facts of --host, else of this machine with its engines; with `ask` its driver is asked. */
int examine_host(struct arena *arena, const struct options *options, bool ask, struct subject *ret);

/* One kind of subject each: as subject_examine(). */
int examine_container(struct arena *arena, const struct options *options, struct subject *ret);
/* The doors of a container ("[USER@]NAME"), from its inside. */
int examine_doors(struct arena *arena, const struct options *options, struct str where,
                  struct subject *ret);
int examine_image(struct arena *arena, const struct options *options, struct subject *ret);
int examine_pod(struct arena *arena, const struct options *options, struct subject *ret);

/* With the caller's own shell's variables. */
struct engine_user engine_user(struct arena *arena, const struct options *options);

/* What engines say of each other's containers and images: "NAME (docker: …)", as one complaint. */
int engine_refused(struct arena *arena, const struct options *options, struct str name, int error,
                   struct str why);

/* EXIT_GOOD, or EXIT_NO_INPUT after saying why. */
int subject_examine(struct arena *arena, const struct options *options, struct subject *ret);

/* A lock's bytes, which come from `file`. Exit codes as above. */
int read_lock(struct arena *arena, const struct options *options, struct str file, struct str bytes,
              struct lock *ret);
/* Facts, a whole report, or a lock, which come from `file`. Exit codes as above. */
int subject_of_bytes(struct arena *arena, const struct options *options, struct str file,
                     struct str bytes, struct subject *ret);

/* The container of these facts as an image, --commit. EXIT_GOOD, EXIT_NO_OUTPUT, EXIT_WRONG_USAGE.
 */
int commit_container(struct arena *arena, const struct options *options, const struct facts *facts);

/* Facts of the snapshot that `options` name. Exit codes as above. */
int subject_replay(struct arena *arena, const struct options *options, struct subject *ret);

/* Says that an input cannot be read, and why: EXIT_NO_INPUT. */
int cannot_read(struct arena *arena, const struct options *options, struct str what,
                struct str why);
struct str error_text(int error);

/* A path as the user typed it, made absolute: roots know no working directory. */
struct str absolute_path(struct arena *arena, struct str path, struct str directory);

#endif
