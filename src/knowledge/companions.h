/*
 * companions: packages that must fit the torch beside them (torchvision, torchaudio, triton), as
 * PyPI offers them. All rows were measured.
 */
#ifndef GPUVET_KNOWLEDGE_COMPANIONS_H
#define GPUVET_KNOWLEDGE_COMPANIONS_H

#include "knowledge/table.h"

struct knowledge;

struct companion {
    struct str package;  /* "torchvision" */
    struct str version;  /* "0.19.1" */
    struct str platform; /* as in struct torch_build; also "macos_arm64" */
    struct str local;    /* what its version.py adds, "cu121"; may be empty */
    struct str pythons;  /* "3.9 3.13t"; "3.12+": that and every later one, but no free-threaded
                            one; "3": every one that `requires_python` takes */
    struct str requires_python; /* specifiers; may be empty */
    struct str wheel_tags;      /* for str_next_word() */
    struct str torch;     /* specifiers of the torch that it requires; empty: it states none */
    struct str archs;     /* for torch_arch_next(), of its own kernels; empty: it has none */
    struct str min_glibc; /* may be empty */
    enum basis basis;
    struct str source; /* of what wheel this was read */
};

/* By package, then rising version, then platform. False past the end. */
bool companion_at(const struct knowledge *knowledge, size_t at, struct companion *ret);

/* The number of rows of this package; they start at *ret_first. 0: none known. */
size_t companions_by_package(const struct knowledge *knowledge, struct str package,
                             size_t *ret_first);

#endif
