/*
 * companions: packages that are made for one torch, and which one: torchvision, torchaudio,
 * xformers. Read from the wheels' metadata by tools/measure_companions.py.
 */
#ifndef GPUVET_KNOWLEDGE_COMPANIONS_H
#define GPUVET_KNOWLEDGE_COMPANIONS_H

#include "knowledge/table.h"

struct companion {
    struct str package; /* "torchvision" */
    struct str version; /* "0.26.0" */
    struct str
        torch; /* what it requires of torch, specifiers: "==2.11.0"; empty: none in particular */
    enum basis basis;
    struct str source; /* the wheel and its SHA-256 */
};

/* By package, then rising version. False past the end. */
bool companion_at(size_t at, struct companion *ret);

#endif
