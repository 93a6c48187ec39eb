/*
 * engine: the user's own client of a container engine, asked as a child: so contexts, rootless and
 * remote settings hold. Known engines are rows of a table.
 */
#ifndef GPUVET_IMAGE_ENGINE_H
#define GPUVET_IMAGE_ENGINE_H

#include "base/child.h"
#include "format/inspect.h"
#include "root/root.h"

/* The place of a name, and of a reference, in a command. */
#define ENGINE_NAME "{}"
#define ENGINE_WORDS 10

struct engine {
    const char *name;       /* for --engine, and the first word of every command */
    enum inspect_form form; /* of its answer to `inspect` */
    const char *facts;      /* container.engine */
    const char *inspect[ENGINE_WORDS];
    const char *files[ENGINE_WORDS]; /* the container's files as tar on standard output; or none */
    const char *save[ENGINE_WORDS];  /* an image as an archive, the same; or none */
};

/* In the order in which they are asked. NULL after the last. */
const struct engine *engine_at(size_t at);
const struct engine *engine_named(struct str name);
struct str engine_names(struct arena *arena); /* "docker|podman|…" */

/* Whom to ask: the user's variables, and the root that his programs lie in. */
struct engine_user {
    struct arena *arena;
    struct root *live;
    const char *const *environ;
    const struct engine *only; /* NULL: any */
};

/*
 * The first engine that is installed and knows the container. -ENOENT: none does. *ret_why: what
 * the last of them complained of, in its own words; empty where no client is installed.
 */
int engine_find(const struct engine_user *user, struct str name, const struct engine **ret_engine,
                struct inspect *ret, struct str *ret_why);

/* The engine's client, or any program, where the user's PATH has it; NULL: nowhere. */
const char *engine_program(const struct engine_user *user, const char *name);

/* What one command of an engine's answers and complains of, within `us`; its first word is looked
 * up in PATH. NULL: it is not installed. */
const struct child_result *engine_run(const struct engine_user *user, const char *const *words,
                                      const char *const *environ, int64_t us);

/* The last line of a complaint. */
struct str engine_complaint(struct arena *arena, const struct child_result *result);

/*
 * Starts one of an engine's commands, whose standard output child_output() gives. The first word
 * may be another program's than the engine's. NULL: it is not installed.
 */
struct child *engine_stream(const struct engine_user *user, const char *const *words,
                            struct str name);

/* Ends it, and says what it complained of; empty where it ended well. */
struct str engine_stream_end(struct arena *arena, struct child *child, bool read_to_end);

/* skopeo's command that gives a registry's image as an archive. */
extern const char *const engine_pull[ENGINE_WORDS];

#endif
