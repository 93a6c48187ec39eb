/* run: a container that is to be started: what is asked for, and what was found about it. Only for
 * this folder. */
#ifndef GPUVET_CLI_RUN_H
#define GPUVET_CLI_RUN_H

#include "access/access.h"
#include "cli/subject.h"
#include "format/image_inspect.h"
#include "image/start.h"

struct run {
    struct arena *arena;
    const struct options *options;
    struct engine_user user;
    const struct engine *engine; /* NULL: none is installed */
    struct image_inspect image;
    struct start start;
    struct start_door door;
    struct subject *subject; /* facts of the start, with the machine's beneath */
};

/* Looks at everything that can be said before the start, and fills facts.start and
 * facts.container. */
void run_look(struct run *run);

#endif
