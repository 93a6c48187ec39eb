/* integrity: what the probes that compare installed files with their packages' RECORD share. */
#ifndef GPUVET_PROBE_INTEGRITY_H
#define GPUVET_PROBE_INTEGRITY_H

#include "base/hash.h"
#include "base/work.h"
#include "format/record.h"
#include "probe/probe.h"

#define RECORD_LIMIT (8u << 20)
#define RECORD_LINES 200000u

struct install {
    struct str name;
    struct str folder;   /* that holds the package's files */
    struct str metadata; /* its .dist-info, which holds RECORD */
};
struct installs {
    struct install *items;
    size_t count, room;
};

/* Torch, its companions and NVIDIA's packages, after the probes of them have run. There must be a
 * torch. */
struct installs installs_of(struct probe_ctx *ctx);

/* Whether a path of RECORD stays below the folder of packages: scripts do not ("../../../bin/
 * torchrun"), and are rewritten whenever an environment moves; whatever else leads out is not ours
 * to look at. */
bool integrity_stays_below(struct str path);

/* Whether the name is that of a shared library, extension modules among them. */
bool integrity_is_library(struct str path);

/* SHA-256 of all that the file holds, in a worker. -E2BIG: it grew meanwhile. */
int integrity_hash(struct root_file *file, struct work_share *share, char ret[HASH_TEXT]);

#endif
