/*
 * library_owner: which installed package brought a CUDA library.
 *
 * A Python package owns the folder that knowledge/sonames.csv names. conda lists a package's files
 * in PREFIX/conda-meta/NAME-VERSION-BUILD.json
 * (https://docs.conda.io/projects/conda/en/latest/user-guide/concepts/pkg-specs.html), dpkg in
 * /var/lib/dpkg/info/NAME.list, with versions in /var/lib/dpkg/status
 * (https://man7.org/linux/man-pages/man1/dpkg-query.1.html). Of all packages, those are asked whose
 * name has the library's. What the driver brings is nobody's here.
 */
#ifndef GPUVET_PROBE_LIBRARY_OWNER_H
#define GPUVET_PROBE_LIBRARY_OWNER_H

#include "probe/probe.h"

/* Lists that are read when they are first needed. */
struct owners {
    struct probe_ctx *ctx;
    bool listed, read;
    struct str prefix; /* of the environment, without links */
    struct names conda;
    int conda_error;
    struct str dpkg;
    int dpkg_error;
};

struct library_owner {
    struct str manager; /* "pip", "conda", "dpkg" */
    struct str package;
    struct str version; /* empty: the package's is not the library's, as of conda's cudatoolkit */
    struct str from;    /* where that stands, or what could not be read */
};

/* Of the library `soname` whose file is at `path`, without links. 1; 0: none of these; or why a
 * look failed. */
int library_owner(struct owners *owners, struct str soname, struct str path,
                  struct library_owner *ret);

#endif
