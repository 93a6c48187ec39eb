/*
 * image: a container image as a root, without running or unpacking it.
 *
 * What `docker save` and `podman save` write (docker-archive), an OCI archive, and an OCI layout
 * folder (https://github.com/opencontainers/image-spec) are read; layers may be packed by gzip or
 * zstd. A source that can be read anywhere is indexed and read in place; a packed one, or a pipe,
 * is read once, and what the probes ask for is kept (image/collect.h). What was not kept is
 * unknown.
 */
#ifndef GPUVET_IMAGE_IMAGE_H
#define GPUVET_IMAGE_IMAGE_H

#include "root/root.h"

/* Bytes that a packed source may spill into a temporary file without a name. */
#define IMAGE_KEEP (2ull << 30)

/* What the image says of itself; empty where it says nothing. */
struct image_config {
    struct names env; /* "PATH=…" */
    struct names entry_point, command;
    struct str user, directory;
    struct names labels; /* "key=value" */
    struct str architecture, os, created;
};

struct image {
    struct root *root;
    struct image_config config;
    struct str name;   /* of the archive: "pytorch/pytorch:2.4.1…"; empty: it has none */
    struct str digest;    /* "sha256:…": of the manifest, or of the configuration, */
    struct str digest_of; /* "manifest", "configuration": as the source has it */
    size_t layers;
    size_t others;  /* further images in the same source, which were not looked at */
    size_t refused; /* entries that lead out of the image */
    bool partial;   /* packed: not every file's bytes can be had */
    bool full;      /* something that is asked for found no room */
};

/*
 * `fd` is a file or pipe; it must stay open as long as the image. `architecture` is that of the
 * image that is wanted, where there are several: "amd64", "arm64".
 *
 * -EBADMSG: no image, or a damaged one; -ENOENT: a layer that is named is not there; -E2BIG: larger
 * than gpuvet reads; -ENOTSUP: a kind of packing that it cannot read. *ret_why: what is wrong.
 */
int image_of_fd(struct arena *arena, int fd, struct str architecture, struct image *ret,
                struct str *ret_why);

/* The files of one tar archive as a root: what `docker export` writes. */
int image_of_files(struct arena *arena, int fd, struct root **ret);

/* An OCI layout: a folder that was opened. */
int image_of_folder(struct arena *arena, int folder, struct str architecture, struct image *ret,
                    struct str *ret_why);

#endif
