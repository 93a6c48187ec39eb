/*
 * image_reference: "quay.io/jupyter/pytorch-notebook:cuda12-latest@sha256:…" in its parts
 * (https://github.com/distribution/reference). Views point into the text.
 */
#ifndef GPUVET_FORMAT_IMAGE_REFERENCE_H
#define GPUVET_FORMAT_IMAGE_REFERENCE_H

#include "base/arena.h"

struct image_reference {
    struct str registry; /* "quay.io"; "docker.io" where none is named */
    struct str
        repository;    /* "jupyter/pytorch-notebook"; Docker's own have "library/" before them */
    struct str tag;    /* empty: none is named */
    struct str digest; /* "sha256:…"; empty: none */
};

/* 0; -EBADMSG: no reference (a repository has lower case letters, digits, and . _ - / between). */
int image_reference_parse(struct arena *arena, struct str text, struct image_reference *ret);

#endif
