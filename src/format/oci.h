/*
 * oci: the JSON of container images: `docker save`'s manifest.json, and the index, manifest and
 * configuration of OCI (https://github.com/opencontainers/image-spec, version 1.1; Docker's own
 * media types hold the same members).
 *
 * Everything is bounded: at most OCI_LAYERS layers, OCI_STRINGS strings in a list. Errors:
 * -EBADMSG (no such JSON), -E2BIG.
 */
#ifndef GPUVET_FORMAT_OCI_H
#define GPUVET_FORMAT_OCI_H

#include "base/arena.h"

#define OCI_LAYERS 1024
#define OCI_STRINGS 4096
#define OCI_TEXT (4u << 20) /* bytes of one JSON text */

struct oci_strings {
    struct str *items;
    size_t count;
};

struct oci_manifest {
    struct str config;         /* a path, or a digest */
    struct oci_strings layers; /* the lowest first: paths, or digests */
    struct str name;           /* "repository:tag"; empty: none */
    size_t others;             /* further images beside it */
};

/* `docker save`: an array of images; the first counts. Paths within the archive. */
int oci_docker_manifest(struct arena *arena, struct str json, struct oci_manifest *ret);

/*
 * An index: the digest of the manifest for linux on `architecture` ("amd64"), else of the first
 * that is an image. *ret_nested: that manifest is an index again. -ENOENT: there is none.
 */
struct oci_choice {
    struct str digest, name;
    bool nested;
    size_t others;
};
int oci_index(struct arena *arena, struct str json, struct str architecture,
              struct oci_choice *ret);

/* A manifest: digests. */
int oci_manifest(struct arena *arena, struct str json, struct oci_manifest *ret);

struct oci_config {
    struct oci_strings env, entry_point, command;
    struct oci_strings labels; /* "key=value" */
    struct str user, directory, architecture, os, created;
};
int oci_config(struct arena *arena, struct str json, struct oci_config *ret);

/* "sha256:ab…" as the path of a blob, "blobs/sha256/ab…". -EBADMSG: no digest. */
int oci_blob_path(struct arena *arena, struct str digest, struct str *ret);

#endif
