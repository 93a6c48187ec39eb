/* driver_holds: how a distribution installs one version of a package, and keeps it from being
 * updated. */
#ifndef GPUVET_KNOWLEDGE_DRIVER_HOLDS_H
#define GPUVET_KNOWLEDGE_DRIVER_HOLDS_H

#include "knowledge/table.h"

struct driver_hold {
    struct str os;            /* as in struct driver_package */
    struct str install, hold; /* words with blanks between them, {package} and {version} in them */
    struct str source;
};

/* False past the end. */
bool driver_hold_at(size_t at, struct driver_hold *ret);

#endif
